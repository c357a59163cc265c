"""Hierarchies under SciPy's names, and their flat cuts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.cluster.linkage.build import METHODS, build, build_all
from inkcluster.errors import BadInputError
from inkcluster.kernels.linkage import tree as linkage_tree

__all__ = [
    "METHODS",
    "average",
    "centroid",
    "complete",
    "cut",
    "cuts",
    "linkage",
    "linkages",
    "median",
    "single",
    "ward",
    "weighted",
]


def linkage(
    y: ArrayLike,
    method: str = "single",
    metric: Any = "euclidean",
    optimal_ordering: bool = False,
    *,
    memory_limit: int | None = None,
) -> NDArray[np.float64]:
    """Build the hierarchy of `y`, as :func:`scipy.cluster.hierarchy.linkage` does.

    The merges are those of the naive algorithm: at every step the two nearest clusters. Distances
    that agree in 40 of their 53 bits are ties, which go to the pair that holds the earliest point,
    then to the earlier other cluster. Single linkage orders pairs of points: by distance, then by
    the earlier point, then by the later. The result depends neither on threads nor on block sizes.

    Parameters
    ----------
    y : array-like of shape (n, d) or (n·(n - 1)/2,)
        Points (float32, float64 and uint8 are taken as they are, also memory-mapped), or their
        condensed distances. Never written to.
    method : str
        One of :data:`METHODS`.
    metric : str or callable
        Used on points only.
    optimal_ordering : bool
        Order the leaves so that neighbours are near each other (slow).
    memory_limit : int or None
        Bytes that may be taken; by default what the machine has free.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        A row for each merge: the two clusters, the height, the number of members.

    Raises
    ------
    BadInputError
        For NaN, infinity, no points, an unknown method, a method with a metric it does not allow,
        and a need of memory over the limit. It is a ValueError, which SciPy raises.

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
    return build(y, method, metric, optimal_ordering, memory_limit)


def linkages(
    y: ArrayLike, methods: Sequence[str] = METHODS, *, memory_limit: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Build several hierarchies of `y`, each as :func:`linkage` does.

    Centroid and median, which can use one core each, are built side by side; so is nothing else,
    as all others use every core.

    Parameters
    ----------
    y : array-like of shape (n, d) or (n·(n - 1)/2,)
    methods : sequence of str
        Some of :data:`METHODS`.
    memory_limit : int or None
        Bytes that may be taken; by default what the machine has free.

    Returns
    -------
    dict of str to ndarray of shape (n - 1, 4), float64
        In the order of `methods`.

    Raises
    ------
    BadInputError
        As :func:`linkage` does.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.hierarchy import linkages
    >>> found = linkages(np.array([[0.0], [1.0], [5.0]]), ["centroid", "median"])
    >>> {method: Z[:, 2].tolist() for method, Z in found.items()}
    {'centroid': [1.0, 4.5], 'median': [1.0, 4.5]}
    """
    return build_all(y, methods, memory_limit)


def ward(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge the two clusters whose union adds least to the sum of squares; see :func:`linkage`."""
    return linkage(y, "ward", memory_limit=memory_limit)


def single(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge the two clusters with the nearest pair of members; see :func:`linkage`."""
    return linkage(y, "single", memory_limit=memory_limit)


def complete(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge the two clusters whose farthest members are nearest; see :func:`linkage`."""
    return linkage(y, "complete", memory_limit=memory_limit)


def average(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge the two clusters with the least mean distance between members; see :func:`linkage`."""
    return linkage(y, "average", memory_limit=memory_limit)


def weighted(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge by the mean of the two parts' distances (WPGMA); see :func:`linkage`."""
    return linkage(y, "weighted", memory_limit=memory_limit)


def centroid(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge the two clusters with the nearest centroids; see :func:`linkage`."""
    return linkage(y, "centroid", memory_limit=memory_limit)


def median(y: ArrayLike, *, memory_limit: int | None = None) -> NDArray[np.float64]:
    """Merge the two clusters with the nearest midpoints (WPGMC); see :func:`linkage`."""
    return linkage(y, "median", memory_limit=memory_limit)


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
    labels: NDArray[np.int32] = cuts(Z, [k])[0]
    return labels


def cuts(Z: NDArray[np.float64], ks: ArrayLike | None = None) -> NDArray[np.int32]:
    """Read many partitions at once, each in O(n) after one pass over the hierarchy.

    Parameters
    ----------
    Z : ndarray of shape (n - 1, 4)
        A hierarchy; merges in the order in which they were made.
    ks : array-like of int or None
        Numbers of clusters, each from 1 to n; all of them, n to 1, by default.

    Returns
    -------
    ndarray of shape (len(ks), n), int32
        Clusters numbered from 0 by decreasing size, the earlier first member first among equals.

    Raises
    ------
    BadInputError
        If one of `ks` is not between 1 and n.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import hierarchy
    >>> from inkcluster.cluster.hierarchy import cuts
    >>> cuts(hierarchy.ward(np.array([[0.0], [0.1], [5.0]])), [1, 2]).tolist()
    [[0, 0, 0], [0, 0, 1]]
    """
    n = len(Z) + 1
    wanted = np.arange(n, 0, -1) if ks is None else np.atleast_1d(np.asarray(ks))
    for k in wanted:
        if not 1 <= k <= n:
            raise BadInputError(
                f"A hierarchy of {n} points can be cut into 1 to {n} clusters, not {k}."
            )
    start, earliest, parent = (np.empty(2 * n - 1, np.int64) for _ in range(3))
    linkage_tree.spans(np.asarray(Z, dtype=np.float64), start, earliest, parent)
    size = np.concatenate([np.ones(n, np.int64), np.asarray(Z)[:, 3].astype(np.int64)])
    leaves = np.empty(n, np.int64)
    leaves[start[:n]] = np.arange(n)
    labels = np.empty((len(wanted), n), np.int32)
    for row, k in enumerate(wanted):
        there = 2 * n - int(k)  # clusters made by then have lower numbers
        alive = np.flatnonzero(parent[:there] >= there)
        alive = alive[np.lexsort((earliest[alive], -size[alive]))]
        run = np.argsort(start[alive])
        labels[row, leaves] = np.repeat(run, size[alive][run])
    return labels
