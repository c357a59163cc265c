"""Free memory: the smallest of the machine's, the containers' and the shell's limits."""

import errno
import inspect
import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

import inkcluster
from inkcluster import cluster, hierarchy
from inkcluster.cluster import neighbors
from inkcluster.compute import memory
from inkcluster.compute.memory import budget, free_memory, require
from inkcluster.errors import BadInputError, TooLittleMemoryError, is_lack_of_memory

resource = pytest.importorskip("resource")
GB = 10**9


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 100 GB, on which the test writes files below proc and sys."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=100 * GB))
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY,) * 2)

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
        return free_memory(tmp_path)

    return write


V2 = {
    "proc/self/cgroup": "0::/slice/unit",
    "proc/self/mountinfo": "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw",
}
V1 = {
    "proc/self/cgroup": "8:pids:/\n4:cpu,memory:/outer/inner\n1:name=systemd:/outer\n0::/",
    "proc/self/mountinfo": (
        "30 23 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"
    ),
}


def group(folder, **files):
    return {f"sys/fs/cgroup/{folder}memory.{name}": text for name, text in files.items()}


def test_a_machine_without_limits(machine):
    assert machine({}) == 100 * GB
    assert machine(
        {"proc/self/cgroup": "0::/", "proc/self/mountinfo": "1 2 3:4 / / rw - ext4 /a rw"}
    )
    assert machine(V2 | group("slice/unit/", max="max", high="max", current=GB)) == 100 * GB


@pytest.mark.parametrize("limited", ["", "slice/", "slice/unit/"])
def test_version_2_at_every_level(machine, limited):
    files = V2 | group("slice/unit/", max="max", current=GB)
    assert machine(files | group(limited, max=8 * GB, current=3 * GB)) == 5 * GB


def test_version_2_gives_back_its_file_cache_and_throttles_at_high(machine):
    stat = f"anon 7\ninactive_anon 9\ninactive_file {2 * GB}\nactive_file {GB}"
    files = V2 | group("slice/unit/", max=8 * GB, current=3 * GB, stat=stat)
    assert machine(files) == 7 * GB
    assert machine(files | group("slice/unit/", high=4 * GB)) == 3 * GB
    assert machine(files | group("slice/unit/", current=GB)) == 4 * GB  # no more than is used


def test_version_1_nested(machine):
    files = V1 | group("memory/", limit_in_bytes=9223372036854771712, usage_in_bytes=40 * GB)
    files |= group("memory/outer/inner/", limit_in_bytes=9 * GB, usage_in_bytes=2 * GB)
    assert machine(files) == 7 * GB
    stat = f"inactive_file {2 * GB}\ntotal_inactive_file {3 * GB}"
    files |= group("memory/outer/", limit_in_bytes=10 * GB, usage_in_bytes=8 * GB, stat=stat)
    assert machine(files) == 5 * GB


@pytest.mark.parametrize("own", ["/docker/abc", "/"])
def test_a_container_that_sees_a_part_of_the_hosts_groups(machine, own):
    files = {
        "proc/self/cgroup": f"4:memory:{own}",
        "proc/self/mountinfo": "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup c rw,memory",
    }
    files |= group("memory/", limit_in_bytes=2 * GB, usage_in_bytes=GB)
    assert machine(files) == GB


def test_more_in_use_than_the_limit_leaves_nothing(machine):
    assert machine(V2 | group("slice/", max=2 * GB, current=3 * GB)) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold to these limits")
@pytest.mark.parametrize("option", ["v", "d"])
def test_ulimit(option):
    code = "from inkcluster.compute.memory import free_memory; print(free_memory())"
    limit = 1_500_000  # KiB
    command = f"ulimit -{option} {limit}; exec '{sys.executable}' -c '{code}'"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < limit * 1024
    free = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    if int(free.stdout) > limit * 1024:
        assert int(done.stdout) > limit * 1024 // 4


