"""Every estimator and engine function, run in a child process with little memory."""

import json
import resource
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist

import inkcluster as ink
from inkcluster import cluster, hierarchy
from inkcluster.cluster.neighbors import nearest_neighbors
from inkcluster.errors import TooLittleMemoryError


def points(n, d=12, seed=0):
    rng = np.random.default_rng(seed)
    return 3 * rng.normal(size=(n, d)) + 6 * rng.normal(size=(8, d))[np.arange(n) % 8]


def square(n):
    """Distances of points."""
    return cdist(points(n, 3), points(n, 3))


def pictures(n):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 40, (n, 12, 12), dtype=np.uint8)
    images[np.arange(n), 2:10, 2 + np.arange(n) % 8] = 255
    return images


def estimator(cls, make=points, **parameters):
    return make, lambda X, limit: cls(**parameters, memory_limit=limit).fit(X)


def function(call, *parameters, make=points, **named):
    return make, lambda X, limit: call(X, *parameters, **named, memory_limit=limit)


average = {"n_clusters": 5, "linkage": "average"}
CALLS = {
    "k-means": estimator(ink.KMeans, n_clusters=8, n_init=3, random_state=0),
    "agglomerative": estimator(ink.AgglomerativeClustering, n_clusters=5),
    "agglomerative, cityblock": estimator(
        ink.AgglomerativeClustering, metric="cityblock", **average
    ),
    "agglomerative, precomputed": estimator(
        ink.AgglomerativeClustering, square, metric="precomputed", **average
    ),
    "DBSCAN": estimator(ink.DBSCAN, eps=14.0),
    "DBSCAN, cosine": estimator(ink.DBSCAN, eps=0.3, metric="cosine"),
    "DBSCAN, cityblock": estimator(ink.DBSCAN, eps=30.0, metric="cityblock"),
    "DBSCAN grid": estimator(ink.DBSCANGrid, eps=[12.0, 14.0], min_samples=[3, 5], refine=0),
    "HDBSCAN": estimator(ink.HDBSCAN, copy=True),
    "HDBSCAN, many": estimator(ink.HDBSCAN, min_cluster_size=800, copy=True),
    "HDBSCAN, brute": estimator(ink.HDBSCAN, metric="cityblock", algorithm="brute", copy=True),
    "shapes": estimator(ink.ShapeClustering, pictures, n_clusters=8, random_state=0),
    "k-means range": function(cluster.kmeans_range, [2, 5, 8], random_state=0),
    "shape neighbours": function(cluster.shape_neighbors, 5, make=pictures),
    "neighbours": function(nearest_neighbors, 15),
    "many neighbours": function(nearest_neighbors, 800),
    "hierarchies": function(hierarchy.linkages),
    **{f"{name} linkage": function(getattr(hierarchy, name)) for name in hierarchy.METHODS},
    "cuts": function(lambda Z, **named: cluster.hierarchy.cuts(Z, np.arange(2, 900), **named),
                     make=lambda n: hierarchy.single(points(n, 3))),
}  # fmt: skip


@contextmanager
def limited(more: int | None):
    """Let this process take `more` bytes of address space beyond what it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    if more is not None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def outcome(name: str, n: int, more: int | None) -> str:
    """`done`, or the numbers of a refusal; anything else is raised."""
    make, call = CALLS[name]
    X = make(n)
    try:
        with limited(more):
            call(X, None)
    except TooLittleMemoryError as error:
        numbers = [f"{number / 1e9:.2f} GB" for number in (error.need, error.have)]
        told = all(number in str(error) for number in numbers)
        return f"needs {error.need}, has {error.have}" if told else f"says {error}"
    return "done"


def peak(name: str, n: int) -> tuple[int, int]:
    """The bytes planned for a call, and those it took at most."""
    make, call = CALLS[name]
    X = make(n)
    call(make(900), None)  # imports and compiled loops
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    before = _peak()
    call(X, None)
    took = _peak() - before
    try:
        call(X, 1)
    except TooLittleMemoryError as error:
        return error.need, took
    raise AssertionError("nothing is planned")


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    what, sizes = sys.argv[1], json.loads(sys.argv[2])
    for name, n in sizes.items():
        if what == "peak":
            print(json.dumps(peak(name, n)))
        else:
            more = int(what) if what.isdigit() else None
            print(json.dumps([name, outcome(name, n, more)]), flush=True)
