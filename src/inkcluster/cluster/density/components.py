"""What the ways to find DBSCAN's labels share: who is within eps, core points, and clusters.

Each way is a class with ``at(eps)``. It gives, for each `min_samples`, the first core point of every
point's cluster (n for noise) and the core points, both of shape (n_min_samples, n).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import NearestNeighbors

from inkcluster.cluster.neighbors.nearest import paired
from inkcluster.compute.threads import peers_threads, pieces

MAX_TREE_DIMENSIONS = 15
"""Dimensions up to which scikit-learn's trees measure the distances, which decides ties."""
MAX_AGAIN = 1 << 22
"""Neighbours that are listed at a time where neighbourhoods are found again."""
MIN_PAIRS_A_NODE, FIRST_JOINED = 16, 8
"""Of more pairs for a node than this, every eighth is joined first."""

Cells = tuple[NDArray[np.int32], NDArray[np.bool_]]
Rows = NDArray[np.int32] | NDArray[np.int64]


def within(X: NDArray[Any], a: Rows, b: Rows, eps: float) -> NDArray[np.bool_]:
    """Whether the rows `a` and `b` of X (n, d) are within eps, pair by pair, decided in float64.

    Up to 15 dimensions the terms are added one after the other, as in scikit-learn's trees.
    """
    if X.shape[1] > MAX_TREE_DIMENSIONS:
        return paired(X, a, X, b) <= eps * eps
    squared = np.zeros(len(a))
    for column in X.T:
        values = np.ascontiguousarray(column, np.float64)
        step = values.take(a)
        step -= values.take(b)
        step *= step
        squared += step
    return squared <= eps * eps


def core_points(
    X: NDArray[Any],
    weight: NDArray[np.floating[Any]] | None,
    total: NDArray[np.number[Any]],
    min_samples: Sequence[int],
    eps: float,
) -> NDArray[np.bool_]:
    """Whether each point is a core point (n_min_samples, n), from its `total` weight within eps.

    Where the order in which fractions are added could decide, scikit-learn finds the neighbourhood
    and NumPy adds its weights, as in scikit-learn's DBSCAN.
    """
    cores = np.array([total >= least for least in min_samples])
    close = [np.abs(total - least) <= slack(weight, least) for least in min_samples]
    rows = np.flatnonzero(np.any(close, axis=0)) if slack(weight, 1) else np.empty(0, np.intp)
    if weight is None or not len(rows):
        return cores
    search = NearestNeighbors(radius=eps)
    with peers_threads():
        search.fit(X)
        for part in pieces(len(rows), max(1, MAX_AGAIN // len(X))):
            some = rows[part]
            lists = search.radius_neighbors(X[some], return_distance=False)
            again = np.array([np.sum(weight[near]) for near in lists])
            for core, least in zip(cores, min_samples, strict=True):
                core[some] = again >= least
    return cores


def slack(weight: NDArray[np.floating[Any]] | None, total: float) -> float:
    """How much sums of `weight` near `total` may differ with the order of their terms."""
    if weight is None or bool((weight == np.floor(weight)).all()):
        return 0.0
    size = float(np.abs(weight).sum(dtype=np.float64)) if (weight < 0).any() else total
    float64 = len(weight) * np.finfo(np.float64).eps
    return size * float(64 * np.finfo(weight.dtype).eps + float64)


def from_pairs(
    core: NDArray[np.bool_], a: NDArray[np.int32], b: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The first core point of each point's cluster (n,), n for noise, from all pairs within eps."""
    n = len(core)
    if not core.any():
        return np.full(n, n, np.int32)
    one, other = core.take(a), core.take(b)
    both = np.flatnonzero(one & other)
    first = first_cores(components(n, a[both], b[both]), core)
    for inner, border, edge in ((a, b, one & ~other), (b, a, other & ~one)):
        edges = np.flatnonzero(edge)
        np.minimum.at(first, border[edges], first[inner[edges]])
    return first


def components(n: int, a: Rows, b: Rows) -> NDArray[np.int32]:
    """The component (n,) of each of `n` nodes, of which `a` and `b` are joined pair by pair.

    Of many pairs, some are joined first; nearly all others are then within a component
    (Sutton, Ben-Nun & Barak 2018, "Optimizing parallel graph connectivity computation").
    """
    if len(a) > MIN_PAIRS_A_NODE * n:
        part = components(n, a[::FIRST_JOINED], b[::FIRST_JOINED])
        a, b = part[a], part[b]
        apart = np.flatnonzero(a != b)
        return components(n, a[apart], b[apart])[part]
    graph = csr_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    component: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return component


def first_cores(component: NDArray[np.int32], core: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The first core point of each core point's component; n for other points."""
    n = len(core)
    rows = np.flatnonzero(core)[::-1]
    first = np.full(n, n, np.int32)
    first[component[rows]] = rows  # the last one assigned is the first row
    return np.where(core, first[component], np.int32(n))
