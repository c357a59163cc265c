"""Neighbours of many points: blocks of near ones against each other, the nearest blocks first."""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.compute.coordinates import Coordinates, Placed, near_together
from inkcluster.compute.magnitude import largest
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.neighbors import pairs as kernels

BLOCK = 1024
"""Points in a block; results do not depend on it, only the speed does."""
NONE = np.float32(-kernels.FAR)


class Lists:
    """The lists of points that ask, by place, while they are being found."""

    def __init__(self, n: int, k: int) -> None:
        self.values = np.full((n, k), np.inf)
        self.rows = np.full((n, k), np.iinfo(np.int32).max, np.int32)
        self.reach = np.full(n, np.inf)
        self.limit = np.full(n, kernels.FAR)


def search(
    X: NDArray[np.generic], queries: NDArray[np.generic] | None, k: int, itself: bool
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """What :func:`~inkcluster.cluster.neighbors.nearest_neighbors` promises; `itself` for rows of `X` only."""
    with one_blas_thread():
        space = Coordinates(X, k, largest(*(A for A in (X, queries) if A is not None)))
        points = space.place(X)
        points = points.in_order(near_together(points.first, BLOCK))
        asking = points
        if queries is not None:
            asking = space.place(queries)
            asking = asking.in_order(near_together(asking.first, BLOCK))
        found = Lists(len(asking.order), k)
        if itself and queries is None:
            found.values[:, 0], found.rows[:, 0] = 0, points.order
        _tiles(space, asking, points, found, max(1, k - (itself and queries is None)))
    squared, rows = np.empty_like(found.values), np.empty_like(found.rows)
    squared[asking.order], rows[asking.order] = found.values, found.rows
    return squared, rows


def _tiles(space: Coordinates, asking: Placed, points: Placed, found: Lists, k: int) -> None:
    one_set = asking is points
    square_scale = space.scale**2
    silent = found if one_set else _silent(len(points.order))
    mine, theirs = _blocks(asking), _blocks(points)
    a, b = _centres(asking, mine), _centres(points, theirs)
    between = np.einsum("ij,ij->i", a, a)[:, None] + np.einsum("ij,ij->i", b, b) - 2 * a @ b.T
    nearest = np.argmin(between, axis=1)

    def begin(part: slice) -> None:
        for block in range(part.start, part.stop):
            own, other = mine[block], theirs[nearest[block]]
            if other.stop - other.start <= k:
                continue
            kernels.first_reach(
                asking.points, asking.order, asking.second, own.start, own.stop,
                points.points, points.order, points.second, other.start, other.stop,
                one_set, k, found.reach,
            )  # fmt: skip
            np.minimum(found.reach[own], found.values[own, -1], out=found.reach[own])
            limit = (found.reach[own] * square_scale).astype(np.float32)
            found.limit[own] = np.nextafter(limit, kernels.FAR)

    tiles = [(i, j) for i in range(len(mine)) for j in range(i if one_set else 0, len(theirs))]
    tiles.sort(key=lambda tile: between[tile])
    locks = [Lock() for _ in mine]
    boxes = _boxes(asking, mine), _boxes(points, theirs)

    def look(part: slice) -> None:
        i, j = tiles[part.start]
        own, other = mine[i], theirs[j]
        most = max(found.limit[own].max(), silent.limit[other].max())
        if _apart(boxes, i, j) > most:
            return
        room = (own.stop - own.start) * (other.stop - other.start)
        who, whom = np.empty(room, np.int32), np.empty(room, np.int32)
        squared = np.empty(room)
        count = kernels.near_pairs(
            asking.points, asking.order, asking.first, asking.second, asking.square, asking.slack,
            found.limit, found.reach, own.start, own.stop,
            points.points, points.order, points.first, points.second, points.square, points.slack,
            silent.limit, silent.reach, other.start, other.stop,
            one_set, who, whom, squared,
        )  # fmt: skip
        lists = (found.values, found.rows, found.reach, found.limit)
        with locks[i]:
            kernels.enter(who, whom, squared, count, points.order, square_scale, *lists)
        if one_set:
            with locks[j]:
                kernels.enter(whom, who, squared, count, points.order, square_scale, *lists)

    with progress.current().task("neighbours", total=len(tiles)) as advance:
        for _ in in_threads(begin, pieces(len(mine), 1)):
            pass
        for done in in_threads(look, pieces(len(tiles), 1)):
            advance(done)


def _silent(n: int) -> Lists:
    """Points that ask for nothing."""
    lists = Lists(n, 0)
    lists.limit[:] = NONE
    lists.reach[:] = -1
    return lists


def _blocks(placed: Placed) -> list[slice]:
    return pieces(len(placed.order), BLOCK)


def _centres(placed: Placed, blocks: list[slice]) -> NDArray[np.float64]:
    return np.array([placed.first[block].mean(axis=0) for block in blocks], np.float64)


def _boxes(placed: Placed, blocks: list[slice]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    low = np.array([placed.first[block].min(axis=0) for block in blocks])
    high = np.array([placed.first[block].max(axis=0) for block in blocks])
    return low, high


def _apart(
    boxes: tuple[
        tuple[NDArray[np.float32], NDArray[np.float32]],
        tuple[NDArray[np.float32], NDArray[np.float32]],
    ],
    i: int,
    j: int,
) -> float:
    """No point of block i is nearer than this to one of block j, squared and scaled."""
    (low, high), (other_low, other_high) = boxes
    gap = np.maximum(np.maximum(low[i] - other_high[j], other_low[j] - high[i]), 0)
    return float(gap @ gap) * (1 - 1e-5) - 1e-6
