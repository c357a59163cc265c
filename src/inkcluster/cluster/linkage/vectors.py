"""Builds Ward, centroid and median hierarchies of vectors, without a matrix of their distances.

Ward leaves the clusters to such a matrix once searches leave too many pairs open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.cluster.linkage.loops import earliest
from inkcluster.cluster.linkage.square import rest
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.compute.projection import SAMPLE, Projection, leading
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.linkage import centres, lists, search

LIST_LENGTH = 12
"""Neighbours that a cluster keeps from one search to the next."""
PROPOSALS = 32
"""Candidates of a search. With fewer, more are left to the slow scan; more are sorted for nothing."""
PRODUCT_WIDTH = 48
"""Coordinates of the matrix products; pairs that these leave open are decided in all coordinates."""
CENTRE_WIDTHS = (31, 47)
"""Directions for centroid and median, which read them once a merge: fewer are faster."""
PIECE = 512
"""Queries or clusters that a thread takes at a time."""
PROBES = 64
"""Queries of a search that tell how many it will leave open."""
MAX_INLINE_MERGES = 100
"""Merges of a round up to which one thread carries the lists over."""
STEP = 512
"""Merges between two reports of progress."""

Ends = Callable[[float, int], bool]
"""Whether searches end, once so many looks at all clusters were needed, and so many clusters are left."""


class Merged(NamedTuple):
    """Merges (n - 1, 2), squared heights (n - 1,), and whether stored distances gave the last.

    A merge names the earliest members, the lower first. Ward's children come before their parents,
    the others in the naive order.
    """

    merges: NDArray[np.int32]
    squared: NDArray[np.float64]
    ended: bool = False


def merges(
    X: NDArray[np.generic], size: NDArray[np.float64], method: str, ends: Ends | None = None
) -> Merged | None:
    """Merge points by Ward, centroid or median linkage until one cluster is left.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite
    size : ndarray of shape (n,), float64
        How many points each row stands for.
    method : str
    ends : callable, optional
        When Ward stores the distances of the clusters that are left.

    Returns
    -------
    Merged or None
        None if stored distances tie, so that they do not tell which pair comes first.
    """
    if method == "ward":
        return _by_rounds(X, size, ends)
    return _one_by_one(X, size, halve=method == "median")


class _Clusters:
    """Clusters as sums of their members, each with a list of its nearest clusters."""

    def __init__(self, X: NDArray[np.generic], size: NDArray[np.float64]) -> None:
        n = len(X)
        self.lists = (
            np.full((n, LIST_LENGTH), -1, np.int32),  # near
            np.full((n, LIST_LENGTH), np.inf),  # far
            np.zeros(n),  # bound
            np.full(n, -1, np.int32),  # nearest
            np.zeros(n, np.bool_),  # sure
        )
        self.near, self.far, self.bound, self.nearest, self.sure = self.lists
        self.size = size.copy()
        self.projected = np.zeros(n, np.bool_)  # whether `lead` is up to date
        self.projection: Projection | None = None
        self.scans = 0.0  # how many clusters had to look at all others
        squared, ids = nearest_neighbors(X, min(LIST_LENGTH, n - 1))
        self.sums = np.array(X, dtype=np.float64, order="C")
        self.sums *= size[:, None]
        self._begin(squared, ids)

    def _begin(self, squared: NDArray[np.float64], ids: NDArray[np.int32]) -> None:
        """Make the first lists from the neighbours of the points.

        The squared Ward distance of a points in one place and b in another is 2ab / (a + b) times
        that of the places, which is at least 2a / (a + 1) times.
        """
        n = len(ids)
        share = 2 * self.size / (self.size + 1)
        values = np.nextafter((squared * share[:, None]).astype(np.float32), np.float32(0))
        if n - 1 <= LIST_LENGTH:  # an empty last place says that nobody is left out
            values = np.column_stack([values, np.full(n, np.inf, np.float32)])
            ids = np.column_stack([ids, np.full(n, -1, np.int32)])
        slots = np.arange(n)

        def settle(part: slice) -> None:
            lists.settle(
                self.sums, self.size, slots, slots[part], values[part], ids[part], self.lists
            )

        for _ in in_threads(settle, pieces(n, PIECE)):
            pass
        if not self.sure.all():
            self._scan(slots, np.flatnonzero(~self.sure), *self._coordinates(slots))

    def search(self, slots: NDArray[np.int64], ends: Ends | None) -> bool:
        """Make the lists that no longer tell the nearest anew, from the clusters in `slots`.

        False, with few of them made, if it `ends`.
        """
        asking = np.flatnonzero(~self.sure[slots])
        probes = asking[:: -(-len(asking) // PROBES)].copy()  # contiguous, like all others
        with one_blas_thread():
            lead, square = self._coordinates(slots)
            assert self.projection is not None
            few, few_square = self.projection.fewer(lead, PRODUCT_WIDTH)
            inverse = np.nextafter((1 / self.size[slots]).astype(np.float32), np.float32(2))

            def answer(queries: NDArray[np.int64]) -> None:
                values = np.empty((len(queries), PROPOSALS), np.float32)
                ids = np.empty((len(queries), PROPOSALS), np.int32)
                search.propose(few, few_square, lead, square, inverse, queries, values, ids)
                lists.settle(self.sums, self.size, slots, queries, values, ids, self.lists)

            answer(probes)
            scans = float(np.mean(~self.sure[slots[probes]])) * len(asking)
            if ends and ends(self.scans + scans, len(slots)):
                return False
            self.scans += scans
            for _ in in_threads(lambda part: answer(asking[part]), pieces(len(asking), PIECE)):
                pass
        self._scan(slots, asking[~self.sure[slots[asking]]], lead, square)
        return True

    def _scan(
        self,
        slots: NDArray[np.int64],
        asking: NDArray[np.int64],
        lead: NDArray[np.float32],
        square: NDArray[np.float32],
    ) -> None:
        """Decide those that the lists leave open by looking at every cluster."""

        def scan(part: slice) -> None:
            lists.scan(self.sums, self.size, slots, asking[part], lead, square, self.lists)

        for _ in in_threads(scan, pieces(len(asking), max(1, PIECE // 16))):
            pass

    def _coordinates(
        self, slots: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Leading coordinates of the clusters in `slots`, and their squared norms."""
        if self.projection is None:
            some = slots[:: max(1, len(slots) // SAMPLE)]
            self.projection = leading(self.sums[some] / self.size[some, None])
            self.lead = np.empty((len(self.size), self.projection.width), np.float32)
        projection = self.projection
        stale = slots[~self.projected[slots]]

        def project(part: slice) -> None:
            some = stale[part]
            self.lead[some] = projection(self.sums[some] / self.size[some, None])

        with one_blas_thread():
            for _ in in_threads(project, pieces(len(stale), PIECE)):
                pass
        self.projected[stale] = True
        lead = self.lead[slots]
        return lead, projection.squares(lead)


def _by_rounds(
    X: NDArray[np.generic], size: NDArray[np.float64], ends: Ends | None
) -> Merged | None:
    """Ward: merge all pairs of reciprocal nearest neighbours at once (Murtagh 1983).

    Rounds go on as long as the lists tell who is nearest; then all clusters whose lists are used up
    are searched for together.
    """
    n = len(X)
    clusters = _Clusters(X, size)
    slots = np.arange(n)
    made = np.empty((n - 1, 2), np.int32)
    squared = np.empty(n - 1)
    into = np.full(n, -1, np.int32)
    found = np.empty((n, 2), np.int32)
    done = 0
    with progress.current().task("merges", total=n - 1) as advance:
        while done < n - 1:
            count = lists.pairs(slots, clusters.nearest, clusters.sure, into, found)
            if count == 0:
                if clusters.search(slots, ends):
                    continue
                centres = clusters.sums[slots] / clusters.size[slots, None]
                last = rest(centres, clusters.size[slots])
                if last is None:
                    if len(slots) > n // 2:
                        return None
                    ends = None  # it would take longer to begin anew
                    continue
                made[done:], squared[done:] = earliest(slots[last[0]]), last[1] ** 2
                advance(n - 1 - done)
                return Merged(made, squared, ended=True)
            made[done : done + count] = found[:count]
            squared[done : done + count], slots = _unite(clusters, slots, found[:count], into)
            done += count
            advance(count)
    return Merged(made, squared)


def _unite(
    clusters: _Clusters,
    slots: NDArray[np.int64],
    new: NDArray[np.int32],
    into: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Merge pairs and carry the lists over; gives the squared distances and the slots left."""
    n = len(clusters.size)
    lower, upper = new[:, 0], new[:, 1]
    at = np.argmax(clusters.near[lower] == upper[:, None], axis=1)
    squared: NDArray[np.float64] = clusters.far[lower, at]
    partner = np.full(n, -1, np.int32)
    partner[lower] = upper
    height = np.zeros(n)
    height[lower] = squared
    alive = np.ones(n, np.bool_)
    alive[upper] = False
    slots = slots[alive[slots]]
    lists.unite(new, clusters.sums, clusters.size)
    clusters.projected[lower] = False
    least = clusters.size[slots].min()

    def refresh(part: slice) -> None:
        lists.refresh(
            slots[part], clusters.sums, clusters.size, partner, height, least, into, clusters.lists
        )

    # a thread writes the lists of its own clusters, and reads those of clusters merged away
    size = len(slots) if len(new) < MAX_INLINE_MERGES else PIECE
    for _ in in_threads(refresh, pieces(len(slots), size)):
        pass
    return squared, slots


def _one_by_one(X: NDArray[np.generic], size: NDArray[np.float64], halve: bool) -> Merged:
    """Centroid or median (`halve`): merge the nearest pair of centres, one after another."""
    n = len(X)
    clusters = _Clusters(X, np.ones(n))
    slots = np.arange(n)
    with progress.current().task("merges", total=n - 1) as advance:
        key = np.minimum(clusters.far[:, 0], clusters.bound)
        key[clusters.sure] = clusters.far[clusters.sure, 0]
        clusters.bound[clusters.sure & (clusters.near[:, 1] < 0)] = np.inf  # found by a scan
        count = np.ones(n)
        if not halve:
            count = size.copy()
            clusters.sums *= size[:, None]
        projection = leading(X, CENTRE_WIDTHS)
        coordinates, lead, square = _side_by_side(X, projection)
        who = np.full(len(square), -1, np.int32)
        who[:n] = slots
        slot_of = np.full(2 * n, -1, np.int32)
        slot_of[:n] = slots
        order = np.argsort(key, kind="stable")
        place = np.empty(n, np.int64)
        place[order] = slots
        heap = order, place, key, np.zeros((n, 2), np.int32)
        space = lead, square, slots.astype(np.int32), who, slots.astype(np.int32), slot_of
        made = np.empty((n - 1, 2), np.int32)
        squared = np.empty(n - 1)
        left = n
        for done in range(0, n - 1, STEP):
            part = slice(done, done + STEP)
            left = centres.merge_centres(
                halve, projection.grain, projection.origin, coordinates, space, (clusters.sums, count),
                clusters.lists[:3], heap, left, made[part], squared[part],
            )  # fmt: skip
            advance(len(made[part]))
    return Merged(made, squared)


def _side_by_side(
    X: NDArray[np.generic], projection: Projection
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
    """Coordinates of points in float64, and in float32 with `LANES` points side by side."""
    n = len(X)
    blocks = -(-n // centres.LANES)
    lead = np.zeros((blocks, projection.width, centres.LANES), np.float32)
    square = np.full(blocks * centres.LANES, 2 * centres.FAR, np.float32)
    coordinates = np.empty((n, projection.width - (projection.basis is not None)))
    places = np.arange(n, dtype=np.int32)  # of the type that merges pass, to compile `put` once
    for start in range(0, n, STEP):
        inside, squares = projection.split(X[start : start + STEP])
        coordinates[start : start + STEP] = inside
        beyond = np.sqrt(np.maximum(squares - np.einsum("ij,ij->i", inside, inside), 0))
        for i in range(len(inside)):
            centres.put(places[start + i], inside[i], beyond[i], projection.grain, lead, square)
    return coordinates, lead, square
