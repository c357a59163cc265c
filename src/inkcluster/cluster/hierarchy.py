"""Hierarchies under SciPy's names, and their flat cuts. Stands on SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster import hierarchy as scipy_hierarchy

from inkcluster.cluster.clustering import relabel_by_size
from inkcluster.errors import BadInputError

_scipy_linkage: Any = scipy_hierarchy.linkage

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")


def linkage(
    y: ArrayLike, method: str = "single", metric: Any = "euclidean", optimal_ordering: bool = False
) -> NDArray[np.float64]:
    """Build the hierarchy of `y`, as :func:`scipy.cluster.hierarchy.linkage` does.

    Parameters
    ----------
    y : array-like of shape (n, d) or (n·(n - 1)/2,)
        Points, or their condensed distances.
    method : str
        One of :data:`METHODS`.
    metric : str or callable
        Used on points only.
    optimal_ordering : bool
        Order the leaves so that neighbours are near each other (slow).

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        A row for each merge: the two clusters, the height, the number of members.

    Raises
    ------
    ValueError
        For what SciPy refuses: NaN, an unknown method, a method with a metric it does not allow.

    References
    ----------
    Müllner, D. (2011), "Modern hierarchical, agglomerative clustering algorithms".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import hierarchy
    >>> hierarchy.linkage(np.array([[0.0], [1.0], [5.0]]), "average")[:, 2].tolist()
    [1.0, 4.5]
    """
    return np.asarray(_scipy_linkage(y, method, metric, optimal_ordering))


def ward(y: ArrayLike) -> NDArray[np.float64]:
    """Merge the two clusters whose union adds least to the sum of squares; see :func:`linkage`."""
    return linkage(y, "ward")


def single(y: ArrayLike) -> NDArray[np.float64]:
    """Merge the two clusters with the nearest pair of members; see :func:`linkage`."""
    return linkage(y, "single")


def complete(y: ArrayLike) -> NDArray[np.float64]:
    """Merge the two clusters whose farthest members are nearest; see :func:`linkage`."""
    return linkage(y, "complete")


def average(y: ArrayLike) -> NDArray[np.float64]:
    """Merge the two clusters with the least mean distance between members; see :func:`linkage`."""
    return linkage(y, "average")


def weighted(y: ArrayLike) -> NDArray[np.float64]:
    """Merge by the mean of the two parts' distances (WPGMA); see :func:`linkage`."""
    return linkage(y, "weighted")


def centroid(y: ArrayLike) -> NDArray[np.float64]:
    """Merge the two clusters with the nearest centroids; see :func:`linkage`."""
    return linkage(y, "centroid")


def median(y: ArrayLike) -> NDArray[np.float64]:
    """Merge the two clusters with the nearest midpoints (WPGMC); see :func:`linkage`."""
    return linkage(y, "median")


def cut(Z: NDArray[np.float64], k: int) -> NDArray[np.int32]:
    """Read the partition into exactly `k` clusters: what is there after n - k merges.

    :func:`scipy.cluster.hierarchy.fcluster` may give fewer where heights are equal, and other
    clusters where heights are inverted (centroid, median); this gives `k` always.

    Parameters
    ----------
    Z : ndarray of shape (n - 1, 4)
        A hierarchy; merges in the order in which they were made.
    k : int
        From 1 to n.

    Returns
    -------
    ndarray of shape (n,), int32
        Clusters numbered from 0 by decreasing size.

    Raises
    ------
    BadInputError
        If `k` is not between 1 and n.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import hierarchy
    >>> Z = hierarchy.ward(np.array([[0.0], [0.1], [5.0], [5.1], [5.2]]))
    >>> hierarchy.cut(Z, 2)
    array([1, 1, 0, 0, 0], dtype=int32)
    """
    n = len(Z) + 1
    if not 1 <= k <= n:
        raise BadInputError(
            f"A hierarchy of {n} points can be cut into 1 to {n} clusters, not {k}."
        )
    parent = np.arange(2 * n - 1)
    for merge in range(n - k):
        parent[int(Z[merge, 0])] = parent[int(Z[merge, 1])] = n + merge
    for node in range(n + (n - k) - 1, -1, -1):  # parents have higher numbers: roots come first
        parent[node] = parent[parent[node]]
    return relabel_by_size(parent[:n])
