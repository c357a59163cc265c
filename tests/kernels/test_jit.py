"""Compiled kernels are kept on disk, and never after an edit to one that they contain."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import inkcluster
from inkcluster.kernels._jit import _Files

INNER = """
from inkcluster.kernels._jit import kernel

@kernel()
def inner(x):
    return x + {add}
"""
OUTER = """
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.inner import inner

@kernel()
def outer(x):
    return 10 * inner(x)

def plain(x):
    return x * 3.0 + 1e-18

fast, exact = kernel(fastmath=True)(plain), kernel()(plain)
"""
USE = """
from inkcluster.kernels.outer import outer, fast, exact
print(outer(1), sum(outer.stats.cache_hits.values()))
fast(1.0), exact(1.0)
"""

ASK = """
from inkcluster.kernels._jit import is_compiled
from inkcluster.kernels.outer import outer
print(int(is_compiled(outer)), outer(1), int(is_compiled(outer)))
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package, with two kernels of its own."""
    source = Path(inkcluster.__file__).parent
    copy = tmp_path / "src" / "inkcluster"
    (copy / "kernels").mkdir(parents=True)
    for name in (
        "__init__.py",
        "__init__.pyi",
        "_version.py",
        "_peers.py",
        "kernels/__init__.py",
        "kernels/_jit.py",
    ):
        shutil.copy(source / name, copy / name)
    (copy / "kernels" / "inner.py").write_text(INNER.format(add=1))
    (copy / "kernels" / "outer.py").write_text(OUTER)
    return copy


def use(package, code=USE, **variables):
    """What a fresh process says: the result of `outer(1)`, and how often it was read from disk."""
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment = kept | {"PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= variables  # Python's own files would hide an edit that keeps size and time
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [int(number) for number in done.stdout.split()]


def files(folder):
    return sorted(path.name for path in folder.rglob("*.nbc"))


def edit(package, add):
    """Edit the kernel that the other contains, keeping its size and its time."""
    file = package / "kernels" / "inner.py"
    before = file.stat()
    file.write_text(INNER.format(add=add))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_is_compiled_can_be_asked_before_it_is_loaded(package):
    assert use(package, ASK) == [0, 20, 1]
    assert use(package, ASK) == [1, 20, 1]
    edit(package, 2)
    assert use(package, ASK) == [0, 30, 1]


@pytest.mark.parametrize("given", [False, True])
def test_an_edit_in_an_imported_kernel_is_seen_by_the_next_process(package, tmp_path, given):
    variables = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")} if given else {}
    assert use(package, **variables) == [20, 0]
    assert use(package, **variables) == [20, 1]
    kept = files(tmp_path)
    edit(package, 2)
    assert use(package, **variables) == [30, 0]
    assert use(package, **variables) == [30, 1]
    assert len(files(tmp_path)) == len(kept)  # those of before the edit are gone
    assert not set(files(tmp_path)) & set(kept)
    assert given == (files(tmp_path / "kept") != [])


def test_one_function_compiled_in_two_ways_has_two_files(package):
    use(package)
    assert sum(name.startswith("outer.plain-") for name in files(package)) == 2


def test_the_switch_turns_the_files_off(package):
    assert use(package, INKCLUSTER_KERNEL_CACHE="0") == [20, 0]
    assert files(package) == []


def test_nowhere_to_write(package, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    (package / "kernels" / "__pycache__").write_text("in the way of a folder")
    variables = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), str(blocked))
    assert use(package, NUMBA_CACHE_DIR=str(blocked / "kept"), **variables) == [20, 0]


def test_a_damaged_file_counts_as_absent(package):
    use(package)
    for file in package.rglob("*.nbc"):
        file.write_bytes(file.read_bytes()[:40])
    assert use(package) == [20, 0]
    assert use(package) == [20, 1]


def test_machines_that_share_a_folder_keep_their_own_files(package, tmp_path):
    other = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    kept = {"NUMBA_CACHE_DIR": str(tmp_path / "home")}
    assert use(package, **kept) == [20, 0]
    mine = set(files(tmp_path))
    assert use(package, **kept, **other) == [20, 0]
    assert use(package, **kept) == [20, 1]
    edit(package, 2)
    assert use(package, **kept, **other) == [30, 0]
    assert mine <= set(files(tmp_path))  # it cannot tell whether the first machine sees the edit


def test_processes_that_write_at_once_mix_nothing(tmp_path):
    """Numba numbers the files of a function: both would have written to number 1."""
    one, two = (_Files(str(tmp_path), "inner", "stamp") for _ in range(2))
    write = one._save_data

    def be_overtaken(name, data):
        two._load_index = dict  # it has read the folder while that was empty
        two.save("whole numbers", "code of whole numbers")
        del two._load_index
        write(name, data)

    one._save_data = be_overtaken
    one.save("fractions", "code of fractions")
    assert one.load("fractions") == "code of fractions"
    assert two.load("whole numbers") == "code of whole numbers"
    assert two.load("complex numbers") is None


NOWHERE = """
import numpy as np
from numba.core import caching

def refuse(self):
    raise OSError("read-only")

for locator in vars(caching).values():
    if isinstance(locator, type) and hasattr(locator, "ensure_cache_path"):
        locator.ensure_cache_path = refuse

from inkcluster import HDBSCAN, AgglomerativeClustering, KMeans

X = np.random.default_rng(0).normal(size=(2600, 20))
KMeans(3, n_init=2, random_state=0).fit(X)
AgglomerativeClustering(3, linkage="average").fit(X)
HDBSCAN(copy=True).fit(X)
"""


@pytest.mark.slow
def test_estimators_fit_silently_where_nothing_can_be_written():
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), "/dev/null/x")
    command = [sys.executable, "-W", "error", "-c", NOWHERE]
    done = subprocess.run(
        command, env=kept | nowhere, capture_output=True, text=True, check=False, timeout=280
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
