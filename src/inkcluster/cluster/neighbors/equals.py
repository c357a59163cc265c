"""Turns neighbours among distinct points into those among all points, and back.

Of k neighbours by (distance, row), all that equal one of their points lie at its distance. So the
k nearest distinct points, each named by its first row, hold the k nearest rows among their equals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import pieces

ENTRIES = 1 << 20
"""Neighbours that are looked at a time."""


def spread(
    squared: NDArray[np.float64], near: NDArray[np.int32], same: NDArray[np.int64], k: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The `k` nearest rows to each of m points, from their nearest distinct points.

    Parameters
    ----------
    squared, near : ndarray of shape (m, j)
        The nearest of the u distinct points, by number; j is at least the lesser of `k` and u.
    same : ndarray of shape (n,), int64
        For every row the first that equals it.
    k : int
        At most n.
    """
    group = np.unique(same, return_inverse=True)[1]
    members = np.argsort(group, kind="stable").astype(np.int32)
    size = np.bincount(group)
    begin = np.cumsum(size) - size
    found = np.empty((len(near), k)), np.empty((len(near), k), np.int32)
    for part in pieces(len(near), max(1, ENTRIES // min(len(same), k * near.shape[1]))):
        count = np.minimum(size[near[part]], k)
        enough = np.cumsum(count, axis=1) >= k
        last = squared[part][np.arange(len(count)), np.argmax(enough, axis=1)]
        count[squared[part] > last[:, None]] = 0
        total = count.sum(axis=1)
        ends = np.cumsum(count)
        within = np.arange(ends[-1]) - np.repeat(ends - count.ravel(), count.ravel())
        rows = members[np.repeat(begin[near[part]].ravel(), count.ravel()) + within]
        far = np.repeat(squared[part].ravel(), count.ravel())
        order = np.lexsort((rows, far, np.repeat(np.arange(len(count)), total)))
        best = order[(np.cumsum(total) - total)[:, None] + np.arange(k)]
        found[0][part], found[1][part] = far[best], rows[best]
    return found


def without_itself(
    squared: NDArray[np.float64], rows: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Lists (n, k - 1) of other rows, from lists (n, k) in which each row may be its own neighbour."""
    n, k = rows.shape
    other = rows != np.arange(n)[:, None]
    other[other.all(axis=1), -1] = False  # its equals before it fill the list
    return squared[other].reshape(n, k - 1), rows[other].reshape(n, k - 1)


def gathered(
    squared: NDArray[np.float64], near: NDArray[np.int32], first: NDArray[np.int64],
    same: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:  # fmt: skip
    """Lists of the distinct points among themselves, from lists (n, k) of all rows.

    Where equals leave room, -1 follows at the last distance of the old list, within which no
    neighbour is missing.
    """
    far, rows = squared[first], near[first]
    for part in pieces(len(first), max(1, ENTRIES // near.shape[1])):
        names = np.searchsorted(first, same[rows[part]])
        by_name = np.argsort(names, axis=1, kind="stable")
        ordered = np.take_along_axis(names, by_name, axis=1)
        again = np.zeros(names.shape, np.bool_)
        np.put_along_axis(again, by_name[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
        forward = np.argsort(again, axis=1, kind="stable")
        names[again] = -1
        last = far[part, -1:].copy()
        far[part] = np.where(again, last, far[part])
        far[part] = np.take_along_axis(far[part], forward, axis=1)
        rows[part] = np.take_along_axis(names, forward, axis=1)
    return far, rows
