"""The single-linkage hierarchy of vectors, from their minimum spanning tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.cluster._linkage_nearest import Nearest
from inkcluster.kernels import linkage_spanning


def spanning_tree(X: NDArray[np.generic]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The edges of the minimum spanning tree, shortest first (Borůvka 1926).

    Each round, every component but the largest takes its shortest edge out; what a point's list of
    neighbours cannot answer is searched for again, outside its component. Ties go to the pair of
    points that comes first.

    Parameters
    ----------
    X : ndarray of shape (n, d), n ≥ 2, any real dtype, finite

    Returns
    -------
    edges : ndarray of shape (n - 1, 2), int32, lower first
    squared : ndarray of shape (n - 1,), float64, squared lengths
    """
    n = len(X)
    points = Nearest(X, np.ones(n))
    slots = np.arange(n)
    part = np.arange(n, dtype=np.int32)
    edges = np.empty((n - 1, 2), np.int32)
    squared = np.empty(n - 1)
    asking = np.empty(n, np.int64)
    done = 0
    with progress.current().task("merges", total=2 * n - 1) as advance:
        points.search(slots, slots, advance=advance)
        while done < n - 1:
            lists = (points.near, points.far, points.bound, points.nearest, points.sure)
            count, open_ = linkage_spanning.grow(part, *lists, edges[done:], squared[done:], asking)
            if count == 0:
                points.search(slots, asking[:open_], part)
            done += count
            advance(count)
    key = squared * 8193.0
    order = np.lexsort((edges[:, 1], edges[:, 0], key - (key - squared)))
    return edges[order], squared[order]
