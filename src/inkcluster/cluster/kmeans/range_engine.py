"""K-means for one k after another on checked arrays: one space, one seeding, each k from the last."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.engine import Problem, _shift, reference, space_for
from inkcluster.cluster.kmeans.lloyd import Lloyd
from inkcluster.cluster.kmeans.space import Floats, Space, whole
from inkcluster.cluster.kmeans.start import few
from inkcluster.kernels.kmeans import seeds

SMALL = 2_000_000
"""Below so many numbers one thread is as fast as more, and waits for nobody."""
NEARLY = 50
"""Starts are compared once no more than one point in so many changes; the best goes on."""
MEMBERS = 4096
"""About so many members of a cluster decide along which line it is split."""
TURNS = 8
"""Of the power iteration that finds this line."""


@dataclass(frozen=True, eq=False)
class Step:
    """The best of one k.

    `n_iter` counts iterations; `from_split` says that the start from the last k won.
    """

    k: int
    inertia: float
    n_iter: int
    labels: NDArray[np.int32]
    centres: Floats
    from_split: bool
    seconds: float


def climb(
    problem: Problem,
    ks: Sequence[int],
    restarts: int,
    random_state: np.random.RandomState,
    advance: Callable[[float], None],
) -> list[Step]:
    """The best clustering of each k, `problem.k` being the last; `advance` counts the ks.

    k-means++ chooses one seed after another, so the first k seeds of a run to the last k are seeds
    for k, and all restarts of all k cost one seeding. Beside them each k has one more start: the
    best of the k before, its widest clusters split, so that the inertia does not rise with k.
    """
    with _threads(1 if problem.raw.size < SMALL else None):
        first = _seeds(problem, restarts, random_state)
        space, renew = space_for(problem, first)
        shift = _shift(problem, space)
        steps: list[Step] = []
        for k in ks:
            began = time.perf_counter()
            starts = first[:1, :1] if k == 1 else first[:, :k]
            fresh = len(starts)
            if steps and steps[-1].k < k:
                starts = np.concatenate([starts, _split(problem, space, steps[-1], k)[None]])
            lloyd = Lloyd(space, starts, problem.exact_totals, renew=renew)
            lloyd.run(problem.max_iter, shift, still=len(problem.raw) // NEARLY)
            best = int(lloyd.inertia().argmin())
            last = _to_the_end(problem, lloyd, best, shift, renew)
            space = last.space
            s = last.state
            n_iter = int(lloyd.state.n_iter[best] + s.n_iter[0])
            inertia = max(float(last.inertia()[0]), 0.0)
            seconds = time.perf_counter() - began
            steps.append(
                Step(k, inertia, n_iter, s.labels[0], s.centres[0], best >= fresh, seconds)
            )
            advance(1)
    return steps


def _to_the_end(
    problem: Problem,
    lloyd: Lloyd,
    best: int,
    shift: float,
    renew: Callable[[Floats], Space] | None,
) -> Lloyd:
    """The best of the starts alone, from where it stands until `tol` or `max_iter` ends it."""
    s = lloyd.state
    only = slice(best, best + 1)
    held = (s.mass[only] > 0)[:, :, None]
    means = s.totals[only] / np.where(held, s.mass[only][:, :, None], 1.0)
    on = Lloyd(
        lloyd.space,
        np.where(held, means, s.centres[only]),
        problem.exact_totals,
        labels=s.labels[only],
        sums=(s.totals[only], s.mass[only], s.members[only]),
        renew=renew,
    )
    on.run(max(problem.max_iter - int(s.n_iter[best]), 1), shift)
    return on


def _seeds(problem: Problem, restarts: int, random_state: np.random.RandomState) -> Floats:
    """Seeds of every restart in the order in which they were chosen, shape (restarts, k, d)."""
    raw, weight, k = problem.raw, problem.weight, problem.k
    rows = np.flatnonzero(weight > 0)
    if len(rows) > (most := few(len(raw), k)):
        rows = np.sort(random_state.choice(rows, most, replace=False))
    some = whole(raw[rows], weight[rows], reference(raw))
    draws = random_state.random_sample((restarts, k, 2 + int(np.log(k))))
    chosen = np.empty((restarts, k), np.int64)
    seeds.plus_plus(some.lead, some.square, some.weight, draws, chosen)
    return raw[rows[chosen.ravel()]].astype(np.float64).reshape(restarts, k, -1)


def _split(problem: Problem, space: Space, last: Step, k: int) -> Floats:
    """The centres of the last k, the widest cluster split in two until there are k."""
    centres, labels = last.centres, last.labels.copy()
    while len(centres) < k:
        away = _spread(space, centres, labels)
        j = int(away.argmax())
        members = np.flatnonzero(labels == j)
        if len(members) == 0:
            members = np.arange(len(labels))
        some = members[:: max(1, len(members) // MEMBERS)]
        line = _line(problem.raw[some] - centres[j], problem.weight[some])
        side = np.empty(len(members), np.bool_)
        for start in range(0, len(members), MEMBERS):
            part = members[start : start + MEMBERS]
            side[start : start + MEMBERS] = (problem.raw[part] - centres[j]) @ line > 0
        labels[members[side]] = len(centres)
        halves = [_mean(problem, members[half], centres[j]) for half in (~side, side)]
        centres = np.concatenate([centres, halves[1][None]])
        centres[j] = halves[0]
    return centres


def _spread(space: Space, centres: Floats, labels: NDArray[np.int32]) -> Floats:
    """Each cluster's sum of squared distances to its centre, shape (k,): Σx² - n·centre²."""
    k = len(centres)
    mass = np.bincount(labels, space.weight, minlength=k)
    about = centres - space.origin
    squares = np.bincount(labels, space.weight * space.square, minlength=k)
    spread: Floats = squares - mass * np.einsum("kd,kd->k", about, about)
    return spread


def _line(away: Floats, weight: Floats) -> Floats:
    """About the direction in which the rows (m, d) spread most, shape (d,)."""
    line = np.asarray(away[int(np.einsum("nd,nd->n", away, away).argmax())])
    for _ in range(TURNS):
        line = away.T @ (weight * (away @ line))
        line /= np.linalg.norm(line) or 1.0
    return line


def _mean(problem: Problem, rows: NDArray[np.int64], otherwise: Floats) -> Floats:
    weight = problem.weight[rows]
    if not weight.sum() > 0:
        return otherwise
    total = np.zeros(problem.raw.shape[1])
    for start in range(0, len(rows), MEMBERS):
        part = slice(start, start + MEMBERS)
        total += weight[part] @ problem.raw[rows[part]]
    mean: Floats = total / weight.sum()
    return mean


@contextmanager
def _threads(number: int | None) -> Iterator[None]:
    before: Any = numba.get_num_threads()
    numba.set_num_threads(number or before)
    try:
        yield
    finally:
        numba.set_num_threads(before)
