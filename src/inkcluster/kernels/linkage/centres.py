"""Merges the nearest two centres: centroid and median linkage (Müllner 2011, generic algorithm).

A union's centre may be nearer to a third cluster than both parts were. So each new cluster is
compared with all others once, and holds its pairs with them; the others need not search again.
Leading coordinates stand side by side, so that one cluster is compared with many at a time.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.heap import Heap, remove, settle_in
from inkcluster.kernels.linkage.lists import SAFE, gap_of_sums
from inkcluster.kernels.linkage.ties import rounded
from inkcluster.kernels.neighbors.pairs import insert

LANES = 64
"""Clusters side by side in the coordinates, (blocks, p, LANES)."""
FAR = np.float32(1e38)
"""More than any squared distance; empty places hold twice as much."""
PROPOSALS = 24
"""Candidates of a search."""

Space = tuple[F32, F32, I32, I32, I32, I32]
"""lead, square : (blocks, p, LANES) and (blocks·LANES,), coordinates and squared norms, by place
where, who : (n,) and (blocks·LANES,), each slot's place, and the slot in a place
name, slot_of : (n,) and (2·n,), a unique number for the cluster in a slot, and back, -1 once merged
"""
Centres = tuple[F64, F64]
"""sums : (n, d); count : (n,); centres are sums / count."""
Lists = tuple[I32, F64, F64]
"""near : (n, K), numbers; far : (n, K); bound : (n,), as in :data:`.lists.Lists`."""


@kernel(fastmath=True)
def _bounds(block: F32, square: F32, query: F32, own: np.float32, out: F32) -> np.float32:
    """Write lower bounds of squared distances of a query to a block of clusters; return the least.

    The sums are read and written once for eight coordinates.
    """
    two = np.float32(2)
    p = query.shape[0]
    for lane in range(np.uint64(LANES)):
        out[lane] = own + square[lane]
    for eighth in range(p // 8):
        t = np.uint64(8 * eighth)
        q0, q1, q2, q3 = query[t], query[t + 1], query[t + 2], query[t + 3]
        q4, q5, q6, q7 = query[t + 4], query[t + 5], query[t + 6], query[t + 7]
        for lane in range(np.uint64(LANES)):
            out[lane] -= two * (
                (q0 * block[t, lane] + q1 * block[t + 1, lane])
                + (q2 * block[t + 2, lane] + q3 * block[t + 3, lane])
                + (q4 * block[t + 4, lane] + q5 * block[t + 5, lane])
                + (q6 * block[t + 6, lane] + q7 * block[t + 7, lane])
            )
    for left in range(p - p % 8, p):
        for lane in range(np.uint64(LANES)):
            out[lane] -= two * (query[left] * block[left, lane])
    least = np.float32(np.finfo(np.float32).max)
    for lane in range(np.uint64(LANES)):
        least = min(least, out[lane])
    return least


@kernel()
def _propose(
    lead: F32, square: F32, query: F32, own: np.float32,
    me: int, blocks: int, values: F32, places: I32,
) -> None:  # fmt: skip
    """Write the clusters other than `me` with the least bounds, ascending."""
    strip = np.empty(LANES, np.float32)
    wanted = values.shape[0]
    for b in range(blocks):
        at = b * LANES
        if _bounds(lead[b], square[at : at + LANES], query, own, strip) < values[wanted - 1]:
            for lane in range(LANES):
                if strip[lane] < min(values[wanted - 1], FAR) and at + lane != me:
                    insert(strip[lane], at + lane, values, places)


@kernel()
def put(place: int, coordinates: F64, beyond: float, grain: float, lead: F32, square: F32) -> None:
    """Write a cluster's coordinates (q,), and the norm of its residual if there is room for it."""
    block, lane = place // LANES, place % LANES
    total = 0.0
    for t in range(coordinates.shape[0]):
        lead[block, t, lane] = np.float32(coordinates[t])
        total += np.float64(lead[block, t, lane]) ** 2
    if lead.shape[1] > coordinates.shape[0]:
        lead[block, coordinates.shape[0], lane] = np.float32(beyond)
        total += np.float64(np.float32(beyond)) ** 2
    square[place] = np.float32(total * (1 - grain))


