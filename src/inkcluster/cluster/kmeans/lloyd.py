"""Lloyd's iteration on all restarts at once, exact in float64, over the points that bounds leave open."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans import choose
from inkcluster.cluster.kmeans.choose import Floats, groups_of
from inkcluster.cluster.kmeans.problem import Problem, rows_of
from inkcluster.cluster.kmeans.restarts import Outcome, inertia_of_bytes
from inkcluster.cluster.kmeans.shards.shard import Found, Stand, Step
from inkcluster.cluster.kmeans.shards.space import Frame, can_span, first_frame, spanned, whole
from inkcluster.cluster.kmeans.shards.sums import Sums, together
from inkcluster.compute.threads import results_in_threads

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
    lloyd = Lloyd(problem, centres, first_frame(problem.rows))
    n_iter = lloyd.run(problem.max_iter, problem.least_shift, listener, advance)
    which = np.arange(len(centres))
    return Outcome(lloyd.inertia(), n_iter, lloyd.labels(), lloyd.centres, which, lloyd.algorithm)


def nearest_labels(raw: NDArray[np.generic], centres: Floats) -> NDArray[np.int32]:
    """The nearest of centres (k, d) to each of raw (n, d), exact in float64, ties to the lowest, (n,)."""
    rows = rows_of(raw)
    lloyd = Lloyd(
        Problem(rows, np.ones(len(raw)), len(centres), 1, 0.0), centres[None], first_frame(rows)
    )
    lloyd.assign(np.zeros(1, np.int64), count=False)
    return np.asarray(lloyd.labels()[0])


class Lloyd:
    """The iteration from centres (R, k, d).

    Parameters
    ----------
    problem : Problem
        Its rows become this iteration's.
    frame : Frame
        The coordinates to begin with; others follow where bounds pay and centres have left these.
    labels : ndarray of shape (R, n), int32, optional
        Labels to continue from, whose means the centres are, with their `sums`; of points in one
        shard.
    may_span : bool
        Whether leading directions may be sought.
    """

    def __init__(
        self,
        problem: Problem,
        centres: Floats,
        frame: Frame,
        *,
        labels: NDArray[np.int32] | None = None,
        sums: Sums | None = None,
        may_span: bool = True,
    ) -> None:
        R, k, d = centres.shape
        self.problem = problem
        self.rows = problem.rows
        self.frame = frame
        self._may_span = may_span and can_span(self.rows.n, d)
        self._lock = Lock()
        self._patience = choose.PATIENCE if frame.basis is None else 1
        self.centres = np.array(centres, np.float64)
        self.sums = sums or Sums.none(R, k, problem.units)
        self.n_iter = np.zeros(R, np.int64)
        self._turn = np.zeros(R, np.int64)
        self._under = np.zeros((R, k, d))
        self._drift = np.zeros((R, k))
        self._open = np.ones(R)  # the share of the points that the bounds left open last
        self._passes = np.zeros(2, np.int64)  # over all points, and over those left open
        if labels is not None:
            self.rows.each("begin", self.stand(np.arange(R)), labels, sums)
            self._turn[:] = 1

    @property
    def algorithm(self) -> str:
        """What did most of the passes over the points."""
        return choose.PLAIN if self._passes[0] > self._passes[1] else choose.BOUNDS

    def labels(self, which: NDArray[np.int64] | None = None) -> NDArray[np.int32]:
        """The labels (R, n), or those of some restarts."""
        which = np.arange(len(self.centres)) if which is None else which
        how = "small_labels" if self.rows.are_elsewhere else "labels"
        found = self.rows.each(how, self.stand(which))
        return np.asarray(found[0] if len(found) == 1 else np.concatenate(found, axis=1), np.int32)

    def run(
        self,
        max_iter: int,
        tol: float,
        listener: Listener | None = None,
        advance: Callable[[float], None] | None = None,
        *,
        still: int = 0,
    ) -> NDArray[np.int64]:
        """Iterate until no label changes, or `max_iter`, or the centres stand almost still.

        A restart also ends when its centres' summed squared move is at most `tol`, in squared units
        of the points, or when at most `still` points change. `listener` is told each iteration in
        the words of scikit-learn's ``verbose``; `advance` the share of the restarts that just ended,
        from any thread. Returns the iterations (R,).
        """
        restarts = np.arange(len(self.centres))
        groups = (
            1 if listener or self.rows.are_elsewhere else groups_of(len(restarts), self._numbers)
        )

        def work(group: NDArray[np.int64]) -> None:
            self._run(group, max_iter, tol, still, listener)
            if advance:
                advance(len(group) / len(restarts))

        list(results_in_threads(work, np.array_split(restarts, groups)))
        return self.n_iter

    def _run(
        self,
        active: NDArray[np.int64],
        max_iter: int,
        tol: float,
        still: int,
        listener: Listener | None,
    ) -> None:
        ended: list[int] = []
        for step in range(max_iter):
            if len(active) == 0:
                break
            changed = self.assign(active)
            self.n_iter[active] += 1
            if listener:
                listener(f"Iteration {step}, inertia {self.inertia(active).min()}.")
            same = (changed == 0) & (step > 0)
            # as in scikit-learn, a restart with an empty cluster ends after one more move
            stood = active[same]
            self._update(stood[(self.sums.members[stood] == 0).any(axis=1)])
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

    def inertia(self, which: NDArray[np.int64] | None = None) -> Floats:
        """The sums of weighted squared distances to the own centres, of the restarts `which`."""
        which = np.arange(len(self.centres)) if which is None else which
        centres = self.centres[which]
        if self.problem.is_grey and self.problem.is_even:
            sums = self.sums.of(which)
            squares = int(self.problem.squares)
            return inertia_of_bytes(squares, sums.added()[0], sums.members, centres)
        blocks = self.rows.each("inertia", self.stand(which), centres)
        return np.asarray(np.concatenate(blocks, axis=1).sum(axis=1))

    def assign(self, active: NDArray[np.int64], *, count: bool = True) -> NDArray[np.int64]:
        """Label the points of the active restarts; the number that changed in each.

        Their sums are brought up to date if `count`.
        """
        frame = self._framed(active)
        drift = self._drift[active]
        top = np.sort(drift, axis=1)[:, ::-1]
        second = top[:, 1:2] if drift.shape[1] > 1 else np.zeros((len(drift), 1))
        others = np.where(drift == top[:, :1], second, top[:, :1])
        drop = ((drift + others) * (1 + 1e-6)).astype(np.float32)
        centres = self.centres[active]
        step = Step(centres, frame.look(centres), drop, count)
        found: list[Found] = self.rows.each("assign", self.stand(active, frame), step)
        opened = np.sum([one.opened for one in found], axis=0)
        whole_passes = sum(one.whole for one in found)
        self._passes += whole_passes, sum(one.parts for one in found) - whole_passes
        self._drift[active] = 0.0
        self._turn[active] += 1
        self._under[active] = centres
        self._open[active] = opened / max(self.rows.n, 1)
        if sum(one.decided for one in found) > choose.MAX_DECIDED * np.sum(opened):
            self._sharpen(frame)
        if count:
            self.sums.put(active, together([one.sums for one in found]))
        return np.asarray(np.sum([one.changed for one in found], axis=0))

    def stand(self, which: NDArray[np.int64], frame: Frame | None = None) -> Stand:
        """Where restarts stand."""
        R, k, _ = self.centres.shape
        return Stand(
            R, k, self.problem.units, frame or self.frame,
            which, self._turn[which], self._under[which],
        )  # fmt: skip

    @property
    def _numbers(self) -> int:
        return self.rows.n * self.rows.d

    def _framed(self, active: NDArray[np.int64]) -> Frame:
        """The frame to work in."""
        frame = self.frame
        if not self._may_span or self.n_iter[active[0]] < self._patience:
            return frame
        pays = frame.basis is not None or self._open[active].mean() < choose.MAX_OPEN_TO_SPAN
        if not pays or not (frame.basis is None or frame.look(self.centres[active]).is_loose):
            return frame
        with self._lock:
            if self.frame is frame:
                self.frame = spanned(frame.origin, self.centres)
                self._patience = 2 * int(self.n_iter.max()) + 1
        return self.frame

    def _sharpen(self, frame: Frame) -> None:
        """Go on in float64, where float32 leaves too much for it to decide."""
        with self._lock:
            if self.frame is frame and choose.may_sharpen(self.rows):
                self._may_span = False
                self.frame = whole(frame.origin, self.rows.n, self.rows.dtype, np.float64)

    def _update(self, active: NDArray[np.int64]) -> None:
        """Centres become the means of their points; what they moved by is noted."""
        if len(active) == 0:
            return
        old, sums = self.centres[active], self.sums.of(active)
        totals, mass = sums.added()
        for slot in np.flatnonzero((sums.members == 0).any(axis=1)):
            self._relocate(int(active[slot]), totals[slot], mass[slot])
        held = (mass > 0)[:, :, None]
        new = totals / np.where(held, mass[:, :, None], 1.0)
        for slot, j in np.argwhere(mass <= 0):
            # as in scikit-learn, whose points are centred: the largest cluster's centre if that is
            # known by then, else its total
            big = mass[slot].argmax()
            total = totals[slot, big] - (mass[slot, big] - 1) * self.problem.mean
            new[slot, j] = new[slot, big] if big < j else total
        self.centres[active] = new
        self._drift[active] += np.sqrt(np.square(new - old).sum(axis=2))

    def _relocate(self, r: int, totals: Floats, mass: Floats) -> None:
        """Give each empty cluster the point that is farthest from its centre, as scikit-learn does."""
        at = self.stand(np.array([r]))
        far = np.concatenate(self.rows.each("distances", at, self.centres[r]))
        empty = np.flatnonzero(self.sums.members[r] == 0)
        farthest = np.argpartition(far, -len(empty))[: -len(empty) - 1 : -1]
        rounding = max(choose.NEGLIGIBLE, len(far) * (4 * EPSILON) ** 2)  # of a mean of so many
        square = max(self.rows.each("reach", at))
        reach = 2 * (square + self.frame.origin @ self.frame.origin)  # over the squared norms
        if far.max() <= rounding * reach:  # every point lies on its centre
            return
        points = self.rows.take(farthest).astype(np.float64)
        labels = self.labels(np.array([r]))[0, farthest]
        for j, i, x, own in zip(empty, farthest, points, labels, strict=True):
            w = self.problem.weight[i]
            totals[own] -= w * x
            mass[own] -= w
            totals[j] = w * x
            mass[j] = w
