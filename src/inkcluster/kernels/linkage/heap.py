"""A heap of rows by their nearest pairs; ties go to the pair with the earliest members."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.ties import rounded

Heap = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]
"""order : (m,), rows, the first `count` in heap order
place : (m,), where in `order` each row is
key : (m,), distance of a row's nearest pair; pair : (m, 2), the earliest members of it
"""


@kernel()
def _before(x: int, y: int, key: NDArray[np.float64], pair: NDArray[np.int32]) -> bool:
    a, b = rounded(key[x]), rounded(key[y])
    if a != b:
        return bool(a < b)
    if pair[x, 0] != pair[y, 0]:
        return bool(pair[x, 0] < pair[y, 0])
    return bool(pair[x, 1] < pair[y, 1])


@kernel()
def settle_in(x: int, heap: Heap, count: int) -> None:
    """Move row `x`, whose key has changed, to where it belongs."""
    order, place, key, pair = heap
    at = place[x]
    while at > 0 and _before(x, order[(at - 1) // 2], key, pair):
        up = (at - 1) // 2
        order[at] = order[up]
        place[order[at]] = at
        at = up
    while True:
        down = 2 * at + 1
        if down >= count:
            break
        if down + 1 < count and _before(order[down + 1], order[down], key, pair):
            down += 1
        if not _before(order[down], x, key, pair):
            break
        order[at] = order[down]
        place[order[at]] = at
        at = down
    order[at] = x
    place[x] = at


@kernel()
def remove(x: int, heap: Heap, count: int) -> int:
    """Take row `x` out of the heap; gives the number of rows left."""
    order, place, _, _ = heap
    last = order[count - 1]
    if last != x:
        order[place[x]] = last
        place[last] = place[x]
        settle_in(last, heap, count - 1)
    return count - 1


@kernel()
def within(  # noqa: PLR0917 (a kernel takes its arrays by position)
    heap: Heap,
    count: int,
    doubt: NDArray[np.float64],
    most: float,
    reach: float,
    out: NDArray[np.int64],
) -> int:
    """All rows whose key, less its doubt, is not above `reach`, into `out`; gives their number.

    No row's doubt is above `most`.
    """
    order, _, key, _ = heap
    found = 0
    stack = [0]
    while len(stack) > 0:
        at = stack.pop()
        x = order[at]
        if key[x] - most > reach:
            continue
        if key[x] - doubt[x] <= reach:
            out[found] = x
            found += 1
        for down in (2 * at + 1, 2 * at + 2):
            if down < count:
                stack.append(down)  # noqa: PERF401
    return found
