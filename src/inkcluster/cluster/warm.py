"""Small data on which the engines use their compiled code, so that it can be made ahead of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGE = 9000
"""Points at which every engine works by its own code."""
TYPES = (np.float64, np.float32, np.uint8)


def _points(n: int, d: int) -> Iterator[NDArray[Any]]:
    """Ten clouds (n, d) of values from 0 to 255, in each dtype that kernels are compiled for."""
    random = np.random.default_rng(0)
    centres = random.uniform(60, 190, (10, d))
    clouds = centres[random.integers(0, 10, n)] + random.normal(0, 25, (n, d))
    yield from (np.clip(clouds, 0, 255).astype(dtype) for dtype in TYPES)


def _kmeans() -> None:
    from inkcluster.cluster.kmeans import KMeans, choose, kmeans_range

    for X in _points(LARGE, 64):
        KMeans(16, n_init=2, random_state=0, search="deep").fit(X)
        for algorithm in (choose.BOUNDS, choose.SHARP):
            with choose.forced(algorithm):
                KMeans(16, n_init=2, random_state=0).fit(X[: LARGE // 2])
        with choose.forced(choose.BOUNDS):
            kmeans_range(X[: LARGE // 2], range(2, 5), n_init=2, random_state=0)


def _linkages(*methods: str) -> Callable[[], None]:
    def run() -> None:
        from inkcluster.cluster import hierarchy
        from inkcluster.cluster.linkage import choose

        for X in _points(LARGE // 2, 40):
            for some in (X, X[:1500]):  # few points go another way
                for method in methods:
                    hierarchy.cuts(hierarchy.linkage(some, method), [2, 10])
            with choose.forced("vectors", "spanning tree", "rounds"):  # beyond 8,192 points
                for method in methods:
                    hierarchy.linkage(X, method)
        for algorithm in ("direct", "generic"):
            with choose.forced(algorithm):
                for method in methods:
                    hierarchy.linkage(X[:500], method)

    return run


def _neighbors() -> None:
    from inkcluster.cluster.neighbors import nearest_neighbors

    for X in _points(LARGE // 3, 40):
        nearest_neighbors(X, 10)
        nearest_neighbors(X, 10, queries=X)


def _density() -> None:
    from inkcluster.cluster.density import DBSCAN, DBSCANGrid
    from inkcluster.cluster.hdbscan import HDBSCAN, choose

    for X in _points(LARGE, 40):
        eps = 25 * float(np.sqrt(40))
        DBSCAN(eps, min_samples=5).fit(X)
        DBSCANGrid([eps / 2, eps], [5, 10]).fit(X)
        HDBSCAN(min_cluster_size=20, copy=True).fit(X)
    with choose.forced("boruvka", choose.COMPILED_WALK):
        HDBSCAN(copy=True).fit(X[:500])


def _shape() -> None:
    from sklearn.datasets import load_digits

    from inkcluster.cluster.image_map import image_map
    from inkcluster.cluster.shape import ShapeClustering

    images = load_digits().images
    images = np.concatenate([images, images[:, ::-1]])
    for some in (images[:300], images[:2700]):  # from 2,501 images on other kernels take part
        found = ShapeClustering(10, random_state=0).fit(some)
    image_map(found.neighbors_, found.neighbor_distances_, images[:2700, 3, 3:5])


PARTS: dict[str, Callable[[], None]] = {
    "kmeans": _kmeans,
    "ward": _linkages("ward", "single"),
    "centroid": _linkages("centroid", "median"),
    "average": _linkages("average", "complete", "weighted"),
    "density": _density,
    "shape": _shape,
    "neighbors": _neighbors,
}
"""What calls the compiled code of one part, by its name; the longest first."""
