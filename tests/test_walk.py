"""From a public call to its kernels a reader passes few files."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import inkcluster
from inkcluster import (
    DBSCAN,
    HDBSCAN,
    AgglomerativeClustering,
    DBSCANGrid,
    KMeans,
    ShapeClustering,
    hierarchy,
)
from inkcluster.cluster.linkage import choose

HOME = Path(inkcluster.__file__).parent
ROOMS = ("cluster", "compute")


def files_entered(call):
    """The files of `ROOMS` whose functions `call` runs, in any thread, once all is imported."""
    call()
    entered = set()

    def note(frame, event, arg):
        del arg
        if event == "call":
            entered.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    paths = [Path(name).relative_to(HOME) for name in entered if Path(name).is_relative_to(HOME)]
    return sorted(path.as_posix() for path in paths if path.parts[0] in ROOMS)


def points(n):
    return np.random.default_rng(0).integers(0, 256, (n, 64)).astype(np.uint8)


def grouped(n):
    """Points in ten groups, around which k-means and shape clustering end sooner than on noise."""
    return points(10)[np.arange(n) % 10] // 2 + points(n) // 4


_ALL = ["choose", "elsewhere", "estimator", "problem", "restarts", "shards/shard"]
_OURS = [*_ALL, "lloyd", "shards/space", "shards/standing", "shards/sums"]
KMEANS = {
    kind: [f"cluster/kmeans/{name}.py" for name in sorted(names)]
    for kind, names in {
        "digits": [*_ALL, "peer", "shards/seeding"],
        "restarts": [*_OURS, "apart", "shards/seeding", "starts"],
        "deep": [*_OURS, "sketch"],
    }.items()
}
_FOUNDATIONS = (
    "duplicates",
    "magnitude",
    "memory",
    "projection",
    "rows",
    "threads",
    "dasked/arrays",
    "dasked/files",
    "dasked/moved",
    "dasked/tasks",
)
FOUNDATIONS = [f"compute/{name}.py" for name in _FOUNDATIONS]
"""What all engines stand on; a reader who knows these passes few files more."""


@pytest.mark.parametrize("data", KMEANS)
def test_kmeans(data, digits):
    X = digits.flat() if data == "digits" else points(20_000)
    search = "deep" if data == "deep" else "restarts"
    found = files_entered(lambda: KMeans(10, n_init=3, random_state=0, search=search).fit(X))
    assert [file for file in found if file not in FOUNDATIONS] == KMEANS[data]
    assert len(KMEANS[data]) <= 13


_STORING = {"square.py", "loops.py", "stored.py", "search.py"}  # the last for the plan alone
ENGINES = {
    "scipy": _STORING,
    "chain": _STORING,
    "prim": _STORING,
    "generic": _STORING,
    "direct": {"direct.py", "search.py"},
    "mst_linkage_core": {"direct.py", "search.py"},
    "rounds": {"merging.py", "stored.py"},
    "spanning tree": {"nearest.py", "search.py", "spanning.py"},
    "vectors": {"vectors.py", "nearest.py", "search.py"},
    "generic, vectors": _STORING,
    "vectors, chain": {
        "vectors.py",
        "nearest.py",
        "search.py",
        "square.py",
        "loops.py",
        "stored.py",
    },
}
NOT_COMPILED = ("scipy", "prim", "mst_linkage_core")
LINKAGES = [(a, method) for a, methods in choose.ALGORITHMS.items() for method in methods]


@pytest.mark.parametrize(("algorithm", "method"), LINKAGES)
def test_a_linkage(algorithm, method):
    with choose.forced(algorithm):
        X = few_dimensions(2600) if algorithm == "direct" else points(2600)
        found = files_entered(lambda: hierarchy.linkage(X, method))
    engine = {Path(file).name for file in set(found) - set(FOUNDATIONS)} - {"merging.py"}
    expected = {"functions.py", "build.py", "choose.py", *ENGINES[algorithm]} - {"merging.py"}
    assert engine <= expected
    both = 2 * ("," in algorithm)  # one hands over to another
    assert len(engine) <= 7 + both
    assert len(found) <= 12 + 2 * both


@pytest.mark.parametrize("linkage", ["ward", "single", "average", "complete"])
def test_agglomerative_clustering(linkage):
    found = files_entered(lambda: AgglomerativeClustering(linkage=linkage).fit(points(2600)))
    assert "cluster/linkage/agglomerative.py" in found
    assert len(set(found) - set(FOUNDATIONS)) <= 7
    assert len(found) <= 12


def few_dimensions(n):
    return np.random.default_rng(0).normal(size=(n, 3))


@pytest.mark.parametrize(
    ("call", "most"),
    [
        (lambda: DBSCAN(eps=700.0).fit(points(5200)), 10),
        (lambda: DBSCAN(eps=0.6).fit(few_dimensions(3000)), 8),
        (lambda: DBSCAN(eps=20.0).fit(points(600)), 8),
        (lambda: DBSCANGrid([600.0, 700.0], [2, 5]).fit(points(5200)), 14),
        (lambda: DBSCANGrid([0.1, 0.6], [2, 5]).fit(few_dimensions(3000)), 9),
        (lambda: DBSCANGrid([600.0, 700.0], [2, 5]).fit(points(600)), 8),
        (lambda: HDBSCAN(copy=True).fit(points(3000)), 13),
        (lambda: HDBSCAN(copy=True).fit(points(600)), 10),
    ],
)
def test_density(call, most):
    found = files_entered(call)
    assert len(found) <= most, found  # foundations included
    assert len(set(found) - set(FOUNDATIONS)) <= 9, found


@pytest.mark.parametrize("n", [300, 2600])
def test_shape_clustering(n):
    images = grouped(n).reshape(-1, 8, 8)
    found = files_entered(lambda: ShapeClustering(10, warp=1, random_state=0).fit(images))
    assert "cluster/shape/partition.py" in found
    assert len(set(found) - set(FOUNDATIONS)) <= 27, found  # with k-means and the neighbours


def linked(algorithm, method):
    with choose.forced(algorithm):
        return hierarchy.linkage(points(2600), method)


def longest_walk(call, monkeypatch):
    """Of all ways from `call` to a kernel, the one through most of our files, the kernel's aside."""
    from numba.core.dispatcher import Dispatcher

    from inkcluster.compute import threads

    ways = set()
    inner = Dispatcher.__call__

    def note(kernel, *args, **named):
        frame, files = sys._getframe(1), set()
        while frame is not None:
            files.add(frame.f_code.co_filename)
            frame = frame.f_back
        ways.add(frozenset(file for file in files if Path(file).is_relative_to(HOME)))
        return inner(kernel, *args, **named)

    monkeypatch.setattr(threads, "workers", lambda: 1)  # or the walk ends where a thread begins
    monkeypatch.setattr(Dispatcher, "__call__", note)
    call()
    assert ways
    return sorted(Path(file).relative_to(HOME).as_posix() for file in max(ways, key=len))


@pytest.mark.parametrize(
    ("call", "most"),
    [
        (lambda: KMeans(10, n_init=2, random_state=0).fit(points(40_000)), 7),
        (lambda: KMeans(10, n_init=30, random_state=0).fit(grouped(8000)), 7),
        *((lambda a=a, m=m: linked(a, m), 8) for a, m in LINKAGES if a not in NOT_COMPILED),
        (lambda: AgglomerativeClustering().fit(points(6000)), 8),
        (lambda: DBSCAN(eps=700.0).fit(points(5200)), 8),
        (lambda: DBSCANGrid([600.0, 700.0], [2, 5]).fit(points(5200)), 8),
        (lambda: HDBSCAN(copy=True).fit(points(5100)), 9),
        (
            lambda: ShapeClustering(10, warp=1, random_state=0).fit(
                grouped(2600).reshape(-1, 8, 8)
            ),
            12,
        ),
    ],
)
def test_the_walk_to_a_kernel(call, most, monkeypatch):
    walk = longest_walk(call, monkeypatch)
    assert len(walk) <= most, walk  # foundations included
