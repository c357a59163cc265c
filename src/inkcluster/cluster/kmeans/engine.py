"""K-means on checked arrays: where restarts start, Lloyd's iteration on them all, the best polished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.lloyd import Listener, Lloyd, nearest_labels, sums_of
from inkcluster.cluster.kmeans.polish import ROUNDS, polish
from inkcluster.cluster.kmeans.sketch import sketch
from inkcluster.cluster.kmeans.space import Floats, Space, spanned, whole
from inkcluster.cluster.kmeans.start import starts

NARROW = 64
"""Up to so many features, all are leading ones."""

STARTED = 0.4
"""About the share of the work that the sketch is; for progress only."""

SMALL = 2**23
"""Up to so many numbers, points are copied to float32 whole."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Checked input.

    Parameters
    ----------
    raw : ndarray of shape (n, d), uint8, float32 or float64, C order, possibly memory-mapped
    weight : ndarray of shape (n,), float64
    k, max_iter : int
    tol : float
        A restart ends when its centres' summed squared move is at most so many times the mean
        variance of a feature; 0 for a fixed point.
    """

    raw: NDArray[Any]
    weight: Floats
    k: int
    max_iter: int
    tol: float

    @property
    def exact_totals(self) -> bool:
        """Whether every sum is one of whole numbers under 2⁵³."""
        return self.raw.dtype == np.uint8 and bool((self.weight == 1).all())


@dataclass(frozen=True, eq=False)
class Outcome:
    """Restarts in the order in which they were started; several may share a row of `labels`."""

    inertia: Floats
    n_iter: NDArray[np.int64]
    labels: NDArray[np.int32]
    centres: Floats
    which: NDArray[np.int64]


def reference(raw: NDArray[Any]) -> Floats:
    """A point amid the data, about which float32 loses least; from few rows, always the same."""
    step = max(1, len(raw) // 4096)
    origin: Floats = raw[::step].mean(axis=0, dtype=np.float64)
    return origin


def space_for(problem: Problem, centres: Floats) -> tuple[Space, Callable[[Floats], Space] | None]:
    """The space that suits the size, and how to make another for other centres."""
    raw, origin = problem.raw, reference(problem.raw)
    if raw.shape[1] <= NARROW or raw.size <= SMALL:
        return whole(raw, problem.weight, origin), None
    renew = partial(spanned, raw, problem.weight, origin)
    return renew(centres), renew


def from_centres(
    problem: Problem,
    centres: Floats,
    listener: Listener | None,
    advance: Callable[[float], None],
) -> Outcome:
    """Lloyd's iteration from given centres (R, k, d); `advance` is told the share that is done."""
    space, renew = space_for(problem, centres)
    lloyd = Lloyd(space, centres, problem.exact_totals, renew=renew)
    shift = _shift(problem, space)
    lloyd.run(problem.max_iter, shift, listener=listener, advance=advance)
    return _outcome(lloyd, np.arange(len(centres)))


def from_sketch(
    problem: Problem,
    restarts: int,
    init: str,
    random_state: np.random.RandomState,
    *,
    listener: Listener | None,
    advance: Callable[[float], None],
) -> Outcome:
    """Restarts converged on some points, then on all in a sketch, then exactly; the best polished."""
    raw, weight, k = problem.raw, problem.weight, problem.k
    drawn = sketch(raw, weight, random_state)
    labels, which = starts(drawn, k, restarts, init, random_state)
    del drawn
    advance(STARTED)
    if listener:
        listener("Initialization complete")
    centres, sums = sums_of(raw, weight, labels, k)
    space, renew = space_for(problem, centres)
    lloyd = Lloyd(space, centres, problem.exact_totals, labels=labels, sums=sums, renew=renew)
    del labels
    shift = _shift(problem, space)
    lloyd.run(
        problem.max_iter,
        shift,
        listener=listener,
        advance=lambda share: advance((1 - STARTED) * share),
    )
    best = int(lloyd.inertia().argmin())
    if k > 1 and (weight == 1).all() and lloyd.state.n_iter[best] < problem.max_iter:
        _polish(problem, shift, lloyd, best, random_state)
    return _outcome(lloyd, which)


def _polish(
    problem: Problem, shift: float, lloyd: Lloyd, best: int, random_state: np.random.RandomState
) -> None:
    """Put a restart of lower inertia in the place of the best, where one is found."""
    state, space = lloyd.state, lloyd.space
    for points in ROUNDS:
        better = polish(
            space,
            labels=state.labels[best],
            totals=state.totals[best],
            mass=state.mass[best],
            gap=_gaps(space, state.centres[best]),
            points=points,
            random_state=random_state,
        )
        left = problem.max_iter - int(state.n_iter[best])
        if better is None or left < 1:
            return
        centres, sums = sums_of(problem.raw, problem.weight, better[None], problem.k)
        again = Lloyd(space, centres, problem.exact_totals, labels=better[None], sums=sums)
        again.run(left, shift)
        if again.inertia()[0] >= lloyd.inertia()[best]:
            return
        for name in ("centres", "labels", "margin", "totals", "mass", "members", "strict"):
            getattr(state, name)[best] = getattr(again.state, name)[0]
        state.n_iter[best] += again.state.n_iter[0]


def _shift(problem: Problem, space: Space) -> float:
    """`tol` in squared units of the points, as scikit-learn has it."""
    if problem.tol == 0:
        return 0.0
    n, d = problem.raw.shape
    means, _ = sums_of(problem.raw, np.ones(n), np.zeros((1, n), np.int32), 1)
    offset = means[0, 0] - space.origin
    variance = max(float(space.square.mean() - offset @ offset), 0.0) / d
    return float(problem.tol * variance)


def _gaps(space: Space, centres: Floats) -> Floats:
    """Squared distance to the second nearest centre (k, d) less that to the nearest, about."""
    lead, square, _, _ = space.centres(centres[None])
    gaps = np.empty(len(space.lead))
    for start in range(0, len(gaps), 16384):
        score = square[0] - 2 * (space.lead[start : start + 16384] @ lead[0].T)
        score.partition(1, axis=1)
        gaps[start : start + 16384] = score[:, 1] - score[:, 0]
    return gaps


def _outcome(lloyd: Lloyd, which: NDArray[np.int64]) -> Outcome:
    s = lloyd.state
    return Outcome(lloyd.inertia()[which], s.n_iter[which], s.labels, s.centres, which)


def label(raw: NDArray[Any], centres: Floats) -> NDArray[np.int32]:
    """The nearest of centres (k, d) to each point (n, d), exact in float64, ties to the lowest."""
    n, k = len(raw), len(centres)
    problem = Problem(raw, np.ones(n), k, 1, 0.0)
    space, _ = space_for(problem, centres[None])
    return nearest_labels(space, centres)
