"""K-means for one k after another on checked arrays: one space, one seeding, each k from the last."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import (
    Floats,
    Problem,
    share,
    subset_size,
)
from inkcluster.cluster.kmeans.lloyd import Lloyd
from inkcluster.cluster.kmeans.sketch import plus_plus
from inkcluster.cluster.kmeans.space import Renew, reference, space_for, whole
from inkcluster.kernels.kmeans import nearest

COMPARED_BELOW = 1 / 50
"""Starts are compared once fewer than this share of the points change cluster; the best continues."""
SPLIT_SAMPLE = 4096
"""About how many members of a cluster decide along which line it is split; also a block of rows."""
POWER_ITERATIONS = 8
"""Of the power iteration that finds this line."""


@dataclass(frozen=True, eq=False)
class Step:
    """The best of one k; `from_split` says that the start from the last k won."""

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

    k-means++ chooses one seed after another. The first k seeds of a run to the last k are therefore
    seeds for k, and all restarts of all k cost one seeding. Each k has one more start: the best of
    the k before with its widest clusters split, so that the inertia does not rise with k.
    """
    first = _seeds(problem, restarts, random_state)
    space, renew = space_for(problem.raw, problem.weight, first)
    shift = problem.least_shift
    steps: list[Step] = []
    for k in ks:
        began = time.perf_counter()
        starts = first[:1, :1] if k == 1 else first[:, :k]
        fresh = len(starts)
        if steps and steps[-1].k < k:
            starts = np.concatenate([starts, _split(problem, steps[-1], k)[None]])
        lloyd = Lloyd(space, starts, problem.exact_totals, renew=renew)
        lloyd.run(problem.max_iter, shift, still=int(len(problem.raw) * COMPARED_BELOW))
        best = int(lloyd.inertia().argmin())
        last = _to_the_end(problem, lloyd, best, shift, renew)
        space, s = last.space, last.state
        n_iter = int(lloyd.state.n_iter[best] + s.n_iter[0])
        inertia, seconds = float(last.inertia()[0]), time.perf_counter() - began
        steps.append(Step(k, inertia, n_iter, s.labels[0], s.centres[0], best >= fresh, seconds))
        advance(1)
    return steps


def _to_the_end(
    problem: Problem, lloyd: Lloyd, best: int, shift: float, renew: Renew | None
) -> Lloyd:
    """The best start alone, from where it stands until `tol` or `max_iter` ends it."""
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
    if len(rows) > (most := subset_size(len(raw), k)):
        rows = np.sort(random_state.choice(rows, most, replace=False))
    subset = whole(raw[rows], weight[rows], reference(raw))
    chosen = plus_plus(subset, k, restarts, random_state)
    return raw[rows[chosen.ravel()]].astype(np.float64).reshape(restarts, k, -1)


def _split(problem: Problem, last: Step, k: int) -> Floats:
    """The centres of the last k, the cluster of largest inertia split in two until there are k."""
    raw, weight = problem.raw, problem.weight
    centres, labels = last.centres, last.labels.copy()
    far = np.empty(len(labels))
    while len(centres) < k:
        arrays = raw, centres, labels, far
        share(nearest.own_distances, len(far), *arrays)
        j = int(np.bincount(labels, weight * far, minlength=len(centres)).argmax())
        members = np.flatnonzero(labels == j)
        if len(members) == 0:
            members = np.arange(len(labels))
        some = members[:: max(1, len(members) // SPLIT_SAMPLE)]
        line = _line(raw[some] - centres[j], weight[some])
        side = np.empty(len(members), np.bool_)
        for start in range(0, len(members), SPLIT_SAMPLE):
            part = members[start : start + SPLIT_SAMPLE]
            side[start : start + SPLIT_SAMPLE] = (raw[part] - centres[j]) @ line > 0
        labels[members[side]] = len(centres)
        halves = [_mean(problem, members[half], centres[j]) for half in (~side, side)]
        centres = np.concatenate([centres, halves[1][None]])
        centres[j] = halves[0]
    return centres


def _line(away: Floats, weight: Floats) -> Floats:
    """About the direction in which the rows (m, d) spread most, shape (d,)."""
    line = np.asarray(away[int(np.einsum("nd,nd->n", away, away).argmax())])
    for _ in range(POWER_ITERATIONS):
        line = away.T @ (weight * (away @ line))
        line /= np.linalg.norm(line) or 1.0
    return line


def _mean(problem: Problem, rows: NDArray[np.int64], otherwise: Floats) -> Floats:
    weight = problem.weight[rows]
    if not weight.sum() > 0:
        return otherwise
    total = np.zeros(problem.raw.shape[1])
    for start in range(0, len(rows), SPLIT_SAMPLE):
        part = slice(start, start + SPLIT_SAMPLE)
        total += weight[part] @ problem.raw[rows[part]]
    mean: Floats = total / weight.sum()
    return mean
