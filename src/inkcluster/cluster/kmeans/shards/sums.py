"""Sums of clusters that are the same whatever the order in which points join and leave them.

Each number is cut into pieces that are whole multiples of a unit, so coarse that no sum of as many
of them is ever rounded (Demmel & Nguyen 2013, Fast reproducible floating-point summation; Rump 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import Floats, rows_together, share, threads_for
from inkcluster.compute.threads import pieces, results_in_threads
from inkcluster.kernels.kmeans import totals as kernels

LEVELS = 3
"""Pieces of a number. Of 8 million points three hold 86 bits below the largest of a feature."""
MOST_EXPONENT = 960


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of R restarts.

    Parameters
    ----------
    levels : ndarray of shape (R, L, k, d + 1), float64
        The sums of the pieces of weighted points, their weights last; L is 1 of whole numbers.
    members : ndarray of shape (R, k), int64
        Points of positive weight.
    """

    levels: Floats
    members: NDArray[np.int64]

    @classmethod
    def none(cls, restarts: int, k: int, units: Floats) -> Sums:
        """Those of no points."""
        levels, d = units.shape
        return cls(np.zeros((restarts, levels, k, d)), np.zeros((restarts, k), np.int64))

    def of(self, which: NDArray[np.int64] | slice) -> Sums:
        """Those of some restarts; copies where `which` is an array."""
        return Sums(self.levels[which], self.members[which])

    def put(self, which: NDArray[np.int64], sums: Sums) -> None:
        """Overwrite those of some restarts."""
        self.levels[which] = sums.levels
        self.members[which] = sums.members

    def added(self) -> tuple[Floats, Floats]:
        """Totals (R, k, d) and weights (R, k), each rounded once for each level."""
        found = added(self.levels.swapaxes(0, 1))
        return found[:, :, :-1], found[:, :, -1]

    def means(self) -> Floats:
        """The means (R, k, d), an empty cluster's at the origin."""
        totals, mass = self.added()
        return totals / np.where(mass > 0, mass, 1.0)[:, :, None]


def added(levels: Floats) -> Floats:
    """Sums of pieces (L, …) as one number each, the smallest added first."""
    found: Floats = levels[-1].copy()
    for level in levels[-2::-1]:
        found += level
    return found


def total_of(raw: NDArray[Any], units: Floats) -> Floats:
    """The sums of the pieces of all points, (L, d), of weight 1; without compiled loops.

    `units` (L, d) are those of :func:`units_of` without the weights'.
    """

    def work(part: slice) -> Floats:
        rows = raw[part]
        if len(units) == 1:
            return np.asarray(rows.sum(axis=0, dtype=np.int64)[None], np.float64)
        rest, sums = rows.astype(np.float64), []
        for unit in units:
            piece = rest + unit - unit
            rest -= piece
            sums.append(piece.sum(axis=0))
        return np.array(sums)

    parts = pieces(len(raw), rows_together(raw.shape[1]))
    return np.asarray(sum(results_in_threads(work, parts), np.zeros(units.shape)))


def together(sums: Sequence[Sums]) -> Sums:
    """The sums of several shards; no level is rounded."""
    if len(sums) == 1:
        return sums[0]
    levels = sum((one.levels for one in sums), np.zeros(()))
    return Sums(np.asarray(levels), np.asarray(sum(one.members for one in sums)))


def units_of(extremes: NDArray[Any], weight: Floats | None, n: int) -> Floats:
    """What to add and take away to cut n weighted points into pieces, shape (LEVELS, d + 1).

    `extremes` (2, d) are the features' largest and smallest values; `weight` (n,) is None for 1.
    """
    most = np.append(np.abs(extremes.astype(np.float64)).max(axis=0), 1.0)
    if weight is not None:
        most *= weight.max()
    room = int(n).bit_length() + 1
    exponent = np.frexp(most)[1].clip(-MOST_EXPONENT, MOST_EXPONENT)
    steps = exponent + (room - 53) * np.arange(LEVELS)[:, None] + room
    return np.asarray(np.ldexp(1.5, steps), np.float64)


def whole_units(d: int) -> Floats:
    """The same for whole numbers whose sums stay below 2⁵³, which need not be cut."""
    return np.zeros((1, d + 1))


def sums_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], k: int, units: Floats
) -> Sums:
    """The sums of labels (R, n)."""
    R, n = labels.shape
    sums = Sums.none(R, k, units)
    if raw.dtype == np.uint8 and len(units) == 1:
        slices = _slices(R, raw)
        totals = np.zeros((R, k, raw.shape[1]))
        arrays = raw, labels, totals, sums.members, slices
        share(kernels.gather_grey, R * slices, *arrays, times=R)
        sums.levels[:, 0, :, :-1] = totals
        sums.levels[:, 0, :, -1] = sums.members
    else:
        everyone = np.arange(n, dtype=np.int32), np.full(n, -1, np.int32)
        move(raw, weight, labels, sums, units, moved=[[everyone]] * R)
    return sums


def move(
    raw: NDArray[Any],
    weight: Floats,
    labels: NDArray[np.int32],
    sums: Sums,
    units: Floats,
    *,
    moved: Sequence[Sequence[tuple[NDArray[np.int32], NDArray[np.int32]]]],
    which: NDArray[np.int64] | None = None,
) -> None:
    """Bring the sums up to date in place.

    `moved` holds, for each restart of `which` (all by default), lists of points that moved and of
    their former labels, of which -1 is none.
    """
    rows = range(len(moved)) if which is None else which.tolist()
    columns = raw.shape[1] + 1
    features = pieces(columns, -(-columns // _slices(len(moved), raw)))

    def work(task: int) -> None:
        a, part = task // len(features), features[task % len(features)]
        r = rows[a]
        for who, was in moved[a]:
            kernels.move(
                raw, weight, who, was, labels[r], units,
                sums.levels[r], sums.members[r], part.start, part.stop,
            )  # fmt: skip

    list(results_in_threads(work, range(len(moved) * len(features))))


def _slices(restarts: int, raw: NDArray[Any]) -> int:
    """Into how many parts the features are cut so that every thread has one."""
    threads = threads_for(restarts * raw.size)
    return 1 if restarts >= threads else min(threads, raw.shape[1])
