"""Merges clusters by a stored matrix of distances: average, complete and weighted linkage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import in_threads, pieces, workers
from inkcluster.kernels.linkage import between, rounds, steps
from inkcluster.kernels.linkage.between import Slots
from inkcluster.kernels.linkage.ties import TIE

CODES = {
    "complete": between.COMPLETE,
    "average": between.AVERAGE,
    "weighted": between.WEIGHTED,
}
MIN_PIECE_ENTRIES = 1 << 17
"""Entries of the new matrix that a thread takes, at least."""
MAX_IN_PLACE_ENTRIES = 1 << 26
"""Entries that all threads write where they belong before the next interrupt."""
MAX_ASIDE_ENTRIES = 1 << 23
"""Entries that all threads together write aside, where the old matrix is still read."""
SLOTS_PER_TASK = 16
"""Slots decided from their members that a thread takes at a time."""
COMPACT_RATIO = 0.75
"""The matrix is compacted when this share of its rows is left."""
STEP = 512
"""Merges between two reports of progress."""
_pass_over: Any = rounds.pass_over  # more arguments than mypy can count
_unite: Any = rounds.unite
_advance: Any = steps.advance


def pairs(n: int) -> int:
    """The number of pairs among `n` points."""
    return n * (n - 1) // 2


class Clusters:
    """Clusters with all their distances, and the merges made so far.

    Parameters
    ----------
    matrix : ndarray of shape (n·(n - 1)/2,), float64 or uint32
        Distances · `per_unit` in SciPy's order; overwritten.
    points : ndarray of shape (n, d), any real dtype
    per_unit : float
    error : float
        Bound of the error of an entry, in units; 0 where entries alone decide.
    size : ndarray of shape (n,), float64
        How many points each row stands for.
    method : str
    """

    def __init__(
        self,
        matrix: NDArray[Any],
        points: NDArray[Any],
        *,
        per_unit: float,
        error: float,
        size: NDArray[np.float64],
        method: str,
    ) -> None:
        n = len(points)
        self.matrix = matrix
        self.per_unit = per_unit
        self.points = points
        self.method = CODES[method]
        self.fine = matrix.dtype == np.float64
        self.half = 0.0 if self.fine else 0.5
        # finite, since compiled loops assume that all numbers are
        self.ceiling = float(np.finfo(np.float64).max if self.fine else np.iinfo(matrix.dtype).max)
        self.decides = error == 0
        self.grain = 0.0 if self.decides or method == "complete" else 0.5
        """What the rounding of a merge adds to the error."""
        self.weight = size.copy() if method == "average" else np.ones(n)
        self.members = (
            self.weight,
            np.ones(n),  # weights of clusters
            np.full(n, -1, np.int32),  # the next member
            np.arange(n, dtype=np.int32),  # the last member
        )
        self.slots: Slots = (
            np.arange(n, dtype=np.int32),  # earliest member
            size.copy(),
            np.ones(n, np.int32),  # members
            np.full(n, error / 2),
        )
        self.merges = np.empty((n - 1, 2), np.int32)
        self.counts = np.empty((n - 1, 2), np.int32)
        self.height = np.empty(n - 1)
        self.doubt = np.empty(n - 1)
        self.m = n
        self.done = 0


def by_rounds(state: Clusters, effort: int, advance: Callable[[float], None]) -> None:
    """Merge by rounds until one cluster is left, or `effort` entries have been read.

    A round unites all pairs of reciprocal nearest neighbours, which for these methods are merges of
    the naive algorithm (Murtagh 1983), and writes a smaller matrix in the place of the old one.
    """
    slots = np.arange(state.m, dtype=np.int32)
    nearest = _pass(state, slots, np.full(state.m, -1, np.int32), np.ones(state.m))
    while state.m > 1 and effort > 0:
        effort -= pairs(state.m)
        slots = np.arange(state.m, dtype=np.int32)
        lower = np.flatnonzero((nearest[nearest] == slots) & (slots < nearest)).astype(np.int32)
        upper = nearest[lower]
        other = np.full(state.m, -1, np.int32)
        other[lower] = upper
        share = np.ones(state.m)
        share[lower] = _record(state, np.column_stack([lower, upper]))
        lead = np.delete(slots, upper)
        before = pairs(state.m)
        nearest = _pass(state, lead, other[lead], share[lead])
        advance(before - pairs(state.m))


def by_steps(state: Clusters, advance: Callable[[float], None]) -> None:
    """Merge the nearest pair until one cluster is left (Müllner 2011, the generic algorithm).

    For points of which a round unites only few pairs.
    """
    m = left = state.m
    total = len(state.merges)
    rows: tuple[NDArray[Any], ...] = (
        np.full(m, -np.inf),  # distance to the nearest after a row
        np.full(m, -1, np.int64),  # which that is
        np.ones(m, np.bool_),  # stale
        np.zeros((m, 2), np.int32),  # earliest members of the nearest pair
        np.zeros(m),  # doubt
    )
    gone = np.zeros(m, state.matrix.dtype)
    while state.done < total:
        count = max(1, min(int(m * (1 - COMPACT_RATIO)), STEP))
        new = slice(state.done, min(total, state.done + count))
        _advance(
            state.matrix, m, gone, state.ceiling, state.half, state.method, state.per_unit,
            state.points, state.members, state.slots, rows,
            state.merges[new], state.counts[new], state.height[new], state.doubt[new],
        )  # fmt: skip
        state.done = new.stop
        advance(pairs(left) - pairs(total + 1 - state.done))
        left = total + 1 - state.done
        if left <= COMPACT_RATIO * m:
            alive = np.flatnonzero(gone == 0)
            steps.compact(state.matrix, m, alive)
            slot = np.full(m + 1, -1)
            slot[alive] = np.arange(len(alive))
            state.slots = cast(Slots, tuple(np.ascontiguousarray(a[alive]) for a in state.slots))
            rows = tuple(np.ascontiguousarray(a[alive]) for a in rows)
            rows[1][:] = slot[rows[1]]  # -1 stays -1: it reads the place past the end
            m = len(alive)
            gone = np.zeros(m, state.matrix.dtype)
    state.m = 1


def _record(state: Clusters, found: NDArray[np.int32]) -> NDArray[np.float64]:
    """Record the merges of pairs of slots, (r, 2); gives the share of the first of each pair."""
    share = np.empty(len(found))
    new = slice(state.done, state.done + len(found))
    _unite(
        found, state.matrix, state.m, state.method, state.members, state.slots, state.grain,
        share, state.merges[new], state.counts[new], state.height[new], state.doubt[new],
    )  # fmt: skip
    state.done += len(found)
    return share


def _pass(
    state: Clusters,
    lead: NDArray[np.int32],
    other: NDArray[np.int32],
    share: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Write the matrix of the clusters lead ∪ other, and find the nearest of each."""
    m, k = state.m, len(lead)
    lead = lead.astype(np.uint32)
    merged = np.flatnonzero(other >= 0).astype(np.int32)
    keys: Any = np.int64 if state.fine else np.uint32
    top = np.iinfo(keys).max

    def nobody() -> rounds.Seen:
        return np.full(k, top, keys), np.full(k, top, keys), np.full(k, -1, np.int32)

    columns, rows = nobody(), nobody()
    starts = _row_starts(k)
    # a row is written where it belongs once no thread still reads there
    free = _row_starts(m)[lead] if len(merged) else starts[-1:].repeat(k)
    for wave, direct in _waves(starts, free):
        seen: dict[int, rounds.Seen] = {}
        new: dict[int, NDArray[Any]] = {}

        def work(part: slice, seen: Any = seen, new: Any = new, direct: bool = direct) -> None:
            into = state.matrix[starts[part.start] : starts[part.stop]]
            out = into if direct else np.empty_like(into)
            found = nobody()
            _pass_over(
                state.matrix, m, lead, other, share, merged, state.half, state.fine,
                part.start, part.stop, out, np.empty(k if state.fine else 0, keys), found, rows,
            )  # fmt: skip
            seen[part.start], new[part.start] = found, out

        def put(part: slice, new: Any = new) -> None:
            state.matrix[starts[part.start] : starts[part.stop]] = new[part.start]

        for job in (work,) if direct else (work, put):
            for _ in in_threads(job, wave):
                pass
        for part in wave:
            rounds.combine(columns, seen[part.start])
    rounds.combine(columns, rows)
    state.m = k
    state.slots = cast(Slots, tuple(np.ascontiguousarray(a[lead]) for a in state.slots))
    least, second, nearest = columns
    if k > 1 and not state.decides:
        _decide(state, least, second, nearest)
    return nearest


