"""DBSCAN from lists of neighbours: those within eps, or the nearest with spanning forests.

Either class gives at one eps, for each `min_samples`, the first core point of every point's
cluster (n for noise) and the core points, both of shape (n_min_samples, n).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import KDTree, NearestNeighbors

from inkcluster.compute.threads import peers_threads
from inkcluster.progress import current

if TYPE_CHECKING:
    from inkcluster.cluster.neighbors.nearest import Neighbours

MAX_PAIRS = 1 << 23
"""Pairs held at a time, of about 50 bytes each."""

Cells = tuple[NDArray[np.int32], NDArray[np.bool_]]
Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Points, and a neighbour of each."""


class Neighbourhoods:
    """scikit-learn's own neighbourhoods of points (n, d): nothing is compiled, fast in few dimensions.

    `min_samples` is ascending, `weight` (n,) optional. Without a `tree` of the points all
    neighbourhoods are found at once, by scikit-learn's choice.
    """

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
        tree: KDTree | None,
    ) -> None:
        self._X = X if X.dtype.kind == "f" else X.astype(np.float64)
        self._min_samples = min_samples
        self._weight = weight
        self._tree = tree

    def at(self, eps: float) -> Cells:
        """The cells of one eps, as the module says."""
        n = len(self._X)
        total = np.zeros(n)
        stored: list[Pairs] = []
        for part, lists in self._found(eps):
            total[part] = [
                len(near) if self._weight is None else np.sum(self._weight[near]) for near in lists
            ]
            stored = [_pairs(part.start, lists)] if len(lists) == n else []

        def pairs() -> Iterator[Pairs]:
            if stored:
                return iter(stored)
            return (_pairs(part.start, near) for part, near in self._found(eps))

        cores = np.array([total >= least for least in self._min_samples])
        component = [np.arange(n, dtype=np.int32) for _ in cores]
        for rows, columns in pairs():
            for j, core in enumerate(cores):
                inner = core[columns] & core[rows]
                ends = component[j][rows[inner]], component[j][columns[inner]]
                component[j] = _components(n, *ends)[component[j]]
        first = np.array([_first_cores(*cell) for cell in zip(component, cores, strict=True)])
        for rows, columns in pairs():
            for j, core in enumerate(cores):
                border = core[columns] & ~core[rows]
                np.minimum.at(first[j], rows[border], first[j, columns[border]])
        return first, cores

    def _found(self, eps: float) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Rows and their neighbourhoods; with a tree, at most `MAX_PAIRS` pairs at a time."""
        n = len(self._X)
        if self._tree is None:
            with peers_threads():
                search = NearestNeighbors(radius=eps).fit(self._X)
                near = search.radius_neighbors(self._X, return_distance=False)
            yield slice(0, n), near
            return
        ends = np.cumsum(self._tree.query_radius(self._X, eps, count_only=True))
        start = 0
        while start < n:
            before = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + MAX_PAIRS, side="right")))
            yield slice(start, stop), self._tree.query_radius(self._X[start:stop], eps)
            start = stop


class Forests:
    """Lists of nearest neighbours, and a spanning forest for each `min_samples`.

    A point is a core point at eps if its `min_samples`-th neighbour is within eps. Core points are
    connected exactly if the minimum spanning tree under mutual reachability, cut at eps, connects
    them (Campello, Moulavi & Sander 2013). Any other point has fewer than `min_samples` neighbours
    within eps, so its list holds all of them.

    `most` is the largest `eps` that will be asked for. `lists` hold the nearest neighbours of the
    points (n, d), themselves included: at least the largest of `min_samples`, or all n.
    """

    def __init__(
        self, X: NDArray[np.generic], min_samples: Sequence[int], most: float, lists: Neighbours
    ) -> None:
        from inkcluster.cluster.neighbors.spanning import spanning_tree

        n = len(X)
        self._squared, self._rows = lists
        self._core_distances = np.full((len(min_samples), n), np.inf)
        self._trees = []
        with current().task("spanning forests", total=len(min_samples)) as advance:
            for core, least in zip(self._core_distances, min_samples, strict=True):
                if least <= n:
                    core[:] = self._squared[:, least - 1]
                self._trees.append(spanning_tree(X, core, most * most, lists))
                advance(1)

    def at(self, eps: float) -> Cells:
        """The cells of one eps, as the module says."""
        n = len(self._squared)
        near = self._squared <= eps * eps
        cores = self._core_distances <= eps * eps
        first = np.empty(cores.shape, np.int32)
        for j, (core, (edges, weight)) in enumerate(zip(cores, self._trees, strict=True)):
            kept = edges[weight <= eps * eps]
            first[j] = _first_cores(_components(n, kept[:, 0], kept[:, 1]), core)
            border = np.flatnonzero(~core)
            rows = self._rows[border]
            seen = np.where(near[border] & core[rows], first[j, rows], n)
            first[j, border] = seen.min(axis=1, initial=n)
        return first, cores


def _pairs(start: int, lists: NDArray[Any]) -> Pairs:
    """The pairs in the lists of the rows from `start` on."""
    lengths = [len(near) for near in lists]
    rows = np.repeat(np.arange(start, start + len(lists), dtype=np.int32), lengths)
    return rows, np.concatenate(lists).astype(np.int32)


def _components(n: int, a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    """The component (n,) of each of `n` nodes, of which `a` and `b` are joined pair by pair."""
    graph = csr_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    component: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return component


def _first_cores(component: NDArray[np.int32], core: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The first core point of each core point's component; n for other points."""
    n = len(core)
    rows = np.flatnonzero(core)[::-1]
    first = np.full(n, n, np.int32)
    first[component[rows]] = rows  # the last one assigned is the first row
    return np.where(core, first[component], np.int32(n))
