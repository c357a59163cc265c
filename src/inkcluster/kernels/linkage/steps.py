"""Merges the nearest pair of a stored matrix, step by step (Müllner 2011, generic algorithm).

Each slot knows the nearest of the slots after it, or a bound for it. Entries may be rounded to
whole units by up to `doubt`; closer ones are decided from the members. One thread does it all: a
merge takes less time than starting a second thread.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64, Array, Bools
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.between import (
    AVERAGE,
    COMPLETE,
    WEIGHTED,
    Members,
    Slots,
    at,
    between,
    join,
)
from inkcluster.kernels.linkage.heap import remove, settle_in, within
from inkcluster.kernels.linkage.ties import TIE, rounded

Rows = tuple[F64, I64, Bools, I32, F64]
"""key, nearest, stale, pair, doubt : (m,), of each row the distance to the nearest later slot, that
slot (-1: none), whether it may have changed, both earliest members, and how far the key may be off
"""


@kernel()
def _blend(
    matrix: Array, m: int, alive: I64, size: F64,
    i: int, j: int, method: int, half: float, fresh: F64,
) -> None:  # fmt: skip
    """Replace the distances of slot i by those of i ∪ j, i < j, to the other slots `alive` (c,).

    `size` is that before the merge; `fresh` (c,) takes the new distances as stored.
    """
    row_i, row_j = at(i, 0, m), at(j, 0, m)
    pa = size[i] / (size[i] + size[j]) if method == AVERAGE else 0.5
    m2 = 2 * m - 1
    for t in range(alive.shape[0]):
        z = alive[t]
        base = z * (m2 - z) // 2 - z - 1
        one = base + i if z < i else row_i + z
        other = base + j if z < j else row_j + z
        a, b = np.float64(matrix[one]), np.float64(matrix[other])
        d = max(a, b) if method == COMPLETE else pa * a + (1 - pa) * b
        stored = matrix.dtype.type(d + half)
        matrix[one] = stored
        fresh[t] = np.float64(stored)


@kernel(fastmath=True)
def _least(row: Array, gone: Array) -> float:
    least = row.dtype.type(max(row[0], gone[0]))
    for t in range(row.shape[0]):
        least = min(least, max(row[t], gone[t]))
    return np.float64(least)


@kernel()
def _near_least(matrix: Array, m: int, x: int, gone: Array, band: float, out: I64) -> int:
    """Write all slots within `band` of the least entry of a row to `out`; return how many."""
    if x == m - 1:
        return 0
    start = at(x, x + 1, m)
    row = matrix[start : start + m - x - 1]
    least = _least(row, gone[x + 1 :])
    count = 0
    for t in range(row.shape[0]):
        if np.float64(row[t]) <= least + band and gone[x + 1 + t] == 0:
            out[count] = x + 1 + t
            count += 1
    return count


@kernel()
def compact(matrix: Array, m: int, alive: I64) -> None:
    """Move the rows and columns of the slots `alive`, ascending, to the front, in their order."""
    to = 0
    for p in range(alive.shape[0]):
        start = at(alive[p], 0, m)
        for q in range(p + 1, alive.shape[0]):
            matrix[to] = matrix[start + alive[q]]
            to += 1


@kernel()
def _look(
    x: int, matrix: Array, m: int, gone: Array,
    method: int, per_unit: float, points: Array, members: Members, slots: Slots, rows: Rows,
    most: float, room: I64,
) -> None:  # fmt: skip
    """Find the nearest of row `x`, from the members where entries cannot tell."""
    earliest, _, _, error = slots
    key, nearest, _, pair, doubt = rows
    found = _near_least(matrix, m, x, gone, 2 * (error[x] + most), room)
    if found == 0:
        key[x] = np.inf
        nearest[x] = -1
        doubt[x] = 0
        return
    start = at(x, 0, m)
    reach = np.inf
    for t in range(found):
        y = room[t]
        reach = min(reach, np.float64(matrix[start + y]) + error[x] + error[y])
    reach *= 1 + TIE
    kept = 0
    for t in range(found):
        y = room[t]
        if np.float64(matrix[start + y]) - error[x] - error[y] <= reach:
            room[kept] = y
            kept += 1
    best = -1
    for t in range(kept):
        y = room[t]
        d = float(matrix[start + y])
        wide = error[x] + error[y]
        if kept > 1 and wide > 0:
            d = between(x, y, method, points, members, slots) * per_unit
            wide = 0.0
        low, high = min(earliest[x], earliest[y]), max(earliest[x], earliest[y])
        if best < 0 or (rounded(d), low, high) < (rounded(key[x]), pair[x, 0], pair[x, 1]):
            best = y
            key[x] = d
            pair[x, 0], pair[x, 1] = low, high
            doubt[x] = wide
    nearest[x] = best


@kernel()
def advance(  # noqa: PLR0912, PLR0915 (one step of the algorithm, read from top to bottom)
    matrix: Array, m: int, gone: Array, ceiling: float, half: float,
    method: int, per_unit: float, points: Array, members: Members, slots: Slots, rows: Rows,
    merges: I32, counts: I32, height: F64, off: F64,
) -> None:  # fmt: skip
    """Make the next r merges.

    Parameters
    ----------
    matrix : (m·(m - 1)/2,) float64 or uint32, distances · `per_unit`; updated
    gone : (m,) of the same dtype, 0, or its largest value `ceiling` for merged slots; updated
    half : 0.5 for integer entries, else 0
    method : COMPLETE, AVERAGE or WEIGHTED
    points : (n, d), any real dtype; read
    members, slots, rows : updated
    merges, counts : (r, 2) int32, earliest members, and numbers of members; written
    height, off : (r,) float64, distances · `per_unit`, and how far they may be off; written
    """
    earliest, size, count, error = slots
    key, nearest, stale, pair, doubt = rows
    most = error.max()
    coarse = most > 0
    order = np.empty(m, np.int64)
    place = np.full(m, -1, np.int64)
    heap = order, place, key, pair
    alive = np.empty(m, np.int64)
    room = np.empty(m, np.int64)
    fresh = np.empty(m)
    left = 0
    for x in range(m):
        if gone[x] == 0:
            alive[left] = x
            order[left] = x
            place[x] = left
            settle_in(x, heap, left + 1)
            left += 1
    done = 0
    while done < merges.shape[0]:
        x = order[0]
        if stale[x]:
            _look(x, matrix, m, gone, method, per_unit, points, members, slots, rows, most, room)
            stale[x] = False
            settle_in(x, heap, left)
            continue
        if coarse:
            reach = (key[x] + doubt[x]) * (1 + TIE)
            found = within(heap, left, doubt, 2 * most, reach, room)
            again = False
            if found > 1:
                close = room[:found].copy()
                for t in range(found):
                    z = close[t]
                    if stale[z]:
                        _look(
                            z, matrix, m, gone, method, per_unit, points, members, slots, rows,
                            most, room,
                        )  # fmt: skip
                        stale[z] = False
                    elif doubt[z] > 0:
                        exact = between(z, nearest[z], method, points, members, slots)
                        key[z] = exact * per_unit
                        doubt[z] = 0
                    else:
                        continue
                    settle_in(z, heap, left)
                    again = True
            if again:
                continue
        y = nearest[x]
        height[done] = key[x]
        off[done] = doubt[x]
        merges[done, 0], merges[done, 1] = pair[x, 0], pair[x, 1]
        counts[done, 0], counts[done, 1] = count[x], count[y]
        done += 1

        kept = 0
        for t in range(left):
            if alive[t] != y:
                alive[kept] = alive[t]
                kept += 1
        spot = np.searchsorted(alive[:kept], x)
        others = np.empty(kept - 1, np.int64)
        others[:spot] = alive[:spot]
        others[spot:] = alive[spot + 1 : kept]
        left = remove(y, heap, left)
        gone[y] = matrix.dtype.type(ceiling)
        _blend(matrix, m, others, size, x, y, method, half, fresh)
        join(x, y, method == WEIGHTED, members, slots)
        size[x] += size[y]
        if coarse:
            error[x] = max(error[x], error[y]) + (0.0 if method == COMPLETE else 0.5)
            most = max(most, error[x])
        for t in range(others.shape[0]):
            z = others[t]
            if z > y:
                break
            if nearest[z] == x or nearest[z] == y:
                stale[z] = True
            if z > x:
                continue
            wide = (error[x] + error[z]) if coarse else 0.0
            if fresh[t] - wide > (key[z] + doubt[z]) * (1 + TIE):
                continue
            low, high = min(earliest[x], earliest[z]), max(earliest[x], earliest[z])
            if coarse:
                stale[z] = True
                key[z] = min(key[z], fresh[t])
                doubt[z] = max(doubt[z], wide)
            elif (rounded(fresh[t]), low, high) < (rounded(key[z]), pair[z, 0], pair[z, 1]):
                stale[z] = False
                key[z] = fresh[t]
                nearest[z] = x
                pair[z, 0], pair[z, 1] = low, high
            else:
                continue
            settle_in(z, heap, left)
        key[x] = -np.inf
        stale[x] = True
        settle_in(x, heap, left)
