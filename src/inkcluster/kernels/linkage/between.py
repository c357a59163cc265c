"""Chains the members of clusters, and sums distances of clusters from them, in float64.

Stored distances may be rounded; these sums decide where they are too close to tell.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64, Array
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.fill import gap

COMPLETE, AVERAGE, WEIGHTED = range(3)
MAX_MASS = 1e250
"""Weight of a cluster above which the weights of its members are scaled down."""
Members = tuple[F64, F64, I32, I32]
"""weight : (n,), weight of a point in its cluster: the points it stands for (average), 2 to the
    minus its depth (weighted), or 1
mass, last : (n,), at a cluster's earliest member, the sum of its weights and its last member
following : (n,), the next member of a point's cluster
"""
Slots = tuple[I32, F64, I32, F64]
"""earliest, size, count : (m,), a cluster's earliest member, its points, its members
error : (m,), an entry of the matrix may be off by the sum of the errors of both clusters
"""


@kernel()
def at(i: int, j: int, m: int) -> int:
    """The place of the entry of slots i < j of m."""
    return i * m - i * (i + 1) // 2 - i - 1 + j


@kernel()
def _chain(first: int, following: I32, count: int) -> I32:
    """The chain of members that starts at a point."""
    out = np.empty(count, np.int32)
    here = first
    for t in range(count):
        out[t] = here
        here = following[here]
    return out


@kernel()
def _row(points: Array, weight: F64, method: int, x: int, b: I32) -> float:
    total = 0.0
    for q in range(b.shape[0]):
        d = np.sqrt(gap(points[x], points[b[q]]))
        total = max(total, d) if method == COMPLETE else total + weight[b[q]] * d
    return total


@kernel()
def _between(
    points: Array, members: Members, method: int,
    first: int, second: int, count_first: int, count_second: int,
) -> float:  # fmt: skip
    """Distance of two clusters, given by their earliest members, lower first: the sum is unique."""
    weight, _, following, _ = members
    a = _chain(first, following, count_first)
    b = _chain(second, following, count_second)
    out = np.empty(count_first)
    for p in range(count_first):
        out[p] = _row(points, weight, method, a[p], b)
    if method == COMPLETE:
        return float(out.max())
    total = 0.0
    share = 0.0
    other = 0.0
    for p in range(count_first):
        total += weight[a[p]] * out[p]
        share += weight[a[p]]
    for q in range(count_second):
        other += weight[b[q]]
    return total / (share * other)


@kernel()
def between(x: int, y: int, method: int, points: Array, members: Members, slots: Slots) -> float:
    """Distance of the clusters in two slots, from the members; points (n, d) of any real dtype."""
    earliest, _, count, _ = slots
    a, b = (x, y) if earliest[x] < earliest[y] else (y, x)
    return _between(points, members, method, earliest[a], earliest[b], count[a], count[b])


@kernel()
def heights(
    which: I64, merges: I32, counts: I32, method: int, points: Array, members: Members, height: F64
) -> None:
    """Write heights (n - 1,) of the merges `which` (r,), from the members the clusters had then.

    `merges` and `counts`, (n - 1, 2) int32, are the earliest members and numbers of members. Later
    merges change no share within a cluster, and a chain stays the beginning of a chain.
    """
    for i in range(which.shape[0]):
        t = which[i]
        height[t] = _between(
            points, members, method, merges[t, 0], merges[t, 1], counts[t, 0], counts[t, 1]
        )


@kernel()
def join(x: int, y: int, balance: bool, members: Members, slots: Slots) -> None:
    """Chain the members of `y` to those of `x`, the earlier cluster first.

    A cluster's chain stays the beginning of a chain, given by its earliest member and their number.
    """
    weight, mass, following, last = members
    earliest, _, count, _ = slots
    if balance:
        _balance(earliest[x], earliest[y], count[x], count[y], weight, mass, following)
    a, b = min(earliest[x], earliest[y]), max(earliest[x], earliest[y])
    following[last[a]] = b
    last[a] = last[b]
    earliest[x] = a
    count[x] += count[y]


@kernel()
def _balance(
    first: int, second: int, count_first: int, count_second: int,
    weight: F64, mass: F64, following: I32,
) -> None:  # fmt: skip
    """Make two clusters weigh the same, by scaling the weights of the one with fewer members."""
    few, many = (first, second) if count_first < count_second else (second, first)
    factor = mass[many] / mass[few]
    here = few
    for _ in range(min(count_first, count_second)):
        weight[here] *= factor
        here = following[here]
    total = 2 * mass[many]
    if total > MAX_MASS:  # weights this far apart vanish beside each other
        for start, count in ((first, count_first), (second, count_second)):
            here = start
            for _ in range(count):
                weight[here] /= total
                here = following[here]
        total = 1.0
    mass[min(first, second)] = total
