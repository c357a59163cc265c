"""DBSCAN on blocks of products: float32 proposes pairs within eps, float64 decides.

A block holds, for each asking point a and each column b, their scalar product over the leading
coordinates less half of b's squared norm. It is at least `limit[a]` wherever the two can be within
eps, and at least `sure[a]` only where they certainly are. Arguments that the kernels share:

product : (r, c) float32, a block; read
asking, columns : (r,) and (c,) int64, rows of `X`; read
X : (n, d), any real dtype; limit, sure : (n,) float32; eps2 : eps, squared; read
weight : (n,) float64; read
enough : counting stops at this total; infinite where weights may be negative
company : (n,) bool, whether another point is within eps; updated
open_ : (n,) bool, whether a point still asks; updated
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32, I64, U64, Array, Bools
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.strips import STRIP, negatives

MAX_TREE_DIMENSIONS = 15
"""Dimensions up to which scikit-learn's trees measure the distances, which decides ties."""


@kernel()
def squared(a: Array, b: Array) -> float:
    """Squared distance of two points (d,) in float64, the same to the bit for (b, a).

    Up to 15 dimensions the terms are added one after the other, as in scikit-learn's trees; beyond,
    in eight sums side by side, as in :func:`inkcluster.cluster.neighbors.nearest.paired`.
    """
    d = a.shape[0]
    if d <= MAX_TREE_DIMENSIONS:
        one = 0.0
        for t in range(d):
            step = np.float64(a[t]) - np.float64(b[t])
            one += step * step
        return one
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    whole = d - d % 8
    for t in range(0, whole, 8):
        x0 = np.float64(a[t]) - np.float64(b[t])
        x1 = np.float64(a[t + 1]) - np.float64(b[t + 1])
        x2 = np.float64(a[t + 2]) - np.float64(b[t + 2])
        x3 = np.float64(a[t + 3]) - np.float64(b[t + 3])
        x4 = np.float64(a[t + 4]) - np.float64(b[t + 4])
        x5 = np.float64(a[t + 5]) - np.float64(b[t + 5])
        x6 = np.float64(a[t + 6]) - np.float64(b[t + 6])
        x7 = np.float64(a[t + 7]) - np.float64(b[t + 7])
        s0 += x0 * x0
        s1 += x1 * x1
        s2 += x2 * x2
        s3 += x3 * x3
        s4 += x4 * x4
        s5 += x5 * x5
        s6 += x6 * x6
        s7 += x7 * x7
    rest = np.zeros(8)
    for t in range(whole, d):
        x = np.float64(a[t]) - np.float64(b[t])
        rest[t - whole] = x * x
    s0 += rest[0]
    s1 += rest[1]
    s2 += rest[2]
    s3 += rest[3]
    s4 += rest[4]
    s5 += rest[5]
    s6 += rest[6]
    s7 += rest[7]
    total: float = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))
    return total


