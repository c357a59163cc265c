"""K-means on large sets: restarts converge on a subset, then in a sketch, then exactly; the best is polished.

The sketch holds the points as whole numbers in a few principal directions. It is exact in float32,
so that no start depends on threads, blocks or the BLAS.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from sklearn.utils.extmath import randomized_svd

from inkcluster.cluster.kmeans.choose import (
    MAX_SKETCH_DIRECTIONS,
    Floats,
    share,
    subset_size,
)
from inkcluster.cluster.kmeans.lloyd import Listener, Lloyd
from inkcluster.cluster.kmeans.problem import Problem, rows_of
from inkcluster.cluster.kmeans.restarts import Outcome
from inkcluster.cluster.kmeans.shards.space import Frame, Space, first_frame, whole
from inkcluster.cluster.kmeans.shards.sums import sums_of
from inkcluster.compute.threads import in_threads, pieces, results_in_threads
from inkcluster.kernels import rotate
from inkcluster.kernels.kmeans import seeds
from inkcluster.kernels.kmeans.anneal import anneal

DIRECTIONS_SAMPLE = 4096
"""Points from which the directions are computed."""
MAX_SCATTER_DIMENSIONS = 1024
"""Above this, a randomised decomposition gives the directions."""
STARTS = 2
"""Starts for each restart; the one with the lower inertia in the sketch continues."""
SKETCH_ITERATIONS = 200
SKETCH_SHARE = 0.4
"""About the share of the work that is done in the sketch; for progress only."""
POLISHED_POINTS = (3072, 3072)
"""How many of the points nearest to a border are annealed, round by round."""
COOLING_SWEEPS, COLD_SWEEPS = 60, 30
PRODUCT_ROWS = 512
"""Of the annealed points, multiplied at a time."""


def from_sketch(
    problem: Problem,
    restarts: int,
    init: str,
    random_state: np.random.RandomState,
    *,
    listener: Listener | None,
    advance: Callable[[float], None],
) -> Outcome:
    """Restarts from ``init`` "k-means++" or "random"; `advance` is told the share just done."""
    raw, weight, k = problem.raw, problem.weight, problem.k
    drawn = sketch(problem, random_state)
    labels, which = starts(drawn, restarts, init, random_state)
    del drawn
    advance(SKETCH_SHARE)
    if listener:
        listener("Initialization complete")
    sums = sums_of(raw, weight, labels, k, problem.units)
    centres = sums.means()
    frame = first_frame(problem.rows, centres)
    lloyd = Lloyd(problem, centres, frame, labels=labels, sums=sums)
    del labels
    shift = problem.least_shift
    lloyd.run(problem.max_iter, shift, listener, lambda share: advance((1 - SKETCH_SHARE) * share))
    inertia, labels = lloyd.inertia(), lloyd.labels()
    best = int(inertia.argmin())
    if k > 1 and problem.is_even and lloyd.n_iter[best] < problem.max_iter:
        _polish(lloyd, best, inertia, labels, random_state=random_state)
    found = inertia[which], lloyd.n_iter[which], labels, lloyd.centres, which
    return Outcome(*found, lloyd.algorithm)


def sketch(problem: Problem, random_state: np.random.RandomState) -> Problem:
    """The same problem with points in at most 64 coordinates, whole numbers where there were more."""
    raw = problem.raw
    n, d = raw.shape
    rows = np.sort(random_state.choice(n, min(n, DIRECTIONS_SAMPLE), replace=False))
    some = raw[rows]
    if d <= MAX_SKETCH_DIRECTIONS and raw.dtype != np.uint8:
        lead = np.ascontiguousarray(raw - some.mean(axis=0, dtype=np.float64), np.float32)
        return _with(problem, lead, problem.weight, exact=False)
    low, scale = 0.0, 1.0
    if some.dtype != np.uint8:
        low, high = float(some.min()), float(some.max())
        scale = 255.0 / (high - low) if high > low else 1.0
    grey = np.clip(np.rint((some.astype(np.float64) - low) * scale), 0, 255).astype(np.float32)
    basis = _in_whole_numbers(_directions(grey))
    shift = np.rint(grey.mean(axis=0, dtype=np.float64) @ basis).astype(np.float32)
    lead = np.empty((n, basis.shape[1]), np.float32)
    share(rotate.sketch, -(-n // rotate.ROWS), raw, low, scale, basis, shift, lead)
    return _with(problem, lead, problem.weight, exact=True)


def _with(problem: Problem, lead: NDArray[np.float32], weight: Floats, *, exact: bool) -> Problem:
    return Problem(rows_of(lead, weight), weight, problem.k, SKETCH_ITERATIONS, 0.0, exact)


def _frame(problem: Problem) -> Frame:
    """The coordinates as they are."""
    return whole(np.zeros(problem.rows.d), problem.rows.n, np.dtype(np.float32), np.float32)


def _directions(grey: NDArray[np.float32]) -> Floats:
    """Principal directions of 8-bit points (m, d), shape (d, q)."""
    d = grey.shape[1]
    if d <= MAX_SKETCH_DIRECTIONS:
        return np.eye(d)
    mean = grey.mean(axis=0, dtype=np.float64)
    if d > MAX_SCATTER_DIMENSIONS:
        found = randomized_svd(grey - mean, MAX_SKETCH_DIRECTIONS, n_iter=2, random_state=0)[2]
        return np.asarray(found.T, np.float64)

    def multiply(part: slice) -> NDArray[np.float32]:
        return np.asarray(grey[part].T @ grey[part])

    scatter = np.zeros((d, d))
    for product in results_in_threads(multiply, pieces(len(grey), 256)):
        scatter += product  # 256 · 255² < 2²⁴: exact in float32
    scatter -= len(grey) * np.outer(mean, mean)
    vectors = linalg.eigh(scatter, subset_by_index=(d - MAX_SKETCH_DIRECTIONS, d - 1))[1]
    return np.asarray(vectors[:, ::-1])


def _in_whole_numbers(directions: Floats) -> NDArray[np.float32]:
    """Directions so large that no product with 8-bit points passes 2²⁴, rounded."""
    widest = np.abs(directions).sum(axis=0).max()
    scale = (2**24 - 255 * len(directions)) / (255 * widest)
    return np.ascontiguousarray(np.rint(directions * scale), np.float32)


def starts(
    problem: Problem, restarts: int, init: str, random_state: np.random.RandomState
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Labels from which the restarts continue, converged on a subset and then in the sketch.

    Returns
    -------
    labels : ndarray of shape (S, n), int32
        All different.
    which : ndarray of shape (restarts,), int64
        The row of each restart.
    """
    n, k, lead = problem.rows.n, problem.k, problem.raw
    rows = np.sort(random_state.choice(n, subset_size(n, k), replace=False))
    subset = _with(problem, lead[rows], problem.weight[rows], exact=problem.whole)
    chosen = _seeds(subset, restarts * STARTS, init, random_state)
    first = Lloyd(subset, subset.raw[chosen].astype(np.float64), _frame(subset))
    first.run(SKETCH_ITERATIONS, 0.0, still=2)
    kept, which = distinct(first.labels(), k)
    second = Lloyd(problem, first.centres[kept], _frame(problem))
    del first
    second.run(SKETCH_ITERATIONS, 0.0, still=n // 4096)
    inertia = second.inertia()[which].reshape(restarts, STARTS)
    won = which[inertia.argmin(axis=1) + np.arange(restarts) * STARTS]
    labels = second.labels()
    rows, again = distinct(labels[won], k)
    return labels[won[rows]], again


def _seeds(
    subset: Problem, count: int, init: str, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    if init == "random":
        share = subset.weight / subset.weight.sum()
        draws = [
            random_state.choice(len(share), subset.k, replace=False, p=share) for _ in range(count)
        ]
        return np.array(draws, np.int64)
    return plus_plus(subset.raw, subset.weight, subset.k, count, random_state)


def plus_plus(
    lead: NDArray[np.float32],
    weight: Floats,
    k: int,
    count: int,
    random_state: np.random.RandomState,
) -> NDArray[np.int64]:
    """Seeds by greedy k-means++, shape (count, k), in the order in which they were chosen."""
    chosen = np.empty((count, k), np.int64)
    draws = random_state.random_sample((count, k, 2 + int(np.log(k))))
    square = np.einsum("nq,nq->n", lead, lead, dtype=np.float64)
    share(seeds.plus_plus, count, lead, square, weight, draws, chosen, times=count * k)
    return chosen


def distinct(labels: NDArray[np.int32], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Restarts that differ by more than the names of clusters: (their rows, whose each one is)."""
    seen: dict[bytes, int] = {}
    kept: list[int] = []
    which: list[int] = []
    for r, row in enumerate(labels):
        which.append(seen.setdefault(_named_by_first(row, k).tobytes(), len(kept)))
        if which[r] == len(kept):
            kept.append(r)
    return np.array(kept, np.int64), np.array(which, np.int64)


def _named_by_first(labels: NDArray[np.int32], k: int) -> NDArray[np.int32]:
    """The same partition, clusters numbered in the order in which they first appear."""
    names = np.full(k, -1, np.int32)
    left, found = labels, 0
    while len(left) and found < k:  # one cluster at a time, each from the first point not yet named
        j = left[0]
        names[j] = found
        found += 1
        left = left[int(np.argmax(names[left] < 0)) :]
        if names[left[0]] >= 0:
            break
    return names[labels]


def _polish(
    lloyd: Lloyd,
    best: int,
    inertia: Floats,
    labels: NDArray[np.int32],
    *,
    random_state: np.random.RandomState,
) -> None:
    """Replace the best restart by one of lower inertia in the same basin, where one is found.

    On large sets a basin has many fixed points of Lloyd's iteration, which differ by some hundreds
    of points and by a millionth of the inertia; chance decides in which of them a restart ends.
    Annealing the points nearest to a border finds nearly the lowest. Lloyd's iteration on all
    points then makes it a fixed point.
    """
    problem = lloyd.problem
    for points in POLISHED_POINTS:
        better = _annealed(lloyd, best, labels[best], points, random_state)
        left = problem.max_iter - int(lloyd.n_iter[best])
        if better is None or left < 1:
            return
        sums = sums_of(problem.raw, problem.weight, better[None], problem.k, problem.units)
        again = Lloyd(
            problem.again(),
            sums.means(),
            lloyd.frame,
            labels=better[None],
            sums=sums,
            may_span=False,
        )
        again.run(left, problem.least_shift)
        if (lower := again.inertia()[0]) >= inertia[best]:
            return
        inertia[best] = lower
        lloyd.centres[best], labels[best] = again.centres[0], again.labels()[0]
        lloyd.sums.put(np.array([best]), again.sums)
        lloyd.n_iter[best] += again.n_iter[0]


def _annealed(
    lloyd: Lloyd,
    best: int,
    labels: NDArray[np.int32],
    points: int,
    random_state: np.random.RandomState,
) -> NDArray[np.int32] | None:
    """Labels (n,) of lower inertia with at most `points` changed, or None where none was found."""
    (shard,) = lloyd.rows.shards
    space, origin = shard.space, lloyd.frame.origin
    (totals,), (mass,) = lloyd.sums.of(np.array([best])).added()
    gap = _gaps(space, lloyd.centres[best])
    near = np.sort(np.argpartition(gap, min(points, len(gap) - 1))[:points])
    rows = np.asarray(space.raw[near], np.float64) - origin
    about = totals - mass[:, None] * origin
    small = rows.astype(np.float32)
    norms = np.einsum("kd,kd->k", about, about)
    before = float((norms / np.maximum(mass, 1)).sum())
    heats = np.zeros(COOLING_SWEEPS + COLD_SWEEPS)
    heats[:COOLING_SWEEPS] = np.median(gap[near]) / 6 * np.geomspace(1.0, 0.02, COOLING_SWEEPS)
    moved = labels[near].copy()
    square = np.einsum("md,md->m", rows, rows)
    draws = 1 - random_state.random_sample(len(near))
    products = np.empty((len(small), len(small)), np.float32)

    def multiply(part: slice) -> None:
        np.matmul(small[part], small.T, out=products[part])

    for _ in in_threads(multiply, pieces(len(small), PRODUCT_ROWS)):
        pass
    anneal(products, square, draws, heats, about @ rows.T, norms, mass, moved)
    if float((norms / np.maximum(mass, 1)).sum()) <= before:
        return None
    better: NDArray[np.int32] = labels.copy()
    better[near] = moved
    return better


def _gaps(space: Space, centres: Floats) -> Floats:
    """Squared distance to the second nearest centre (k, d) less that to the nearest, about."""
    look = space.frame.look(centres[None])
    gaps = np.empty(len(space.raw))

    def fill(part: slice) -> None:
        score = look.base[0] + space.rows(part) @ look.lead[0].T
        score.partition(1, axis=1)
        gaps[part] = score[:, 1] - score[:, 0]

    for _ in in_threads(fill, pieces(len(gaps), 8192)):
        pass
    return gaps
