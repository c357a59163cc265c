"""Builds the minimum spanning tree of points in few dimensions, computing distances on the way."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.lanes import first, least, squares

STRIP = 512
"""Distances computed at a time; they stay in the cache."""
SAME_ROOT = 4
"""Neighbouring floats that may have one root in common, at most."""


@kernel()
def walk(columns: F64, order: I64, squared: F64) -> None:
    """Join the nearest point to those from point 0, until all n are joined (Prim 1957).

    The distances are SciPy's to the bit. Of the points at the least one, the first is joined.

    Parameters
    ----------
    columns : (d, n) float64, coordinates; overwritten
    order : (n,) int64, points in the order in which they are joined; written
    squared : (n - 1,) float64, the squared distances at which they are; written
    """
    d, n = columns.shape
    name, near = np.empty(n, np.int64), np.empty(n)
    for j in range(n):
        name[j], near[j] = j, np.inf
    keys = near.view(np.int64)
    strip, query, lows = np.empty(STRIP), np.empty(d), np.empty(n // STRIP + 1, np.int64)
    m, left = n, n
    at = 0
    order[0] = 0
    for k in range(n - 1):
        for t in range(d):
            query[t] = columns[t, at]
        columns[0, at] = near[at] = np.inf  # out of reach
        left -= 1
        if 4 * left < 3 * m:
            kept = 0
            for j in range(m):
                if columns[0, j] < np.inf:
                    name[kept], near[kept] = name[j], near[j]
                    for t in range(d):
                        columns[t, kept] = columns[t, j]
                    kept += 1
            m = left
        count = (m + STRIP - 1) // STRIP
        for b in range(count):
            start, stop = b * STRIP, min(m, (b + 1) * STRIP)
            squares(columns, query, start, stop, strip)
            part = near[start:stop]
            for j in range(stop - start):
                part[j] = min(part[j], strip[j])
            lows[b] = least(keys[start:stop])
        best = least(lows[:count])
        begin = STRIP * first(lows[:count], best)
        root = np.sqrt(near[begin + first(keys[begin:m], best)])
        at = STRIP * first(lows[:count], best + SAME_ROOT)
        at += first(keys[at:m], best + SAME_ROOT)
        while np.sqrt(near[at]) != root:  # of the points at the least distance, the first
            at += 1 + first(keys[at + 1 : m], best + SAME_ROOT)
        order[k + 1], squared[k] = name[at], near[at]
