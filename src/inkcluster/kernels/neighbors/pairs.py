"""Finds the pairs of neighbours between two blocks of points: bounds first, then float64.

Arguments that the kernels share, by place in a block unless said otherwise:

points : (n, d), any real dtype, by row; read where float64 has to decide
order : (n,) int32, the row of `points` at each place; read
first : (n, p) float32, leading coordinates, scaled; read
second : (n, q) float32, more of them, unused if p = q; read
square : (n,) float32, squared norms of `first` less the rounding of a product; read
slack : (n,) float32, a point's part of the rounding of a bound from `second`; read
reach : (n,) float64, squared distance up to which a point wants pairs
limit : (n,) float32, `reach` scaled and rounded up; -1e38 for a point that wants none
start, stop : range of places in a block
others, other_order, …, left, right : the same of the other block; read
one_set : whether both blocks are of the same arrays; each pair is then found once
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32, U64, Array
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.gaps import LANES, squared_gap
from inkcluster.kernels.strips import STRIP, negatives

ROWS = 256
COLUMNS = 512
"""Size of a block of products, which stays in the second-level cache."""
FAR = np.float32(1e38)
"""More than any squared distance of scaled coordinates, whose norms are at most 1."""


@kernel(fastmath=True)
def _beyond_limits(
    product: F32, square: F32, limit: F32, own_square: np.float32, own_limit: np.float32, out: F32
) -> None:
    """Bounds of a point's distances to a block of others, less the larger limit of each pair."""
    for j in range(np.uint64(product.shape[0])):
        bound = own_square + square[j] - np.float32(2) * product[j]
        out[j] = bound - max(own_limit, limit[j])


@kernel()
def within_limits(
    product: F32, square: F32, limit: F32,
    own_square: np.float32, own_limit: np.float32,
    out: F32, signs: U64, which: I32,
) -> int:  # fmt: skip
    """List the others (c,) whose bound to a point is below either limit; return their count.

    Parameters
    ----------
    product : (c,) float32, scalar products with the point; read
    out : (COLUMNS,) float32; signs : (COLUMNS / 2,) uint64, the same memory; overwritten
    which : (COLUMNS,) int32, the others listed; written
    """
    width = product.shape[0]
    _beyond_limits(product, square, limit, own_square, own_limit, out[:width])
    out[width : min(COLUMNS, width + STRIP)] = 1
    found: int = negatives(out, signs, width, which)
    return found


@kernel()
def insert(value: np.float32, index: int, values: F32, ids: I32) -> None:
    """Put a candidate into ascending lists, dropping the last."""
    at = values.shape[0] - 1
    while at > 0 and values[at - 1] > value:
        values[at] = values[at - 1]
        ids[at] = ids[at - 1]
        at -= 1
    values[at] = value
    ids[at] = index


@kernel(fastmath=True)
def bound_between(a: F32, b: F32) -> np.float32:
    """Squared distance of coordinates (q,) in float32."""
    total = np.float32(0)
    for t in range(a.shape[0]):
        step = a[t] - b[t]
        total += step * step
    return total


@kernel()
def near_pairs(
    points: Array, order: I32, first: F32, second: F32, square: F32, slack: F32,
    limit: F32, reach: F64, start: int, stop: int,
    others: Array, other_order: I32, other_first: F32, other_second: F32,
    other_square: F32, other_slack: F32, other_limit: F32, other_reach: F64,
    left: int, right: int, one_set: bool,
    who: I32, whom: I32, squared: F64, out: F32, signs: U64,
) -> int:  # fmt: skip
    """Write the pairs of two blocks that are within reach of either point; return their count.

    Parameters
    ----------
    who, whom : (room,) int32, places of the pairs; squared : (room,) float64; written; `room` must
        be enough for all pairs
    out : (COLUMNS,) float32; signs : (COLUMNS / 2,) uint64, the same memory; overwritten
    """
    count = 0
    deeper = first.shape[1] < second.shape[1]
    lanes = np.empty(LANES)
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
    who: I32, whom: I32, squared: F64, count: int,
    other_order: I32, scale: float,
    values: F64, rows: I32, reach: F64, limit: F32,
) -> None:  # fmt: skip
    """Put pairs into the lists of their first points.

    Parameters
    ----------
    who, whom, squared : as in :func:`near_pairs`, the first `count` are pairs; read
    scale : factor from a squared distance to `limit`
    values, rows : (n, k) float64 and int32, lists by place, ascending, then by row; updated
    reach, limit : (n,), the last of each list; updated
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
    points: Array, order: I32, start: int, others: Array, other_order: I32, left: int,
    near: F32, k: int, reach: F64,
) -> None:  # fmt: skip
    """Write to `reach` a squared distance within which each point has `k` others in a block.

    Parameters
    ----------
    near : (m, c) float32, about half the squared distances of the places from `start` on to those
        from `left` on, less the former's squared norms; a pair that does not count is FAR; read
    """
    lanes = np.empty(LANES)
    low = np.empty(k, np.float32)
    likely = np.empty(k, np.int32)
    for i in range(near.shape[0]):
        for t in range(k):
            low[t] = FAR
        row = near[i]
        for j in range(np.uint64(row.shape[0])):
            if row[j] < low[k - 1]:
                insert(row[j], j, low, likely)
        most = 0.0
        for t in range(k):
            x = others[other_order[left + likely[t]]]
            gap = squared_gap(points[order[start + i]], x, lanes)
            most = gap if gap > most else most
        reach[start + i] = most
