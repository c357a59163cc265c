"""Finds the neighbours of many points by comparing blocks of near points, the nearest first."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.cluster.neighbors import choose
from inkcluster.compute.magnitude import largest
from inkcluster.compute.memory import SPARE
from inkcluster.compute.projection import SAMPLE, all_directions, grain, scale_of, with_rest
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.neighbors import pairs as kernels

BLOCK = 1024
"""Points in a block; results do not depend on it, only the speed does."""
PROBES = 256
"""Points that tell along which coordinate a block is widest."""
UNDERFLOW = 1e-36
"""More than float32 loses of a squared distance by underflow."""


class Placed(NamedTuple):
    """Points in an order in which near points stand together, with their coordinates.

    Attributes
    ----------
    order : ndarray of shape (n,), int32
        The row of each place in the points.
    first, second : ndarray of shape (n, p) and (n, q), float32, p ≤ q
        Scaled coordinates; distances in them are never more than those of the scaled points.
    square : ndarray of shape (n,), float32
        Squared norms of `first`, less the rounding of the products they are used with.
    slack : ndarray of shape (n,), float32
        A point's part of the rounding of squared distances in `second`.
    """

    order: NDArray[np.int32]
    first: NDArray[np.float32]
    second: NDArray[np.float32]
    square: NDArray[np.float32]
    slack: NDArray[np.float32]

    def together(self, block: int) -> Placed:
        """The same in an order in which each `block` places hold near points."""
        order = _halved(self.first, block)
        first = self.first[order]
        second = first if self.second is self.first else self.second[order]
        return Placed(self.order[order], first, second, self.square[order], self.slack[order])


class Coordinates:
    """A short and a long projection: one for products, one to bound the pairs these leave open.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype
    k : int
        The number of neighbours that will be asked for; tells how near is near.
    largest : float
        The largest absolute value in all points to be placed.
    whole : bool
        Whether products of all dimensions fit into memory.
    """

    def __init__(
        self, X: NDArray[np.generic], k: int, largest: float, *, whole: bool = False
    ) -> None:
        n, d = X.shape
        self.scale = scale_of(largest, d)
        projection, sample = all_directions(X)
        self.widths = (d, d)
        if projection.basis is not None:
            nearer = (k + 1) * len(sample) / n
            self.widths = choose.widths(sample * self.scale, projection.basis, nearer, whole=whole)
        self.projection = replace(projection.first(self.widths[1]), scale=self.scale)

    def place(self, X: NDArray[np.generic]) -> Placed:
        """Coordinates of points, in their own order."""
        n = len(X)
        whole = self.projection.basis is None
        p, q = (width + (not whole) for width in self.widths)
        first = np.empty((n, p), np.float32)
        second = first if p == q else np.empty((n, q), np.float32)
        square, slack = np.empty(n, np.float32), np.empty(n, np.float32)

        def project(part: slice) -> None:
            inside, norms = self.projection.split(X[part])
            square[part] = norms * (1 - grain(p)) - UNDERFLOW
            slack[part] = norms * grain(q) + UNDERFLOW
            second[part] = inside if whole else with_rest(inside, norms)
            if p < q:
                first[part] = with_rest(inside[:, : p - 1], norms)

        for _ in in_threads(project, pieces(n, BLOCK)):
            pass
        return Placed(np.arange(n, dtype=np.int32), first, second, square, slack)


def placed_bytes(n: int, d: int, *, whole: bool = False) -> int:
    """Bytes that `n` points take while they are placed: their coordinates in two orders."""
    width = min(d, choose.PRODUCT_WIDTHS[-1] + 1) + min(d, choose.BOUND_WIDTHS[-1] + 1)
    return 2 * 4 * n * ((max(d, width) if whole else width) + 3)


def search_bytes(n: int, m: int, d: int, k: int, *, whole: bool = False) -> int:
    """Bytes that a search for `k` neighbours takes, of `m` queries or, if 0, of the `n` points.

    `whole`: at most, if products of all dimensions are among the choices.
    """
    sample = 40 * min(n, 2 * SAMPLE) * d
    placed = placed_bytes(n, d, whole=whole) + placed_bytes(m, d, whole=whole)
    return SPARE + sample + placed + (m or n) * (24 * k + 24)


def search(
    X: NDArray[np.generic],
    queries: NDArray[np.generic] | None,
    k: int,
    itself: bool,
    *,
    whole: bool,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Do as :func:`~inkcluster.cluster.neighbors.nearest_neighbors`, for checked arrays.

    `whole`: whether products of all dimensions fit into memory.
    """
    most = largest(*(A for A in (X, queries) if A is not None))
    with one_blas_thread():
        space = Coordinates(X, k, most, whole=whole)

        def placed(A: NDArray[np.generic]) -> _Set:
            return _Set(readable(A), space.place(A).together(BLOCK))

        points = placed(X)
        asking = points if queries is None else placed(queries)
        found = _searched(space.scale, asking, points, k, itself and queries is None)
    squared, rows = np.empty_like(found.values), np.empty_like(found.rows)
    squared[asking.placed.order], rows[asking.placed.order] = found.values, found.rows
    return squared, rows


def readable(X: NDArray[np.generic]) -> NDArray[np.generic]:
    """`X`, C-contiguous and read-only: one type for the kernels, whether memory-mapped or not."""
    points = np.ascontiguousarray(X).view()
    points.flags.writeable = False
    return points


