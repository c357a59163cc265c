"""Builds hierarchies under SciPy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.cluster.linkage.build import build
from inkcluster.cluster.linkage.choose import METHODS


def linkage(
    y: ArrayLike,
    method: str = "single",
    metric: Any = "euclidean",
    optimal_ordering: bool = False,
    *,
    memory_limit: int | None = None,
) -> NDArray[np.float64]:
    """Build the hierarchy of `y`, as :func:`scipy.cluster.hierarchy.linkage` does.

    The merges are those of the naive algorithm: at each step the two nearest clusters. Distances
    that agree in 40 of their 53 bits tie; the pair with the earliest point goes first, then the one
    with the earlier other cluster. Single linkage orders pairs of points by distance, then by the
    earlier point, then by the later. The result does not depend on threads or block sizes.

    Parameters
    ----------
    y : array-like of shape (n, d) or (n·(n - 1)/2,)
        Points (float32, float64 and uint8 are not copied and may be memory-mapped), or their
        condensed distances, which SciPy merges. Not written to.
    method : str
        One of :data:`METHODS`.
    metric : str or callable
        The distance of points. Other than Euclidean, SciPy computes all distances and merges them.
    optimal_ordering : bool
        Order the leaves so that neighbours are near each other, by SciPy (slow).
    memory_limit : int or None
        Bytes that may be taken beside `y`; by default what the machine has free.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        A row for each merge: the two clusters, the height, the number of members.

    Raises
    ------
    BadInputError
        For NaN, infinity, no points, an unknown method, or a metric that the method does not allow.
        It is a ValueError, as SciPy raises.
    TooLittleMemoryError
        If more bytes are needed than may be taken.

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
    return build(y, (method,), metric, optimal_ordering, memory_limit)[method].Z


def linkages(
    y: ArrayLike, methods: Sequence[str] = METHODS, *, memory_limit: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Build several hierarchies of `y`, each as :func:`linkage` does.

    All are checked and planned before the first is started. Centroid and median use one core each,
    and are built side by side where memory allows; the others use every core.

    Parameters
    ----------
    y : array-like of shape (n, d) or (n·(n - 1)/2,)
    methods : sequence of str
        Some of :data:`METHODS`.
    memory_limit : int or None
        Bytes that may be taken beside `y`; by default what the machine has free.

    Returns
    -------
    dict of str to ndarray of shape (n - 1, 4), float64
        In the order of `methods`.

    Raises
    ------
    BadInputError, TooLittleMemoryError
        As :func:`linkage` does.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.hierarchy import linkages
    >>> found = linkages(np.array([[0.0], [1.0], [5.0]]), ["centroid", "median"])
    >>> {method: Z[:, 2].tolist() for method, Z in found.items()}
    {'centroid': [1.0, 4.5], 'median': [1.0, 4.5]}
    """
    return {m: built.Z for m, built in build(y, methods, memory_limit=memory_limit).items()}


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
