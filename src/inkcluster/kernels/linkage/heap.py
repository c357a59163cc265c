"""A heap of rows: which of them holds the nearest pair, ties to the earliest members."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.ties import rounded


@kernel()
def _before(x: int, y: int, key: NDArray[np.float64], pair: NDArray[np.int32]) -> bool:
    a, b = rounded(key[x]), rounded(key[y])
    if a != b:
        return bool(a < b)
    if pair[x, 0] != pair[y, 0]:
        return bool(pair[x, 0] < pair[y, 0])
    return bool(pair[x, 1] < pair[y, 1])


@kernel()
def settle_in(
    x: int,
    heap: NDArray[np.int64],
    place: NDArray[np.int64],
    count: int,
    key: NDArray[np.float64],
    pair: NDArray[np.int32],
) -> None:
    """Move row `x`, whose key has changed, to where it belongs.

    Parameters
    ----------
    heap : (m,) int64, rows, the first `count` in heap order; updated
    place : (m,) int64, where in `heap` each row is; updated
    key : (m,) float64; pair : (m, 2) int32, earliest members of the row's nearest pair; read
    """
    at = place[x]
    while at > 0 and _before(x, heap[(at - 1) // 2], key, pair):
        up = (at - 1) // 2
        heap[at] = heap[up]
        place[heap[at]] = at
        at = up
    while True:
        down = 2 * at + 1
        if down >= count:
            break
        if down + 1 < count and _before(heap[down + 1], heap[down], key, pair):
            down += 1
        if not _before(heap[down], x, key, pair):
            break
        heap[at] = heap[down]
        place[heap[at]] = at
        at = down
    heap[at] = x
    place[x] = at


@kernel()
def remove(
    x: int,
    heap: NDArray[np.int64],
    place: NDArray[np.int64],
    count: int,
    key: NDArray[np.float64],
    pair: NDArray[np.int32],
) -> int:
    """Take row `x` out of the heap; gives the number of rows left."""
    last = heap[count - 1]
    if last != x:
        heap[place[x]] = last
        place[last] = place[x]
        settle_in(last, heap, place, count - 1, key, pair)
    return count - 1


@kernel()
def within(
    heap: NDArray[np.int64],
    count: int,
    key: NDArray[np.float64],
    doubt: NDArray[np.float64],
    most: float,
    reach: float,
    out: NDArray[np.int64],
) -> int:
    """All rows whose key, less its doubt, is not above `reach`, into `out`; gives their number.

    No row's doubt is above `most`.
    """
    found = 0
    stack = [0]
    while len(stack) > 0:
        at = stack.pop()
        x = heap[at]
        if key[x] - most > reach:
            continue
        if key[x] - doubt[x] <= reach:
            out[found] = x
            found += 1
        for down in (2 * at + 1, 2 * at + 2):
            if down < count:
                stack.append(down)  # noqa: PERF401
    return found
