"""Two hundred hostile files of each format end in a set or a sentence; see the oracle in `formats`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.hostile import seeds

KINDS = list(seeds.make())
SHARES = 4
INPUTS = 200
SEED = int(os.environ.get("INKCLUSTER_SEED", "69"))
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
@pytest.mark.parametrize("share", range(SHARES))
def test_hostile_files(share):
    kinds = KINDS[share::SHARES]
    code = f"""
from tests.hostile import formats
for kind, report in formats.run({SEED}, {INPUTS}, {kinds}).items():
    print(kind, report.read + report.refused, *report.failures, sep="|")
"""
    done = in_a_process(code)
    assert done.stdout.splitlines() == [f"{kind}|{INPUTS}" for kind in kinds], done.stderr
    assert done.stderr == ""


def in_a_process(code):
    """A process without threads, from which children can be born."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=280,
        cwd=ROOT, env=environment,
    )  # fmt: skip


def test_the_harness_notices():
    """A reader that lies, hangs, crashes, is noisy or greedy is a failure of the oracle."""
    code = """
import os, sys, time
from tests.hostile import formats
from inkcluster import images
from inkcluster.errors import BadInputError

def crash(): os.abort()
def hang(): time.sleep(60)
def noise(): sys.stderr.write("oh"); raise BadInputError("This is one sentence.")
def greedy(): bytearray(400 << 20); raise BadInputError("This is one sentence.")
def error(): 1 / 0
def words(): raise BadInputError("no")
def fine(): raise BadInputError("This is one sentence.")

formats.MAX_SECONDS = 1
formats.import_readers = lambda: None
for fault in (crash, hang, noise, greedy, error, words, fine):
    images.load = lambda *a, fault=fault, **k: fault()
    report = formats.run(0, 2, ["idx"])["idx"]
    print(fault.__name__, len(report.failures), report.refused)
"""
    done = in_a_process(code)
    found = [line for line in done.stdout.splitlines() if len(line.split()) == 3]
    assert found == [
        *(f"{fault} 2 0" for fault in ("crash", "hang", "noise", "greedy", "error", "words")),
        "fine 0 2",
    ], done.stdout + done.stderr
