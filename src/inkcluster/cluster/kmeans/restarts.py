"""The restarts of k-means: where they stand, their sums and inertia, and which is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._k_means_common import _is_same_clustering

from inkcluster.cluster.kmeans.choose import Floats, Problem, share, threads_for
from inkcluster.compute.magnitude import scaled
from inkcluster.compute.threads import pieces, results_in_threads
from inkcluster.kernels.kmeans import nearest, totals

Sums = tuple[Floats, Floats, NDArray[np.int64]]
"""Totals (R, k, d) of the points, their weights (R, k) and their numbers (R, k)."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Restarts in the order in which they were started; several may share a row of `labels`."""

    inertia: Floats
    n_iter: NDArray[np.int64]
    labels: NDArray[np.int32]
    centres: Floats
    which: NDArray[np.int64]
    algorithm: str


@dataclass(eq=False)
class State:
    """Where every restart stands: (R, k, …) or (R, n).

    `margin` bounds from below each point's distance to its second nearest centre less that to its
    own. `totals`, `mass` and `members` are those of the labels as they stand.
    """

    centres: Floats
    labels: NDArray[np.int32]
    margin: NDArray[np.float32]
    totals: Floats
    mass: Floats
    members: NDArray[np.int64]
    n_iter: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Restart:
    """One restart.

    Parameters
    ----------
    inertia : float
        Sum of squared distances to the centres, in squared units of the points.
    n_iter : int
        Iterations over all the points.
    labels : ndarray of shape (n,), int32
    centers : ndarray of shape (n_clusters, d)
        float32 for float32 points, else float64.
    """

    inertia: float
    n_iter: int
    labels: NDArray[np.int32]
    centers: NDArray[np.floating[Any]]

    def is_like(self, other: Restart) -> bool:
        """Whether it found the same clusters, under whatever numbers."""
        return bool(_is_same_clustering(self.labels, other.labels, len(self.centers)))

    def rescaled(self, exponent: int, dtype: Any) -> Restart:
        """The same on the points of `dtype` that were divided by two to the `exponent`."""
        inertia = float(np.ldexp(self.inertia, 2 * exponent))
        centers = scaled(self.centers, exponent)
        kept = np.float64 if dtype == np.uint8 else dtype
        return Restart(inertia, self.n_iter, self.labels, centers.astype(kept))


def ranked(rows: Sequence[Restart]) -> tuple[Restart, ...]:
    """Restarts in the order of their starts, sorted by inertia.

    As in scikit-learn the earliest stands for all that found the same clusters, whose inertias
    differ by rounding and by their last iteration.
    """
    stands: list[int] = []
    for i, row in enumerate(rows):
        alike = (j for j in range(i) if stands[j] == j and row.is_like(rows[j]))
        stands.append(next(alike, i))
    order = sorted(range(len(rows)), key=lambda i: (rows[stands[i]].inertia, stands[i], i))
    return tuple(rows[i] for i in order)


def sums_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], k: int
) -> tuple[Floats, Sums]:
    """Means (R, k, d) of labels (R, n), an empty cluster's at the origin, and their sums."""
    (R, n), d = labels.shape, raw.shape[1]
    sums = np.zeros((R, k, d)), np.zeros((R, k)), np.zeros((R, k), np.int64)
    slices = _slices(R, raw)
    if raw.dtype == np.uint8 and bool((weight == 1).all()):
        arrays = raw, labels, sums[0], sums[2], slices
        share(totals.gather_grey, R * slices, *arrays, times=R)
        sums[1][:] = sums[2]
    else:
        everyone = np.arange(n, dtype=np.int32), np.full(n, -1, np.int32)
        move(raw, weight, labels, sums, moved=[[everyone]] * R)
    means = sums[0] / np.where(sums[1] > 0, sums[1], 1.0)[:, :, None]
    return means, sums


