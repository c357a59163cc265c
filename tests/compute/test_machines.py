"""Small machines: every estimator finishes, or refuses with both numbers; none is killed or hangs."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.compute.limited import CALLS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
CHILD = Path(__file__).with_name("limited.py")
GROUPS = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
GB = 1 << 30


def child(what, sizes, before=None, **variables):
    """The lines that the child prints, each a document about one of the calls, given their sizes."""
    command = [sys.executable, "-W", "ignore", str(CHILD), str(what), json.dumps(sizes)]
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False,
        timeout=280, preexec_fn=before,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize(("more", "threads"), [(30, "2"), (100, "1"), (240, "2")])
def test_under_ulimit_all_finish_or_refuse_with_both_numbers(more, threads):
    sizes = dict.fromkeys(CALLS, 3000)
    found = dict(child(more << 20, sizes, OMP_NUM_THREADS=threads, NUMBA_NUM_THREADS="2"))
    assert list(found) == list(CALLS)
    refused = [said for said in found.values() if said != "done"]
    assert all(said.startswith("needs ") for said in refused), found
    assert len(refused) > (3 if more > 200 else 10)
    assert (found["k-means"] == "done") == (more > 200)


@pytest.fixture
def small_group():
    """A control group of 1 GB that the child enters."""
    root = next((root for root in GROUPS if os.access(root / "cgroup.procs", os.W_OK)), None)
    if root is None:
        pytest.skip("this user cannot make a control group")
    group = root / f"inkcluster-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip("no control group can be made here")
    limit = group / ("memory.limit_in_bytes" if root == GROUPS[0] else "memory.max")
    try:
        try:
            limit.write_text(str(GB))
        except OSError:
            pytest.skip("the memory of a control group cannot be limited here")
        yield lambda: (group / "cgroup.procs").write_text("0")
    finally:
        with contextlib.suppress(OSError):
            group.rmdir()


@pytest.mark.slow
def test_in_a_container_of_1_gb_what_does_not_fit_is_refused(small_group):
    sizes = {
        "average linkage": 36_000,
        "agglomerative, cityblock": 14_000,
        "DBSCAN, cosine": 20_000,
        "HDBSCAN, brute": 12_000,
        "HDBSCAN, many": 60_000,
        "many neighbours": 60_000,
    }
    found = dict(child("group", sizes, before=small_group))
    assert list(found) == list(sizes)
    for name, said in found.items():
        assert said.startswith("needs "), name
        need, have = (int(word.strip(",")) for word in said.split() if word.strip(",").isdigit())
        assert have < GB < need + 200_000_000, name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n"), [("HDBSCAN", 20_000), ("agglomerative, cityblock", 9000)])
def test_in_a_container_of_1_gb_what_fits_finishes(small_group, name, n):
    assert child("group", {name: n}, before=small_group) == [[name, "done"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n"),
    [
        ("agglomerative, cityblock", 9000),
        ("DBSCAN, cosine", 9000),
        ("HDBSCAN, brute", 8000),
    ],
)
def test_a_plan_is_what_is_taken(name, n):
    [[need, took]] = child("peak", {name: n})
    assert took > 400e6  # less would say little beside what compiled code is given
    assert 0.8 < need / took < 1.5
