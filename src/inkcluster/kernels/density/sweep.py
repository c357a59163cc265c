"""DBSCAN on blocks of products: float32 proposes pairs within eps, float64 decides.

A block holds, for each asking point a and each column b, their scalar product over the leading
coordinates less half of b's squared norm. It is at least `limit[a]` wherever the two can be within
eps, and at least `sure[a]` only where they certainly are.
"""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.strips import STRIP, negatives

MAX_TREE_DIMENSIONS = 15
"""Dimensions up to which scikit-learn's trees measure the distances, which decides ties."""


@kernel()
def squared(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
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
def _candidates(
    values: NDArray[np.float32],
    limit: np.float32,
    gap: NDArray[np.float32],
    signs: NDArray[np.uint64],
    out: NDArray[np.int32],
) -> int:
    """Write the places of `values` (c,) that are at least `limit` to `out`; return how many.

    `gap`, of which `signs` is the same memory, takes how far each falls short of the limit. Few do
    not, so a strip at a time is asked whether any is negative.
    """
    width = values.shape[0]
    below = np.nextafter(limit, np.float32(-np.inf))  # so that equal is negative, too
    for j in range(np.uint64(width)):
        gap[j] = below - values[j]
    gap[width : width + STRIP] = 1
    found: int = negatives(gap, signs, width, out)
    return found


@kernel()
def count(
    product: NDArray[np.float32],
    asking: NDArray[np.int64],
    columns: NDArray[np.int64],
    X: NDArray[np.generic],
    limit: NDArray[np.float32],
    sure: NDArray[np.float32],
    eps2: float,
    weight: NDArray[np.float64],
    enough: float,
    total: NDArray[np.float64],
    company: NDArray[np.bool_],
    open_: NDArray[np.bool_],
) -> int:
    """Add the weights of the columns within eps to each asking point's total, until it is enough.

    Parameters
    ----------
    product : (r, c) float32, see the module; read
    asking, columns : (r,) and (c,) int64, rows of `X`; read
    X : (n, d), any real dtype; read
    limit, sure : (n,) float32, see the module; read
    eps2 : eps, squared
    weight : (n,) float64; read
    enough : counting stops at this total; infinite where weights may be negative
    total : (n,) float64; updated
    company : (n,) bool, whether another point is within eps; updated
    open_ : (n,) bool, whether the total may still change; updated

    Returns
    -------
    int
        How many of the asking are open.
    """
    found = np.empty(columns.shape[0] + STRIP, np.int32)
    gap = np.empty(columns.shape[0] // STRIP * STRIP + 2 * STRIP, np.float32)
    signs = gap.view(np.uint64)
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
    product: NDArray[np.float32],
    asking: NDArray[np.int64],
    columns: NDArray[np.int64],
    diagonal: bool,
    X: NDArray[np.generic],
    limit: NDArray[np.float32],
    sure: NDArray[np.float32],
    eps2: float,
    weight: NDArray[np.float64],
    enough: float,
    total: NDArray[np.float64],
    company: NDArray[np.bool_],
    more: NDArray[np.float64],
) -> None:
    """Add the weights of pairs within eps to both points' totals.

    Parameters as in :func:`count`, but:

    Parameters
    ----------
    diagonal : whether the columns are the asking, so that each pair is in the block twice
    total : (n,) float64, found before; read
    more : (n,) float64, what the calling thread has added since; updated
    """
    found = np.empty(columns.shape[0] + STRIP, np.int32)
    gap = np.empty(columns.shape[0] // STRIP * STRIP + 2 * STRIP, np.float32)
    signs = gap.view(np.uint64)
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
def root(parent: NDArray[np.int32], a: int) -> int:
    """The root of a's tree (n,), halving the path to it."""
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@kernel()
def join(
    product: NDArray[np.float32],
    asking: NDArray[np.int64],
    columns: NDArray[np.int64],
    X: NDArray[np.generic],
    limit: NDArray[np.float32],
    sure: NDArray[np.float32],
    eps2: float,
    parent: NDArray[np.int32],
    giant: int,
    open_: NDArray[np.bool_],
) -> int:
    """Unite each asking point with the columns within eps, until it is in the giant cluster.

    Parameters as in :func:`count`, but:

    Parameters
    ----------
    parent : (n,) int32, a forest whose trees are the clusters so far; updated
    giant : a member of the largest cluster, -1 to unite everything

    Returns
    -------
    int
        How many of the asking are open.
    """
    found = np.empty(columns.shape[0] + STRIP, np.int32)
    gap = np.empty(columns.shape[0] // STRIP * STRIP + 2 * STRIP, np.float32)
    signs = gap.view(np.uint64)
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
    product: NDArray[np.float32],
    asking: NDArray[np.int64],
    columns: NDArray[np.int64],
    X: NDArray[np.generic],
    limit: NDArray[np.float32],
    sure: NDArray[np.float32],
    eps2: float,
    first: NDArray[np.int32],
    open_: NDArray[np.bool_],
) -> int:
    """Give each asking point the cluster of the first column within eps.

    Parameters as in :func:`count`, but:

    Parameters
    ----------
    columns : (c,) int64, core points in the order of `first`; read
    first : (n,) int32, the first core point of each cluster; read at the columns, written at the asking

    Returns
    -------
    int
        How many of the asking are open: none is within eps yet.
    """
    found = np.empty(columns.shape[0] + STRIP, np.int32)
    gap = np.empty(columns.shape[0] // STRIP * STRIP + 2 * STRIP, np.float32)
    signs = gap.view(np.uint64)
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
def merge(parent: NDArray[np.int32], other: NDArray[np.int32]) -> None:
    """Unite in `parent` (n,) what is united in `other` (n,); `parent` is updated, both halve paths."""
    for a in range(parent.shape[0]):
        x, y = root(parent, a), root(parent, other[a])
        parent[max(x, y)] = min(x, y)


@kernel()
def roots(parent: NDArray[np.int32], out: NDArray[np.int32]) -> None:
    """Write the root of every point's tree to `out` (n,)."""
    for a in range(parent.shape[0]):
        out[a] = root(parent, a)
