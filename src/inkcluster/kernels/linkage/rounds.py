"""Makes many merges at once in a stored matrix: one pass blends, compacts and finds the nearest.

Slots stand in the order of their earliest members, and a union takes the slot of its earlier part.
So ties go to the neighbour in the first slot, from either side of a pair.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64, U32, Array, Ints
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
from inkcluster.kernels.linkage.ties import TIE, rounded

LANES = 64
"""Keys tested together, to skip those among which none is near."""
Seen = tuple[Ints, Ints, I32]
"""least, second, nearest : (k,), the two least keys that each slot has seen, and the first slot
with the least; keys are uint32 entries, or the bits of float64 entries as int64
"""


@kernel()
def _any_below(keys: Ints, second: Ints) -> bool:
    found = 0
    for t in range(keys.shape[0]):
        found += keys[t] < second[t]
    return found > 0


@kernel()
def _least(keys: Ints) -> int:
    low = keys[0]
    for t in range(keys.shape[0]):
        low = min(low, keys[t])
    return int(low)


@kernel()
def _watch(keys: Ints, who: int, least: Ints, second: Ints, nearest: I32) -> None:
    """Show each slot one more neighbour, later than all before."""
    for start in range(0, keys.shape[0], LANES):
        stop = min(start + LANES, keys.shape[0])
        if _any_below(keys[start:stop], second[start:stop]):
            for t in range(start, stop):
                v = keys[t]
                low = least[t]
                second[t] = min(second[t], max(v, low))
                nearest[t] = who if v < low else nearest[t]
                least[t] = min(low, v)


@kernel()
def _watch_row(keys: Ints, p: int, rows: Seen) -> None:
    """Show slot `p` all later slots."""
    least, second, nearest = rows
    for start in range(0, keys.shape[0], LANES):
        stop = min(start + LANES, keys.shape[0])
        if _least(keys[start:stop]) < second[p]:
            for t in range(start, stop):
                if keys[t] < least[p]:
                    second[p] = least[p]
                    least[p] = keys[t]
                    nearest[p] = p + 1 + t
                elif keys[t] < second[p]:
                    second[p] = keys[t]


@kernel(fastmath=True)
def _united_row(matrix: Array, m: int, a: int, b: int, pa: float, out: F64) -> None:
    """Distances of a ∪ b, a < b, to the slots after a; `pa` is a's share, 0 for the maximum."""
    row_a = at(a, a + 1, m)
    row_b = at(b, 0, m)
    for j in range(a + 1, m):
        out[j - a - 1] = np.float64(matrix[row_a + j - a - 1])
    pb = 1 - pa
    if pa == 0:
        for j in range(a + 1, b):
            out[j - a - 1] = max(out[j - a - 1], np.float64(matrix[at(j, b, m)]))
        for j in range(b + 1, m):
            out[j - a - 1] = max(out[j - a - 1], np.float64(matrix[row_b + j]))
    else:
        for j in range(a + 1, b):
            out[j - a - 1] = pa * out[j - a - 1] + pb * np.float64(matrix[at(j, b, m)])
        for j in range(b + 1, m):
            out[j - a - 1] = pa * out[j - a - 1] + pb * np.float64(matrix[row_b + j])


@kernel()
def _take(row: Array, before: int, lead: U32, out: Array) -> None:
    """Copy the entries of slots `lead` (r,) from a row that begins with slot `before`."""
    shift = np.uint64(before)
    for t in range(lead.shape[0]):
        out[t] = row[np.uint64(lead[t] - shift)]


@kernel()
def _take_rounded(row: F64, before: int, lead: U32, half: float, out: Array) -> None:
    shift = np.uint64(before)
    for t in range(lead.shape[0]):
        out[t] = out.dtype.type(row[np.uint64(lead[t] - shift)] + half)


@kernel()
def _unite_columns(
    row: Array, before: int, lead: U32, other: I32, share: F64, merged: I32,
    half: float, p: int, out: Array,
) -> None:  # fmt: skip
    """Write the entries of a row for the clusters `merged`, from those of their two parts."""
    for r in range(np.searchsorted(merged, p + 1), merged.shape[0]):
        q = merged[r]
        c = np.float64(row[np.int64(lead[q]) - before])
        d = np.float64(row[other[q] - before])
        v = max(c, d) if share[q] == 0 else share[q] * c + (1 - share[q]) * d
        out[q - p - 1] = out.dtype.type(v + half)


