"""The nearest clusters of each cluster: proposed in float32, decided in float64, remembered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.linalg  # noqa: F401 (compiled products use its BLAS, which must be there to be limited)
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from inkcluster.cluster._linkage_leading import Leading
from inkcluster.cluster._linkage_plan import KEPT
from inkcluster.cluster._linkage_threads import in_threads, pieces
from inkcluster.kernels import linkage_lists, linkage_search

CANDIDATES = 32
"""Proposals for each search; fewer leave more to the slow scan, more are sorted for nothing."""
PIECE = 512
"""Queries or clusters that a thread takes at a time."""


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
        self.leading = Leading(X)
        self.size = size.copy()
        self.sums = np.array(X, dtype=np.float64, order="C")
        self.sums *= size[:, None]
        self.lead = np.empty((n, self.leading.width), np.float32)
        self.fresh = np.zeros(n, np.bool_)  # whether `lead` is of the cluster as it is now
        self.near = np.full((n, KEPT), -1, np.int32)
        self.far = np.full((n, KEPT), np.inf)
        self.bound = np.zeros(n)
        self.nearest = np.full(n, -1, np.int32)
        self.sure = np.zeros(n, np.bool_)

    def search(
        self,
        slots: NDArray[np.int64],
        asking: NDArray[np.int64],
        group: NDArray[np.int32] | None = None,
        advance: Callable[[float], None] = lambda done: None,
    ) -> None:
        """Make the lists of `slots[asking]` anew, from the clusters in `slots`.

        Clusters of the same `group` (len(slots),) are no neighbours.
        """
        with threadpool_limits(1, "blas"):
            stale = slots[~self.fresh[slots]]
            self._project(stale)
            whole = len(slots) == len(self.lead)
            lead = self.lead if whole else self.lead[slots]
            square = self.leading.squares(lead)
            inverse = np.nextafter((1 / self.size[slots]).astype(np.float32), np.float32(2))
            if group is None:
                group = np.arange(len(slots), dtype=np.int32)
            lists = (self.near, self.far, self.bound, self.nearest, self.sure)

            def answer(part: slice) -> None:
                queries = asking[part]
                values = np.empty((len(queries), CANDIDATES), np.float32)
                ids = np.empty((len(queries), CANDIDATES), np.int32)
                linkage_search.propose(lead, square, inverse, group, queries, values, ids)
                linkage_lists.settle(self.sums, self.size, slots, queries, values, ids, *lists)
                open_ = queries[~self.sure[slots[queries]]]
                linkage_lists.scan(self.sums, self.size, slots, open_, group, lead, square, *lists)

            for done in in_threads(answer, pieces(len(asking), PIECE)):
                advance(done)

    def _project(self, stale: NDArray[np.int64]) -> None:
        def project(part: slice) -> None:
            some = stale[part]
            self.lead[some] = self.leading(self.sums[some] / self.size[some, None])

        for _ in in_threads(project, pieces(len(stale), PIECE)):
            pass
        self.fresh[stale] = True
