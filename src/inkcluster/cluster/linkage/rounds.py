"""Average, complete and weighted linkage in a stored matrix: all reciprocal nearest pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.linkage.plan import WAVE, pairs
from inkcluster.compute.threads import in_threads, pieces
from inkcluster.kernels.linkage import blend as linkage_blend
from inkcluster.kernels.linkage import rounds as linkage_rounds

CODES = {
    "complete": linkage_blend.COMPLETE,
    "average": linkage_blend.AVERAGE,
    "weighted": linkage_blend.WEIGHTED,
}
LEAST = 1 << 17
"""Entries below which a piece is not worth a thread of its own."""
DIRECT = 1 << 26
"""Entries that all threads make before the next interrupt, where they need no room beside."""
ASKING = 16
"""Slots decided from their members that a thread takes at a time."""
_pass_over: Any = linkage_rounds.pass_over  # more arguments than mypy can count
_unite: Any = linkage_rounds.unite


class Stored:
    """Clusters with all their distances, and the merges made so far.

    Parameters
    ----------
    matrix : ndarray of shape (n·(n - 1)/2,), float64 or uint32
        Distances · `per_unit`, SciPy's order; overwritten.
    points : ndarray of shape (n, d), any real dtype
    per_unit : float
    error : float
        A bound for how far an entry may be off, in units; 0 where entries decide.
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
        """What a merge's rounding adds to the error."""
        self.weight = size.copy() if method == "average" else np.ones(n)
        self.members = (
            self.weight,
            np.ones(n),  # weights of clusters
            np.full(n, -1, np.int32),  # the next member
            np.arange(n, dtype=np.int32),  # the last member
        )
        self.slots: tuple[NDArray[Any], ...] = (
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


def by_rounds(state: Stored, effort: int, advance: Callable[[float], None]) -> None:
    """Merge by rounds until one cluster is left, or `effort` entries have been passed over.

    Each round unites every two clusters that are each other's nearest, which for these methods are
    merges of the naive algorithm, and makes a new, smaller matrix in the place of the old.
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
        share[lower] = _note(state, np.column_stack([lower, upper]))
        lead = np.delete(slots, upper)
        before = pairs(state.m)
        nearest = _pass(state, lead, other[lead], share[lead])
        advance(before - pairs(state.m))


def _note(state: Stored, found: NDArray[np.int32]) -> NDArray[np.float64]:
    """Write down the merges of pairs of slots, (r, 2); gives what the first counts in each."""
    share = np.empty(len(found))
    new = slice(state.done, state.done + len(found))
    _unite(
        found, state.matrix, state.m, state.method, *state.members, *state.slots, state.grain,
        share, state.merges[new], state.counts[new], state.height[new], state.doubt[new],
    )  # fmt: skip
    state.done += len(found)
    return share


def _pass(
    state: Stored,
    lead: NDArray[np.int32],
    other: NDArray[np.int32],
    share: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Make the matrix of the clusters (lead ∪ other), and find the nearest of each."""
    m, k = state.m, len(lead)
    lead = lead.astype(np.uint32)
    merged = np.flatnonzero(other >= 0).astype(np.int32)
    unchanged = len(merged) == 0
    keys: Any = np.int64 if state.fine else np.uint32
    top = np.iinfo(keys).max
    columns, rows = (
        (np.full(k, top, keys), np.full(k, top, keys), np.full(k, -1, np.int32)) for _ in range(2)
    )
    starts = _row_starts(k)
    # rows are written where they belong once no thread still reads there
    free = starts[-1:].repeat(k) if unchanged else _row_starts(m)[lead]
    for wave, direct in _waves(starts, free):
        seen: dict[int, tuple[NDArray[Any], ...]] = {}
        new: dict[int, NDArray[Any]] = {}

        def work(part: slice, seen: Any = seen, new: Any = new, direct: bool = direct) -> None:
            into = state.matrix[starts[part.start] : starts[part.stop]]
            out = into if direct else np.empty_like(into)
            found = (np.full(k, top, keys), np.full(k, top, keys), np.full(k, -1, np.int32))
            _pass_over(
                state.matrix, m, lead, other, share, merged, state.half, state.fine,
                part.start, part.stop, out, np.empty(k if state.fine else 0, keys), *found, *rows,
            )  # fmt: skip
            seen[part.start], new[part.start] = found, out

        def put(part: slice, new: Any = new) -> None:
            state.matrix[starts[part.start] : starts[part.stop]] = new[part.start]

        for _ in in_threads(work, wave):
            pass
        if not direct:
            for _ in in_threads(put, wave):
                pass
        for part in wave:
            linkage_rounds.combine(*columns, *seen[part.start])
    linkage_rounds.combine(*columns, *rows)
    state.m = k
    state.slots = tuple(np.ascontiguousarray(a[lead]) for a in state.slots)
    least, second, nearest = columns
    if k > 1 and not state.decides:
        _decide(state, least, second, nearest)
    return nearest


def _decide(
    state: Stored, least: NDArray[Any], second: NDArray[Any], nearest: NDArray[np.int32]
) -> None:
    """Find the nearest anew, from the members, where entries are too close to tell."""
    earliest, _, count, error = state.slots
    reach = (least + 2 * (error + error.max())) * (1 + linkage_rounds.TIE)
    asking = np.flatnonzero(second <= reach)

    def work(part: slice) -> None:
        linkage_rounds.decide(
            asking[part], state.matrix, state.m, state.method, state.points, state.weight,
            state.members[2], earliest, count, error, nearest,
        )  # fmt: skip

    for _ in in_threads(work, pieces(len(asking), ASKING)):
        pass


def _row_starts(m: int) -> NDArray[np.int64]:
    """Where each row above the diagonal begins, and where the last one ends, (m + 1,)."""
    rows = np.arange(m + 1, dtype=np.int64)
    return rows * (m - 1) - rows * (rows - 1) // 2


def _waves(
    starts: NDArray[np.int64], free: NDArray[np.int64]
) -> Iterator[tuple[list[slice], bool]]:
    """Runs of rows for as many threads as there are, then the next; and whether they go in place.

    Rows that go in place end before `free`, (k,), which their first one does not read.
    """
    rows = len(starts) - 1
    first = 0
    while first < rows:
        wave = _wave(starts, first, DIRECT)
        direct = bool(starts[wave[-1].stop] <= free[first])
        if not direct:
            wave = _wave(starts, first, WAVE)
        yield wave, direct
        first = wave[-1].stop


def _wave(starts: NDArray[np.int64], first: int, most: int) -> list[slice]:
    rows = len(starts) - 1
    workers = numba.get_num_threads()
    each = max(min(most, starts[-1] - starts[first]) // workers, LEAST)
    wave: list[slice] = []
    while first < rows and len(wave) < workers:
        stop = max(int(np.searchsorted(starts, starts[first] + each, "right")) - 1, first + 1)
        stop = rows if stop >= rows - 1 else stop  # the last row has no entries
        wave.append(slice(first, stop))
        first = stop
    return wave
