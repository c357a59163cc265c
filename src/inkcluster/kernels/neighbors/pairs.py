"""Which pairs of two blocks of points may be neighbours: few coordinates, more, then all of them."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.gaps import LANES, squared_gap
from inkcluster.kernels.strips import STRIP, negatives

ROWS = 256
COLUMNS = 512
"""Products at a time, so that they stay in the second-level cache."""
FAR = np.float32(1e38)
"""More than any squared distance of coordinates, which are scaled to norms of at most 1."""


@kernel(fastmath=True)
def _beyond_limits(
    product: NDArray[np.float32],
    square: NDArray[np.float32],
    limit: NDArray[np.float32],
    own_square: np.float32,
    own_limit: np.float32,
    out: NDArray[np.float32],
) -> None:
    """A point's bounds to a block of others, each less what either point of the pair allows."""
    for j in range(np.uint64(product.shape[0])):
        bound = own_square + square[j] - np.float32(2) * product[j]
        out[j] = bound - max(own_limit, limit[j])


@kernel()
def within_limits(
    product: NDArray[np.float32],
    square: NDArray[np.float32],
    limit: NDArray[np.float32],
    own_square: np.float32,
    own_limit: np.float32,
    out: NDArray[np.float32],
    signs: NDArray[np.uint64],
    which: NDArray[np.int32],
) -> int:
    """List the pairs of one point with a block of others whose bound is below a limit.

    Parameters
    ----------
    product : (c,) float32, scalar products; square, limit : (c,) float32; read
    out : (COLUMNS,) float32, of which `signs` (COLUMNS / 2,) uint64 is the same memory; overwritten
    which : (COLUMNS,) int32, the others that are left; written

    Returns
    -------
    int
        How many are left.
    """
    width = product.shape[0]
    _beyond_limits(product, square, limit, own_square, own_limit, out[:width])
    out[width : min(COLUMNS, width + STRIP)] = 1
    found: int = negatives(out, signs, width, which)
    return found


@kernel(fastmath=True)
def bound_between(a: NDArray[np.float32], b: NDArray[np.float32]) -> np.float32:
    """Squared distance of coordinates (q,) in float32."""
    total = np.float32(0)
    for t in range(a.shape[0]):
        step = a[t] - b[t]
        total += step * step
    return total


@kernel()
def near_pairs(
    points: NDArray[np.generic],
    order: NDArray[np.int32],
    first: NDArray[np.float32],
    second: NDArray[np.float32],
    square: NDArray[np.float32],
    slack: NDArray[np.float32],
    limit: NDArray[np.float32],
    reach: NDArray[np.float64],
    start: int,
    stop: int,
    others: NDArray[np.generic],
    other_order: NDArray[np.int32],
    other_first: NDArray[np.float32],
    other_second: NDArray[np.float32],
    other_square: NDArray[np.float32],
    other_slack: NDArray[np.float32],
    other_limit: NDArray[np.float32],
    other_reach: NDArray[np.float64],
    left: int,
    right: int,
    one_set: bool,
    who: NDArray[np.int32],
    whom: NDArray[np.int32],
    squared: NDArray[np.float64],
) -> int:
    """The pairs between two blocks that are near enough for at least one of the two points.

    Parameters
    ----------
    points : (n, d), any real dtype; read where float64 has to decide
    order : (n,) int32, which row of `points` stands at each place; read
    first : (n, p) float32, leading coordinates of each place, scaled; read
    second : (n, q) float32, more of them; of no use if p = q; read
    square : (n,) float32, squared norms of `first` less the rounding of a product; read
    slack : (n,) float32, a point's part of the rounding of a bound from `second`; read
    limit : (n,) float32, `reach` scaled and rounded up; -1e38 for a point that asks for none; read
    reach : (n,) float64, squared distance up to which a point wants pairs; read
    start, stop : the places of the one block
    others, … : the same of the other block, places `left` to `right`; read
    one_set : whether both are the same arrays, so that a pair is wanted once and no point with itself
    who, whom : (room,) int32, places of the pairs; squared : (room,) float64; written

    Returns
    -------
    int
        How many pairs were written; `room` must do for all of them.
    """
    count = 0
    deeper = first.shape[1] < second.shape[1]
    lanes = np.empty(LANES)
    out = np.empty(COLUMNS, np.float32)
    signs = out.view(np.uint64)
    which = np.empty(COLUMNS, np.int32)
    block = np.empty(ROWS * COLUMNS, np.float32)
    for top in range(start, stop, ROWS):
        bottom = min(stop, top + ROWS)
        for side in range(left, right, COLUMNS):
            end = min(right, side + COLUMNS)
            if one_set and end <= top:
                continue
            width = end - side
            product = block[: (bottom - top) * width].reshape(bottom - top, width)
            np.dot(first[top:bottom], other_first[side:end].T, product)
            for i in range(top, bottom):
                mine = limit[i]
                open_ = within_limits(
                    product[i - top], other_square[side:end], other_limit[side:end],
                    square[i], mine, out, signs, which,
                )  # fmt: skip
                for c in range(open_):
                    j = side + which[c]
                    if one_set and j <= i:
                        continue
                    if deeper:
                        low = bound_between(second[i], other_second[j]) - slack[i] - other_slack[j]
                        if low > max(mine, other_limit[j]):
                            continue
                    gap = squared_gap(points[order[i]], others[other_order[j]], lanes)
                    if gap <= max(reach[i], other_reach[j]):
                        who[count] = i
                        whom[count] = j
                        squared[count] = gap
                        count += 1
    return count


