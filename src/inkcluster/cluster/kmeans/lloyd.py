"""Lloyd's iteration on all restarts at once, exact in float64, over the points that bounds leave open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import (
    Floats,
    Problem,
    Renew,
    Space,
    groups_of,
    inertia_of,
    inertia_of_bytes,
    share,
    space_for,
    threads_for,
)
from inkcluster.compute.threads import results_in_threads
from inkcluster.kernels.kmeans import nearest, totals

Listener = Callable[[str], None]
Sums = tuple[Floats, Floats, NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Restarts in the order in which they were started; several may share a row of `labels`."""

    inertia: Floats
    n_iter: NDArray[np.int64]
    labels: NDArray[np.int32]
    centres: Floats
    which: NDArray[np.int64]


def from_centres(
    problem: Problem,
    centres: Floats,
    *,
    listener: Listener | None,
    advance: Callable[[float], None],
) -> Outcome:
    """Lloyd's iteration from centres (R, k, d); `advance` is told the share that was just done."""
    space, renew = space_for(problem.raw, problem.weight, centres)
    lloyd = Lloyd(space, centres, problem.exact_totals, renew=renew)
    s = lloyd.run(problem.max_iter, least_shift(problem, space), listener, advance)
    return Outcome(lloyd.inertia(), s.n_iter, s.labels, s.centres, np.arange(len(centres)))


def nearest_labels(space: Space, centres: Floats) -> NDArray[np.int32]:
    """The nearest of centres (k, d) to each point, exact in float64, ties to the lowest, shape (n,)."""
    lloyd = Lloyd(space, centres[None], exact_totals=True)
    lloyd.assign(np.zeros(1, np.int64), count=False)
    return np.asarray(lloyd.state.labels[0])


def least_shift(problem: Problem, space: Space) -> float:
    """`tol` in squared units of the points, as scikit-learn has it."""
    if problem.tol == 0:
        return 0.0
    n, d = problem.raw.shape
    means, _ = sums_of(problem.raw, np.ones(n), np.zeros((1, n), np.int32), 1)
    offset = means[0, 0] - space.origin
    variance = max(float(space.square.mean() - offset @ offset), 0.0) / d
    return float(problem.tol * variance)


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


