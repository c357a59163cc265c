"""scikit-learn's k-means++ for all restarts together: the same random numbers, the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import (
    MAX_COPIED_NUMBERS,
    MAX_TRIAL_NUMBERS,
    MAX_WHOLE_NUMBERS,
    Floats,
    rows_together,
)
from inkcluster.compute.rows import Rows
from inkcluster.compute.threads import in_threads, pieces

Real = NDArray[np.floating[Any]]
EXACT_FEATURES = 258
"""Features whose products of bytes add up to less than 2²⁴, exactly in float32."""


def plus_plus(  # noqa: PLR0917
    rows: Rows, mean: Real, weight: Real, k: int, restarts: int, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    """The seeds of each restart, shape (restarts, k), of rows whose mean (d,) is about `mean`.

    Greedy k-means++ (Arthur & Vassilvitskii 2007) as scikit-learn has it. How many random numbers a
    seed takes does not depend on the points, so that all are drawn first. Restarts then choose side
    by side, and one pass over the points serves the trials of all. Of float32 points scikit-learn
    rounds the distances to float32 and sums these in float32, which decides many draws; so it is
    here, and the shards give all distances for it.
    """
    trials = 2 + int(np.log(k))
    weight = weight.astype(np.float32 if rows.dtype == np.float32 else np.float64, copy=False)
    first = first_seeds(weight)
    draws = [
        (first(random_state), random_state.uniform(size=(k - 1, trials))) for _ in range(restarts)
    ]
    together = max(1, MAX_TRIAL_NUMBERS // (rows.n * (trials + 1)))
    return np.concatenate(
        [_choose(rows, mean, weight, draws[p]) for p in pieces(restarts, together)]
    )


def first_seeds(weight: Real) -> Callable[[np.random.RandomState], int]:
    """Draws a point by weight as ``RandomState.choice`` does, which sums all weights at each call."""
    share = np.cumsum(weight / weight.sum(), dtype=np.float64)
    share /= share[-1]
    return lambda state: int(share.searchsorted(state.random_sample(), side="right"))


@dataclass(frozen=True, eq=False)
class Trial:
    """What every shard is told of the next trial seeds.

    `to` (count, trials, d) are their points, `won` (count,) says which trial of the turn before
    became a seed, and `turn` counts from 0.
    """

    mean: Real
    kept: bool
    turn: int
    to: NDArray[Any]
    won: NDArray[np.int64]


class Seeds:
    """The points of a shard, with their distances to seeds, exact to rounding in float64.

    Bytes have exact scalar products in float32, a few features at a time. Others are centred, in
    their dtype. They are kept so where they are few enough.
    """

    def __init__(self, raw: NDArray[Any], weight: Floats, trial: Trial) -> None:
        n, d = raw.shape
        self.raw, self.mean = raw, trial.mean
        self.weight = weight.astype(
            np.float32 if raw.dtype == np.float32 else np.float64, copy=False
        )
        self.parts = pieces(n, rows_together(d))
        self.kept = self.centred(raw) if trial.kept else None
        self.square = np.empty(n)
        count, trials, _ = trial.to.shape
        self.near = np.full((count, n), np.inf, self.weight.dtype)
        self.tried = np.empty((count, trials, n), self.weight.dtype)
        self.turn = 0
        self._here = local()

        def norms(part: slice) -> None:
            self.square[part] = _squares(self.rows(part))

        for _ in in_threads(norms, self.parts):
            pass

    def centred(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Points about the mean."""
        if self.raw.dtype == np.uint8:
            return rows.astype(np.float32)
        return (rows - self.mean).astype(np.float64, copy=False)

    def rows(self, at: slice) -> NDArray[Any]:
        """Some of the points, centred; bytes in an array of this thread, which the next call overwrites."""
        if self.kept is not None:
            return self.kept[at]
        if self.raw.dtype != np.uint8:
            return self.centred(self.raw[at])
        if not hasattr(self._here, "room"):
            self._here.room = np.empty(
                (rows_together(self.raw.shape[1]), self.raw.shape[1]), np.float32
            )
        room: NDArray[Any] = self._here.room[: at.stop - at.start]
        room[:] = self.raw[at]
        return room

    def try_(self, trial: Trial) -> Real:
        """The summed distances of each point to its nearest seed with one more, by part of the points.

        Shape (parts, count, trials); of float32 points all distances, (count, trials, n).
        """
        count, trials, d = trial.to.shape
        if self.turn:
            for r in range(count):
                self.near[r] = self.tried[r, trial.won[r]]
        to = self.centred(trial.to.reshape(-1, d))
        square = _squares(to)
        sums = np.empty((len(self.parts), count, trials))

        def fill(part: slice) -> None:
            out = self.tried[:, :trials, part]
            far = self._distances(part, to, square).reshape(count, trials, -1)
            np.minimum(far, self.near[:, None, part], out=out, casting="same_kind")
            if out.dtype == np.float64:
                sums[part.start // self.parts[0].stop] = out @ self.weight[part]

        for _ in in_threads(fill, self.parts):
            pass
        self.turn += 1
        return sums if self.tried.dtype == np.float64 else self.tried[:, :trials]

    def _distances(self, part: slice, to: NDArray[Any], square: Floats) -> Floats:
        """Squared distances from rows `to` (m, d) to a part of the points, shape (m, part)."""
        rows = self.rows(part)
        if self.raw.dtype == np.uint8:
            product = sum(
                (to[:, f] @ rows[:, f].T).astype(np.float64)
                for f in pieces(rows.shape[1], EXACT_FEATURES)
            )
        else:
            product = to @ rows.T
        found = np.multiply(product, -2.0)
        found += square[:, None]
        found += self.square[part]
        return np.asarray(np.maximum(found, 0.0, out=found))

    def find(self, wanted: Sequence[tuple[int, int, int, float, float]]) -> list[int]:
        """The rows at which summed weighted distances pass numbers drawn.

        Each of `wanted` is the restart, the trial that became its seed, the part of the points, the
        sum before this part, and the number.
        """
        found = []
        for r, won, p, before, number in wanted:
            part = self.parts[p]
            mass = self.weight[part] * self.tried[r, won, part]
            at = int(np.searchsorted(np.cumsum(np.append(before, mass))[1:], number))
            at = min(at, len(mass) - 1)
            while at and mass[at] == 0:  # where the two sums of a part are rounded differently
                at -= 1
            found.append(part.start + at)
        return found


def _squares(rows: NDArray[Any]) -> Floats:
    return np.asarray(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))