@kernel()
def enter(
    who: NDArray[np.int32],
    whom: NDArray[np.int32],
    squared: NDArray[np.float64],
    count: int,
    other_order: NDArray[np.int32],
    scale: float,
    values: NDArray[np.float64],
    rows: NDArray[np.int32],
    reach: NDArray[np.float64],
    limit: NDArray[np.float32],
) -> None:
    """Put pairs into the lists of their first points.

    Parameters
    ----------
    who, whom : (room,) int32, squared : (room,) float64, of which `count` are pairs; read
    other_order : (m,) int32, the row at each place of the second points; read
    scale : what `limit` has instead of 1 for a squared distance
    values, rows : (n, k) float64 and int32, lists by place, ascending, then by row; updated
    reach, limit : (n,) float64 and float32, the last of each list; updated
    """
    k = values.shape[1]
    for c in range(count):
        i = who[c]
        d = squared[c]
        if d > reach[i]:
            continue
        y = other_order[whom[c]]
        far = values[i]
        near = rows[i]
        if d > far[k - 1] or (d == far[k - 1] and y > near[k - 1]):
            continue
        at = k - 1
        while at > 0 and (far[at - 1] > d or (far[at - 1] == d and near[at - 1] > y)):
            far[at] = far[at - 1]
            near[at] = near[at - 1]
            at -= 1
        far[at] = d
        near[at] = y
        if far[k - 1] < reach[i]:
            reach[i] = far[k - 1]
            limit[i] = np.nextafter(np.float32(far[k - 1] * scale), FAR)


@kernel()
def first_reach(
    points: NDArray[np.generic],
    order: NDArray[np.int32],
    second: NDArray[np.float32],
    start: int,
    stop: int,
    others: NDArray[np.generic],
    other_order: NDArray[np.int32],
    other_second: NDArray[np.float32],
    left: int,
    right: int,
    one_set: bool,
    k: int,
    reach: NDArray[np.float64],
) -> None:
    """Squared distances within which each point has `k` others: those of the likeliest in a block.

    Parameters as in :func:`near_pairs`; `reach` (n,) is written from `start` to `stop`.
    """
    lanes = np.empty(LANES)
    low = np.empty(k, np.float32)
    likely = np.empty(k, np.int32)
    half = np.empty(right - left, np.float32)
    for j in range(left, right):
        half[j - left] = np.dot(other_second[j], other_second[j]) / np.float32(2)
    for top in range(start, stop, ROWS):
        bottom = min(stop, top + ROWS)
        product = np.dot(second[top:bottom], other_second[left:right].T)
        for i in range(top, bottom):
            low[:] = FAR
            for j in range(left, right):
                v = half[j - left] - product[i - top, j - left]
                if v < low[k - 1] and not (one_set and i == j):
                    at = k - 1
                    while at > 0 and low[at - 1] > v:
                        low[at] = low[at - 1]
                        likely[at] = likely[at - 1]
                        at -= 1
                    low[at] = v
                    likely[at] = j
            most = 0.0
            for t in range(k):
                x = others[other_order[likely[t]]]
                most = max(most, squared_gap(points[order[i]], x, lanes))
            reach[i] = most
