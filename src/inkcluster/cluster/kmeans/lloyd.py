"""Lloyd's iteration on all restarts at once, exact in float64, over the points that bounds leave open."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.space import Floats, Space
from inkcluster.kernels.kmeans import nearest, totals


@dataclass(eq=False)
class State:
    """Where every restart stands; arrays with R restarts in front.

    `margin` is the bound on each point's distance to its second nearest centre less that to its
    own; `totals`, `mass` and `members` are those of the labels as they stand.
    """

    centres: Floats
    labels: NDArray[np.int32]
    margin: NDArray[np.float32]
    totals: Floats
    mass: Floats
    members: NDArray[np.int64]
    n_iter: NDArray[np.int64]
    strict: NDArray[np.bool_]


_TURN = Lock()
"""Kernels that use all threads run one at a time: not every threading layer allows more."""

Listener = Callable[[str], None]
Sums = tuple[Floats, Floats, NDArray[np.int64]]


class Lloyd:
    """The iteration over one space.

    Parameters
    ----------
    space : Space
    centres : ndarray of shape (R, k, d), float64
    exact_totals : bool
        Whether sums of the points are exact in float64 whatever their order (whole numbers), so
        that totals kept up to date need no summing afresh.
    labels : ndarray of shape (R, n), int32, optional
        Labels to go on from, whose means the centres are, with `sums`: their totals, mass and
        members as `totals.gather` gives them.
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
        renew: Callable[[Floats], Space] | None = None,
    ) -> None:
        self.space = space
        self.exact_totals = exact_totals
        self._renew = renew
        self._patience = 1
        self._alone = np.zeros(len(centres), np.bool_)
        R, k, d = centres.shape
        n = len(space.raw)
        self.state = State(
            np.array(centres, np.float64),
            np.full((R, n), -1, np.int32) if labels is None else np.array(labels, np.int32),
            np.full((R, n), -1, np.float32),
            *(sums or (np.zeros((R, k, d)), np.zeros((R, k)), np.zeros((R, k), np.int64))),
            np.zeros(R, np.int64),
            np.zeros(R, np.bool_),
        )
        self._drift = np.zeros((R, k))
        self._blocks = max(1, -(-n // nearest.BLOCK))
        self._who = np.empty((R, n), np.int32)
        self._was = np.empty((R, n), np.int32)

    def run(
        self,
        max_iter: int,
        tol: float,
        still: int = 0,
        listener: Listener | None = None,
        advance: Callable[[float], None] | None = None,
    ) -> State:
        """Iterate until no label changes, or `max_iter`, or the centres move by at most `tol`.

        Parameters
        ----------
        max_iter : int
        tol : float
            Bound on the centres' summed squared move, in squared units of the points.
        still : int
            A restart in which at most this many points change is done too.
        listener : callable or None
            Told each iteration, as scikit-learn's ``verbose`` words it.
        advance : callable or None
            Told the share of the restarts that has just been finished, by whatever thread it was.
        """
        restarts, threads = np.arange(len(self.state.centres)), int(numba.get_num_threads())
        if len(restarts) < threads or listener:
            self._run(restarts, max_iter, tol, still, listener, alone=False)
            if advance:
                advance(1.0)
            return self.state
        # Each thread has restarts of its own and waits for nobody until they are done.
        groups = np.array_split(restarts, min(len(restarts), 1 if threads == 1 else 2 * threads))

        def work(group: NDArray[np.int64]) -> None:
            self._run(group, max_iter, tol, still, None, alone=True)
            if advance:
                advance(len(group) / len(restarts))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, groups))
        return self.state

    def _run(
        self,
        active: NDArray[np.int64],
        max_iter: int,
        tol: float,
        still: int,
        listener: Listener | None,
        *,
        alone: bool,
    ) -> None:
        s = self.state
        group = slice(active[0], active[-1] + 1)
        self._alone[group] = alone
        ended: list[int] = []
        for step in range(max_iter):
            if len(active) == 0:
                break
            changed = self._assign(active)
            s.n_iter[active] += 1
            if listener:
                listener(f"Iteration {step}, inertia {self.inertia()[active].min()}.")
            same = (changed == 0) & (step > 0) & (s.members[active] > 0).all(axis=1)
            if not self.exact_totals and same.any():
                same[same] = self._afresh(active[same])
            s.strict[active[same]] = True
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
            self._assign(np.array(sorted(ended)))

    def inertia(self) -> Floats:
        """The restarts' inertia about their centres, in float64, from totals, shape (R,)."""
        s, o = self.state, self.space.origin
        offset = s.centres - o
        about = s.totals - s.mass[:, :, None] * o
        whole = float(self.space.weight @ self.space.square)
        parts = s.mass * np.einsum("rkd,rkd->rk", offset, offset)
        parts -= 2 * np.einsum("rkd,rkd->rk", offset, about)
        value: Floats = whole + parts.sum(axis=1)
        return value

    def _assign(self, active: NDArray[np.int64]) -> NDArray[np.int64]:
        """Label the points of the active restarts; the number that changed in each."""
        s = self.state
        centres = s.centres[active]
        space = self.space
        lead, square, slack, grain = space.centres(centres)
        if self._renew and s.n_iter[active[0]] >= self._patience and _is_loose(slack, square):
            with _TURN:
                space = self.space = self._renew(s.centres)
            self._patience = 2 * int(s.n_iter.max()) + 1
            lead, square, slack, grain = space.centres(centres)
        drift = self._drift[active]
        top = np.sort(drift, axis=1)[:, ::-1]
        second = top[:, 1:2] if drift.shape[1] > 1 else np.zeros((len(drift), 1))
        others = np.where(drift == top[:, :1], second, top[:, :1])
        drop = ((drift + others) * (1 + 1e-6)).astype(np.float32)
        moved = np.zeros((len(active), self._blocks), np.int64)
        alone = bool(self._alone[active[0]])
        who, was = (a[active[0] : active[0] + len(active)] for a in (self._who, self._was))
        (nearest.assign_alone if alone else nearest.assign)(
            space.raw, space.lead, space.square, space.rho, space.blur,
            centres, lead, square, slack, grain, drop, active,
            s.margin, s.labels, who, was, moved,
        )  # fmt: skip
        self._drift[active] = 0.0
        (totals.move_alone if alone else totals.move)(
            space.raw, space.weight, active, s.labels, who, was, moved,
            s.totals, s.mass, s.members, 1 if alone else slices(len(active), space.raw.shape[1]),
        )  # fmt: skip
        self._exact_zero(active)
        return np.asarray(moved.sum(axis=1))

    def _afresh(self, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Sum anew in order; True where the labels stand under the centres that this gives."""
        s = self.state
        _, fresh = sums_of(self.space.raw, self.space.weight, s.labels[which], s.mass.shape[1])
        s.totals[which], s.mass[which], s.members[which] = fresh
        self._update(which)
        return np.asarray(self._assign(which) == 0)

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
        with _TURN:
            nearest.own_distances(space.raw, s.centres[r], s.labels[r], far)
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

    def _exact_zero(self, active: NDArray[np.int64]) -> None:
        """A cluster without members has no mass, whatever rounding has left of it."""
        s = self.state
        for r in active[(s.members[active] == 0).any(axis=1)]:
            empty = s.members[r] == 0
            s.totals[r, empty] = 0.0
            s.mass[r, empty] = 0.0


def nearest_labels(space: Space, centres: Floats) -> NDArray[np.int32]:
    """The nearest of centres (k, d) to each point, shape (n,)."""
    n, k = len(space.raw), len(centres)
    lead, square, slack, grain = space.centres(centres[None])
    labels = np.full((1, n), -1, np.int32)
    scratch = np.empty((2, 1, n), np.int32)
    moved = np.zeros((1, max(1, -(-n // nearest.BLOCK))), np.int64)
    nearest.assign(
        space.raw, space.lead, space.square, space.rho, space.blur,
        centres[None], lead, square, slack, grain, np.zeros((1, k), np.float32),
        np.zeros(1, np.int64), np.full((1, n), -1, np.float32), labels, scratch[0], scratch[1],
        moved,
    )  # fmt: skip
    return np.asarray(labels[0])


def slices(restarts: int, features: int) -> int:
    """Into how many parts the features are cut so that every thread has one."""
    threads = int(numba.get_num_threads())
    return 1 if restarts >= threads else min(threads, features)


def sums_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], k: int
) -> tuple[Floats, Sums]:
    """Means (R, k, d) of labels (R, n), an empty cluster's at the origin, and their sums."""
    R, d = len(labels), raw.shape[1]
    sums = np.zeros((R, k, d)), np.zeros((R, k)), np.zeros((R, k), np.int64)
    if raw.dtype == np.uint8 and bool((weight == 1).all()):
        with _TURN:
            totals.gather_grey(raw, labels, sums[0], sums[2], slices(R, d))
        sums[1][:] = sums[2]
    else:
        with _TURN:
            totals.gather(raw, weight, labels, *sums, slices(R, d))
    means = sums[0] / np.where(sums[1] > 0, sums[1], 1.0)[:, :, None]
    return means, sums


def _is_loose(slack: NDArray[np.float32], square: NDArray[np.float32]) -> bool:
    """Whether what the leading directions leave of the centres is more than a hundredth."""
    return bool(np.mean(np.square(slack)) > 4e-4 * np.mean(square))