class Lloyd:
    """The iteration over one space, from centres (R, k, d).

    Parameters
    ----------
    exact_totals : bool
        Whether sums of the points are exact in float64 in any order, so that totals that are kept
        up to date need no summing afresh.
    labels : ndarray of shape (R, n), int32, optional
        Labels to continue from, whose means the centres are, with `sums` as of :func:`sums_of`.
    renew : callable, optional
        Gives a space for centres (R, k, d); called when the centres have left the present one.
    """

    def __init__(
        self,
        space: Space,
        centres: Floats,
        exact_totals: bool,
        *,
        labels: NDArray[np.int32] | None = None,
        sums: Sums | None = None,
        renew: Renew | None = None,
    ) -> None:
        (R, k, d), n = centres.shape, len(space.raw)
        self.space = space
        self.exact_totals = exact_totals
        self._renew = renew
        self._renewing = Lock()
        self._patience = 1
        self.state = State(
            np.array(centres, np.float64),
            np.full((R, n), -1, np.int32) if labels is None else np.array(labels, np.int32),
            np.full((R, n), -1, np.float32),
            *(sums or (np.zeros((R, k, d)), np.zeros((R, k)), np.zeros((R, k), np.int64))),
            np.zeros(R, np.int64),
        )
        self._drift = np.zeros((R, k))
        self._blocks = max(1, -(-n // nearest.BLOCK))
        self._who = np.empty((R, n), np.int32)
        self._was = np.empty((R, n), np.int32)

    def run(
        self,
        max_iter: int,
        tol: float,
        listener: Listener | None = None,
        advance: Callable[[float], None] | None = None,
        *,
        still: int = 0,
    ) -> State:
        """Iterate until no label changes, or `max_iter`, or the centres stand almost still.

        A restart also ends when its centres' summed squared move is at most `tol`, in squared units
        of the points, or when at most `still` points change. `listener` is told each iteration in
        the words of scikit-learn's ``verbose``; `advance` the share of the restarts that just ended,
        from any thread.
        """
        restarts = np.arange(len(self.state.centres))
        groups = 1 if listener else groups_of(len(restarts), self.space.raw.size)

        def work(group: NDArray[np.int64]) -> None:
            self._run(group, max_iter, tol, still, listener)
            if advance:
                advance(len(group) / len(restarts))

        list(results_in_threads(work, np.array_split(restarts, groups)))
        return self.state

    def _run(
        self,
        active: NDArray[np.int64],
        max_iter: int,
        tol: float,
        still: int,
        listener: Listener | None,
    ) -> None:
        s = self.state
        ended: list[int] = []
        for step in range(max_iter):
            if len(active) == 0:
                break
            changed = self.assign(active)
            s.n_iter[active] += 1
            if listener:
                listener(f"Iteration {step}, inertia {self.inertia(active).min()}.")
            same = (changed == 0) & (step > 0) & (s.members[active] > 0).all(axis=1)
            if not self.exact_totals and same.any():
                same[same] = self._afresh(active[same])
            go = active[~same]
            self._update(go)
            shift = (self._drift[go] ** 2).sum(axis=1)
            near = (shift <= tol) | (changed[~same] <= still)
            ended += go[near].tolist()
            if listener:
                for _ in active[same]:
                    listener(f"Converged at iteration {step}: strict convergence.")
                for r in np.flatnonzero(near):
                    listener(
                        f"Converged at iteration {step}: center shift {shift[r]} "
                        f"within tolerance {tol}."
                    )
            active = go[~near]
        ended += active.tolist()
        if ended:
            self.assign(np.array(sorted(ended)))

    def inertia(self, which: NDArray[np.int64] | slice = slice(None)) -> Floats:
        """The sums of weighted squared distances to the own centres, of the restarts `which`."""
        s, space = self.state, self.space
        if self.exact_totals and space.raw.dtype == np.uint8:
            return inertia_of_bytes(space.raw, s.totals[which], s.members[which], s.centres[which])
        return inertia_of(space.raw, space.weight, s.labels[which], s.centres[which])

    def assign(self, active: NDArray[np.int64], *, count: bool = True) -> NDArray[np.int64]:
        """Label the points of the active restarts; the number that changed in each.

        Totals are brought up to date if `count`.
        """
        s = self.state
        centres = s.centres[active]
        space = self.space
        lead, square, slack, grain = space.centres(centres)
        if self._renew and s.n_iter[active[0]] >= self._patience and _is_loose(slack, square):
            with self._renewing:
                if self.space is space:
                    self.space = self._renew(s.centres)
                    self._patience = 2 * int(s.n_iter.max()) + 1
                space = self.space
            lead, square, slack, grain = space.centres(centres)
        drift = self._drift[active]
        top = np.sort(drift, axis=1)[:, ::-1]
        second = top[:, 1:2] if drift.shape[1] > 1 else np.zeros((len(drift), 1))
        others = np.where(drift == top[:, :1], second, top[:, :1])
        drop = ((drift + others) * (1 + 1e-6)).astype(np.float32)
        moved = np.zeros((len(active), self._blocks), np.int64)
        who, was = (a[active[0] : active[0] + len(active)] for a in (self._who, self._was))
        share(
            nearest.assign, self._blocks * len(active),
            space.raw, space.lead, space.square, space.rho, space.blur,
            centres, lead, square, slack, grain, drop, active,
            s.margin, s.labels, who, was, moved, times=len(active),
        )  # fmt: skip
        self._drift[active] = 0.0
        if count:
            slices = _slices(len(active), space.raw)
            share(
                totals.move, len(active) * slices,
                space.raw, space.weight, active, s.labels, who, was, moved,
                s.totals, s.mass, s.members, slices, times=len(active),
            )  # fmt: skip
            slot, empty = np.nonzero(s.members[active] == 0)  # whatever rounding has left of it
            s.totals[active[slot], empty] = 0.0
            s.mass[active[slot], empty] = 0.0
        return np.asarray(moved.sum(axis=1))

    def _afresh(self, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Sum anew in order; True where the labels stand under the centres that this gives."""
        s = self.state
        _, fresh = sums_of(self.space.raw, self.space.weight, s.labels[which], s.mass.shape[1])
        s.totals[which], s.mass[which], s.members[which] = fresh
        self._update(which)
        return np.asarray(self.assign(which) == 0)

    def _update(self, active: NDArray[np.int64]) -> None:
        """Centres become the means of their points; what they moved by is noted."""
        s = self.state
        old, totals_, mass = s.centres[active], s.totals[active], s.mass[active]
        for slot in np.flatnonzero((s.members[active] == 0).any(axis=1)):
            self._relocate(int(active[slot]), totals_[slot], mass[slot])
        held = (mass > 0)[:, :, None]
        new = np.where(held, totals_ / np.where(held, mass[:, :, None], 1.0), old)
        s.centres[active] = new
        self._drift[active] += np.sqrt(np.square(new - old).sum(axis=2))

    def _relocate(self, r: int, totals_: Floats, mass: Floats) -> None:
        """Give each empty cluster the point that is farthest from its centre, as scikit-learn does."""
        s, space = self.state, self.space
        far = np.empty(len(space.raw))
        arrays = space.raw, s.centres[r], s.labels[r], far
        share(nearest.own_distances, len(far), *arrays)
        if far.max() == 0:
            return
        empty = np.flatnonzero(s.members[r] == 0)
        for j, i in zip(empty, np.argsort(-far, kind="stable"), strict=False):
            w, own = space.weight[i], s.labels[r, i]
            x = w * space.raw[i].astype(np.float64)
            totals_[own] -= x
            mass[own] -= w
            totals_[j] = x
            mass[j] = w


def sums_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], k: int
) -> tuple[Floats, Sums]:
    """Means (R, k, d) of labels (R, n), an empty cluster's at the origin, and their sums."""
    R, d = len(labels), raw.shape[1]
    sums = np.zeros((R, k, d)), np.zeros((R, k)), np.zeros((R, k), np.int64)
    slices = _slices(R, raw)
    if raw.dtype == np.uint8 and bool((weight == 1).all()):
        arrays = raw, labels, sums[0], sums[2], slices
        share(totals.gather_grey, R * slices, *arrays, times=R)
        sums[1][:] = sums[2]
    else:
        share(totals.gather, R * slices, raw, weight, labels, *sums, slices, times=R)
    means = sums[0] / np.where(sums[1] > 0, sums[1], 1.0)[:, :, None]
    return means, sums


def _slices(restarts: int, raw: NDArray[Any]) -> int:
    """Into how many parts the features are cut so that every thread has one."""
    threads = threads_for(restarts * raw.size)
    return 1 if restarts >= threads else min(threads, raw.shape[1])


def _is_loose(slack: NDArray[np.float32], square: NDArray[np.float32]) -> bool:
    """Whether what the leading directions leave of the centres is more than a hundredth."""
    return bool(np.mean(np.square(slack)) > 4e-4 * np.mean(square))