@kernel()
def _distance(a: int, b: int, centres: Centres) -> float:
    sums, count = centres
    low, high = min(a, b), max(a, b)
    return float(gap_of_sums(sums[low], 1 / count[low], sums[high], 1 / count[high]))


@kernel()
def _coordinates(place: int, lead: F32) -> F32:
    """Copy of a cluster's coordinates (p,)."""
    query = np.empty(lead.shape[1], np.float32)
    for t in range(lead.shape[1]):
        query[t] = lead[place // LANES, t, place % LANES]
    return query


@kernel()
def _clear(slot: int, lists: Lists) -> None:
    """Empty a list."""
    near, far, _ = lists
    for t in range(near.shape[1]):
        near[slot, t] = -1
        far[slot, t] = np.inf


@kernel()
def _look(slot: int, m: int, space: Space, centres: Centres, lists: Lists) -> None:
    """Make the list of a cluster, from all others."""
    lead, square, where, who, name, _ = space
    near, far, bound = lists
    me = where[slot]
    query = _coordinates(me, lead)
    blocks = (m + LANES - 1) // LANES
    values = np.empty(PROPOSALS, np.float32)
    places = np.empty(PROPOSALS, np.int32)
    for t in range(PROPOSALS):
        values[t] = np.inf
        places[t] = -1
    _propose(lead, square, query, square[me], me, blocks, values, places)
    keep = near.shape[1]
    _clear(slot, lists)
    rest = np.inf
    for t in range(PROPOSALS):
        low = np.float64(values[t])
        if places[t] < 0 or low >= far[slot, keep - 1]:
            rest = min(rest, low)
            break
        other = who[places[t]]
        d = _distance(slot, other, centres)
        if d >= far[slot, keep - 1]:
            rest = min(rest, d)
            continue
        rest = min(rest, far[slot, keep - 1])
        at = keep - 1
        while at > 0 and far[slot, at - 1] > d:
            far[slot, at] = far[slot, at - 1]
            near[slot, at] = near[slot, at - 1]
            at -= 1
        far[slot, at] = d
        near[slot, at] = name[other]
    bound[slot] = max(min(rest, np.float64(values[PROPOSALS - 1])), 0.0) * SAFE


@kernel()
def _scan(slot: int, m: int, space: Space, centres: Centres, lists: Lists) -> None:
    """Decide the nearest of a cluster, by all that may be the nearest."""
    lead, square, where, who, name, _ = space
    near, far, bound = lists
    me = where[slot]
    query = _coordinates(me, lead)
    strip = np.empty(LANES, np.float32)
    best = far[slot, 0]
    chosen = -1
    for b in range((m + LANES - 1) // LANES):
        at = b * LANES
        _bounds(lead[b], square[at : at + LANES], query, square[me], strip)
        for lane in range(min(LANES, m - at)):
            other = who[at + lane]
            if at + lane != me and np.float64(strip[lane]) <= best * (1 + 1e-9):
                d = _distance(slot, other, centres)
                if rounded(d) > rounded(best):
                    continue
                if (
                    rounded(d) < rounded(best)
                    or chosen < 0
                    or (min(slot, other), max(slot, other)) < (min(slot, chosen), max(slot, chosen))
                ):
                    best = d
                    chosen = other
    _clear(slot, lists)
    near[slot, 0] = name[chosen]
    far[slot, 0] = best
    bound[slot] = np.inf  # none comes before it; when it is merged, the list is empty


@kernel()
def _purge(slot: int, slot_of: I32, lists: Lists) -> int:
    """Drop merged clusters from a list; return the slot of the nearest left, -1 if none."""
    near, far, _ = lists
    kept = 0
    for t in range(near.shape[1]):
        if near[slot, t] >= 0 and slot_of[near[slot, t]] >= 0:
            near[slot, kept] = near[slot, t]
            far[slot, kept] = far[slot, t]
            kept += 1
    for t in range(kept, near.shape[1]):
        near[slot, t] = -1
        far[slot, t] = np.inf
    best = -1
    for t in range(kept):
        if rounded(far[slot, t]) > rounded(far[slot, 0]):
            break
        other = slot_of[near[slot, t]]
        if best < 0 or (min(slot, other), max(slot, other)) < (min(slot, best), max(slot, best)):
            best = other
    return best


@kernel()
def merge_centres(  # noqa: PLR0912, PLR0915 (one step of the algorithm, read from top to bottom)
    halve: bool, grain: float, origin: F64, coordinates: F64,
    space: Space, centres: Centres, lists: Lists, heap: Heap,
    m: int, merges: I32, squared: F64,
) -> int:  # fmt: skip
    """Make the next r merges; return the number of clusters left.

    Parameters
    ----------
    halve : whether a union's centre is the middle of its parts' centres (median), not the mean
    grain : rounding of a squared distance in float32, relative to the squared norms
    origin : (d,); coordinates : (n, q) float64, of each slot's centre about it; updated
    space, centres, lists : updated
    heap : m slots; a slot's key is a lower bound of the pairs that it holds, squared; updated
    merges : (r, 2) int32, earliest members; squared : (r,) float64; written
    """
    lead, square, where, who, name, slot_of = space
    sums, count = centres
    _, far, bound = lists
    order, _, key, pair = heap
    done = 0
    union = -1  # the last one, until it has looked at all others
    d = sums.shape[1]
    while done < merges.shape[0] or union >= 0:
        x = order[0] if union < 0 else union
        look = union >= 0
        while True:
            if look:
                _look(x, m, space, centres, lists)
                if union < 0 and not rounded(far[x, 0]) < rounded(bound[x]):
                    _scan(x, m, space, centres, lists)
            y = _purge(x, slot_of, lists)
            fresh = rounded(min(far[x, 0], bound[x]))
            sure = rounded(far[x, 0]) < rounded(bound[x])
            if look or sure or not (fresh <= rounded(key[x]) or fresh == np.inf):
                break
            look = True
        a, b = (min(x, y), max(x, y)) if sure else (0, 0)
        if union >= 0 or not sure or fresh != rounded(key[x]) or a != pair[x, 0] or b != pair[x, 1]:
            key[x] = min(far[x, 0], bound[x])
            pair[x, 0], pair[x, 1] = a, b
            settle_in(x, heap, m)
            union = -1
            continue
        merges[done, 0], merges[done, 1] = a, b
        squared[done] = far[x, 0]
        done += 1

        na, nb = count[a], count[b]
        share = 0.5 if halve else na / (na + nb)
        norm = 0.0
        for t in range(d):
            sums[a, t] = 0.5 * (sums[a, t] + sums[b, t]) if halve else sums[a, t] + sums[b, t]
            step = sums[a, t] / (1.0 if halve else na + nb) - origin[t]
            norm += step * step
        for t in range(coordinates.shape[1]):
            coordinates[a, t] = share * coordinates[a, t] + (1 - share) * coordinates[b, t]
            norm -= coordinates[a, t] ** 2
        if not halve:
            count[a] = na + nb
        slot_of[name[a]] = -1
        slot_of[name[b]] = -1
        name[a] = slot_of.shape[0] - m  # one number for each merge
        slot_of[name[a]] = a
        put(where[a], coordinates[a], np.sqrt(max(norm, 0.0)), grain, lead, square)
        m = remove(b, heap, m)
        hole, last = where[b], np.int32(m)
        if hole != last:
            for t in range(lead.shape[1]):
                lead[hole // LANES, t, hole % LANES] = lead[last // LANES, t, last % LANES]
            square[hole] = square[last]
            who[hole] = who[last]
            where[who[hole]] = hole
        square[last] = 2 * FAR
        for t in range(lead.shape[1]):
            lead[last // LANES, t, last % LANES] = 0
        if m > 1:
            union = a
    return m
