"""``inkcluster warm`` compiles ahead of time what other processes then find."""

import subprocess
import sys

from inkcluster.cli import PARTS_HELP
from inkcluster.cli.warming import _parts

SEARCH = """
import numpy as np
from inkcluster.cluster.neighbors import nearest_neighbors
from inkcluster.kernels import _jit
X = np.random.default_rng(1).normal(size=(2600, 30)).astype(np.float32)
nearest_neighbors(X, 3)
print(len(_jit.used), len(_jit.written))
"""


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}


def test_what_is_compiled_ahead_is_found_by_the_next_process(ink, environment, tmp_path):
    folder = tmp_path / "kept"
    kept = {"NUMBA_CACHE_DIR": str(folder)}
    first = ink("warm", "neighbors", env=kept)
    assert first.returncode == 0, first.stderr
    made = files(folder)
    assert first.stdout.startswith(f"{len(made)} functions compiled in ")
    assert first.stdout.endswith(f" s; {len(made)} functions are ready in {folder}.\n")
    assert first.stderr.startswith(f"neighbors: {len(made)} functions compiled, ")
    search = subprocess.run(
        [sys.executable, "-c", SEARCH],
        env=environment | kept,
        capture_output=True,
        text=True,
        check=True,
    )
    used, written = map(int, search.stdout.split())
    assert used > 1
    assert written == 0
    again = ink("warm", "neighbors", env=kept)
    assert again.stdout == f"{len(made)} functions are ready in {folder}.\n"
    assert again.stderr == ""
    assert files(folder) == made


def test_without_a_place_to_keep_it_nothing_is_compiled(ink):
    done = ink("warm", env={"INKCLUSTER_KERNEL_CACHE": "0"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "Set NUMBA_CACHE_DIR" in done.stderr


def test_the_parts_are_those_of_the_help(ink_here):
    assert f"Only these: {', '.join(_parts())}." == PARTS_HELP
    done = ink_here("warm", "k-means")
    assert done.returncode == 1
    assert f"no part 'k-means'; name some of {', '.join(_parts())}." in done.stderr
