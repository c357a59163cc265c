"""Builds average, complete and weighted hierarchies of points from a matrix of their distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.cluster.linkage.merging import Clusters, by_rounds, by_steps, pairs
from inkcluster.compute.projection import middle
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.linkage import between, fill

MAX_UNITS = 2**32 - 8
"""The largest distance in units where entries are whole numbers of 4 bytes."""
MAX_EXACT_FLOAT32 = 2**24
"""float32 holds all whole numbers up to here."""
MAX_PASSES = 16
"""Passes over the whole matrix that rounds may take; images take about 6."""
MAX_SUMMED_PAIRS = 64
"""Pairs of members up to which a height is always summed from the members."""
ROWS_PER_BLOCK = 2048
ROWS_PER_TASK = 256
"""Rows of distances that a thread takes at a time."""


def merges(
    X: NDArray[Any], size: NDArray[np.float64], method: str, coarse: bool
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Merge points by average, complete or weighted linkage until one cluster is left.

    Parameters
    ----------
    X : ndarray of shape (n, d), n ≥ 2, any real dtype, finite
    size : ndarray of shape (n,), float64
        How many points each row stands for.
    method : str
    coarse : bool
        Store distances in 4 bytes rather than 8. The merges are the same: distances that are closer
        than the rounding are decided in float64 from the members.

    Returns
    -------
    merges : ndarray of shape (n - 1, 2), int32
        Earliest members, lower first; children before parents.
    height : ndarray of shape (n - 1,), float64
    """
    n = len(X)
    matrix, per_unit, told_apart = _distances(X, coarse)
    # half a unit of rounding for a pair, and what the formulas in float64 may be off
    error = 2 * (0.26 + MAX_UNITS * 1e-11) if coarse else 0.0
    told_apart = told_apart and method == "complete"  # a maximum is an entry
    state = Clusters(
        matrix,
        np.ascontiguousarray(X),
        per_unit=per_unit,
        error=0.0 if told_apart else error,
        size=size,
        method=method,
    )
    with progress.current().task("merges", total=pairs(n)) as advance:
        by_rounds(state, MAX_PASSES * pairs(n), advance)
        if state.m > 1:
            by_steps(state, advance)
    state.height /= per_unit
    if coarse and told_apart:
        state.height = np.sqrt(np.rint(state.height**2))
    elif coarse:
        _correct_heights(state)
    return state.merges, state.height


def _correct_heights(state: Clusters) -> None:
    """Sum heights from the members where that is quick, or where their order is open."""
    state.doubt /= state.per_unit
    few = np.prod(state.counts, axis=1, dtype=np.float64) <= MAX_SUMMED_PAIRS
    _sum_heights(state, np.flatnonzero(few & (state.doubt > 0)))
    low, high = state.height - state.doubt, (state.height + state.doubt) * (1 + 1e-11)
    order = np.argsort(low, kind="stable")
    open_ = np.zeros(len(low), np.bool_)
    open_[order[:-1]] = low[order[1:]] <= high[order[:-1]]
    open_[order[1:]] |= low[order[1:]] <= np.maximum.accumulate(high[order])[:-1]
    _sum_heights(state, np.flatnonzero(open_ & (state.doubt > 0)))


def _sum_heights(state: Clusters, which: NDArray[np.int64]) -> None:
    def work(part: slice) -> None:
        between.heights(
            which[part], state.merges, state.counts, state.method, state.points, state.members,
            state.height,
        )  # fmt: skip

    for _ in in_threads(work, pieces(len(which), ROWS_PER_BLOCK)):
        pass
    state.doubt[which] = 0


def _distances(X: NDArray[Any], coarse: bool) -> tuple[NDArray[Any], float, bool]:
    """All distances in units, the units of a distance of 1, and whether no two share a unit.

    Roots of different whole numbers up to `most`² are at least 1 / (2 · most) apart.
    """
    n = len(X)
    points, square, exact = centred(X)
    most = 2 * float(np.sqrt(square.max(initial=0.0)))
    per_unit = MAX_UNITS / (most * (1 + 1e-9)) if coarse and most > 0 else 1.0
    half = 0.5 if coarse else 0.0
    matrix: NDArray[Any] = np.empty(pairs(n), np.uint32 if coarse else np.float64)

    def work(part: slice) -> None:
        fill.fill(points, square, exact, per_unit, half, part.start, part.stop, matrix)

    at = 0
    with progress.current().task("distances", total=len(matrix)) as advance, one_blas_thread():
        for done in in_threads(work, pieces(n, ROWS_PER_TASK)):
            advance(done * (2 * n - 2 * at - done - 1) / 2)
            at += done
    return matrix, per_unit, exact and per_unit > 4 * most


def centred(X: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64], bool]:
    """Points about their middle, squared norms, and whether float32 products of them are exact."""
    whole = np.rint(X.mean(axis=0, dtype=np.float64))
    blocks = pieces(len(X), ROWS_PER_BLOCK)
    if X.dtype == np.uint8 or all(np.array_equal(X[rows], np.rint(X[rows])) for rows in blocks):
        small = np.empty(X.shape, np.float32)
        square = np.empty(len(X))
        for rows in blocks:
            centred = X[rows].astype(np.float64) - whole
            small[rows] = centred
            square[rows] = np.einsum("ij,ij->i", centred, centred)
        if square.max() < MAX_EXACT_FLOAT32:
            varied = small.any(axis=0)  # the margin of images is the same in all
            return np.ascontiguousarray(small[:, varied]), square, True
    points = X.astype(np.float64)
    points -= middle(points)[0]
    return points, np.einsum("ij,ij->i", points, points), False
