"""Merges clusters over a square matrix of distances, by chains of nearest neighbours.

The arithmetic and the order of SciPy's ``nn_chain``, so that the merges are its own to the bit, ties
included. Rows are read from end to end, where a condensed matrix is read by columns too.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I64, Bools
from inkcluster.kernels._jit import kernel

WARD, AVERAGE, COMPLETE, WEIGHTED = range(4)
MAX_KEY = 0x7FFFFFFFFFFFFFFF
LANES = 64
"""Entries tested together, to skip those among which none is nearer."""


@kernel()
def _least(keys: I64) -> int:
    low = keys[0]
    for t in range(keys.shape[0]):
        low = min(low, keys[t])
    return int(low)


@kernel()
def _nearest(keys: I64, previous: int) -> int:
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
        if _least(keys[start:stop]) < best:
            for t in range(start, stop):
                if keys[t] < best:
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
def _catch_up(matrix: F64, slot: int, events: I64, seen: int, now: int) -> None:
    """Bring a row up to date: copy what unions know of it, and put the dropped out of reach."""
    for t in range(seen, now):
        z = events[t]
        if z < 0:
            matrix[slot, -1 - z] = np.inf
        elif z != slot:
            matrix[slot, z] = matrix[z, slot]


@kernel()
def merge(
    matrix: F64, method: int, size: F64, chain: I64, length: int, alive: Bools,
    merges: I64, height: F64,
) -> int:  # fmt: skip
    """Merge reciprocal nearest neighbours (Murtagh 1983), and bring the rows that are left up to date.

    Parameters
    ----------
    matrix : (m, m) float64, symmetric distances, the diagonal infinite; overwritten
    method : WARD, AVERAGE, COMPLETE or WEIGHTED
    size : (m,) float64, how many points each slot stands for; updated
    chain : (m,) int64, of slots, each the nearest of the one before; updated
    length : that of the chain
    alive : (m,) bool, all true; false where a slot was merged into a later one; written
    merges : (r, 2) int64, slots, lower first; written
    height : (r,) float64, in the order of the merges, which is not ascending; written

    Returns
    -------
    The length of the chain.
    """
    m = matrix.shape[0]
    keys = matrix.view(np.int64)
    events = np.empty(2 * m, np.int64)  # slots of unions, and of the dropped as -1 - slot
    seen = np.zeros(m, np.int64)  # events up to which a row is up to date
    now = first = 0
    for k in range(height.shape[0]):
        if length == 0:
            while not alive[first]:
                first += 1
            chain[0] = first
            length = 1
        x = y = previous = -1
        while True:
            x = chain[length - 1]
            _catch_up(matrix, x, events, seen[x], now)
            seen[x] = now
            previous = chain[length - 2] if length > 1 else -1
            y = _nearest(keys[x], previous)
            if y == previous:
                break
            chain[length] = y
            length += 1
        length -= 2
        _catch_up(matrix, y, events, seen[y], now)
        if x > y:
            x, y = y, x
        d = matrix[x, y]
        merges[k, 0] = x
        merges[k, 1] = y
        height[k] = d
        _blend(method, matrix[x], matrix[y], d, size[x], size[y], size)
        matrix[y, x] = matrix[y, y] = np.inf
        alive[x] = False
        size[y] += size[x]
        events[now] = -1 - x
        events[now + 1] = y
        now += 2
        seen[y] = now
    for x in range(m):
        if alive[x]:
            _catch_up(matrix, x, events, seen[x], now)
    return length
