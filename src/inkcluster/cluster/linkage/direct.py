"""Builds hierarchies of points in few dimensions from their coordinates, as distances are needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._hierarchical_fast import mst_linkage_core
from sklearn.metrics import DistanceMetric

from inkcluster import progress
from inkcluster.kernels.linkage import direct, walk

CODES = {
    "ward": direct.WARD,
    "centroid": direct.CENTROID,
    "median": direct.MEDIAN,
}


def merges(
    X: NDArray[Any], size: NDArray[np.float64], method: str, *, compiled: bool = True
) -> tuple[NDArray[np.int32], NDArray[np.float64]] | None:
    """Merge points by single, Ward, centroid or median linkage until one cluster is left.

    Parameters
    ----------
    X : ndarray of shape (n, d), n ≥ 2, any real dtype, finite
    size : ndarray of shape (n,), float64
        How many points each row stands for; single linkage does not ask.
    method : str
    compiled : bool
        Whether by our loops; else by scikit-learn's, for single linkage only.

    Returns
    -------
    merges : ndarray of shape (n - 1, 2), int32
        A member of each cluster, in SciPy's order.
    height : ndarray of shape (n - 1,), float64
        Single linkage: SciPy's to the bit; else up to rounding.

    None if distances agree so closely that SciPy's rounding may decide which comes first; single
    linkage always decides as SciPy does.
    """
    n = len(X)
    squared = np.empty(n - 1)
    with progress.current().task("merges", total=n - 1) as advance:
        if method == "single":
            edges, height = _walked(X) if compiled else _by_scikit_learn(X)
            advance(n - 1)
            ascending = np.argsort(height, kind="stable")
            return edges[ascending].astype(np.int32), height[ascending]
        middle = np.median(X, axis=0).astype(np.float64)
        columns = np.array((X - middle).T, order="C")
        found = np.empty((n - 1, 2), np.int64)
        made = direct.merge(CODES[method], columns, size.copy(), found, squared)
        advance(n - 1)
    return (found.astype(np.int32), np.sqrt(squared)) if made == n - 1 else None


def _walked(X: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    columns, order = np.array(X.T, np.float64, order="C"), np.empty(len(X), np.int64)
    squared = np.empty(len(X) - 1)
    walk.walk(columns, order, squared)
    return np.column_stack([order[:-1], order[1:]]), np.sqrt(squared)


def _by_scikit_learn(X: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same edges in the same order."""
    points = np.ascontiguousarray(X, dtype=np.float64)
    tree = np.asarray(mst_linkage_core(points, DistanceMetric.get_metric("euclidean")))
    return tree[:, :2], tree[:, 2]
