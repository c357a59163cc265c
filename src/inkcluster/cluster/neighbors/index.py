"""Keeps points ready for queries that come one by one, as new images come to a fitted model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.neighbors import choose
from inkcluster.cluster.neighbors.nearest import ENTRIES, Neighbours, nearest_neighbors, paired
from inkcluster.compute.magnitude import largest
from inkcluster.compute.memory import require
from inkcluster.compute.projection import scale_of
from inkcluster.compute.threads import one_blas_thread, pieces

if TYPE_CHECKING:
    from inkcluster.cluster.neighbors.search import Searched

GROUPS_PER_NEIGHBOR = 16
"""Groups of points, of which the nearest of each bound the distance to the last neighbour."""
TYPICAL_NEIGHBORS = 30
"""Number of neighbours for which the directions of the compiled search are chosen; only its speed depends on it."""
UNDERFLOW = 1e-36
"""More than float32 loses of a scaled squared distance by underflow."""


class NeighborIndex:
    """Points among which neighbours are asked for again and again.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite
        Must stay as it is. What is made ready from it takes up to about three times its memory, and is
        made at the first query.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.neighbors.index import NeighborIndex
    >>> index = NeighborIndex(np.arange(20.0).reshape(2, 10))
    >>> index.nearest(np.full((1, 10), 12.0), 1)[1].tolist()
    [[1]]
    """

    def __init__(self, X: NDArray[np.generic]) -> None:
        self.X = X

    def __reduce__(self) -> tuple[Any, ...]:
        return NeighborIndex, (self.X,)  # what is made ready is made again

    def nearest(self, queries: NDArray[np.generic], k: int) -> Neighbours:
        """What ``nearest_neighbors(X, k, queries=queries)`` gives, to the bit."""
        (n, d), m = self.X.shape, len(queries)
        way = choose.algorithm(n, m, d, k)
        if way == "tree" or k > n or largest(queries) > self._largest:
            return nearest_neighbors(self.X, k, queries=queries)
        if way == "numpy":
            return self._by_products(queries, k)
        if choose.merges_equals(self.X, m, way):
            return nearest_neighbors(self.X, k, queries=queries)
        need = 24 * m * (k + d)
        require(f"The search for {k:,} neighbours", m, need, None, "ask for fewer at a time")
        return self._searched.nearest(queries, k, itself=False)

    @cached_property
    def _largest(self) -> float:
        """The largest value; also of queries, or they are not searched for here."""
        return 2 * float(largest(self.X))

    @cached_property
    def _searched(self) -> Searched:
        from inkcluster.cluster.neighbors.search import Searched

        return Searched(self.X, TYPICAL_NEIGHBORS, self._largest, whole=False)

    @cached_property
    def _scaled(
        self,
    ) -> tuple[NDArray[np.float64], float, NDArray[np.float32], NDArray[np.float32]]:
        """Origin and scale, the points less the origin and scaled, and their squared norms."""
        origin = self.X.mean(axis=0, dtype=np.float64)
        scale = scale_of(self._largest, len(origin))
        points = np.empty(self.X.shape, np.float32)
        squares = np.empty(len(points), np.float32)
        for part in pieces(len(points), max(1, ENTRIES // len(origin))):
            centred = (self.X[part] - origin) * scale
            points[part] = centred
            squares[part] = np.einsum("ij,ij->i", centred, centred)
        return origin, scale, points, squares

    def _by_products(self, queries: NDArray[np.generic], k: int) -> Neighbours:
        """Propose pairs by a product in float32; decide all that its rounding leaves open in float64."""
        n, d = self.X.shape
        origin, scale, points, squares = self._scaled
        size = n // min(n, GROUPS_PER_NEIGHBOR * k)
        groups = n // size
        longest = float(np.sqrt(squares.max()))
        squared, rows = np.empty((len(queries), k)), np.empty((len(queries), k), np.int32)
        for part in pieces(len(queries), max(1, ENTRIES // n)):
            some = np.asarray(queries[part], dtype=np.float64)
            near = (some - origin) * scale
            own = np.sqrt(np.einsum("ij,ij->i", near, near))
            with one_blas_thread():
                rough = (-2 * near).astype(np.float32) @ points.T
            rough += squares
            # k groups have a point within the last of these, so k points are
            least = rough[:, : groups * size].reshape(len(some), groups, size).min(axis=2)
            last = np.partition(least, k - 1, axis=1)[:, k - 1]
            grain = (d + 16) * 2.0**-22 * (own + longest) ** 2 + UNDERFLOW
            limit = np.nextafter((last + grain).astype(np.float32), np.float32(np.inf))
            who, which = np.divmod(np.flatnonzero(rough <= limit[:, None]), n)
            exact = paired(some, who, self.X, which)
            order = np.lexsort((which, exact, who))
            first = np.searchsorted(who, np.arange(len(some)))
            best = order[first[:, None] + np.arange(k)]
            squared[part], rows[part] = exact[best], which[best]
        return squared, rows
