"""Lloyd's iteration on all restarts at once, exact in float64, over the points that bounds leave open."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans import choose
from inkcluster.cluster.kmeans.choose import Floats, Problem, groups_of, threads_for
from inkcluster.cluster.kmeans.restarts import (
    Outcome,
    State,
    Sums,
    inertia_of,
    inertia_of_bytes,
    least_shift,
    move,
    sums_of,
)
from inkcluster.cluster.kmeans.space import Look, Renew, Space, label, space_for, whole
from inkcluster.compute.threads import in_threads, pieces, results_in_threads

Listener = Callable[[str], None]
EPSILON = float(np.finfo(np.float64).eps)


def from_centres(
    problem: Problem,
    centres: Floats,
    *,
    listener: Listener | None,
    advance: Callable[[float], None],
) -> Outcome:
    """Lloyd's iteration from centres (R, k, d); `advance` is told the share that was just done."""
    space, renew = space_for(problem.raw, problem.weight, None)
    if choose.starts_sharp():
        space, renew = whole(problem.raw, problem.weight, space.origin, np.float64), None
    lloyd = Lloyd(space, centres, problem.exact_totals, renew=renew)
    s = lloyd.run(problem.max_iter, least_shift(problem), listener, advance)
    which = np.arange(len(centres))
    return Outcome(lloyd.inertia(), s.n_iter, s.labels, s.centres, which, lloyd.algorithm)


