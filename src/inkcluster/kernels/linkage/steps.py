"""Merging by a stored matrix: always the nearest pair (Müllner 2011, the generic algorithm).

Each slot knows the nearest of the slots after it, or a bound for it. Entries may be rounded to
whole units; `doubt` says by how much at most, and whatever lies closer is decided from the members.
"""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.between import between, join
from inkcluster.kernels.linkage.blend import COMPLETE, WEIGHTED, blend, row_least
from inkcluster.kernels.linkage.heap import remove, settle_in, within
from inkcluster.kernels.linkage.ties import rounded

TIE = 1e-11
"""More than the share in which two ties may differ."""


@kernel()
def _exact(
    x: int,
    y: int,
    method: int,
    per_unit: float,
    points: NDArray[np.generic],
    weight: NDArray[np.float64],
    following: NDArray[np.int32],
    earliest: NDArray[np.int32],
    count: NDArray[np.int32],
) -> float:
    a, b = (x, y) if earliest[x] < earliest[y] else (y, x)
    d = between(points, weight, following, method, earliest[a], earliest[b], count[a], count[b])
    return float(d * per_unit)


@kernel()
def _look(
    x: int,
    matrix: NDArray[np.generic],
    m: int,
    gone: NDArray[np.generic],
    method: int,
    per_unit: float,
    points: NDArray[np.generic],
    weight: NDArray[np.float64],
    following: NDArray[np.int32],
    earliest: NDArray[np.int32],
    count: NDArray[np.int32],
    error: NDArray[np.float64],
    most: float,
    key: NDArray[np.float64],
    nearest: NDArray[np.int64],
    pair: NDArray[np.int32],
    doubt: NDArray[np.float64],
    room: NDArray[np.int64],
) -> None:
    """Find the nearest of row `x`; where the entries leave it open, from the members."""
    _, found = row_least(matrix, m, x, gone, 2 * (error[x] + most), room)
    if found == 0:
        key[x] = np.inf
        nearest[x] = -1
        doubt[x] = 0
        return
    start = x * m - x * (x + 1) // 2 - x - 1
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
            d = _exact(x, y, method, per_unit, points, weight, following, earliest, count)
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
    matrix: NDArray[np.generic],
    m: int,
    gone: NDArray[np.generic],
    ceiling: float,
    half: float,
    method: int,
    per_unit: float,
    points: NDArray[np.generic],
    weight: NDArray[np.float64],
    mass: NDArray[np.float64],
    following: NDArray[np.int32],
    last: NDArray[np.int32],
    earliest: NDArray[np.int32],
    size: NDArray[np.float64],
    count: NDArray[np.int32],
    error: NDArray[np.float64],
    key: NDArray[np.float64],
    nearest: NDArray[np.int64],
    stale: NDArray[np.bool_],
    pair: NDArray[np.int32],
    doubt: NDArray[np.float64],
    merges: NDArray[np.int32],
    counts: NDArray[np.int32],
    height: NDArray[np.float64],
    off: NDArray[np.float64],
) -> None:
    """Make as many merges as there is room for in `merges`.

    Parameters
    ----------
    matrix : (m·(m - 1)/2,) float64 or uint32, distances · `per_unit`; updated
    gone : (m,) of the same dtype, zero, or the largest value for slots no longer there; updated
    ceiling : the largest value of the dtype; half : 0.5 if it is of whole numbers, else 0
    method : which formula, see :mod:`~inkcluster.kernels.linkage.blend`
    points, weight, following : see :func:`~inkcluster.kernels.linkage.between.between`
    last : (n,) int32, at a cluster's earliest member its last; mass : (n,) float64, there its
        weight; updated, as are weight and following
    earliest : (m,) int32, each slot's earliest member; size : (m,) points; count : (m,) int32,
        members chained; updated
    error : (m,) float64, parts of the bound of the rounding of a pair's entry; updated
    key, nearest, stale, pair, doubt : (m,), of each row the distance to the nearest after it,
        which that is (-1: none), whether it may have changed, both earliest members, and how far
        the key may be off; updated
    merges, counts : (r, 2) int32, earliest members and members; height, off : (r,) float64, in
        units, and how far that may be off; written
    """
    most = error.max()
    coarse = most > 0
    heap = np.empty(m, np.int64)
    place = np.full(m, -1, np.int64)
    alive = np.empty(m, np.int64)
    room = np.empty(m, np.int64)
    fresh = np.empty(m)
    left = 0
    for x in range(m):
        if gone[x] == 0:
            alive[left] = x
            heap[left] = x
            place[x] = left
            settle_in(x, heap, place, left + 1, key, pair)
            left += 1
    done = 0
    while done < merges.shape[0]:
        x = heap[0]
        if stale[x]:
            _look(
                x, matrix, m, gone, method, per_unit, points, weight, following, earliest, count,
                error, most, key, nearest, pair, doubt, room,
            )  # fmt: skip
            stale[x] = False
            settle_in(x, heap, place, left, key, pair)
            continue
        if coarse:
            reach = (key[x] + doubt[x]) * (1 + TIE)
            found = within(heap, left, key, doubt, 2 * most, reach, room)
            again = False
            if found > 1:
                rows = room[:found].copy()
                for t in range(found):
                    z = rows[t]
                    if stale[z]:
                        _look(
                            z, matrix, m, gone, method, per_unit, points, weight, following,
                            earliest, count, error, most, key, nearest, pair, doubt, room,
                        )  # fmt: skip
                        stale[z] = False
                    elif doubt[z] > 0:
                        key[z] = _exact(
                            z, nearest[z], method, per_unit, points, weight, following, earliest,
                            count,
                        )  # fmt: skip
                        doubt[z] = 0
                    else:
                        continue
                    settle_in(z, heap, place, left, key, pair)
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
        left = remove(y, heap, place, left, key, pair)
        gone[y] = matrix.dtype.type(ceiling)
        blend(matrix, m, others, size, x, y, method, half, fresh)
        join(x, y, method == WEIGHTED, weight, mass, following, last, earliest, count)
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
            settle_in(z, heap, place, left, key, pair)
        key[x] = -np.inf
        stale[x] = True
        settle_in(x, heap, place, left, key, pair)
