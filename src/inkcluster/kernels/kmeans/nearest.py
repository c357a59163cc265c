"""Labels points by the nearest centre: float32 proposes within bounds, float64 decides what is close."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32, Array
from inkcluster.kernels._jit import kernel

ROWS = 256
"""Points whose squared distances are summed in order; the sums of blocks are added afterwards."""


@kernel()
def squared_distance(row: Array, centre: F64) -> float:
    """Squared distance in float64 between a row (d,) of any real dtype and a centre (d,).

    Four sums in an order that the source fixes, so that no compilation changes a decision.
    """
    d = centre.shape[0]
    a = 0.0
    b = 0.0
    c = 0.0
    e = 0.0
    for t in range(0, d - 3, 4):
        s0 = np.float64(row[t]) - centre[t]
        s1 = np.float64(row[t + 1]) - centre[t + 1]
        s2 = np.float64(row[t + 2]) - centre[t + 2]
        s3 = np.float64(row[t + 3]) - centre[t + 3]
        a += s0 * s0
        b += s1 * s1
        c += s2 * s2
        e += s3 * s3
    for t in range(d - d % 4, d):
        step = np.float64(row[t]) - centre[t]
        a += step * step
    return (a + b) + (c + e)


@kernel()
def find_open(margin: F32, labels: I32, drop: F32, todo: I32, start: int) -> int:
    """Lower margins (m,) by the `drop` (k,) of their labels; list the points left open.

    `todo` (m,) is written with the places of these points plus `start`; their number is returned.
    """
    shrink = np.float32(1 - 2e-7)  # covers the rounding of the subtraction
    for i in range(labels.shape[0]):
        margin[i] = margin[i] * shrink - drop[max(labels[i], 0)]
    count = 0
    for i in range(labels.shape[0]):
        todo[count] = start + i
        count += not margin[i] > 0
    return count


@kernel()
def _decide(
    row: Array, centres: F64, low: Array, square: float, limit: float
) -> tuple[int, float, float]:
    """Decide a near-tie: the label, the distance rounded up, that of the next rounded down."""
    best = np.inf
    second = np.inf
    label = 0
    for j in range(centres.shape[0]):
        if low[j] <= limit:
            exact = squared_distance(row, centres[j])
            if exact < best:
                second = min(second, best)
                best = exact
                label = j
            else:
                second = min(second, exact)
        else:
            second = min(second, max(square + low[j], 0.0))
    return label, np.sqrt(best) * (1 + 1e-9), np.sqrt(second) * (1 - 1e-9)


@kernel()
def _propose(
    score: Array, base: Array, grain: Array, slack: F32, norm: Array, rest: F32,
    best: Array, second: Array, label: I32,
) -> None:  # fmt: skip
    """Find the nearest centre and a bound of the others; scores become their lower bounds."""
    k, m = score.shape
    for p in range(m):
        score[0, p] += base[0]
        best[p] = score[0, p]
        second[p] = np.inf
        label[p] = 0
    for j in range(1, k):
        row = score[j]
        own = base[j]
        for p in range(m):
            s = row[p] + own
            row[p] = s
            less = s < best[p]
            best[p] = s if less else best[p]
            label[p] = j if less else label[p]
    for j in range(k):
        row = score[j]
        loose = slack[j]
        wide = grain[0, j]
        beside = grain[1, j]
        for p in range(m):
            low = row[p] - norm[p] * wide - rest[p] * loose - beside
            row[p] = low
            take = (label[p] != j) & (low < second[p])
            second[p] = low if take else second[p]


@kernel()
def settle(
    score: Array, base: Array, grain: Array, slack: F32, ids: I32,
    raw: Array, square: F64, rho: F32, centres: F64,
    margin: F32, labels: I32, who: I32, was: I32, at: int,
) -> tuple[int, int]:  # fmt: skip
    """Label points from their scalar products with the centres of a restart.

    Parameters
    ----------
    score : (k, m) float32 or float64, -2 times the scalar products; overwritten
    base : (k,) of the dtype of `score`, the centres' squared norms; read
    grain : (2, k) of that dtype, the rounding of a score: relative to the point's norm, and beside
    slack : (k,) float32, twice the centres' norms outside the leading directions; read
    ids : (m,) int32, the points, rising; read
    raw : (n, d), any real dtype; read where float64 has to decide
    square : (n,) float64, squared distance to the origin; rho : (n,) float32, upper bound of the
        norm outside the leading directions; read
    centres : (k, d) float64; read
    margin : (n,) float32, distance to the second nearest centre less that to the own; updated
    labels : (n,) int32; updated
    who, was : (n,) int32, the points that moved, and their former labels; written from `at`, which
        may be where `ids` begin

    Returns
    -------
    at : int
        The end of what was written.
    decided : int
        How many points float64 decided.
    """
    m = score.shape[1]
    best = np.empty(m, score.dtype)
    second = np.empty(m, score.dtype)
    norm = np.empty(m, score.dtype)
    rest = np.empty(m, np.float32)
    label = np.empty(m, np.int32)
    for p in range(m):
        norm[p] = np.sqrt(square[ids[p]]) * (1 + 1e-6)
        rest[p] = rho[ids[p]]
    _propose(score, base, grain, slack, norm, rest, best, second, label)
    decided = 0
    for p in range(m):
        i = ids[p]
        new = label[p]
        limit = best[p] + (best[p] - score[new, p])  # its lower bound is as far below
        limit += abs(limit) * 1e-6 if score.itemsize == 4 else abs(limit) * 1e-15
        if second[p] > limit:
            near = np.sqrt(max(square[i] + limit, 0.0))
            far = np.sqrt(max(square[i] + second[p], 0.0))
        else:
            decided += 1
            new, near, far = _decide(raw[i], centres, score[:, p], square[i], limit)
        margin[i] = np.float32((far - near) * (1 - 1e-6) - 1e-7 * near)
        old = labels[i]
        if new != old:
            labels[i] = new
            who[at] = i
            was[at] = old
            at += 1
    return at, decided


@kernel(fastmath=True)
def _gap(row: Array, centre: F64) -> float:
    """Squared distance, vectorised: the order of summation depends on the processor."""
    total = 0.0
    for t in range(centre.shape[0]):
        step = np.float64(row[t]) - centre[t]
        total += step * step
    return total


@kernel()
def own_distances(raw: Array, centres: F64, labels: I32, out: F64, first: int, last: int) -> None:
    """Squared distances of points `first` to `last` of (n, d) to their own centres (k, d)."""
    for i in range(first, last):
        out[i] = _gap(raw[i], centres[labels[i]])


@kernel()
def inertia(
    raw: Array, weight: F64, centres: F64, labels: I32, out: F64, first: int, last: int
) -> None:
    """Sum weighted squared distances to the own centres (R, k, d) by block of `ROWS` points.

    Parameters
    ----------
    raw : (n, d), any real dtype; weight : (n,) float64; labels : (R, n) int32; read
    out : (R, blocks) float64; written for blocks `first` to `last`
    """
    for b in range(first, last):
        for r in range(labels.shape[0]):
            out[r, b] = 0.0
        for i in range(b * ROWS, min(raw.shape[0], (b + 1) * ROWS)):
            for r in range(labels.shape[0]):
                out[r, b] += weight[i] * _gap(raw[i], centres[r, labels[r, i]])