@kernel()
def _room(columns: I64) -> tuple[F32, U64, I32]:
    """Empty arrays for :func:`_candidates`: gap, signs and out."""
    width = columns.shape[0]
    gap = np.empty(width // STRIP * STRIP + 2 * STRIP, np.float32)
    return gap, gap.view(np.uint64), np.empty(width + STRIP, np.int32)


@kernel()
def _candidates(values: F32, limit: np.float32, gap: F32, signs: U64, out: I32) -> int:
    """Write the places of `values` (c,) that are at least `limit` to `out`; return how many.

    `gap`, which shares its memory with `signs`, takes how far each value falls short of the limit.
    """
    width = values.shape[0]
    below = np.nextafter(
        limit, np.float32(-np.inf)
    )  # so that the gap of an equal value is negative
    for j in range(np.uint64(width)):
        gap[j] = below - values[j]
    gap[width : width + STRIP] = 1
    found: int = negatives(gap, signs, width, out)
    return found


@kernel()
def count(
    product: F32, asking: I64, columns: I64,
    X: Array, limit: F32, sure: F32, eps2: float,
    weight: F64, enough: float,
    total: F64, company: Bools, open_: Bools,
) -> int:  # fmt: skip
    """Add the weights of the columns within eps to the totals (n,) float64 of the asking points.

    A point is closed once its total is enough; returns how many are open.
    """
    gap, signs, found = _room(columns)
    left = 0
    for i in range(asking.shape[0]):
        a = asking[i]
        if not open_[a]:
            continue
        for t in range(_candidates(product[i], limit[a], gap, signs, found)):
            b = columns[found[t]]
            if product[i, found[t]] >= sure[a] or squared(X[a], X[b]) <= eps2:
                total[a] += weight[b]
                if b != a:
                    company[a] = True
                if total[a] >= enough:
                    open_[a] = False
                    break
        left += open_[a]
    return left


@kernel()
def count_both(
    product: F32, asking: I64, columns: I64, diagonal: bool,
    X: Array, limit: F32, sure: F32, eps2: float,
    weight: F64, enough: float,
    total: F64, company: Bools, more: F64,
) -> None:  # fmt: skip
    """Add the weights of pairs within eps to both points' totals.

    Parameters
    ----------
    diagonal : whether the columns are the asking points, so that the block holds each pair twice
    total : (n,) float64, found before; read
    more : (n,) float64, what the calling thread has added since; updated
    """
    gap, signs, found = _room(columns)
    for i in range(asking.shape[0]):
        a = asking[i]
        for t in range(_candidates(product[i], limit[a], gap, signs, found)):
            j = found[t]
            b = columns[j]
            if diagonal and j <= i:
                if j == i:
                    more[a] += weight[a]
                continue
            if total[a] + more[a] >= enough and total[b] + more[b] >= enough:
                continue
            if product[i, j] >= sure[a] or squared(X[a], X[b]) <= eps2:
                more[a] += weight[b]
                more[b] += weight[a]
                company[a] = True
                company[b] = True


@kernel()
def root(parent: I32, a: int) -> int:
    """The root of a's tree (n,), halving the path to it."""
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@kernel()
def join(
    product: F32, asking: I64, columns: I64,
    X: Array, limit: F32, sure: F32, eps2: float,
    parent: I32, giant: int, open_: Bools,
) -> int:  # fmt: skip
    """Unite each asking point with the columns within eps, until it is in the giant cluster.

    Returns how many are open.

    Parameters
    ----------
    parent : (n,) int32, a forest whose trees are the clusters so far; updated
    giant : a member of the largest cluster, -1 to unite everything
    """
    gap, signs, found = _room(columns)
    left = 0
    for i in range(asking.shape[0]):
        a = asking[i]
        if not open_[a]:
            continue
        mine = root(parent, a)
        if giant >= 0 and mine == root(parent, giant):
            open_[a] = False
            continue
        for t in range(_candidates(product[i], limit[a], gap, signs, found)):
            b = columns[found[t]]
            other = root(parent, b)
            if other != mine and (product[i, found[t]] >= sure[a] or squared(X[a], X[b]) <= eps2):
                parent[max(mine, other)] = min(mine, other)
                mine = min(mine, other)
                if giant >= 0 and mine == root(parent, giant):
                    open_[a] = False
                    break
        left += open_[a]
    return left


@kernel()
def attach(
    product: F32, asking: I64, columns: I64,
    X: Array, limit: F32, sure: F32, eps2: float,
    first: I32, open_: Bools,
) -> int:  # fmt: skip
    """Give each asking point the cluster of the first column within eps; return how many are open.

    Parameters
    ----------
    columns : core points, in the order of `first`
    first : (n,) int32, the first core point of a point's cluster; read at the columns, written at
        the asking points
    """
    gap, signs, found = _room(columns)
    left = 0
    for i in range(asking.shape[0]):
        a = asking[i]
        if not open_[a]:
            continue
        for t in range(_candidates(product[i], limit[a], gap, signs, found)):
            b = columns[found[t]]
            if product[i, found[t]] >= sure[a] or squared(X[a], X[b]) <= eps2:
                first[a] = first[b]
                open_[a] = False
                break
        left += open_[a]
    return left


@kernel()
def merge(parent: I32, other: I32) -> None:
    """Unite in the forest `parent` (n,) what is united in `other` (n,)."""
    for a in range(parent.shape[0]):
        x, y = root(parent, a), root(parent, other[a])
        parent[max(x, y)] = min(x, y)


@kernel()
def roots(parent: I32, out: I32) -> None:
    """Write the root of every point's tree to `out` (n,)."""
    for a in range(parent.shape[0]):
        out[a] = root(parent, a)
