"""K-means on large sets: restarts converge on a subset, then in a sketch, then exactly; the best is polished.

The sketch holds the points as whole numbers in a few principal directions. It is exact in float32,
so that no start depends on threads, blocks or the BLAS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from sklearn.utils.extmath import randomized_svd

from inkcluster.cluster.kmeans.choose import (
    MAX_SKETCH_DIRECTIONS,
    Floats,
    Problem,
    share,
    subset_size,
)
from inkcluster.cluster.kmeans.lloyd import Listener, Lloyd
from inkcluster.cluster.kmeans.restarts import Outcome, least_shift, sums_of
from inkcluster.cluster.kmeans.space import Space, space_for
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
    drawn = sketch(raw, weight, random_state)
    labels, which = starts(drawn, k, restarts, init, random_state)
    del drawn
    advance(SKETCH_SHARE)
    if listener:
        listener("Initialization complete")
    centres, sums = sums_of(raw, weight, labels, k)
    space, renew = space_for(problem.raw, problem.weight, centres)
    lloyd = Lloyd(space, centres, problem.exact_totals, labels=labels, sums=sums, renew=renew)
    del labels
    shift = least_shift(problem)
    s = lloyd.run(
        problem.max_iter, shift, listener, lambda share: advance((1 - SKETCH_SHARE) * share)
    )
    inertia = lloyd.inertia()
    best = int(inertia.argmin())
    if k > 1 and (weight == 1).all() and s.n_iter[best] < problem.max_iter:
        _polish(problem, shift, lloyd, best, inertia, random_state=random_state)
    found = inertia[which], s.n_iter[which], s.labels, s.centres, which
    return Outcome(*found, lloyd.algorithm)


def sketch(raw: NDArray[Any], weight: Floats, random_state: np.random.RandomState) -> Space:
    """The points of `raw` (n, d), any real dtype, in at most 64 whole-number coordinates."""
    n, d = raw.shape
    rows = np.sort(random_state.choice(n, min(n, DIRECTIONS_SAMPLE), replace=False))
    some = raw[rows]
    if d <= MAX_SKETCH_DIRECTIONS and raw.dtype != np.uint8:
        lead = np.ascontiguousarray(raw - some.mean(axis=0, dtype=np.float64), np.float32)
        return _space(lead, weight)
    low, scale = 0.0, 1.0
    if some.dtype != np.uint8:
        low, high = float(some.min()), float(some.max())
        scale = 255.0 / (high - low) if high > low else 1.0
    grey = np.clip(np.rint((some.astype(np.float64) - low) * scale), 0, 255).astype(np.float32)
    basis = _in_whole_numbers(_directions(grey))
    shift = np.rint(grey.mean(axis=0, dtype=np.float64) @ basis).astype(np.float32)
    lead = np.empty((n, basis.shape[1]), np.float32)
    share(rotate.sketch, -(-n // rotate.ROWS), raw, low, scale, basis, shift, lead)
    return _space(lead, weight)


def _space(lead: NDArray[np.float32], weight: Floats) -> Space:
    square = np.einsum("nq,nq->n", lead, lead, dtype=np.float64)
    origin = np.zeros(lead.shape[1])
    return Space(lead, weight, origin, None, lead, square, np.zeros(len(lead), np.float32))


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
    space: Space, k: int, restarts: int, init: str, random_state: np.random.RandomState
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Labels from which the restarts continue, converged on a subset and then in the sketch.

    Returns
    -------
    labels : ndarray of shape (S, n), int32
        All different.
    which : ndarray of shape (restarts,), int64
        The row of each restart.
    """
    n = len(space.raw)
    rows = np.sort(random_state.choice(n, subset_size(n, k), replace=False))
    subset = _space(space.rows(rows.astype(np.int32)), space.weight[rows])
    chosen = _seeds(subset, k, restarts * STARTS, init, random_state)
    first = Lloyd(subset, subset.raw[chosen].astype(np.float64), exact_totals=True)
    first.run(SKETCH_ITERATIONS, 0.0, still=2)
    kept, which = distinct(first.state.labels, k)
    second = Lloyd(space, first.state.centres[kept], exact_totals=True)
    del first
    second.run(SKETCH_ITERATIONS, 0.0, still=n // 4096)
    inertia = second.inertia()[which].reshape(restarts, STARTS)
    won = which[inertia.argmin(axis=1) + np.arange(restarts) * STARTS]
    labels = second.state.labels
    rows, again = distinct(labels[won], k)
    return labels[won[rows]], again


def _seeds(
    subset: Space, k: int, count: int, init: str, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    if init == "random":
        share = subset.weight / subset.weight.sum()
        draws = [random_state.choice(len(share), k, replace=False, p=share) for _ in range(count)]
        return np.array(draws, np.int64)
    return plus_plus(subset, k, count, random_state)


def plus_plus(
    space: Space, k: int, count: int, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    """Seeds by greedy k-means++, shape (count, k), in the order in which they were chosen."""
    chosen = np.empty((count, k), np.int64)
    draws = random_state.random_sample((count, k, 2 + int(np.log(k))))
    share(
        seeds.plus_plus,
        count,
        space.rows(slice(None)),
        space.square,
        space.weight,
        draws,
        chosen,
        times=count * k,
    )
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
    problem: Problem,
    shift: float,
    lloyd: Lloyd,
    best: int,
    inertia: Floats,
    *,
    random_state: np.random.RandomState,
) -> None:
    """Replace the best restart by one of lower inertia in the same basin, where one is found.

    On large sets a basin has many fixed points of Lloyd's iteration, which differ by some hundreds
    of points and by a millionth of the inertia; chance decides in which of them a restart ends.
    Annealing the points nearest to a border finds nearly the lowest. Lloyd's iteration on all
    points then makes it a fixed point.
    """
    s, space = lloyd.state, lloyd.space
    for points in POLISHED_POINTS:
        better = _annealed(lloyd, best, points, random_state)
        left = problem.max_iter - int(s.n_iter[best])
        if better is None or left < 1:
            return
        centres, sums = sums_of(problem.raw, problem.weight, better[None], problem.k)
        again = Lloyd(space, centres, problem.exact_totals, labels=better[None], sums=sums)
        again.run(left, shift)
        if (lower := again.inertia()[0]) >= inertia[best]:
            return
        inertia[best] = lower
        for name in ("centres", "labels", "margin", "totals", "mass", "members"):
            getattr(s, name)[best] = getattr(again.state, name)[0]
        s.n_iter[best] += again.state.n_iter[0]


def _annealed(
    lloyd: Lloyd, best: int, points: int, random_state: np.random.RandomState
) -> NDArray[np.int32] | None:
    """Labels (n,) of lower inertia with at most `points` changed, or None where none was found."""
    s, space = lloyd.state, lloyd.space
    labels, totals, mass = s.labels[best], s.totals[best], s.mass[best].copy()
    gap = _gaps(space, s.centres[best])
    near = np.sort(np.argpartition(gap, min(points, len(gap) - 1))[:points])
    rows = np.asarray(space.raw[near], np.float64) - space.origin
    about = totals - mass[:, None] * space.origin
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
    look = space.look(centres[None])
    gaps = np.empty(len(space.raw))

    def fill(part: slice) -> None:
        score = look.base[0] + space.rows(part) @ look.lead[0].T
        score.partition(1, axis=1)
        gaps[part] = score[:, 1] - score[:, 0]

    for _ in in_threads(fill, pieces(len(gaps), 8192)):
        pass
    return gaps
