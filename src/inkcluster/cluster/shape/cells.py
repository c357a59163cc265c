"""Points in cells of near ones, of which a query looks into a few: candidates need not be exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import in_threads, pieces
from inkcluster.kernels.shape import cells as kernels

POINTS_PER_CELL = 256
"""About so many points share a cell."""
PROBES = 16
"""Cells that a query looks into."""
ROUNDS = 1
"""Times that the centres of the cells are moved to their means."""
QUERIES_TOGETHER = 2048
"""Queries that share what is read of a cell; results do not depend on it."""

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class Cells:
    """Points (n, d) float32, ready for queries; of few points all are looked at.

    Jégou, Douze & Schmid (2011), "Product quantization for nearest neighbor search": the inverted
    file, without quantization.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.cells import Cells
    >>> points = np.arange(20, dtype=np.float32).reshape(2, 10)
    >>> Cells(points).nearest(np.full((1, 10), 12, np.float32), 1).tolist()
    [[1]]
    """

    def __init__(self, points: F32) -> None:
        n = len(points)
        count = max(1, n // POINTS_PER_CELL)
        centres = points[np.arange(count) * n // count]
        for _ in range(ROUNDS + 1):
            self.centres = np.ascontiguousarray(centres.T)
            of = self._cells(points, 1)[:, 0]
            self.order = np.argsort(of, kind="stable")
            sizes = np.bincount(of, minlength=count)
            self.starts = np.concatenate([[0], np.cumsum(sizes)])
            self.points = np.ascontiguousarray(points[self.order].T)
            some = sizes > 0
            sums = np.add.reduceat(self.points, self.starts[:-1][some], axis=1, dtype=np.float64)
            centres[some] = (sums / sizes[some]).T

    def nearest(self, queries: F32, k: int) -> NDArray[np.intp]:
        """Rows (m, k) of points near to queries (m, d), nearest first; `k` at most the points."""
        count = self.centres.shape[1]
        near = self._cells(queries, min(PROBES, count))
        found = self._in(near, queries, k)
        short = np.flatnonzero(found[:, -1] < 0)
        if len(short):  # its cells have too few points
            every = np.tile(np.arange(count, dtype=np.int32), (len(short), 1))
            found[short] = self._in(every, queries[short], k)
        return self.order[found]

    def _cells(self, queries: F32, k: int) -> I32:
        """The `k` nearest cells of each query (m, d), as (m, k)."""
        one = np.zeros((len(queries), 1), np.int32)
        return _lists(self.centres, np.array([0, self.centres.shape[1]]), one, queries, k)

    def _in(self, near: I32, queries: F32, k: int) -> I32:
        """Places (m, k) of the points nearest to each query in the cells `near` (m, p)."""
        return _lists(self.points, self.starts, near, queries, k)


def _lists(points: F32, starts: NDArray[np.int64], near: I32, queries: F32, k: int) -> I32:
    """Places of the `k` points nearest to each query in its cells; -1 where these have fewer."""
    found = np.full((len(queries), k), -1, np.int32)

    def look(part: slice) -> None:
        distances = np.full((part.stop - part.start, k), np.inf, np.float32)
        cell = near[part].ravel()
        order = np.argsort(cell, kind="stable")  # what a cell holds is compared while it is near
        who = (order // near.shape[1]).astype(np.int32)
        some = np.ascontiguousarray(queries[part])
        kernels.nearest(points, starts, some, who, cell[order], distances, found[part])

    for _ in in_threads(look, pieces(len(queries), QUERIES_TOGETHER)):
        pass
    return found
