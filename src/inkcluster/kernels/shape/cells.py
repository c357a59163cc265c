"""Finds the points nearest to queries in the cells that each looks into, in float32."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, I32, I64
from inkcluster.kernels._jit import kernel, widest

MOST = 512
"""Points that are compared at a time."""


@kernel()
def _gaps(points: F32, start: int, stop: int, query: F32, out: F32) -> None:
    """Squared distances of a query to points `start` to `stop`, summed in the order of coordinates."""
    widest()
    count = np.uint64(stop - start)
    for t in range(count):
        out[t] = np.float32(0)
    for a in range(points.shape[0]):
        row, x = points[a, start:stop], query[a]
        for t in range(count):
            gap = row[t] - x
            out[t] += gap * gap


@kernel()
def nearest(
    points: F32, starts: I64, queries: F32, who: I32, cell: I32, distances: F32, rows: I32
) -> None:  # fmt: skip
    """Put the points of some cells into the lists of the queries that look into them.

    Lists do not depend on the order of pairs: of equal distances the lower row comes first.

    Parameters
    ----------
    points : (d, n) float32, the points of a cell side by side; read
    starts : (c + 1,) int64, where each cell begins; read
    queries : (m, d) float32; read
    who, cell : (p,) int32, which query looks into which cell; fastest sorted by cell; read
    distances, rows : (m, k), squared distances and places of points, nearest first; updated
    """
    gaps = np.empty(MOST, np.float32)
    k = distances.shape[1]
    for p in range(who.shape[0]):
        i = who[p]
        end = starts[cell[p] + 1]
        for start in range(starts[cell[p]], end, MOST):
            stop = min(start + MOST, end)
            _gaps(points, start, stop, queries[i], gaps)
            for t in range(stop - start):
                gap = gaps[t]
                if gap > distances[i, k - 1]:
                    continue
                row, at = np.int32(start + t), k - 1
                if gap == distances[i, at] and row > rows[i, at]:
                    continue
                while at > 0 and (
                    distances[i, at - 1] > gap
                    or (distances[i, at - 1] == gap and rows[i, at - 1] > row)
                ):
                    distances[i, at], rows[i, at] = distances[i, at - 1], rows[i, at - 1]
                    at -= 1
                distances[i, at], rows[i, at] = gap, row