def _choose(
    rows: Rows, mean: Real, weight: Real, draws: list[tuple[int, Floats]]
) -> NDArray[np.int64]:
    """The seeds of some restarts, shape (len(draws), k)."""
    count = len(draws)
    steps, trials = draws[0][1].shape
    every = np.arange(count)
    chosen = np.empty((count, steps + 1), np.int64)
    most = MAX_WHOLE_NUMBERS if rows.dtype == np.uint8 else MAX_COPIED_NUMBERS
    kept = rows.n * rows.d <= most
    ids = np.repeat([[first] for first, _ in draws], max(trials, 1), axis=1)
    won = np.zeros(count, np.int64)
    told: list[Trial] = []
    for j in range(steps + 1):
        to = rows.take(ids.ravel()).reshape(*ids.shape, -1)
        told.append(Trial(mean, kept, j, to, won))
        found = _all_try(rows, told)
        if weight.dtype == np.float32:  # all at once: how float32 rounds depends on the parts
            tried = np.concatenate(found, axis=2) if len(found) > 1 else found[0]
            whole = [one @ weight[:, None] for one in tried]
            potential = np.array(whole, np.float64)[:, :, 0]
        else:
            sums = np.concatenate(found)
            potential = sums.sum(axis=0)
        won = potential.argmin(axis=1)
        chosen[:, j] = ids[every, won]
        if j == steps:
            break
        wanted = [
            numbers[j] * left
            for (_, numbers), left in zip(draws, potential.min(axis=1), strict=True)
        ]
        if weight.dtype == np.float32:
            ids = np.array([_drawn(weight, tried[r, won[r]], wanted[r]) for r in every])
        else:
            ids = _drawn_by_part(rows, told, np.asarray(sums, np.float64), won, np.array(wanted))
    return chosen


def _all_try(rows: Rows, told: list[Trial]) -> list[Real]:
    """What each shard finds for the last of the trials; one that is new is told all."""
    found = rows.each("try_seeds", told[-1])
    lost = [i for i, one in enumerate(found) if one is None]
    for i, again in zip(lost, rows.each("try_all_seeds", told, of=lost), strict=True):
        found[i] = again
    return found


def _drawn(weight: Real, near: Real, wanted: Floats) -> NDArray[np.int64]:
    """The points at which the summed weighted distances pass the numbers drawn."""
    found = np.searchsorted(np.cumsum(weight * near), wanted)
    return np.minimum(found, len(weight) - 1)


def _drawn_by_part(
    rows: Rows, told: list[Trial], sums: Floats, won: NDArray[np.int64], wanted: Floats
) -> NDArray[np.int64]:
    """The same of each restart, from the sums (parts, count, trials) of parts of the points."""
    counts = [-(-(part.stop - part.start) // rows_together(rows.d)) for part in rows.parts]
    first = np.append(0, np.cumsum(counts))
    ids = np.empty(wanted.shape, np.int64)
    asked: dict[int, list[tuple[int, int, int, float, float]]] = {}
    slots: dict[int, list[tuple[int, int]]] = {}
    for r in range(len(wanted)):
        reached = np.cumsum(sums[:, r, won[r]])
        for t, number in enumerate(wanted[r].tolist()):
            p = min(int(np.searchsorted(reached, number)), len(reached) - 1)
            shard = int(np.searchsorted(first, p, side="right")) - 1
            before = float(reached[p - 1]) if p else 0.0
            want = r, int(won[r]), p - int(first[shard]), before, number
            asked.setdefault(shard, []).append(want)
            slots.setdefault(shard, []).append((r, t))
    of = list(asked)
    found = rows.each_its_own("find_seeds", [(told[-1].turn, asked[i]) for i in of], of=of)
    for i, drawn in zip(of, found, strict=True):
        again = drawn
        while again is None:
            rows.each("try_all_seeds", told, of=[i])
            (again,) = rows.each("find_seeds", told[-1].turn, asked[i], of=[i])
        for slot, row in zip(slots[i], again, strict=True):
            ids[slot] = rows.parts[i].start + row
    return ids
