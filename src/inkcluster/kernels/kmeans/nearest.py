"""Finds the nearest centres: float32 proposes in leading directions, float64 decides near-ties."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32, I64, Array
from inkcluster.kernels._jit import kernel

BLOCK = 2048
"""Points in a task; only the speed depends on it."""
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
def _decide(
    row: Array, centres: F64, score: F32, slack: F32, rho: float, square: float, threshold: float
) -> tuple[int, float, float]:
    """Decide a near-tie: the label, the distance rounded up, that of the next rounded down."""
    best = np.inf
    second = np.inf
    label = 0
    for j in range(centres.shape[0]):
        low = score[j] - rho * slack[j]
        if low <= threshold:
            exact = squared_distance(row, centres[j])
            if exact < best:
                second = min(second, best)
                best = exact
                label = j
            else:
                second = min(second, exact)
        else:
            second = min(second, max(square + low, 0.0))
    return label, np.sqrt(best) * (1 + 1e-9), np.sqrt(second) * (1 - 1e-9)


@kernel()
def _open(margin: F32, labels: I32, drop: F32, todo: I32) -> int:
    """Lower a block's margins by `drop`; list the points left open, and return how many."""
    shrink = np.float32(1 - 2e-7)  # covers the rounding of the subtraction
    for i in range(labels.shape[0]):
        margin[i] = margin[i] * shrink - drop[max(labels[i], 0)]
    count = 0
    for i in range(labels.shape[0]):
        todo[count] = i
        count += not margin[i] > 0
    return count


@kernel()
def _propose(
    product: F32, centre_square: F32, slack: F32, rho: F32,
    todo: I32, best: F32, second: F32, label: I32,
) -> None:  # fmt: skip
    """Find the nearest centre and a bound of the others, as squared distance less the point's norm.

    `product` (k, m), the scalar products, is overwritten by the scores.
    """
    k, m = product.shape
    two = np.float32(2)
    for p in range(m):
        best[p] = np.float32(np.inf)
        second[p] = np.float32(np.inf)
        label[p] = 0
    for j in range(k):
        row = product[j]
        base = centre_square[j]
        for p in range(m):
            s = base - two * row[p]
            row[p] = s
            less = s < best[p]
            best[p] = s if less else best[p]
            label[p] = j if less else label[p]
    for j in range(k):
        row = product[j]
        loose = slack[j]
        for p in range(m):
            low = row[p] - rho[todo[p]] * loose
            take = (label[p] != j) & (low < second[p])
            second[p] = low if take else second[p]


@kernel()
def assign(
    raw: Array, lead: F32, square: F64, rho: F32, blur: float,
    centres: F64, centre_lead: F32, centre_square: F32, slack: F32, grain: F64, drop: F32,
    active: I64, margin: F32, labels: I32, who: I32, was: I32, moved: I64,
    first: int, last: int,
) -> None:  # fmt: skip
    """Label every point in every active restart, except those whose label the bounds make certain.

    A task is a block of points in a restart; tasks may run side by side.

    Parameters
    ----------
    raw : (n, d), any real dtype; read where float64 has to decide
    lead : (n, q) float32, the leading coordinates about an origin; read
    square : (n,) float64, squared distance to the origin; read
    rho : (n,) float32, upper bound of the norm outside the leading directions; read
    blur : bound of the float32 rounding, relative to the product of the norms
    centres : (R, k, d) float64; read
    centre_lead : (R, k, q) float32; centre_square : (R, k) float32, about the origin; read
    slack : (R, k) float32, twice the centres' norm outside the leading directions; read
    grain : (R,) float64, bound of the rounding of `lead`, relative to a point's norm; read
    drop : (R, k) float32, what a margin loses when centres move; read
    active : (R,) int64, the active restarts, which the arrays above hold; read
    margin : (R_all, n) float32, distance to the second nearest centre less that to the own; updated
    labels : (R_all, n) int32; updated
    who, was : (R, n) int32, the points that moved, per block, and their former labels; written
    moved : (R, blocks) int64, how many moved; written
    first, last : range of the blocks · R tasks
    """
    n, q = lead.shape
    blocks = moved.shape[1]
    size = (n + blocks - 1) // blocks
    n_active = active.shape[0]
    for task in range(first, last):
        b = task // n_active
        a = task - b * n_active
        r = active[a]
        start = b * size
        stop = min(n, start + size)
        gone = 0
        todo = np.empty(max(stop - start, 0), np.int32)
        count = _open(margin[r, start:stop], labels[r, start:stop], drop[a], todo)
        if count > 0:
            rows = lead[start:stop]
            if count < stop - start:
                rows = np.empty((count, q), np.float32)
                for p in range(count):
                    i = start + todo[p]
                    for t in range(q):
                        rows[p, t] = lead[i, t]
            product = np.dot(centre_lead[a], rows.T)
            best = np.empty(count, np.float32)
            second = np.empty(count, np.float32)
            label = np.empty(count, np.int32)
            for p in range(count):
                todo[p] += start
            _propose(product, centre_square[a], slack[a], rho, todo, best, second, label)
            reach = np.sqrt(centre_square[a].max())
            for p in range(count):
                i = todo[p]
                norm = np.sqrt(square[i])
                error = blur * (norm + reach) * (norm + reach) + grain[a] * norm
                limit = best[p] + rho[i] * slack[a, label[p]] + error
                new = label[p]
                if second[p] > limit:
                    near = np.sqrt(max(square[i] + limit, 0.0))
                    far = np.sqrt(max(square[i] + second[p] - error, 0.0))
                else:
                    new, near, far = _decide(
                        raw[i], centres[a], product[:, p], slack[a], rho[i],
                        square[i] - error, limit + error,
                    )  # fmt: skip
                margin[r, i] = np.float32((far - near) * (1 - 1e-6) - 1e-7 * near)
                old = labels[r, i]
                if new != old:
                    labels[r, i] = new
                    who[a, start + gone] = i
                    was[a, start + gone] = old
                    gone += 1
        moved[a, b] = gone


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
        out[:, b] = 0.0
        for i in range(b * ROWS, min(raw.shape[0], (b + 1) * ROWS)):
            for r in range(labels.shape[0]):
                out[r, b] += weight[i] * _gap(raw[i], centres[r, labels[r, i]])
