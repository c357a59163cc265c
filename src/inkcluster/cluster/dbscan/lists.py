"""DBSCAN from scikit-learn's own neighbourhoods, a bounded number of pairs at a time.

For few points, where nothing needs to be compiled, and few dimensions, where its trees are fastest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import KDTree, NearestNeighbors

from inkcluster.cluster.dbscan.labels import numbered

FEW_POINTS = 2500
"""Points of which all neighbourhoods are found at once."""
SAMPLE = 256
PAIRS = 1 << 23
"""Pairs that may be held at a time, some 50 bytes each."""

Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]


class Lists:
    """The points of one fit; labels for every `min_samples` at one `eps` after another.

    Parameters
    ----------
    X : ndarray of shape (n, d), real and finite
    min_samples : sequence of int, ascending
    weight : ndarray of shape (n,), optional
    """

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None = None,
    ) -> None:
        self._X = X if X.dtype.kind == "f" else X.astype(np.float64)
        self._min_samples = min_samples
        self._weight = weight
        self._tree = KDTree(self._X, leaf_size=30) if len(X) > FEW_POINTS else None

    def labels(self, eps: float) -> NDArray[np.int32]:
        """Labels of shape (n_min_samples, n)."""
        return self.labels_and_cores(eps)[0]

    def labels_and_cores(self, eps: float) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Labels and core points, both of shape (n_min_samples, n)."""
        n = len(self._X)
        total = np.zeros(n)
        stored: list[list[Pairs]] = []
        for part, lists in self._neighbourhoods(eps):
            total[part] = [
                len(near) if self._weight is None else np.sum(self._weight[near]) for near in lists
            ]
            stored = [[_pairs(part.start, lists)]] if len(lists) == n else []
        cores = np.array([total >= least for least in self._min_samples])
        names = [np.arange(n, dtype=np.int32) for _ in cores]

        def pairs() -> Iterator[Pairs]:
            if stored:
                yield from stored[0]
            else:
                yield from (_pairs(part.start, near) for part, near in self._neighbourhoods(eps))

        for rows, columns in pairs():
            for j, core in enumerate(cores):
                inner = core[columns] & core[rows]
                names[j] = _united(names[j], names[j][rows[inner]], names[j][columns[inner]])
        labels = np.array([numbered(name, core) for name, core in zip(names, cores, strict=True)])
        lowest = np.full(labels.shape, n, np.int32)
        for rows, columns in pairs():
            for j, core in enumerate(cores):
                outer = core[columns] & ~core[rows]
                np.minimum.at(lowest[j], rows[outer], labels[j, columns[outer]])
        border = lowest < n
        labels[border] = lowest[border]
        return labels, cores

    def _neighbourhoods(self, eps: float) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Rows and their lists of neighbours, no more than `PAIRS` at a time where trees count."""
        n = len(self._X)
        if self._tree is None:
            search = NearestNeighbors(radius=eps).fit(self._X)
            yield slice(0, n), search.radius_neighbors(self._X, return_distance=False)
            return
        ends = np.cumsum(self._tree.query_radius(self._X, eps, count_only=True))
        start = 0
        while start < n:
            before = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + PAIRS, side="right")))
            yield slice(start, stop), self._tree.query_radius(self._X[start:stop], eps)
            start = stop


def crowd(X: NDArray[Any], eps: float) -> float:
    """The share of all points that is within `eps` of a point, the mean of a sample."""
    some = X[np.random.default_rng(0).integers(0, len(X), SAMPLE)]
    return float(KDTree(X).query_radius(some, eps, count_only=True).mean() / len(X))


def _pairs(start: int, lists: NDArray[Any]) -> Pairs:
    """The points of the lists' pairs: who has the neighbour, and the neighbour."""
    lengths = [len(near) for near in lists]
    rows = np.repeat(np.arange(start, start + len(lists), dtype=np.int32), lengths)
    return rows, np.concatenate(lists).astype(np.int32)


def _united(
    name: NDArray[np.int32], a: NDArray[np.int32], b: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Names (n,) after those of `a` and `b` are united, pair by pair."""
    n = len(name)
    graph = csr_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    united: NDArray[np.int32] = connected_components(graph, directed=False)[1][name]
    return united
