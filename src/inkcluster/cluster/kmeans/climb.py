"""K-means for one k after another on checked arrays: one space, one seeding, each k from the last."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans import peer
from inkcluster.cluster.kmeans.apart import tasks
from inkcluster.cluster.kmeans.choose import (
    Floats,
    share,
    subset_size,
    use_peer,
)
from inkcluster.cluster.kmeans.lloyd import Lloyd
from inkcluster.cluster.kmeans.problem import Problem, rows_of
from inkcluster.cluster.kmeans.shards.seeding import plus_plus
from inkcluster.cluster.kmeans.shards.space import first_frame
from inkcluster.compute.threads import pieces
from inkcluster.kernels.kmeans import nearest

COMPARED_BELOW = 1 / 50
"""Starts are compared once fewer than this share of the points change cluster; the best continues."""
SPLIT_SAMPLE = 4096
"""About how many members of a cluster decide along which line it is split; also a block of rows."""
WORTH = 2
"""From so many times the threads of this process on, the workers search from fresh starts: those that
begin with the last k wait for it, and do so here, and apart from each other all take longer."""
POWER_ITERATIONS = 8
"""Of the power iteration that finds this line."""

Search = Callable[[Floats], "Found"]
"""Compares starts (R, k, d), and takes the best to its end."""


@dataclass(frozen=True, eq=False)
class Found:
    """Which of several starts was the best, its inertia when they were compared, and its end."""

    best: int
    compared: float
    labels: NDArray[np.int32]
    inertia: float
    centres: Floats
    n_iter: int


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
    small = use_peer(problem.raw, ks[-1], restarts + 1)
    search = _by_peer(problem) if small else _by_bounds(problem, first)
    steps: list[Step] = []
    starts = [first[:1, :1] if k == 1 else first[:, :k] for k in ks]
    elsewhere = None if small else tasks(problem, _search, starts, WORTH)
    for k, fresh in zip(ks, starts, strict=True):
        began = time.perf_counter()
        split = _split(problem, steps[-1], k, small)[None] if steps else None
        if elsewhere is None:
            found = search(fresh if split is None else np.concatenate([fresh, split]))
            is_split = found.best >= len(fresh)
        else:
            found, is_split = next(elsewhere), False
            if split is not None:
                other = search(split)
                if other.compared < found.compared:
                    found, is_split = other, True
        seconds = time.perf_counter() - began
        steps.append(
            Step(k, found.inertia, found.n_iter, found.labels, found.centres, is_split, seconds)
        )
        advance(1)
    return steps


def _search(problem: Problem, starts: Floats) -> Found:
    """On a worker: the best of some starts for one k."""
    return _by_bounds(problem, starts)(starts)


def _by_peer(problem: Problem) -> Search:
    """The search by scikit-learn's loops, which compiles nothing."""
    points = problem.raw.astype(np.float64)
    mean = points.mean(axis=0)
    points -= mean
    tol, still = problem.least_shift, int(len(points) * COMPARED_BELOW)

    def search(starts: Floats) -> Found:
        found = [
            peer.lloyd(points, problem.weight, start - mean, problem.max_iter, tol, still=still)
            for start in starts
        ]
        best = int(np.argmin([inertia for _, inertia, _, _ in found]))
        labels, compared, centres, begun = found[best]
        left = max(problem.max_iter - begun, 1)
        labels, inertia, centres, n_iter = peer.lloyd(
            points, problem.weight, centres, left, tol, labelled=True
        )
        return Found(best, compared, labels, inertia, centres + mean, begun + n_iter)

    return search


def _by_bounds(problem: Problem, first: Floats) -> Search:
    """The search by ours, in one space."""
    frame = first_frame(problem.rows, first)
    shift, still = problem.least_shift, int(problem.rows.n * COMPARED_BELOW)

    def search(starts: Floats) -> Found:
        nonlocal frame, problem
        lloyd = Lloyd(problem.again(), starts, frame)
        lloyd.run(problem.max_iter, shift, still=still)
        compared = lloyd.inertia()
        best = int(compared.argmin())
        last = _to_the_end(lloyd, best, shift)
        frame, problem = last.frame, last.problem
        n_iter = int(lloyd.n_iter[best] + last.n_iter[0])
        return Found(
            best, float(compared[best]), last.labels()[0], float(last.inertia()[0]),
            last.centres[0], n_iter,
        )  # fmt: skip

    return search


def _to_the_end(lloyd: Lloyd, best: int, shift: float) -> Lloyd:
    """The best start alone, from where it stands until `tol` or `max_iter` ends it."""
    only = np.array([best])
    problem, sums = lloyd.problem, lloyd.sums.of(only)
    held = (sums.added()[1] > 0)[:, :, None]
    centres = np.where(held, sums.means(), lloyd.centres[only])
    on = Lloyd(problem.again(), centres, lloyd.frame, labels=lloyd.labels(only), sums=sums)
    on.run(max(problem.max_iter - int(lloyd.n_iter[best]), 1), shift)
    return on


def _seeds(problem: Problem, restarts: int, random_state: np.random.RandomState) -> Floats:
    """Seeds of every restart in the order in which they were chosen, shape (restarts, k, d)."""
    raw, weight, k = problem.raw, problem.weight, problem.k
    rows = np.flatnonzero(weight > 0)
    if len(rows) > (most := subset_size(len(raw), k)):
        rows = np.sort(random_state.choice(rows, most, replace=False))
    subset = Problem(rows_of(raw[rows], weight[rows]), weight[rows], k, 1, 0.0)
    mean = subset.mean_for_seeds()
    chosen = plus_plus(subset.rows, mean, subset.weight, k, restarts, random_state)
    return raw[rows[chosen.ravel()]].astype(np.float64).reshape(restarts, k, -1)


def _split(problem: Problem, last: Step, k: int, small: bool) -> Floats:
    """The centres of the last k, the cluster of largest inertia split in two until there are k."""
    raw, weight = problem.raw, problem.weight
    centres, labels = last.centres, last.labels.copy()
    while len(centres) < k:
        far = _own_distances(raw, centres, labels, small)
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


def _own_distances(
    raw: NDArray[Any], centres: Floats, labels: NDArray[np.int32], small: bool
) -> Floats:
    far = np.empty(len(labels))
    if small:
        for part in pieces(len(far), SPLIT_SAMPLE):
            np.square(raw[part] - centres[labels[part]]).sum(axis=1, out=far[part])
    else:
        share(nearest.own_distances, len(far), raw, centres, labels, far)
    return far


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