def test_the_refusal_has_both_numbers(monkeypatch):
    with pytest.raises(TooLittleMemoryError) as error:
        require("Ward", 1200, 3 * GB, 2 * GB, "draw a sample")
    assert (error.value.need, error.value.have) == (3 * GB, 2 * GB)
    sentence = "Ward of 1,200 points needs 3.00 GB, and 2.00 GB may be used; draw a sample."
    assert str(error.value) == sentence
    require("Ward", 1200, 2 * GB, 2 * GB, "draw a sample")
    monkeypatch.setattr(memory, "free_memory", lambda: GB)
    with pytest.raises(TooLittleMemoryError, match=r"1\.00 GB may be used"):
        require("Ward", 1200, 2 * GB, None, "draw a sample")


@pytest.mark.parametrize("limit", ["8GB", "8", float("nan"), float("inf"), [1]])
def test_a_limit_is_a_number_of_bytes(limit):
    with pytest.raises(
        BadInputError, match="memory_limit must be a positive number of bytes or None, not"
    ):
        budget(limit)
    assert budget(2e9) == 2 * GB


def test_a_library_that_cannot_be_loaded_for_want_of_memory_is_known():
    def load():
        try:
            raise OSError("libllvmlite.so: failed to map segment from shared object")
        except OSError:
            raise OSError("Could not find/load shared object file")  # noqa: B904 (as llvmlite does)

    with pytest.raises(OSError, match="Could not") as caught:
        load()
    assert is_lack_of_memory(caught.value)
    assert is_lack_of_memory(OSError(errno.ENOMEM, "cannot"))
    assert not is_lack_of_memory(OSError("Could not find/load shared object file"))
    assert not is_lack_of_memory(OSError(errno.ENOENT, "unable to allocate"))


ESTIMATORS = [
    "AgglomerativeClustering",
    "DBSCAN",
    "DBSCANGrid",
    "HDBSCAN",
    "KMeans",
    "ShapeClustering",
]
FUNCTIONS = [
    *(getattr(hierarchy, name) for name in ("linkage", "linkages", *hierarchy.METHODS)),
    cluster.hierarchy.cuts,
    cluster.kmeans_range,
    cluster.shape_neighbors,
    neighbors.nearest_neighbors,
]


def test_the_list_of_estimators_is_complete():
    public = {name for name in inkcluster.__all__ if hasattr(getattr(inkcluster, name), "fit")}
    assert public == set(ESTIMATORS)


@pytest.mark.parametrize(
    "call",
    [*(getattr(inkcluster, name) for name in ESTIMATORS), *FUNCTIONS],
    ids=lambda call: call.__name__,
)
def test_all_that_plan_take_a_limit_as_their_last_parameter_by_keyword(call):
    last = list(inspect.signature(call).parameters.values())[-1]
    assert (last.name, last.kind, last.default) == ("memory_limit", last.KEYWORD_ONLY, None)
    if inspect.isclass(call):
        assert call(memory_limit=7).get_params()["memory_limit"] == 7
        assert "memory_limit" not in inspect.signature(call.fit).parameters


@pytest.mark.parametrize("name", ["AgglomerativeClustering", "DBSCAN", "HDBSCAN", "KMeans"])
def test_all_other_parameters_are_scikit_learns(name):
    import sklearn.cluster

    ours = list(inspect.signature(getattr(inkcluster, name)).parameters.values())
    theirs = list(inspect.signature(getattr(sklearn.cluster, name)).parameters.values())
    own = {"search", "memory_limit"}  # by keyword only
    assert all(each.kind is each.KEYWORD_ONLY for each in ours if each.name in own)
    kept = [(each.name, each.kind, each.default) for each in ours if each.name not in own]
    assert kept == [(each.name, each.kind, each.default) for each in theirs]
    with pytest.raises(ValueError, match="'memory_limit' parameter"):
        getattr(inkcluster, name)(memory_limit="8 GB").fit([[0.0], [1.0], [5.0]])