class _Found:
    """The lists of the points that ask, by place, while they are being found."""

    def __init__(self, n: int, k: int) -> None:
        self.values = np.full((n, k), np.inf)
        self.rows = np.full((n, k), np.iinfo(np.int32).max, np.int32)
        self.reach = np.full(n, np.inf)
        self.limit = np.full(n, kernels.FAR)


class _Set:
    """Points, and the blocks they are compared in: their places, centres and boxes."""

    def __init__(self, points: NDArray[np.generic], placed: Placed) -> None:
        self.points, self.placed = points, placed
        self.blocks = pieces(len(placed.order), BLOCK)
        each = [placed.first[block] for block in self.blocks]
        self.centres = np.array([block.mean(axis=0) for block in each], np.float64)
        self.low = np.array([block.min(axis=0) for block in each])
        self.high = np.array([block.max(axis=0) for block in each])

    def gap(self, i: int, other: _Set, j: int) -> float:
        """A lower bound of the squared and scaled distances of block i to block j of the other."""
        gap = np.maximum(self.low[i] - other.high[j], other.low[j] - self.high[i])
        gap = np.maximum(gap, 0)
        return float(gap @ gap) * (1 - 1e-5) - 1e-6


def _searched(scale: float, asking: _Set, points: _Set, k: int, itself: bool) -> _Found:
    """The lists of `asking`; with `itself` each begins with the point that asks."""
    found = _Found(len(asking.placed.order), k)
    if itself:
        found.values[:, 0], found.rows[:, 0] = 0, points.placed.order
    _tiles(scale**2, asking, points, found, max(1, k - itself))
    return found


def _tiles(scale: float, asking: _Set, points: _Set, found: _Found, k: int) -> None:
    """Compare all pairs of blocks that may hold neighbours, the nearest first."""
    one_set = asking is points
    mine, theirs = asking.blocks, points.blocks
    reach, limit = found.reach, found.limit
    if not one_set:  # the other points ask for nothing
        reach = np.full(len(points.placed.order), -1.0)
        limit = np.full(len(reach), -kernels.FAR)
    a, b = asking.centres, points.centres
    between = np.einsum("ij,ij->i", a, a)[:, None] + np.einsum("ij,ij->i", b, b) - 2 * a @ b.T
    nearest = np.argmin(between, axis=1)

    def begin(part: slice) -> None:
        own, other = mine[part.start], theirs[nearest[part.start]]
        if other.stop - other.start <= k:
            return
        first, second = asking.placed.second[own], points.placed.second[other]
        half = np.einsum("ij,ij->i", second, second) / 2
        for rows in pieces(len(first), kernels.ROWS):
            near = first[rows] @ second.T
            np.subtract(half, near, out=near)
            if one_set and own == other:
                np.fill_diagonal(near[:, rows], kernels.FAR)
            kernels.first_reach(
                asking.points, asking.placed.order, own.start + rows.start,
                points.points, points.placed.order, other.start, near, k, found.reach,
            )  # fmt: skip
        np.minimum(found.reach[own], found.values[own, -1], out=found.reach[own])
        found.limit[own] = np.nextafter((found.reach[own] * scale).astype(np.float32), kernels.FAR)

    tiles = [(i, j) for i in range(len(mine)) for j in range(i if one_set else 0, len(theirs))]
    tiles.sort(key=lambda tile: between[tile])
    locks = [Lock() for _ in mine]
    lists = (found.values, found.rows, found.reach, found.limit)
    ours, others = ((each.points, *each.placed) for each in (asking, points))

    def look(part: slice) -> None:
        i, j = tiles[part.start]
        own, other = mine[i], theirs[j]
        if asking.gap(i, points, j) > max(found.limit[own].max(), limit[other].max()):
            return
        room = (own.stop - own.start) * (other.stop - other.start)
        who, whom = np.empty(room, np.int32), np.empty(room, np.int32)
        squared, out = np.empty(room), np.empty(kernels.COLUMNS, np.float32)
        count = kernels.near_pairs(
            *ours, found.limit, found.reach, own.start, own.stop,
            *others, limit, reach, other.start, other.stop,
            one_set, who, whom, squared, out, out.view(np.uint64),
        )  # fmt: skip
        with locks[i]:
            kernels.enter(who, whom, squared, count, points.placed.order, scale, *lists)
        if one_set:
            with locks[j]:
                kernels.enter(whom, who, squared, count, points.placed.order, scale, *lists)

    with progress.current().task("neighbours", total=len(tiles)) as advance:
        for _ in in_threads(begin, pieces(len(mine), 1)):
            pass
        for done in in_threads(look, pieces(len(tiles), 1)):
            advance(done)


def _halved(first: NDArray[np.float32], block: int) -> NDArray[np.int32]:
    """An order in which each block holds near points, by halving along the widest coordinate."""
    order = np.arange(len(first), dtype=np.int32)

    def halve(part: NDArray[np.int32]) -> None:
        if len(part) <= block:
            return
        widest = np.argmax(first[part[:: max(1, len(part) // PROBES)]].var(axis=0))
        along = first[part, widest]
        middle = (len(part) + block - 1) // block // 2 * block
        part[:] = part[np.argpartition(along, middle)]
        halve(part[:middle])
        halve(part[middle:])

    halve(order)
    return order
