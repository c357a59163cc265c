"""The whole map of DBSCAN from lists of nearest neighbours and one spanning forest a row.

A point is a core point at eps if its `min_samples`-th neighbour is within eps, and core points hang
together there exactly if the minimum spanning tree under mutual reachability, cut at eps, joins
them. A point that is none has fewer than `min_samples` neighbours within eps: its list holds all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from inkcluster import progress
from inkcluster.cluster.dbscan.labels import numbered
from inkcluster.cluster.neighbors.spanning import Lists, spanning_tree


class Forests:
    """The spanning forests of one fit; labels for every `min_samples` at one `eps` after another.

    Parameters
    ----------
    X : ndarray of shape (n, d), real and finite
    min_samples : sequence of int, ascending
    most : float
        The largest `eps` that will be asked for.
    lists : tuple of ndarray
        Squared distances and rows of the nearest neighbours, the points themselves among them, at
        least the largest of `min_samples` or all n.
    """

    def __init__(
        self, X: NDArray[np.generic], min_samples: Sequence[int], most: float, lists: Lists
    ) -> None:
        n = len(X)
        self._squared, self._rows = lists
        self._cores, self._trees = [], []
        with progress.current().task("spanning forests", total=len(min_samples)) as advance:
            for least in min_samples:
                core = self._squared[:, least - 1] if least <= n else np.full(n, np.inf)
                core = np.ascontiguousarray(core)
                self._cores.append(core)
                self._trees.append(spanning_tree(X, core, most * most, lists))
                advance(1)

    def labels(self, eps: float) -> NDArray[np.int32]:
        """Labels of shape (n_min_samples, n)."""
        n = len(self._squared)
        eps2 = eps * eps
        near = self._squared <= eps2
        labels = np.empty((len(self._cores), n), np.int32)
        for j, (distance, (edges, weight)) in enumerate(zip(self._cores, self._trees, strict=True)):
            core = distance <= eps2
            kept = edges[weight <= eps2]
            graph = csr_array((np.ones(len(kept), np.int8), (kept[:, 0], kept[:, 1])), (n, n))
            labels[j] = numbered(connected_components(graph, directed=False)[1], core)
            border = np.flatnonzero(~core)
            rows = self._rows[border]
            first = np.where(near[border] & core[rows], labels[j, rows], n).min(axis=1, initial=n)
            labels[j, border] = np.where(first < n, first, labels[j, border])
        return labels
