"""Merges the nearest two clusters by the distances of their centres, computed when they are needed.

For few dimensions, where that is faster than reading a stored distance. Heights are SciPy's up to
rounding, and so the order of merges is too, unless two distances agree almost to the last bit. Each
distance is known by bounds for what SciPy computes; where these overlap, the kernel gives up.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.lanes import place, squares

WARD, CENTROID, MEDIAN = range(3)
ROWS = 128
"""Rows whose nearest are looked at together."""
TIE = 1e-11
"""More than the relative error of a squared distance after thousands of merges.

Formulas of Lance & Williams err by a share of the largest distance of members that went into it.
"""
CENTRE = 2e-17
"""What `TIE` gives for an error of 1.4e-14 of a centre's coordinates: its square over `TIE`."""


@kernel()
def _bounds(
    method: int, columns: F64, slack: F64, size: F64, query: F64, y: int, start: int, out: F64
) -> None:
    """Write lower bounds of the distances of the clusters from `start` on to that of place y."""
    squares(columns, query, start, start + out.shape[0], out)
    slacks, sizes = slack[start:], size[start:]
    own, of = slack[y], size[y]
    if method == WARD:
        for j in range(out.shape[0]):
            low = max(out[j] - slacks[j] - own, 0.0)
            out[j] = low * (2 * of * sizes[j] / (of + sizes[j]))
    else:
        for j in range(out.shape[0]):
            out[j] = max(out[j] - slacks[j] - own, 0.0)


@kernel()
def _concerned(low: F64, high: F64, nearest: I64, x: int, y: int) -> bool:
    """Whether any of these distances may be the least of its row, or any row's nearest is gone."""
    found = 0
    for j in range(low.shape[0]):
        found |= int(low[j] <= high[j]) | int(nearest[j] == x) | int(nearest[j] == y)
    return found != 0


@kernel()
def _upper(method: int, low: float, slack: float, one: float, other: float) -> float:
    """The upper bound of a distance that belongs to its lower bound."""
    share = 2 * one * other / (one + other) if method == WARD else 1.0
    return (low + 2 * slack * share) * (1 + 4 * TIE)


@kernel()
def _count(low: F64, most: float) -> int:
    found = 0
    for j in range(low.shape[0]):
        found += int(low[j] <= most)
    return found


@kernel()
def merge(  # noqa: PLR0912, PLR0915 (one step of the algorithm, read from top to bottom)
    method: int, columns: F64, size: F64, merges: I64, squared: F64
) -> int:
    """Merge the nearest pair until one cluster is left, or until rounding may decide which that is.

    Each row knows the nearest of the clusters in later places, or a bound for it (Müllner 2011).

    Parameters
    ----------
    method : WARD, CENTROID or MEDIAN
    columns : (d, n) float64, coordinates about a centre; overwritten
    size : (n,) float64, how many points each place stands for; overwritten
    merges : (n - 1, 2) int64, points of both clusters; written
    squared : (n - 1,) float64, squared heights; written

    Returns
    -------
    The number of merges made.
    """
    d, n = columns.shape
    name, nearest, to = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    low, high, slack, spread = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    strip, query = np.empty(n), np.empty(d)
    keys, strip_keys = low.view(np.int64), strip.view(np.int64)
    form = CENTROID  # of single points, all distances are alike
    for j in range(n):
        name[j], nearest[j], spread[j], slack[j], low[j], high[j] = j, -1, 0.0, 0.0, np.inf, np.inf
        if size[j] != 1.0:
            form = method
        for t in range(d):
            slack[j] += CENTRE * columns[t, j] ** 2
    m = left = n
    started = done = 0
    while done < n - 1:
        x = -1
        y = started
        if started < n:
            started += 1
        else:
            form = method
            y = place(keys[:m])
            if nearest[y] >= 0:
                x, y = y, nearest[y]
                if _count(low[:m], high[x]) > 1:
                    most = high[x]
                    for z in range(m):
                        if low[z] <= most and nearest[z] < 0:
                            x, y = -1, z  # it may not be that near
                    if x >= 0:
                        return done
        if x >= 0:
            nx, ny = size[x], size[y]
            share = 0.5 if method == MEDIAN else nx / (nx + ny)
            square = norm = 0.0
            for t in range(d):
                step = columns[t, x] - columns[t, y]
                square += step * step
                columns[t, y] += step * share
                norm += columns[t, y] ** 2
            merges[done, 0], merges[done, 1] = name[x], name[y]
            squared[done] = square * (2 * nx * ny / (nx + ny)) if method == WARD else square
            done += 1
            spread[y] += share * (spread[x] - spread[y] + (1 - share) * square)
            slack[y] = CENTRE * norm
            if method != WARD:
                slack[y] += 4 * TIE * spread[y]
            size[y] = nx + ny
            columns[0, x] = low[x] = high[x] = np.inf
            nearest[x] = -1
            left -= 1
        for t in range(d):
            query[t] = columns[t, y]
        begin = 0 if x >= 0 else y - y % 8
        _bounds(form, columns, slack, size, query, y, begin, strip[begin:m])
        if x >= 0:
            for start in range(0, y, ROWS):
                stop = min(y, start + ROWS)
                if not _concerned(strip[start:stop], high[start:stop], nearest[start:stop], x, y):
                    continue
                for z in range(start, stop):
                    if nearest[z] == x or nearest[z] == y:
                        nearest[z] = -1
                    if z != x and strip[z] <= high[z]:
                        most = _upper(form, strip[z], slack[z] + slack[y], size[z], size[y])
                        if most < low[z]:
                            nearest[z], low[z], high[z] = y, strip[z], most
                        else:
                            nearest[z], low[z] = -1, min(low[z], strip[z])
        nearest[y] = -1
        low[y] = high[y] = np.inf
        if y + 1 < m:
            at = y + 1 + place(strip_keys[y + 1 : m])
            if strip[at] < np.inf:
                nearest[y], low[y] = at, strip[at]
                high[y] = _upper(form, low[y], slack[at] + slack[y], size[at], size[y])
                if _count(strip[y + 1 : m], high[y]) > 1:
                    return done
        if 4 * left < 3 * m:
            kept = 0
            for j in range(m):
                to[j] = kept
                if columns[0, j] < np.inf:
                    for t in range(d):
                        columns[t, kept] = columns[t, j]
                    name[kept], nearest[kept] = name[j], nearest[j]
                    low[kept], high[kept] = low[j], high[j]
                    slack[kept], spread[kept], size[kept] = slack[j], spread[j], size[j]
                    kept += 1
            m = left
            for j in range(m):
                if nearest[j] >= 0:
                    nearest[j] = to[nearest[j]]
    return done
