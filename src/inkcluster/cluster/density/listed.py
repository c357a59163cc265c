"""DBSCAN by scikit-learn's own loops, over the list of neighbours of every point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._dbscan_inner import dbscan_inner
from sklearn.neighbors import KDTree

from inkcluster.cluster.density.components import Cells, core_points


class Listed:
    """DBSCAN of points (n, d), as :mod:`~inkcluster.cluster.density.components` gives it.

    `min_samples` is ascending, `weight` (n,) optional. Every pair within eps is held at once.
    """

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
    ) -> None:
        self._X = np.ascontiguousarray(X, np.float64)
        self._min_samples = min_samples
        self._weight = weight
        self._tree = KDTree(self._X)

    def at(self, eps: float) -> Cells:
        """The cells of one eps."""
        n = len(self._X)
        lists = self._tree.query_radius(self._X, eps)
        if self._weight is None:
            total = np.array([len(near) for near in lists])
        else:
            total = np.array([self._weight[near].sum() for near in lists])
        cores = core_points(self._X, self._weight, total, self._min_samples, eps)
        return np.array([_first(core, lists) for core in cores]).reshape(-1, n), cores


def _first(core: NDArray[np.bool_], lists: NDArray[np.object_]) -> NDArray[np.int32]:
    """The first core point of each point's cluster (n,), n for noise."""
    n = len(core)
    labels = np.full(n, -1)
    dbscan_inner(core.view(np.uint8), lists, labels)
    rows = np.flatnonzero(core)[::-1]
    first = np.full(n + 1, n, np.int32)  # the last place is that of noise
    first[labels[rows]] = rows  # the last one assigned is the first row
    found: NDArray[np.int32] = first[labels]
    return found
