"""Hierarchies from a stored matrix of distances: float64, or whole units of which errors are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from inkcluster import progress
from inkcluster.cluster._linkage_threads import in_threads, pieces
from inkcluster.kernels import linkage_blend, linkage_stored, pairs_fill

_advance: Any = linkage_stored.advance  # its arguments come in groups, which mypy cannot count
CODES = {
    "single": linkage_blend.SINGLE,
    "complete": linkage_blend.COMPLETE,
    "average": linkage_blend.AVERAGE,
    "weighted": linkage_blend.WEIGHTED,
    "ward": linkage_blend.WARD,
    "centroid": linkage_blend.CENTROID,
    "median": linkage_blend.MEDIAN,
}
UNITS = 2**32 - 8
"""The largest distance in units, where entries are whole numbers."""
SHRINK = 0.75
"""The matrix moves together when this share of its rows is left."""
CHUNK = 2048
PIECE = 256
"""Rows of distances that a thread takes at a time."""
WHOLE = 2**24
"""float32 holds all whole numbers up to here."""


def from_points(
    X: NDArray[Any], method: str, coarse: bool
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Merges and heights of points, by average, complete or weighted linkage.

    Parameters
    ----------
    X : ndarray of shape (n, d), n ≥ 2, any real dtype, finite
    method : str
    coarse : bool
        Store distances in 4 bytes rather than 8. The merges are the same: distances that are closer
        than the rounding are decided in float64 from the members.
    """
    matrix, per_unit, told_apart = _filled(X, coarse)
    # half a unit of rounding for a pair, and what the formulas in float64 may be off
    error = 0.26 + UNITS * 1e-11 if coarse else 0.0
    if (
        method == "complete" and told_apart
    ):  # a maximum is an entry: equal units are equal distances
        error = 0.0
    return _merge_all(matrix, np.ascontiguousarray(X), len(X), method, per_unit, error)


def _filled(X: NDArray[Any], coarse: bool) -> tuple[NDArray[Any], float, bool]:
    """All distances in units, how many a distance of 1 has, and whether no two share a unit.

    Roots of different whole numbers up to `most`² are 1 / (2 · most) apart at least.
    """
    n = len(X)
    points, square, exact = _centred(X)
    most = 2 * float(np.sqrt(square.max(initial=0.0)))
    per_unit = UNITS / (most * (1 + 1e-9)) if coarse and most > 0 else 1.0
    half = 0.5 if coarse else 0.0
    matrix: NDArray[Any] = np.empty(n * (n - 1) // 2, np.uint32 if coarse else np.float64)

    def fill(part: slice) -> None:
        pairs_fill.fill(points, square, exact, per_unit, half, part.start, part.stop, matrix)

    at = 0
    with (
        progress.current().task("distances", total=len(matrix)) as advance,
        threadpool_limits(1, "blas"),
    ):
        for done in in_threads(fill, pieces(n, PIECE)):
            advance(done * (2 * n - 2 * at - done - 1) / 2)
            at += done
    return matrix, per_unit, exact and per_unit > 4 * most


def _centred(X: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64], bool]:
    """Points about a middle, their squared norms, and whether float32 products of them are exact."""
    middle = np.rint(X.mean(axis=0, dtype=np.float64))
    whole = X.dtype == np.uint8 or bool(
        all(np.array_equal(x, np.rint(x)) for x in np.array_split(X, max(1, len(X) // CHUNK)))
    )
    if whole:
        small = np.empty(X.shape, np.float32)
        square = np.empty(len(X))
        for start in range(0, len(X), CHUNK):
            rows = X[start : start + CHUNK].astype(np.float64) - middle
            small[start : start + CHUNK] = rows
            square[start : start + CHUNK] = np.einsum("ij,ij->i", rows, rows)
        if square.max() < WHOLE:
            return small, square, True
    points = X.astype(np.float64) - X.mean(axis=0, dtype=np.float64)
    return points, np.einsum("ij,ij->i", points, points), False


def _merge_all(  # noqa: PLR0917
    matrix: NDArray[Any],
    points: NDArray[Any],
    n: int,
    method: str,
    per_unit: float,
    error: float,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    kind = matrix.dtype  # the ceiling is finite, since compiled loops assume that all numbers are
    ceiling = float(np.finfo(kind).max if kind == np.float64 else np.iinfo(kind).max)
    half = 0.5 if kind == np.uint32 else 0.0
    merges = np.empty((n - 1, 2), np.int32)
    height = np.empty(n - 1)
    members = (
        np.ones(n),  # weights of points
        np.ones(n),  # of clusters
        np.full(n, -1, np.int32),  # the next member
        np.arange(n, dtype=np.int32),  # the last member
    )
    rows: tuple[NDArray[Any], ...] = (
        np.arange(n, dtype=np.int32),  # earliest member
        np.ones(n),  # size
        np.full(n, error),
        np.full(n, -np.inf),  # distance to the nearest
        np.full(n, -1, np.int64),  # the nearest
        np.ones(n, np.bool_),  # stale
        np.zeros((n, 2), np.int32),  # earliest members of the nearest pair
        np.zeros(n),  # doubt
    )
    m, done = n, 0
    gone = np.zeros(m, matrix.dtype)
    with progress.current().task("merges", total=n - 1) as advance:
        while done < n - 1:
            stop = min(n - 1, done + max(1, min(int(m * (1 - SHRINK)), CHUNK)))
            _advance(
                matrix, m, gone, ceiling, half, CODES[method], per_unit, points, *members, *rows,
                merges[done:stop], height[done:stop],
            )  # fmt: skip
            advance(stop - done)
            done = stop
            if n - done <= SHRINK * m:
                alive = np.flatnonzero(gone == 0)
                linkage_blend.compact(matrix, m, alive)
                slot = np.full(m + 1, -1)
                slot[alive] = np.arange(len(alive))
                rows = tuple(np.ascontiguousarray(a[alive]) for a in rows)
                rows[4][:] = slot[rows[4]]  # -1 stays -1: it reads the place past the end
                m = len(alive)
                gone = np.zeros(m, matrix.dtype)
    return merges, height
