"""DBSCAN from the matrix that says which points are within eps, by NumPy: nothing is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.density.components import Cells, core_points, from_pairs, within
from inkcluster.compute.magnitude import largest
from inkcluster.compute.threads import one_blas_thread, pieces, results_in_threads

SIDE = 512
"""Points on either side of a block, whose products stay in the second-level cache."""
MAX_UNSURE = 1 / 128
"""Share of a block that single precision may leave open, before double is tried."""
MAX_LISTED = 32
"""Neighbours per point up to which clusters are found from a list of pairs."""
MAX_PLAIN_EXPONENT = 10
"""Powers of two within which no square leaves single precision or loses digits there."""
ORIGINS = 15
"""Points whose median is the origin: one far point must not cost the others their digits."""

Block = tuple[slice, slice]
"""Rows and columns of the matrix."""


class Matrix:
    """DBSCAN of points (n, d), as :mod:`~inkcluster.cluster.density.components` gives it.

    `min_samples` is ascending, `weight` (n,) optional. `keep` stores the products for one eps after
    another.
    """

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
        *,
        keep: bool = False,
    ) -> None:
        self._X = X
        self._min_samples = min_samples
        self._weight = weight
        self._points = points = X.astype(np.float64)
        digits = _digits(points)
        self._exact = digits <= np.finfo(np.float64).nmant
        self._exponent = 0
        if self._exact:  # no product rounds
            single = digits <= np.finfo(np.float32).nmant
            self._kinds: list[Any] = [np.float32 if single else np.float64]
        else:
            self._kinds = [np.float32, np.float64]
            points -= np.median(points[:: -(-len(X) // ORIGINS)], axis=0)
            exponent = int(np.frexp(largest(points))[1])
            if abs(exponent) > MAX_PLAIN_EXPONENT:
                self._exponent = exponent
                np.ldexp(points, -exponent, out=points)
        self._half = 0.5 * np.einsum("ij,ij->i", points, points)
        self._sides: dict[Any, tuple[NDArray[Any], NDArray[Any]]] = {}
        self._kept: dict[Any, NDArray[Any]] | None = {} if keep else None

    def at(self, eps: float) -> Cells:
        """The cells of one eps."""
        n = len(self._X)
        blocks = self._blocks(eps)
        count, total = np.zeros(n, np.int64), np.zeros(n)
        for (rows, columns), block in blocks:
            sides = [(rows, columns, block), (columns, rows, block.T)]
            for side, other, near in sides[: 1 + (rows != columns)]:
                count[side] += near.view(np.uint8).sum(axis=1, dtype=np.int32)
                if self._weight is not None:
                    total[side] += near @ self._weight[other].astype(np.float64)
        weighed = count if self._weight is None else total
        cores = core_points(self._X, self._weight, weighed, self._min_samples, eps)
        if count.sum() <= MAX_LISTED * n:
            pairs = _listed(blocks)
            return np.array([from_pairs(core, *pairs) for core in cores]), cores
        near = np.empty((n, n), np.bool_)
        for (rows, columns), block in blocks:
            near[rows, columns] = block
            near[columns, rows] = block.T
        return np.array([_first(near, core, count) for core in cores]), cores

    def _blocks(self, eps: float) -> list[tuple[Block, NDArray[np.bool_]]]:
        """Which points are within eps, for each block of the upper triangle."""
        parts = pieces(len(self._X), SIDE)
        blocks = [(rows, columns) for i, rows in enumerate(parts) for columns in parts[i:]]
        near = partial(self._near, eps)
        if len(parts) == 1:
            return [(blocks[0], near(blocks[0]))]
        with one_blas_thread():
            return list(zip(blocks, results_in_threads(near, blocks), strict=True))

    def _near(self, eps: float, block: Block) -> NDArray[np.bool_]:
        """Whether the points of a block are within eps."""
        rows, columns = block
        squared = min(float(np.ldexp(eps, -self._exponent)), 1e15) ** 2
        reach = 0.5 * (np.floor(squared) if self._exact else squared)
        mine, others = self._half[rows], self._half[columns]
        for kind in self._kinds:
            value = self._product(block, kind)
            grain, tiny = self._grain(kind), float(np.finfo(kind).tiny)
            # within eps, a·b − ‖b‖²/2 is at least ‖a‖²/2 − eps²/2; rounding makes it less or more
            low = mine * (1 - grain) - reach * (1 + grain) - tiny
            possible: NDArray[np.bool_] = value >= low[:, None].astype(kind)
            if self._exact:
                return possible
            high = mine * (1 + grain) - reach * (1 - grain) + tiny
            unsure = possible
            if np.count_nonzero(possible) > MAX_UNSURE * possible.size:
                most = high + 2 * grain * float(others.max())
                unsure = possible & (value < most[:, None].astype(kind))
            at = np.flatnonzero(unsure)
            a, b = np.divmod(at, possible.shape[1])
            still = value.ravel()[at] <= high[a] + 2 * grain * others[b]
            a, b = a[still], b[still]
            if len(a) <= MAX_UNSURE * possible.size:
                break
        apart = ~within(self._X, a + rows.start, b + columns.start, eps)
        possible[a[apart], b[apart]] = False
        return possible

    def _product(self, block: Block, kind: Any) -> NDArray[Any]:
        """For the points of a block, a·b less half of ‖b‖², less its rounding."""
        key = block[0].start, block[1].start
        if self._kept is not None and kind == self._kinds[0] and key in self._kept:
            return self._kept[key]
        if kind not in self._sides:
            rest = self._half * (1 - self._grain(kind))
            mine = np.empty((len(rest), self._points.shape[1] + 1), kind)
            mine[:, :-1], mine[:, -1] = self._points, 1
            others = mine.copy()
            others[:, -1] = -rest
            self._sides[kind] = mine, others
        mine, others = self._sides[kind]
        value: NDArray[Any] = mine[block[0]] @ others[block[1]].T
        if self._kept is not None and kind == self._kinds[0]:
            self._kept[key] = value
        return value

    def _grain(self, kind: Any) -> float:
        """Bound of the rounding of a product, relative to the squared norms; 0 where it is exact."""
        return 0.0 if self._exact else (self._X.shape[1] + 32) * float(np.finfo(kind).eps)


def _digits(points: NDArray[np.float64]) -> float:
    """The binary digits of the largest half squared distance of whole numbers; infinite for others."""
    for some in (points[:ORIGINS], points):
        if not (np.rint(some) == some).all():
            return np.inf
    return float(np.log2(max(1.0, 4.0 * points.shape[1] * largest(points) ** 2))) + 1


def _first(
    near: NDArray[np.bool_], core: NDArray[np.bool_], count: NDArray[np.int64]
) -> NDArray[np.int32]:
    """The first core point of each point's cluster (n,), n for noise.

    The clusters of the densest points are followed in the matrix, so that the list of pairs of what
    is left is short.
    """
    n = len(core)
    first = np.full(n, n, np.int32)
    left = core.copy()
    while True:
        rows = np.flatnonzero(left)
        if count[rows].sum() <= MAX_LISTED * n:
            break
        before = left.copy()
        frontier = rows[[np.argmax(count[rows])]]
        left[frontier] = False
        while len(frontier):
            reached = _reached(near, frontier, left)
            left[reached] = False
            frontier = reached
        members = np.flatnonzero(before & ~left)
        first[members] = members[0]
    if len(rows):
        a, b = _true(near[rows] & left)
        pairs = from_pairs(left, rows.astype(np.int32)[a], b)
        first[rows] = pairs[rows]
    border = np.flatnonzero(~core & (count > 1))
    inner = np.flatnonzero(core)
    inner = inner[np.argsort(first[inner], kind="stable")]
    if len(inner) and len(border):
        seen = near[np.ix_(border, inner)]
        which = seen.argmax(axis=1)
        hit = seen[np.arange(len(border)), which]
        first[border[hit]] = first[inner[which[hit]]]
    return first


def _listed(
    blocks: list[tuple[Block, NDArray[np.bool_]]],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The pairs within eps, each once, from the blocks of the upper triangle."""
    found = [
        (a + np.int32(rows.start), b + np.int32(columns.start))
        for (rows, columns), block in blocks
        for a, b in [_true(block)]
    ]
    a, b = (np.concatenate(side) for side in zip(*found, strict=True))
    once = a < b
    return a[once], b[once]


def _true(block: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The rows and columns of what is true; a flat search is much faster than one of two axes."""
    a, b = np.divmod(np.flatnonzero(block), block.shape[1])
    return a.astype(np.int32), b.astype(np.int32)


def _reached(
    near: NDArray[np.bool_], frontier: NDArray[np.intp], left: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """The points `left` that are within eps of the frontier."""
    rows = np.flatnonzero(left)
    if len(frontier) <= len(rows):
        return np.flatnonzero(near[frontier].view(np.uint8).max(axis=0) & left)
    inside = np.zeros(len(left), np.bool_)
    inside[frontier] = True
    return rows[(near[rows] & inside).any(axis=1)]  # stops at the first
