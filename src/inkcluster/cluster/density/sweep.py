"""DBSCAN by sweeps over blocks of products: no pair is stored, and most are never looked at.

A point with enough neighbours is done, and so is a core point once it belongs to the largest
cluster: only the sparse points are compared with all others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.density.components import core_points, slack
from inkcluster.cluster.density.space import Reach, Space
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces, workers
from inkcluster.kernels.density import sweep as kernels
from inkcluster.progress import current

SIDE = 512
"""Points on either side of a block: its products stay in the second-level cache."""
GROWTH = 4
"""Open points are packed again after 1 block of columns, after 5, after 21, ..."""
MIN_SHARE_BOTH_WAYS = 0.35
"""From this share of points that see all others, each pair is looked at once for both its points."""
PROBES = 128
"""Points compared with all others first, to estimate that share."""

Rows = NDArray[np.int64]
Visit = Callable[[NDArray[np.float32], Rows, Rows], int]
"""Takes a block of products, its asking rows and its columns' rows; returns how many stay open."""


class Sweeps:
    """DBSCAN of points (n, d), C-contiguous, at one `eps` after another.

    `min_samples` is ascending; `weight` (n,) is 1 each if left out.
    """

    def __init__(
        self,
        X: NDArray[np.generic],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
    ) -> None:
        self._X = X
        self._min_samples = min_samples
        self._given = np.ones(len(X)) if weight is None else weight
        self._weight = self._given.astype(np.float64)
        self._negative = bool((self._weight < 0).any())
        self._space = Space(X, complete=self._negative)
        # The first columns are then a sample of all points, whatever order they came in.
        self._order = np.random.default_rng(0).permutation(len(X))

    def at(self, eps: float) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """The first core point of each point's cluster (n for noise), and the core points, at one eps.

        Both have the shape (n_min_samples, n).
        """
        reach = self._space.within(eps)
        points = self._X, reach.limit, reach.sure, eps * eps
        total, company = self._totals(reach, points)
        cores = core_points(self._X, self._given, total, self._min_samples, eps)
        first = np.empty(cores.shape, np.int32)
        parent = np.arange(len(total), dtype=np.int32)
        for j in reversed(range(len(cores))):  # what more neighbours connect, fewer do too
            parent = self._connected(reach, points, cores[j], parent)
            first[j] = np.where(cores[j], parent, np.int32(len(parent)))
            self._attach(reach, points, cores[j], company, first[j])
        return first, cores

    def _totals(
        self, reach: Reach, points: tuple[Any, ...]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The weight within eps of each point, itself included, and whether another point is there.

        A total beyond the largest of `min_samples` may be too small, but not below it; whether
        another point is near may then be false.
        """
        n = len(self._X)
        most = self._min_samples[-1]
        enough = np.inf if self._negative else most + slack(self._given, most)
        total, company, open_ = np.zeros(n), np.zeros(n, np.bool_), np.ones(n, np.bool_)
        counted = (self._weight, enough, total, company)

        def visit(*block: Any) -> int:
            return int(kernels.count(*(*block, *points, *counted, open_)))

        probes, rest = self._order[:PROBES], self._order[PROBES:]
        with current().task("neighbours", total=n) as advance:
            sweep(reach.lead, probes, self._order, visit, open_, advance=advance)
            if open_[probes].mean() < MIN_SHARE_BOTH_WAYS:
                sweep(reach.lead, rest, self._order, visit, open_, advance=advance)
                return total, company
            sweep(reach.lead, rest, probes, visit, open_)
            more = Copies(np.zeros(n), lambda whole, copy: np.add(whole, copy, out=whole))

            def visit_both(*block: Any) -> None:
                kernels.count_both(*(*block, *points, *counted, more.mine()))

            sweep_both(reach.lead, rest, visit_both, advance)
        return total + more.gathered(), company

    def _connected(
        self,
        reach: Reach,
        points: tuple[Any, ...],
        core: NDArray[np.bool_],
        known: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        """The lowest row of each core point's cluster (n,), given `known` for fewer core points."""
        parent = known.copy()
        forest = Copies(parent, kernels.merge)
        members = self._order[core[self._order]]
        open_ = core.copy()
        giant = -1

        def visit(*block: Any) -> int:
            return int(kernels.join(*(*block, *points, forest.mine(), giant, open_)))

        with current().task("clusters", total=len(members)) as advance:
            sweep(reach.lead, members, members[:SIDE], visit, open_, after=forest.gathered)
            root = _roots(parent)
            giant = int(np.bincount(root[members], minlength=1).argmax())
            # Of two core points in different clusters one is outside the giant, and sees the other.
            outside = members[root[members] != giant]
            advance(len(members) - len(outside))
            rest = members[SIDE:]
            sweep(reach.lead, outside, rest, visit, open_, after=forest.gathered, advance=advance)
        return _roots(parent)

    def _attach(
        self,
        reach: Reach,
        points: tuple[Any, ...],
        core: NDArray[np.bool_],
        company: NDArray[np.bool_],
        first: NDArray[np.int32],
    ) -> None:
        """Give each other point with a core point within eps the lowest `first` (n,) of those."""
        members = self._order[core[self._order]]
        members = members[np.argsort(first[members], kind="stable")]
        open_ = company & ~core

        def visit(*block: Any) -> int:
            return int(kernels.attach(*(*block, *points, first, open_)))

        asking = np.flatnonzero(open_)
        with current().task("borders", total=len(asking)) as advance:
            sweep(reach.lead, asking, members, visit, open_, advance=advance)


def sweep(
    lead: NDArray[np.float32],
    asking: Rows,
    columns: Rows,
    visit: Visit,
    open_: NDArray[np.bool_],
    *,
    after: Callable[[], object] = lambda: None,
    advance: Callable[[float], None] = lambda done: None,
) -> None:
    """Show `visit` every block of `asking` × `columns`, as long as points in it are `open_`.

    Both are rows of `lead`, which is as in :class:`~inkcluster.cluster.density.space.Reach`; the
    first columns should be a sample of all. `visit` closes points of `open_` (n,). `after` is called
    between packings, when no thread is at work; `advance` is told how many points are closed or
    have seen all columns.
    """
    there = lead[columns]
    bounds, width = [0], SIDE
    while bounds[-1] < len(columns):
        bounds.append(min(len(columns), bounds[-1] + width))
        width *= GROWTH

    def look(part: slice, left: int, right: int) -> None:
        rows = asking[part]
        ours = _asking(lead, rows)
        product = np.empty((len(rows), SIDE), np.float32)
        for at in range(left, right, SIDE):
            end = min(right, at + SIDE)
            block = product[: len(rows), : end - at]
            np.matmul(ours, there[at:end].T, out=block)
            still = visit(block, rows, columns[at:end])
            if not still:
                return
            if 2 * still < len(rows):
                kept = open_[rows]
                rows, ours = rows[kept], ours[kept]

    # few points are a piece for each thread
    size = max(1, min(SIDE, -(-len(asking) // workers())))
    with one_blas_thread():
        for left, right in pairwise(bounds):
            last = right == len(columns)
            some = partial(look, left=left, right=right)
            for done in in_threads(some, pieces(len(asking), size)):
                advance(done if last else 0)
            after()
            before = len(asking)
            asking = asking[open_[asking]]
            advance(0 if last else before - len(asking))


def sweep_both(
    lead: NDArray[np.float32],
    rows: Rows,
    visit: Callable[[NDArray[np.float32], Rows, Rows, bool], None],
    advance: Callable[[float], None],
) -> None:
    """Show `visit` every pair of `rows` once, in blocks, and whether both sides are the same rows."""
    there = lead[rows]

    def look(part: slice) -> None:
        ours = _asking(lead, rows[part])
        product = np.empty((len(ours), SIDE), np.float32)
        for at in range(part.start, len(rows), SIDE):
            columns = slice(at, min(len(rows), at + SIDE))
            block = product[:, : columns.stop - at]
            np.matmul(ours, there[columns].T, out=block)
            visit(block, rows[part], rows[columns], at == part.start)

    with one_blas_thread():
        for done in in_threads(look, pieces(len(rows), SIDE)):
            advance(done)


def _asking(lead: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    """The coordinates of `rows`, with 1 where the columns have their norm."""
    ours = lead[rows]
    ours[:, -1] = 1.0
    return ours


class Copies:
    """An array of which every thread changes a copy of its own, so that none waits for another.

    `merge` takes the whole and a copy, and puts into the whole what has changed in the copy.
    """

    def __init__(
        self, whole: NDArray[Any], merge: Callable[[NDArray[Any], NDArray[Any]], object]
    ) -> None:
        self._whole = whole
        self._merge = merge
        self._local = threading.local()
        self._made: list[NDArray[Any]] = []

    def mine(self) -> NDArray[Any]:
        """The calling thread's copy."""
        if not hasattr(self._local, "copy"):
            self._local.copy = self._whole.copy()
            self._made.append(self._local.copy)
        copy: NDArray[Any] = self._local.copy
        return copy

    def gathered(self) -> NDArray[Any]:
        """The whole, with every copy merged into it and forgotten; no thread may be at work."""
        for copy in self._made:
            self._merge(self._whole, copy)
        self._made = []
        self._local = threading.local()
        return self._whole


def _roots(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """The lowest row of each tree, for every point (n,)."""
    out = np.empty_like(parent)
    kernels.roots(parent, out)
    return out
