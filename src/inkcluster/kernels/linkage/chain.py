"""Merges clusters over a square matrix of distances, by chains of nearest neighbours.

The arithmetic and the order of SciPy's ``nn_chain``, so that the merges are its own to the bit, ties
included. Rows are read from end to end, where a condensed matrix is read by columns too.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel

WARD, AVERAGE, COMPLETE, WEIGHTED = range(4)
MAX_KEY = 0x7FFFFFFFFFFFFFFF
LANES = 64
"""Entries tested together, to skip those among which none is nearer."""
TILE = 64
"""Rows and columns that are copied together, so that both ways to read an entry stay in the cache."""


@kernel()
def _least(keys: I64, gone: I64) -> int:
    low = MAX_KEY
    for t in range(keys.shape[0]):
        low = min(low, max(keys[t], gone[t]))
    return int(low)


@kernel()
def nearest(keys: I64, gone: I64, previous: int) -> int:
    """The first slot at the least distance; `previous` (-1 for none) if none is nearer.

    Distances are not negative, and their bits are in their order.
    """
    best = MAX_KEY
    at = -1
    if previous >= 0:
        best = keys[previous]
        at = previous
    for start in range(0, keys.shape[0], LANES):
        stop = min(start + LANES, keys.shape[0])
        if _least(keys[start:stop], gone[start:stop]) < best:
            for t in range(start, stop):
                if max(keys[t], gone[t]) < best:
                    best = keys[t]
                    at = t
    return at


@kernel()
def _blend(method: int, a: F64, b: F64, d: float, na: float, nb: float, size: F64) -> None:
    """Write to `b` the distances of the union of two clusters (Lance & Williams 1967)."""
    if method == WARD:
        for i in range(a.shape[0]):
            n = size[i]
            t = 1.0 / (na + nb + n)
            square = (n + na) * t * a[i] * a[i] + (n + nb) * t * b[i] * b[i] - n * t * d * d
            b[i] = np.sqrt(square)
    elif method == AVERAGE:
        for i in range(a.shape[0]):
            b[i] = (na * a[i] + nb * b[i]) / (na + nb)
    elif method == WEIGHTED:
        for i in range(a.shape[0]):
            b[i] = 0.5 * (a[i] + b[i])
    else:
        for i in range(a.shape[0]):
            b[i] = max(a[i], b[i])


@kernel()
def catch_up(matrix: F64, slot: int, unions: I64, made: I64, seen: int, now: int) -> None:
    """Bring a row up to date: copy what later unions know of it, each its last time."""
    for t in range(seen, now):
        z = unions[t]
        if made[z] == t + 1 and z != slot:
            matrix[slot, z] = matrix[z, slot]


@kernel()
def copy(matrix: F64, left: I64, made: I64, seen: I64, out: F64) -> None:
    """Copy the rows and columns that are left, ascending, each entry from the row that is newer.

    Parameters
    ----------
    matrix : (m, m) float64; made, seen : (m,) int64, as :func:`merge` leaves them; read
    out : (r, r) float64, of the r slots `left`; written
    """
    r = left.shape[0]
    for i0 in range(0, r, TILE):
        for j0 in range(0, r, TILE):
            for i in range(i0, min(r, i0 + TILE)):
                x, when = left[i], seen[left[i]]
                for j in range(j0, min(r, j0 + TILE)):
                    z = left[j]
                    out[i, j] = matrix[z, x] if made[z] > when else matrix[x, z]


@kernel()
def merge(
    matrix: F64, method: int, size: F64, chain: I64, length: int, gone: I64, made: I64, seen: I64,
    merges: I64, height: F64,
) -> int:  # fmt: skip
    """Merge reciprocal nearest neighbours (Murtagh 1983).

    Parameters
    ----------
    matrix : (m, m) float64, symmetric distances, the diagonal infinite; overwritten
    method : WARD, AVERAGE, COMPLETE or WEIGHTED
    size : (m,) float64, how many points each slot stands for; updated
    chain : (m,) int64, of slots, each the nearest of the one before; updated
    length : that of the chain
    gone : (m,) int64, zeros; MAX_KEY where a slot was merged into a later one; written
    made, seen : (m,) int64, zeros; the unions made until a slot was last one, and until its row was
        last brought up to date; written
    merges : (r, 2) int64, slots, lower first; written
    height : (r,) float64, in the order of the merges, which is not ascending; written

    Returns
    -------
    The length of the chain.
    """
    keys = matrix.view(np.int64)
    unions = np.empty(height.shape[0], np.int64)
    first = 0
    for k in range(height.shape[0]):
        if length == 0:
            while gone[first] != 0:
                first += 1
            chain[0] = first
            length = 1
        x = y = previous = -1
        while True:
            x = chain[length - 1]
            catch_up(matrix, x, unions, made, seen[x], k)
            seen[x] = k
            previous = chain[length - 2] if length > 1 else -1
            y = nearest(keys[x], gone, previous)
            if y == previous:
                break
            chain[length] = y
            length += 1
        length -= 2
        catch_up(matrix, y, unions, made, seen[y], k)
        if x > y:
            x, y = y, x
        d = matrix[x, y]
        merges[k, 0] = x
        merges[k, 1] = y
        height[k] = d
        _blend(method, matrix[x], matrix[y], d, size[x], size[y], size)
        matrix[y, y] = np.inf
        gone[x] = MAX_KEY
        size[y] += size[x]
        unions[k] = y
        made[x] = 0
        made[y] = seen[y] = k + 1
    return length
