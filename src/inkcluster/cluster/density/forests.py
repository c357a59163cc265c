"""DBSCAN at many eps from lists of nearest neighbours and spanning forests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from inkcluster.cluster.density.components import Cells, components, first_cores
from inkcluster.compute.dasked.tasks import on_workers
from inkcluster.progress import current

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inkcluster.cluster.neighbors.nearest import Neighbours

SECONDS = 1.6e-12
"""Of one thread, for a spanning forest, times the features and the square of the number of points."""


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
        n = len(X)
        self._squared, self._rows = lists
        self._core_distances = np.full((len(min_samples), n), np.inf)
        for core, least in zip(self._core_distances, min_samples, strict=True):
            if least <= n:
                core[:] = self._squared[:, least - 1]
        self._trees = []
        shared, cores = (X, most * most, lists), list(self._core_distances)
        with current().task("spanning forests", total=len(cores)) as advance:
            found = on_workers(
                "Spanning forests", _forest, shared, cores,
                seconds=SECONDS * len(cores) * float(n) ** 2 * X.shape[1],
                need=12 * X.size + 200 * n,
            )  # fmt: skip
            for tree in map(partial(_forest, shared), cores) if found is None else found:
                self._trees.append(tree)
                advance(1)

    def at(self, eps: float) -> Cells:
        """The cells of one eps, as :mod:`~inkcluster.cluster.density.components` says."""
        n = len(self._squared)
        near = self._squared <= eps * eps
        cores = self._core_distances <= eps * eps
        first = np.empty(cores.shape, np.int32)
        for j, (core, (edges, weight)) in enumerate(zip(cores, self._trees, strict=True)):
            kept = edges[weight <= eps * eps]
            first[j] = first_cores(components(n, kept[:, 0], kept[:, 1]), core)
            border = np.flatnonzero(~core)
            rows = self._rows[border]
            seen = np.where(near[border] & core[rows], first[j, rows], n)
            first[j, border] = seen.min(axis=1, initial=n)
        return first, cores


def _forest(
    shared: tuple[NDArray[np.generic], float, Neighbours], core: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The edges of the forest under core distances (n,), and their weights, all squared."""
    from inkcluster.cluster.neighbors.spanning import spanning_tree

    X, most, lists = shared
    return spanning_tree(X, core, most, lists)
