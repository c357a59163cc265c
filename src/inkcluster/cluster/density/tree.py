"""DBSCAN from the pairs within eps that SciPy's k-d tree lists: nothing is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from inkcluster.cluster.density.components import (
    Cells,
    core_points,
    from_pairs,
    within,
)

LEAF = 32
"""Points in a leaf."""
PROBES = 64
"""Points for which the work is estimated."""
WIDER = 1 + 1e-9
"""More than the tree's own rounding of a distance."""


class Tree:
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
        self._tree = cKDTree(self._X, leafsize=LEAF, balanced_tree=False)
        starts = np.arange(0, len(X), LEAF)
        ordered = self._X[self._tree.indices]
        self._low = np.minimum.reduceat(ordered, starts)
        self._high = np.maximum.reduceat(ordered, starts)
        self._probes = self._X[np.linspace(0, len(X) - 1, PROBES).astype(np.intp)]

    def share_visited(self, eps: float) -> float:
        """About the share of all pairs that the tree cannot exclude by the boxes of its leaves."""
        gap = self._low - self._probes[:, None]
        np.maximum(gap, self._probes[:, None] - self._high, out=gap)
        np.maximum(gap, 0, out=gap)
        return float((np.einsum("ijk,ijk->ij", gap, gap) <= eps * eps).mean())

    def pairs(self, eps: float) -> float:
        """About the number of pairs within eps, each counted once."""
        count = self._tree.query_ball_point(self._probes, eps, return_length=True)
        return float(count.mean() * len(self._X) / 2)

    def at(self, eps: float) -> Cells:
        """The cells of one eps."""
        n = len(self._X)
        a, b = self._tree.query_pairs(eps * WIDER, output_type="ndarray").T.astype(np.int32)
        near = within(self._X, a, b, eps)
        if not near.all():
            a, b = a[near], b[near]
        if self._weight is None:
            total = np.bincount(a, minlength=n) + np.bincount(b, minlength=n) + 1.0
        else:
            weight = self._weight.astype(np.float64)
            total = np.bincount(a, weight[b], n) + np.bincount(b, weight[a], n) + weight
        cores = core_points(self._X, self._weight, total, self._min_samples, eps)
        return np.array([from_pairs(core, a, b) for core in cores]), cores
