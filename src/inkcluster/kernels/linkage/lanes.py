"""Squared distances of one point to many, whose coordinates lie by dimension, in float64.

No sum runs across points, so that the loops use vector registers. The coordinates are summed in
their order, as SciPy does: the results are its own to the bit.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel

STRIP = 256
"""Keys looked at together."""
TILE = 64
"""Columns that are copied to rows together."""
MAX_KEY = 0x7FFFFFFFFFFFFFFF
"""More than the bits of any float, which are in the order of floats that are not negative."""


@kernel()
def squares(columns: F64, query: F64, start: int, stop: int, out: F64) -> None:
    """Write the squared distances of the points from `start` to `stop` to `query` to `out`.

    Parameters
    ----------
    columns : (d, n) float64; query : (d,) float64; read
    out : (stop - start,) float64; written
    """
    d = columns.shape[0]
    count = stop - start
    a, q0 = columns[0, start:stop], query[0]
    t = 2 - d % 2
    if t == 1:
        for j in range(count):
            out[j] = (a[j] - q0) * (a[j] - q0)
    else:
        b, q1 = columns[1, start:stop], query[1]
        for j in range(count):
            out[j] = (a[j] - q0) * (a[j] - q0) + (b[j] - q1) * (b[j] - q1)
    if (d - t) % 4 != 0:
        a, q0 = columns[t, start:stop], query[t]
        b, q1 = columns[t + 1, start:stop], query[t + 1]
        for j in range(count):
            total = out[j] + (a[j] - q0) * (a[j] - q0)
            out[j] = total + (b[j] - q1) * (b[j] - q1)
        t += 2
    while t < d:
        a, b = columns[t, start:stop], columns[t + 1, start:stop]
        c, e = columns[t + 2, start:stop], columns[t + 3, start:stop]
        q0, q1, q2, q3 = query[t], query[t + 1], query[t + 2], query[t + 3]
        for j in range(count):
            total = out[j] + (a[j] - q0) * (a[j] - q0)
            total += (b[j] - q1) * (b[j] - q1)
            total += (c[j] - q2) * (c[j] - q2)
            out[j] = total + (e[j] - q3) * (e[j] - q3)
        t += 4


@kernel()
def least(keys: I64) -> int:
    """The least key."""
    low = MAX_KEY
    for t in range(keys.shape[0]):
        low = min(low, keys[t])
    return int(low)


@kernel()
def first(keys: I64, most: int) -> int:
    """The first place with a key of at most `most`; the number of keys if there is none."""
    at = keys.shape[0]
    for t in range(keys.shape[0]):
        at = min(at, t if keys[t] <= most else keys.shape[0])
    return int(at)


@kernel()
def place(keys: I64) -> int:
    """The first place of the least key."""
    best, begin = MAX_KEY, 0
    for start in range(0, keys.shape[0], STRIP):
        low = least(keys[start : start + STRIP])
        if low < best:
            best, begin = low, start
    return begin + first(keys[begin : begin + STRIP], best)


@kernel()
def fill(columns: F64, start: int, stop: int, out: F64) -> None:
    """Write the distances of the points from `start` to `stop` to those from `start` on, both ways.

    Parameters
    ----------
    columns : (d, n) float64; read
    out : (n, n) float64, the diagonal infinite; written
    """
    d, n = columns.shape
    query = np.empty(d)
    for i in range(start, stop):
        for t in range(d):
            query[t] = columns[t, i]
        row = out[i, i + 1 :]
        squares(columns, query, i + 1, n, row)
        for j in range(row.shape[0]):
            row[j] = np.sqrt(row[j])
        out[i, i] = np.inf
    for begin in range(start, n, TILE):
        for j in range(begin, min(n, begin + TILE)):
            to = out[j, start : min(stop, j)]
            for i in range(to.shape[0]):
                to[i] = out[start + i, j]
