"""A heap of rows by their nearest pairs, ties by earliest members."""

from __future__ import annotations

from inkcluster.kernels._arrays import F64, I32, I64
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.ties import rounded

Heap = tuple[I64, I64, F64, I32]
"""order, place : (m,), rows, the first `count` in heap order; the place of each row in `order`
key, pair : (m,) and (m, 2), distance of a row's nearest pair, and its earliest members
"""


@kernel()
def _before(x: int, y: int, key: F64, pair: I32) -> bool:
    a, b = rounded(key[x]), rounded(key[y])
    if a != b:
        return bool(a < b)
    if pair[x, 0] != pair[y, 0]:
        return bool(pair[x, 0] < pair[y, 0])
    return bool(pair[x, 1] < pair[y, 1])


@kernel()
def settle_in(x: int, heap: Heap, count: int) -> None:
    """Move row `x`, whose key has changed, to its place."""
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
    """Take row `x` out of the heap; return the number of rows left."""
    order, place, _, _ = heap
    last = order[count - 1]
    if last != x:
        order[place[x]] = last
        place[last] = place[x]
        settle_in(last, heap, count - 1)
    return count - 1


@kernel()
def within(heap: Heap, count: int, doubt: F64, most: float, reach: float, out: I64) -> int:
    """List rows whose key less its doubt, at most `most`, is within `reach`; return how many."""
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