def move(
    raw: NDArray[Any],
    weight: Floats,
    labels: NDArray[np.int32],
    sums: Sums,
    *,
    moved: Sequence[Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]]],
    which: NDArray[np.int64] | None = None,
) -> None:
    """Bring the sums up to date in place.

    `moved` holds, for each restart of `which` (all by default), lists of points that moved and of
    their former labels, of which -1 is none.
    """
    rows = range(len(moved)) if which is None else which.tolist()
    features = pieces(raw.shape[1], -(-raw.shape[1] // _slices(len(moved), raw)))

    def work(task: int) -> None:
        a, part = task // len(features), features[task % len(features)]
        r = rows[a]
        for who, was in moved[a]:
            totals.move(
                raw, weight, who, was, labels[r],
                sums[0][r], sums[1][r], sums[2][r], part.start, part.stop,
            )  # fmt: skip

    list(results_in_threads(work, range(len(moved) * len(features))))


def _slices(restarts: int, raw: NDArray[Any]) -> int:
    """Into how many parts the features are cut so that every thread has one."""
    threads = threads_for(restarts * raw.size)
    return 1 if restarts >= threads else min(threads, raw.shape[1])


def inertia_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], centres: Floats
) -> Floats:
    """Inertia of labels (R, n) about centres (R, k, d), shape (R,).

    Each squared distance is computed in float64 and summed. Expanding the square would cancel
    where clusters are far apart.
    """
    blocks = -(-len(raw) // nearest.ROWS)
    parts = np.empty((len(labels), blocks))
    share(nearest.inertia, blocks, raw, weight, centres, labels, parts, times=len(labels))
    return np.asarray(parts.sum(axis=1))


def inertia_of_bytes(
    raw: NDArray[np.uint8], totals: Floats, members: NDArray[np.int64], centres: Floats
) -> Floats:
    """The same of 8-bit points of weight 1, from the totals (R, k, d) of their clusters.

    Within a cluster of n points with the total S it is the sum of |x|² - |S|²/n, in whole numbers,
    where nothing is lost, plus n times the squared distance from the mean to the centre.
    """
    squares = _squares_of_bytes(raw)
    found = np.empty(len(totals))
    for r, (sums, counts) in enumerate(zip(totals, members, strict=True)):
        whole, rest = squares, 0.0
        for total, count in zip(sums, counts.tolist(), strict=True):
            if count:
                quotient, remainder = divmod(_squared(total), count)
                whole -= quotient
                rest += remainder / count
        size = np.maximum(counts, 1)
        off = ((centres[r] - sums / size[:, None]) ** 2).sum(axis=1) @ counts
        found[r] = max(0.0, whole - rest) + off
    return found


def least_shift(problem: Problem) -> float:
    """`tol` times the mean variance of a feature, in squared units of the points, as in scikit-learn."""
    if not problem.tol:
        return 0.0
    raw = problem.raw
    n, d = raw.shape
    if raw.dtype == np.uint8:  # in whole numbers, where nothing is lost
        total = sums_of(raw, np.ones(n), np.zeros((1, n), np.int32), 1)[1][0][0, 0]
        return float(problem.tol * (_squares_of_bytes(raw) - _squared(total) / n) / n / d)
    mean = raw.mean(axis=0, dtype=np.float64)
    parts = pieces(n, max(16, 2**18 // d))
    sums = list(results_in_threads(lambda part: np.square(raw[part] - mean).sum(), parts))
    return float(problem.tol * np.sum(sums) / n / d)


def _squares_of_bytes(raw: NDArray[np.uint8]) -> int:
    """The sum of all squares, a whole number below 2⁵³."""
    n, d = raw.shape
    return int(inertia_of(raw, np.ones(n), np.zeros((1, n), np.int32), np.zeros((1, 1, d)))[0])


def _squared(total: Floats) -> int:
    """The squared norm of whole numbers, exact."""
    if float(total.max()) ** 2 * len(total) < 2**62:
        numbers = total.astype(np.int64)
        return int(numbers @ numbers)
    return sum(int(value) ** 2 for value in total)