def _decide(
    state: Clusters, least: NDArray[Any], second: NDArray[Any], nearest: NDArray[np.int32]
) -> None:
    """Find the nearest from the members where two entries are too close to tell."""
    error = state.slots[3]
    reach = (least + 2 * (error + error.max())) * (1 + TIE)
    asking = np.flatnonzero(second <= reach)

    def work(part: slice) -> None:
        rounds.decide(
            asking[part], state.matrix, state.m, state.method, state.points, state.members,
            state.slots, nearest,
        )  # fmt: skip

    for _ in in_threads(work, pieces(len(asking), SLOTS_PER_TASK)):
        pass


def _row_starts(m: int) -> NDArray[np.int64]:
    """Where each row above the diagonal begins, and where the last one ends, (m + 1,)."""
    rows = np.arange(m + 1, dtype=np.int64)
    return rows * (m - 1) - rows * (rows - 1) // 2


def _waves(
    starts: NDArray[np.int64], free: NDArray[np.int64]
) -> Iterator[tuple[list[slice], bool]]:
    """Runs of rows for all threads, one wave after another, and whether they are written in place.

    Rows written in place end before `free`, (k,): where the first of them begins to read.
    """
    rows = len(starts) - 1
    first = 0
    while first < rows:
        wave = _wave(starts, first, MAX_IN_PLACE_ENTRIES)
        direct = bool(starts[wave[-1].stop] <= free[first])
        if not direct:
            wave = _wave(starts, first, MAX_ASIDE_ENTRIES)
        yield wave, direct
        first = wave[-1].stop


def _wave(starts: NDArray[np.int64], first: int, most: int) -> list[slice]:
    rows = len(starts) - 1
    threads = workers()
    each = max(min(most, starts[-1] - starts[first]) // threads, MIN_PIECE_ENTRIES)
    wave: list[slice] = []
    while first < rows and len(wave) < threads:
        stop = max(int(np.searchsorted(starts, starts[first] + each, "right")) - 1, first + 1)
        stop = rows if stop >= rows - 1 else stop  # the last row has no entries
        wave.append(slice(first, stop))
        first = stop
    return wave
