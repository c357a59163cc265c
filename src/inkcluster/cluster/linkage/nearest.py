"""The nearest clusters of each cluster: proposed in float32, decided in float64, remembered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.linkage.plan import KEPT
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.compute.leading import SAMPLE, Leading
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.linkage import lists as linkage_lists
from inkcluster.kernels.linkage import search as linkage_search

CANDIDATES = 32
"""Proposals for each search; fewer leave more to the slow scan, more are sorted for nothing."""
PIECE = 512
"""Queries or clusters that a thread takes at a time."""
FEW = 48
"""Coordinates that the products are made in; what they leave open is looked at in all."""


class Nearest:
    """Clusters as sums of their members, and a list of near ones for each.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite
    size : ndarray of shape (n,), float64
        How many points each row stands for.
    """

    def __init__(self, X: NDArray[np.generic], size: NDArray[np.float64]) -> None:
        n = len(X)
        self.near = np.full((n, KEPT), -1, np.int32)
        self.far = np.full((n, KEPT), np.inf)
        self.bound = np.zeros(n)
        self.nearest = np.full(n, -1, np.int32)
        self.sure = np.zeros(n, np.bool_)
        self.size = size.copy()
        self.fresh = np.zeros(n, np.bool_)  # whether `lead` is of the cluster as it is now
        self._leading: Leading | None = None
        squared, ids = nearest_neighbors(X, min(KEPT, n - 1))
        self.sums = np.array(X, dtype=np.float64, order="C")
        self.sums *= size[:, None]
        self._begin(squared, ids)

    def _begin(self, squared: NDArray[np.float64], ids: NDArray[np.int32]) -> None:
        """Make the first lists, from the neighbours of points.

        The squared distance of a cluster of a and one of b points, in one place each, is
        2ab / (a + b) times their places' (Ward), never less than 2a / (a + 1) times.
        """
        n = len(ids)
        share = 2 * self.size / (self.size + 1)
        values = np.nextafter((squared * share[:, None]).astype(np.float32), np.float32(0))
        if n - 1 <= KEPT:  # nobody is left out, which an empty last place says
            values = np.column_stack([values, np.full(n, np.inf, np.float32)])
            ids = np.column_stack([ids, np.full(n, -1, np.int32)])
        slots = np.arange(n)

        def settle(part: slice) -> None:
            linkage_lists.settle(
                self.sums, self.size, slots, slots[part], values[part], ids[part], *self._lists()
            )

        for _ in in_threads(settle, pieces(n, PIECE)):
            pass
        if not self.sure.all():
            self._scan(slots, np.flatnonzero(~self.sure), *self._coordinates(slots))

    def search(self, slots: NDArray[np.int64], asking: NDArray[np.int64]) -> None:
        """Make the lists of `slots[asking]` anew, from the clusters in `slots`."""
        with one_blas_thread():
            lead, square = self._coordinates(slots)
            assert self._leading is not None
            few, few_square = self._leading.fewer(lead, FEW)
            inverse = np.nextafter((1 / self.size[slots]).astype(np.float32), np.float32(2))

            def answer(part: slice) -> None:
                queries = asking[part]
                values = np.empty((len(queries), CANDIDATES), np.float32)
                ids = np.empty((len(queries), CANDIDATES), np.int32)
                linkage_search.propose(few, few_square, lead, square, inverse, queries, values, ids)
                linkage_lists.settle(
                    self.sums, self.size, slots, queries, values, ids, *self._lists()
                )

            for _ in in_threads(answer, pieces(len(asking), PIECE)):
                pass
        self._scan(slots, asking[~self.sure[slots[asking]]], lead, square)

    def _scan(
        self,
        slots: NDArray[np.int64],
        asking: NDArray[np.int64],
        lead: NDArray[np.float32],
        square: NDArray[np.float32],
    ) -> None:
        """Decide those that lists leave open by looking at every cluster."""

        def scan(part: slice) -> None:
            linkage_lists.scan(
                self.sums, self.size, slots, asking[part], lead, square, *self._lists()
            )

        for _ in in_threads(scan, pieces(len(asking), max(1, PIECE // 16))):
            pass

    def _lists(
        self,
    ) -> tuple[
        NDArray[np.int32],
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.int32],
        NDArray[np.bool_],
    ]:
        return self.near, self.far, self.bound, self.nearest, self.sure

    def _coordinates(
        self, slots: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Leading coordinates of the clusters in `slots`, and their squared norms."""
        if self._leading is None:
            some = slots[:: max(1, len(slots) // SAMPLE)]
            self._leading = Leading(self.sums[some] / self.size[some, None])
            self.lead = np.empty((len(self.size), self._leading.width), np.float32)
        leading = self._leading
        stale = slots[~self.fresh[slots]]

        def project(part: slice) -> None:
            some = stale[part]
            self.lead[some] = leading(self.sums[some] / self.size[some, None])

        with one_blas_thread():
            for _ in in_threads(project, pieces(len(stale), PIECE)):
                pass
        self.fresh[stale] = True
        lead = self.lead[slots]
        return lead, leading.squares(lead)
