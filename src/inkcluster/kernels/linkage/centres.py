"""Centroid and median linkage: always the nearest two centres (Müllner 2011, the generic algorithm).

A union's centre may be nearer to a third cluster than both parts were. So each new cluster looks at
all others once, and answers for its pairs with them; whoever was there before need not look again.
"""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.heap import remove, settle_in
from inkcluster.kernels.linkage.lanes import FAR, LANES, bounds, propose_from, put
from inkcluster.kernels.linkage.lists import SAFE, gap_of_sums
from inkcluster.kernels.linkage.ties import rounded

PROPOSALS = 24


@kernel()
def _distance(a: int, b: int, sums: NDArray[np.float64], count: NDArray[np.float64]) -> float:
    low, high = min(a, b), max(a, b)
    return float(gap_of_sums(sums[low], 1 / count[low], sums[high], 1 / count[high]))


@kernel()
def _look(
    slot: int,
    m: int,
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
    where: NDArray[np.int32],
    who: NDArray[np.int32],
    name: NDArray[np.int32],
    sums: NDArray[np.float64],
    count: NDArray[np.float64],
    near: NDArray[np.int32],
    far: NDArray[np.float64],
    bound: NDArray[np.float64],
) -> None:
    """Make the list of a cluster anew, from all that are there."""
    me = where[slot]
    query = lead[me // LANES, :, me % LANES].copy()
    blocks = (m + LANES - 1) // LANES
    values = np.full(PROPOSALS, np.float32(np.inf), np.float32)
    places = np.full(PROPOSALS, -1, np.int32)
    propose_from(lead, square, query, square[me], me, blocks, values, places)
    keep = near.shape[1]
    near[slot] = -1
    far[slot] = np.inf
    rest = np.inf
    for t in range(PROPOSALS):
        low = np.float64(values[t])
        if places[t] < 0 or low >= far[slot, keep - 1]:
            rest = min(rest, low)
            break
        other = who[places[t]]
        d = _distance(slot, other, sums, count)
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
def _scan(
    slot: int,
    m: int,
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
    where: NDArray[np.int32],
    who: NDArray[np.int32],
    name: NDArray[np.int32],
    sums: NDArray[np.float64],
    count: NDArray[np.float64],
    near: NDArray[np.int32],
    far: NDArray[np.float64],
    bound: NDArray[np.float64],
) -> None:
    """Decide the nearest of a cluster by looking at every one that may be."""
    me = where[slot]
    query = lead[me // LANES, :, me % LANES].copy()
    strip = np.empty(LANES, np.float32)
    best = far[slot, 0]
    chosen = -1
    for b in range((m + LANES - 1) // LANES):
        at = b * LANES
        bounds(lead[b], square[at : at + LANES], query, square[me], strip)
        for lane in range(min(LANES, m - at)):
            other = who[at + lane]
            if at + lane != me and np.float64(strip[lane]) <= best * (1 + 1e-9):
                d = _distance(slot, other, sums, count)
                if rounded(d) > rounded(best):
                    continue
                if (
                    rounded(d) < rounded(best)
                    or chosen < 0
                    or (min(slot, other), max(slot, other)) < (min(slot, chosen), max(slot, chosen))
                ):
                    best = d
                    chosen = other
    near[slot] = -1
    far[slot] = np.inf
    near[slot, 0] = name[chosen]
    far[slot, 0] = best
    bound[slot] = np.inf  # nobody comes before it; when it goes, the list is empty


@kernel()
def _purge(
    slot: int,
    slot_of: NDArray[np.int32],
    near: NDArray[np.int32],
    far: NDArray[np.float64],
) -> int:
    """Drop from a list who is no longer there; gives the nearest's slot, -1 if none is left."""
    kept = 0
    for t in range(near.shape[1]):
        if near[slot, t] >= 0 and slot_of[near[slot, t]] >= 0:
            near[slot, kept] = near[slot, t]
            far[slot, kept] = far[slot, t]
            kept += 1
    near[slot, kept:] = -1
    far[slot, kept:] = np.inf
    best = -1
    for t in range(kept):
        if rounded(far[slot, t]) > rounded(far[slot, 0]):
            break
        other = slot_of[near[slot, t]]
        if best < 0 or (min(slot, other), max(slot, other)) < (min(slot, best), max(slot, best)):
            best = other
    return best


@kernel()
def merge_centres(  # noqa: PLR0915 (one step of the algorithm, read from top to bottom)
    halve: bool,
    grain: float,
    origin: NDArray[np.float64],
    coordinates: NDArray[np.float64],
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
    where: NDArray[np.int32],
    who: NDArray[np.int32],
    name: NDArray[np.int32],
    slot_of: NDArray[np.int32],
    sums: NDArray[np.float64],
    count: NDArray[np.float64],
    near: NDArray[np.int32],
    far: NDArray[np.float64],
    bound: NDArray[np.float64],
    key: NDArray[np.float64],
    pair: NDArray[np.int32],
    heap: NDArray[np.int64],
    place: NDArray[np.int64],
    m: int,
    merges: NDArray[np.int32],
    squared: NDArray[np.float64],
) -> int:
    """Make as many merges as there is room for in `merges`; gives the clusters left.

    Parameters
    ----------
    halve : whether a union's centre is the middle of its parts' (median) or that of its members
    grain : rounding of a squared distance in float32, relative to the squared norms
    origin : (d,); coordinates : (n, q) float64, of each slot's centre about it; updated
    lead : (blocks, p, LANES) float32; square : (blocks·LANES,), who is there side by side; updated
    where : (n,) int32, each slot's place in `lead`; who : (blocks·LANES,) the slot in a place
    name : (n,) int32, a number for who is in a slot now, never used again; slot_of : (2·n,) int32,
        the slot of a number, -1 when it is gone; updated
    sums : (n, d), count : (n,) float64, centres are sums / count; updated
    near : (n, K) numbers; far : (n, K); bound : (n,), lists as in linkage_lists; updated
    key : (n,), no pair that a slot answers for is nearer, squared; pair : (n, 2) int32; updated
    heap, place : (n,) int64, see :mod:`~inkcluster.kernels.linkage.heap`, m rows; updated
    merges : (r, 2) int32, earliest members; squared : (r,) float64; written
    """
    done = 0
    d = sums.shape[1]
    while done < merges.shape[0]:
        x = heap[0]
        y = _purge(x, slot_of, near, far)
        low = rounded(min(far[x, 0], bound[x]))
        if not rounded(far[x, 0]) < rounded(bound[x]) and (low <= rounded(key[x]) or low == np.inf):
            _look(x, m, lead, square, where, who, name, sums, count, near, far, bound)
            if not rounded(far[x, 0]) < rounded(bound[x]):
                _scan(x, m, lead, square, where, who, name, sums, count, near, far, bound)
            y = _purge(x, slot_of, near, far)
        fresh = min(far[x, 0], bound[x])
        a, b = min(x, y), max(x, y)
        sure = rounded(far[x, 0]) < rounded(bound[x])
        if not sure or (rounded(fresh), a, b) != (rounded(key[x]), pair[x, 0], pair[x, 1]):
            key[x] = fresh
            pair[x, 0], pair[x, 1] = (a, b) if sure else (0, 0)
            settle_in(x, heap, place, m, key, pair)
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
        m = remove(b, heap, place, m, key, pair)
        hole, last = where[b], np.int32(m)
        if hole != last:
            lead[hole // LANES, :, hole % LANES] = lead[last // LANES, :, last % LANES]
            square[hole] = square[last]
            who[hole] = who[last]
            where[who[hole]] = hole
        square[last] = 2 * FAR
        lead[last // LANES, :, last % LANES] = 0
        if m > 1:
            _look(a, m, lead, square, where, who, name, sums, count, near, far, bound)
            key[a] = min(far[a, 0], bound[a])
            pair[a] = 0
            settle_in(a, heap, place, m, key, pair)
    return m