def nearest_labels(space: Space, centres: Floats) -> NDArray[np.int32]:
    """The nearest of centres (k, d) to each point, exact in float64, ties to the lowest, shape (n,)."""
    lloyd = Lloyd(space, centres[None], exact_totals=True)
    lloyd.assign(np.zeros(1, np.int64), count=False)
    return np.asarray(lloyd.state.labels[0])


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
        Gives a space for centres (R, k, d); called when the bounds pay and the centres have left
        the present one.
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
        self._lock = Lock()
        self._patience = choose.PATIENCE if space.basis is None else 1
        self.state = State(
            np.array(centres, np.float64),
            np.full((R, n), -1, np.int32) if labels is None else np.array(labels, np.int32),
            np.full((R, n), -1, np.float32),
            *(sums or (np.zeros((R, k, d)), np.zeros((R, k)), np.zeros((R, k), np.int64))),
            np.zeros(R, np.int64),
        )
        self._fresh = labels is None
        self._drift = np.zeros((R, k))
        self._who = np.empty((R, n), np.int32)
        self._was = np.empty((R, n), np.int32)
        self._open = np.ones(R)  # the share of the points that the bounds left open last
        self._passes = np.zeros(2, np.int64)  # over all points, and over those left open

    @property
    def algorithm(self) -> str:
        """What did most of the passes over the points."""
        return choose.PLAIN if self._passes[0] > self._passes[1] else choose.BOUNDS

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
            same = (changed == 0) & (step > 0)
            if same.any():
                same[same] = self._holds(active[same])
            go = active[~same]
            self._update(go)
            shift = (self._drift[go] ** 2).sum(axis=1)
            near = (shift <= tol) | (changed[~same] <= still)
            self._sum_anew(go[near])
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
        s, n = self.state, self._who.shape[1]
        space, look = self._looked(active)
        drift = self._drift[active]
        top = np.sort(drift, axis=1)[:, ::-1]
        second = top[:, 1:2] if drift.shape[1] > 1 else np.zeros((len(drift), 1))
        others = np.where(drift == top[:, :1], second, top[:, :1])
        drop = ((drift + others) * (1 + 1e-6)).astype(np.float32)
        threads = threads_for(space.raw.size * len(active))
        parts = pieces(n, -(-n // (4 * threads)) if threads > 1 else n)

        def work(part: slice) -> tuple[list[int], NDArray[np.int64], int, int]:
            return label(space, look, s, active, drop, part=part, who=self._who, was=self._was)

        done = results_in_threads(work, parts)
        ends, opened, decided, whole_passes = zip(*done, strict=True)
        self._passes += sum(whole_passes), len(parts) * len(active) - sum(whole_passes)
        self._drift[active] = 0.0
        self._open[active] = np.sum(opened, axis=0) / max(n, 1)
        if sum(decided) > choose.MAX_DECIDED * np.sum(opened):
            self._sharpen(space)
        moved = np.array(ends) - [[part.start] for part in parts]
        if count and self._fresh and self.exact_totals and s.n_iter[active[0]] == 0:
            _, sums = sums_of(space.raw, space.weight, s.labels[active], s.mass.shape[1])
            s.totals[active], s.mass[active], s.members[active] = sums
        elif count:
            moved_by = [
                [
                    (self._who[r, part.start : end[a]], self._was[r, part.start : end[a]])
                    for part, end in zip(parts, ends, strict=True)
                ]
                for a, r in enumerate(active)
            ]
            sums = s.totals, s.mass, s.members
            move(space.raw, space.weight, s.labels, sums, moved=moved_by, which=active)
            slot, empty = np.nonzero(s.members[active] == 0)  # whatever rounding has left of it
            s.totals[active[slot], empty] = 0.0
            s.mass[active[slot], empty] = 0.0
        return np.asarray(moved.sum(axis=0))

    def _looked(self, active: NDArray[np.int64]) -> tuple[Space, Look]:
        """The space to work in, and the centres of the active restarts in it."""
        s = self.state
        space = self.space
        look = space.look(s.centres[active])
        if not self._renew or s.n_iter[active[0]] < self._patience:
            return space, look
        pays = space.basis is not None or self._open[active].mean() < choose.MAX_OPEN_TO_SPAN
        if not pays or not (space.basis is None or look.is_loose):
            return space, look
        with self._lock:
            if self.space is space:
                self.space = self._renew(s.centres)
                self._patience = 2 * int(s.n_iter.max()) + 1
        return self.space, self.space.look(s.centres[active])

    def _sharpen(self, space: Space) -> None:
        """Go on in float64, where float32 leaves too much for it to decide."""
        with self._lock:
            if self.space is space and choose.may_sharpen(space.raw):
                self._renew = None
                self.space = whole(space.raw, space.weight, space.origin, np.float64)

    def _holds(self, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether restarts whose labels stand keep them under the centres summed anew, in order.

        As in scikit-learn, one with an empty cluster ends.
        """
        s = self.state
        empty = (s.members[which] == 0).any(axis=1)
        self._update(which[empty])
        held = np.ones(len(which), np.bool_)
        if not self.exact_totals and not empty.all():
            self._sum_anew(which[~empty])
            held[~empty] = self.assign(which[~empty]) == 0
        return held

    def _sum_anew(self, which: NDArray[np.int64]) -> None:
        """Rid the centres of the rounding of totals that were kept up to date."""
        s = self.state
        which = which[(s.members[which] > 0).all(axis=1)]
        if self.exact_totals or len(which) == 0:
            return
        _, sums = sums_of(self.space.raw, self.space.weight, s.labels[which], s.mass.shape[1])
        s.totals[which], s.mass[which], s.members[which] = sums
        self._update(which)

    def _update(self, active: NDArray[np.int64]) -> None:
        """Centres become the means of their points; what they moved by is noted."""
        s = self.state
        old, totals_, mass = s.centres[active], s.totals[active], s.mass[active]
        for slot in np.flatnonzero((s.members[active] == 0).any(axis=1)):
            self._relocate(int(active[slot]), totals_[slot], mass[slot])
        held = (mass > 0)[:, :, None]
        new = totals_ / np.where(held, mass[:, :, None], 1.0)
        for slot, j in np.argwhere(mass <= 0):
            # as in scikit-learn, whose points are centred: the largest cluster's centre if that is
            # known by then, else its total
            big = mass[slot].argmax()
            total = totals_[slot, big] - (mass[slot, big] - 1) * self._mean
            new[slot, j] = new[slot, big] if big < j else total
        s.centres[active] = new
        self._drift[active] += np.sqrt(np.square(new - old).sum(axis=2))

    @cached_property
    def _reach(self) -> float:
        """An upper bound of the points' squared norms."""
        origin = self.space.origin
        return 2 * float(self.space.square.max() + origin @ origin)

    @cached_property
    def _mean(self) -> Floats:
        return np.asarray(self.space.raw.mean(axis=0, dtype=np.float64))

    def _relocate(self, r: int, totals_: Floats, mass: Floats) -> None:
        """Give each empty cluster the point that is farthest from its centre, as scikit-learn does."""
        s, space = self.state, self.space
        far = np.empty(len(space.raw))

        def fill(part: slice) -> None:
            rows = space.raw[part] - s.centres[r][s.labels[r, part]]
            far[part] = (rows**2).sum(axis=1)

        for _ in in_threads(fill, pieces(len(far), 4096)):
            pass
        empty = np.flatnonzero(s.members[r] == 0)
        farthest = np.argpartition(far, -len(empty))[: -len(empty) - 1 : -1]
        rounding = max(choose.NEGLIGIBLE, len(far) * (4 * EPSILON) ** 2)  # of a mean of so many
        if far.max() <= rounding * self._reach:  # every point lies on its centre
            return
        for j, i in zip(empty, farthest, strict=True):
            w, own = space.weight[i], s.labels[r, i]
            x = w * space.raw[i].astype(np.float64)
            totals_[own] -= x
            mass[own] -= w
            totals_[j] = x
            mass[j] = w
