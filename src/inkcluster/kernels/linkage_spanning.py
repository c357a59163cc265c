"""A round of Borůvka's algorithm over lists of neighbours."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage_ties import rounded


@kernel()
def shorter(d: float, x: int, y: int, best: float, a: int, b: int) -> bool:
    """Whether edge (x, y) comes before (a, b): by length, then by its points, the lower first."""
    if a < 0:
        return True
    d, best = rounded(d), rounded(best)
    if d != best:
        return d < best
    if min(x, y) != min(a, b):
        return min(x, y) < min(a, b)
    return max(x, y) < max(a, b)


@kernel()
def _outside(
    x: int,
    part: NDArray[np.int32],
    near: NDArray[np.int32],
    far: NDArray[np.float64],
    bound: float,
    nearest: int,
    sure: bool,
) -> tuple[int, float]:
    """The nearest point outside the part of x, -1 if the list does not say, and a bound for it."""
    at = -1
    best = np.inf
    for t in range(near.shape[0]):
        y = near[t]
        if y < 0:
            break
        if part[y] != part[x] and shorter(far[t], x, y, best, x if at >= 0 else -1, at):
            at = y
            best = far[t]
    if at >= 0 and (rounded(best) < rounded(bound) or (sure and nearest == at)):
        return at, best
    return -1, bound


@kernel()
def grow(  # noqa: PLR0912 (three passes over the points, each short)
    part: NDArray[np.int32],
    near: NDArray[np.int32],
    far: NDArray[np.float64],
    bound: NDArray[np.float64],
    nearest: NDArray[np.int32],
    sure: NDArray[np.bool_],
    edges: NDArray[np.int32],
    squared: NDArray[np.float64],
    asking: NDArray[np.int64],
) -> tuple[int, int]:
    """Add the shortest edge out of every part of which the lists tell it.

    Parameters
    ----------
    part : (n,) int32, the component of each point, named by its earliest; updated
    near, far, bound, nearest, sure : lists as in :mod:`~inkcluster.kernels.linkage_lists`; read
    edges : (room, 2) int32; squared : (room,) float64; written from the start
    asking : (n,) int64, points to search for if no edge could be added; written

    Returns
    -------
    tuple of int
        How many edges were added, and how many points `asking` holds.
    """
    n = part.shape[0]
    size = np.zeros(n, np.int64)
    start = np.full(n, -1, np.int32)
    stop = np.full(n, -1, np.int32)
    length = np.full(n, np.inf)
    least = np.full(n, np.inf)  # of a point that cannot say: its bound
    for x in range(n):
        p = part[x]
        size[p] += 1
        y, d = _outside(x, part, near[x], far[x], bound[x], nearest[x], sure[x])
        if y < 0:
            least[x] = d
        elif shorter(d, x, y, length[p], start[p], stop[p]):
            start[p], stop[p], length[p] = x, y, d
    largest = np.argmax(size)
    blocked = np.zeros(n, np.bool_)
    open_ = 0
    for x in range(n):
        p = part[x]
        if rounded(least[x]) <= rounded(length[p]) and least[x] < np.inf:
            blocked[p] = True
            if p != largest:
                asking[open_] = x
                open_ += 1
    root = np.arange(n)
    count = 0
    for p in range(n):
        if size[p] == 0 or blocked[p] or start[p] < 0:
            continue
        a, b = part[start[p]], part[stop[p]]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a != b:
            root[max(a, b)] = min(a, b)
            edges[count, 0] = min(start[p], stop[p])
            edges[count, 1] = max(start[p], stop[p])
            squared[count] = length[p]
            count += 1
    for x in range(n):
        p = part[x]
        while root[p] != p:
            p = root[p]
        part[x] = p
    return count, open_
