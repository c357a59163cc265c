"""Rounds of Borůvka's algorithm (1926) over lists of neighbours, and searches beyond the lists.

Arguments that the kernels share, by point (row of `points`) unless said otherwise:

part : (n,) int32, the component of each point, named by its earliest
core : (n,) float64, squared core distances; read
floor : (n,) float64, no edge that leaves the part and is not in the point's list weighs less
cap : (n,) float64, by part, weight of its first known edge
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32, I64, Array, Bools
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.gaps import LANES, squared_gap
from inkcluster.kernels.neighbors.pairs import COLUMNS, FAR, bound_between, within_limits

BOX_GRAIN = 2.5e-7
"""More than float32 rounds the difference of two coordinates up to 1."""


@kernel()
def _before(w: float, d: float, y: int, best_w: float, best_d: float, best: int) -> bool:
    """Whether an edge of a point comes before another, by weight, distance and the other point."""
    if best < 0 or w != best_w:
        return best < 0 or w < best_w
    return y < best if d == best_d else d < best_d


@kernel()
def _first(a: int, b: int, c: int, e: int) -> bool:
    """Whether the pair (a, b) comes before (c, e), by lower point, then the other."""
    if min(a, b) != min(c, e):
        return min(a, b) < min(c, e)
    return max(a, b) < max(c, e)


@kernel()
def _outside(x: int, part: I32, core: F64, near: I32, far: F64) -> tuple[int, float, float]:
    """The first listed edge of x out of its part: other point (-1 if none), weight, distance."""
    best, best_w, best_d = -1, np.inf, np.inf
    for t in range(near.shape[0]):
        y = near[t]
        if y < 0 or (best >= 0 and max(far[t], core[x]) > best_w):
            break
        if part[y] != part[x]:
            w = max(far[t], core[x], core[y])
            if _before(w, far[t], y, best_w, best_d, best):
                best, best_w, best_d = y, w, far[t]
    return best, best_w, best_d


@kernel()
def grow(  # noqa: PLR0912, PLR0915 (three passes over the points, each short)
    part: I32, core: F64, near: I32, far: F64,
    searched: Bools, found_near: I32, found_far: F64, floor: F64, at_most: float,
    edges: I32, weights: F64, squared: F64, asking: I64, cap: F64,
) -> tuple[int, int]:  # fmt: skip
    """Add the first edge out of every part where the lists tell it.

    Parameters
    ----------
    part : updated; floor : read; cap : `at_most` where no edge is known; written
    near, far : (n, k) int32 and float64, the nearest points and their squared distances; read
    searched : (n,) bool, whether the list found by :func:`beyond` replaces these; read
    found_near, found_far : (n, m) int32 and float64, that list; read
    at_most : largest weight of an edge
    edges : (room, 2) int32; weights, squared : (room,) float64; written from the start
    asking : (n,) int64, points to search for if no edge could be added; written

    Returns
    -------
    tuple of int
        The number of edges added, and the number of points in `asking`.
    """
    n = part.shape[0]
    size = np.zeros(n, np.int64)
    start = np.full(n, -1, np.int32)
    stop = np.full(n, -1, np.int32)
    length = np.full(n, np.inf)
    least = np.full(n, np.inf)  # what the first edge may weigh, of a point whose list is too short
    cap[:] = at_most
    for x in range(n):
        p = part[x]
        size[p] += 1
        if searched[x]:
            y, w, d = _outside(x, part, core, found_near[x], found_far[x])
        else:
            y, w, d = _outside(x, part, core, near[x], far[x])
        if y < 0 or w > floor[x]:
            least[x] = floor[x]
        if y >= 0 and w <= cap[p]:
            other = start[p] < 0 or w < cap[p] or d < length[p]
            if other or (d == length[p] and _first(x, y, start[p], stop[p])):
                start[p], stop[p], length[p], cap[p] = x, y, d, w
    largest = np.argmax(size)
    blocked = np.zeros(n, np.bool_)
    open_ = 0
    for x in range(n):
        p = part[x]
        if least[x] <= cap[p] and least[x] < np.inf:
            blocked[p] = True
            if p != largest:
                asking[open_] = x
                open_ += 1
    root = np.arange(n)
    count = 0
    for p in range(n):
        if size[p] == 0 or blocked[p] or start[p] < 0:
            continue
        a, b = part[start[p]], part[stop[p]]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a != b:
            root[max(a, b)] = min(a, b)
            edges[count, 0] = min(start[p], stop[p])
            edges[count, 1] = max(start[p], stop[p])
            weights[count] = cap[p]
            squared[count] = length[p]
            count += 1
    for x in range(n):
        p = part[x]
        while root[p] != p:
            p = root[p]
        part[x] = p
    return count, open_


@kernel()
def _between(low: F32, high: F32, lowest: F32, highest: F32) -> float:
    """A lower bound of the squared distances between two boxes of coordinates up to 1."""
    total = 0.0
    for t in range(low.shape[0]):
        gap = max(float(low[t]) - highest[t], float(lowest[t]) - high[t]) - BOX_GRAIN
        if gap > 0:
            total += gap * gap
    return total


@kernel()
def beyond(  # noqa: PLR0912, PLR0915 (one pass over blocks, nothing to share)
    points: Array, order: I32, first: F32, second: F32, square: F32, slack: F32, scale: float,
    box_low: F32, box_high: F32, places: I64, part: I32, core: F64, cap: F64,
    near: I32, far: F64, floor: F64,
) -> None:  # fmt: skip
    """Find the first edges of points out of their parts, as far as they may be a part's first.

    Blocks whose box is too far from that of the points are left out.

    Parameters
    ----------
    points, order, first, second, square, slack : as in :mod:`~inkcluster.kernels.neighbors.pairs`
    scale : factor from a squared distance to one of coordinates
    box_low, box_high : (blocks, p) float32, the box of `first` in every COLUMNS places; read
    places : (r,) int64, places of the points that ask; read
    part : read; cap : updated, by several threads; floor : written
    near, far : (n, m) int32 and float64, other points and squared distances, ordered by weight,
        distance and row, -1 where there is none; written
    """
    n = order.shape[0]
    m = near.shape[1]
    count = places.shape[0]
    deeper = first.shape[1] < second.shape[1]
    lanes = np.empty(LANES)
    rows = np.empty((count, first.shape[1]), np.float32)
    limit = np.empty(count)
    for i in range(count):
        rows[i] = first[places[i]]
        x = order[places[i]]
        limit[i] = cap[part[x]]
        near[x] = -1
        far[x] = np.inf
    lowest, highest = rows[0].copy(), rows[0].copy()
    for i in range(1, count):
        for t in range(rows.shape[1]):
            lowest[t] = min(lowest[t], rows[i, t])
            highest[t] = max(highest[t], rows[i, t])
    out = np.empty(COLUMNS, np.float32)
    signs = out.view(np.uint64)
    which = np.empty(COLUMNS, np.int32)
    none = np.full(COLUMNS, -FAR, np.float32)
    block = np.empty(count * COLUMNS, np.float32)
    sides = (n + COLUMNS - 1) // COLUMNS
    for turn in range(sides):  # the points' own neighbourhood first
        b = (places[0] // COLUMNS + turn) % sides
        furthest = 0.0
        for i in range(count):
            limit[i] = min(limit[i], cap[part[order[places[i]]]])
            furthest = max(furthest, limit[i])
        if _between(box_low[b], box_high[b], lowest, highest) > furthest * scale:
            continue
        side = b * COLUMNS
        end = min(n, side + COLUMNS)
        width = end - side
        product = block[: count * width].reshape(count, width)
        np.dot(rows, first[side:end].T, product)
        for i in range(count):
            here = places[i]
            x = order[here]
            limit[i] = min(limit[i], cap[part[x]])
            wide = np.nextafter(np.float32(min(limit[i] * scale, np.float64(FAR))), FAR)
            open_ = within_limits(
                product[i], square[side:end], none[:width], square[here], wide, out, signs, which
            )
            for c in range(open_):
                j = side + which[c]
                y = order[j]
                if part[y] == part[x] or core[y] > limit[i]:
                    continue
                if deeper:
                    low = bound_between(second[here], second[j])
                    if low - slack[here] - slack[j] > wide:
                        continue
                d = squared_gap(points[x], points[y], lanes)
                w = max(d, core[x], core[y])
                if w > limit[i]:
                    continue
                _enter(x, y, w, d, core, near[x], far[x])
                last = near[x, m - 1]
                if last >= 0:
                    limit[i] = min(limit[i], max(far[x, m - 1], core[x], core[last]))
                cap[part[x]] = min(cap[part[x]], w)
                limit[i] = min(limit[i], cap[part[x]])
                wide = np.nextafter(np.float32(min(limit[i] * scale, np.float64(FAR))), FAR)
    for i in range(count):
        x = order[places[i]]
        last = near[x, m - 1]
        # A list with room holds all edges within the limit, a full one those up to its last.
        floor[x] = np.nextafter(limit[i], np.inf)
        if last >= 0:
            floor[x] = min(floor[x], max(far[x, m - 1], core[x], core[last]))


@kernel()
def _enter(x: int, y: int, w: float, d: float, core: F64, near: I32, far: F64) -> None:
    """Put an edge into the list of x, dropping the last."""
    at = near.shape[0]
    while at > 0:
        z = near[at - 1]
        if z >= 0 and not _before(w, d, y, max(far[at - 1], core[x], core[z]), far[at - 1], z):
            break
        at -= 1
    for t in range(near.shape[0] - 1, at, -1):
        near[t] = near[t - 1]
        far[t] = far[t - 1]
    if at < near.shape[0]:
        near[at] = y
        far[at] = d