@kernel()
def pass_over(
    matrix: Array, m: int, lead: U32, other: I32, share: F64, merged: I32,
    half: float, ties: bool, first: int, last: int,
    out: Array, keys: Ints, columns: Seen, rows: Seen,
) -> None:  # fmt: skip
    """Write rows `first` to `last` of the matrix after a round, and update what slots have seen.

    Parameters
    ----------
    matrix : (m·(m - 1)/2,) float64 or uint32, rows above the diagonal; read
    lead, other : (k,) uint32 and int32, old slots that make up each new one, `lead` ascending and
        lower, `other` -1 where there is one; read
    share : (k,) float64, weight of the lead's entry, 0 for the maximum of both; read
    merged : (r,) int32, new slots with two parts, ascending; read
    half : 0.5 for integer entries, else 0
    ties : whether entries that agree in 40 bits tie, rather than equal ones only
    out : the new rows, one after another, possibly where `matrix` is no longer read; written
    keys : (k,) int64, room for a row's keys, the bits of float64; (0,) uint32 for integer entries
    columns, rows : what slots have seen in columns and, from `first` to `last`, in rows; updated
    """
    least, second, nearest = columns
    k = lead.shape[0]
    whole = np.empty(m, np.float64)
    to = 0
    for p in range(first, last):
        a, b = int(lead[p]), int(other[p])
        row = out[to : to + k - p - 1]
        to += k - p - 1
        if b >= 0:
            _united_row(matrix, m, a, b, share[p], whole)
            _take_rounded(whole, a + 1, lead[p + 1 :], half, row)
            _unite_columns(whole, a + 1, lead, other, share, merged, half, p, row)
        else:
            start = at(a, a + 1, m)
            old = matrix[start : start + m - a - 1]
            _take(old, a + 1, lead[p + 1 :], row)
            _unite_columns(old, a + 1, lead, other, share, merged, half, p, row)
        seen = row.view(keys.dtype)
        if ties:
            seen = keys[: k - p - 1]
            tied = seen.view(np.float64)
            for t in range(row.shape[0]):
                tied[t] = rounded(np.float64(row[t]))
        _watch(seen, p, least[p + 1 :], second[p + 1 :], nearest[p + 1 :])
        _watch_row(seen, p, rows)


@kernel()
def combine(seen: Seen, later: Seen) -> None:
    """Add to `seen` what has been seen of later slots."""
    least, second, nearest = seen
    more, more_second, more_nearest = later
    for t in range(least.shape[0]):
        second[t] = min(second[t], more_second[t], max(least[t], more[t]))
        if more[t] < least[t] or nearest[t] < 0:
            least[t] = more[t]
            nearest[t] = more_nearest[t]


@kernel()
def decide(
    asking: I64, matrix: Array, m: int, method: int,
    points: Array, members: Members, slots: Slots, nearest: I32,
) -> None:  # fmt: skip
    """Write the nearest of the slots `asking`, from the members where entries cannot tell."""
    error = slots[3]
    for i in range(asking.shape[0]):
        x = asking[i]
        reach = np.inf
        for y in range(m):
            if y != x:
                v = np.float64(matrix[at(min(x, y), max(x, y), m)])
                reach = min(reach, v + error[x] + error[y])
        reach *= 1 + TIE
        best = -1
        best_d = np.inf
        for y in range(m):
            if y == x:
                continue
            v = np.float64(matrix[at(min(x, y), max(x, y), m)])
            if v - error[x] - error[y] <= reach:
                d = between(x, y, method, points, members, slots)
                if best < 0 or rounded(d) < rounded(best_d):
                    best = y
                    best_d = d
        nearest[x] = best


@kernel()
def unite(
    pairs: I32, matrix: Array, m: int, method: int, members: Members, slots: Slots, grain: float,
    share: F64, merges: I32, counts: I32, height: F64, doubt: F64,
) -> None:  # fmt: skip
    """Record the merges `pairs` (r, 2) of slots, and chain their members.

    Parameters
    ----------
    members, slots : updated
    grain : error that the rounding of a blend adds
    share : (r,) float64, weight of the first of a pair in the blend, 0 for the maximum; written
    merges, counts : (r, 2) int32, earliest members, and numbers of members; written
    height, doubt : (r,) float64, entries, and how far they may be off; written
    """
    earliest, size, count, error = slots
    for i in range(pairs.shape[0]):
        x, y = pairs[i, 0], pairs[i, 1]
        merges[i, 0], merges[i, 1] = earliest[x], earliest[y]
        counts[i, 0], counts[i, 1] = count[x], count[y]
        height[i] = np.float64(matrix[at(x, y, m)])
        doubt[i] = error[x] + error[y]
        share[i] = 0.5
        if method == COMPLETE:
            share[i] = 0
        elif method == AVERAGE:
            share[i] = size[x] / (size[x] + size[y])
        join(x, y, method == WEIGHTED, members, slots)
        size[x] += size[y]
        error[x] = max(error[x], error[y]) + grain
