"""Clusters and their members: chained, joined, and their distances summed in float64 from scratch.

Stored distances may be rounded; these sums decide where they are too close to tell.
"""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.fill import gap

COMPLETE, AVERAGE, WEIGHTED = range(3)
MAX_MASS = 1e250
"""Weight of a cluster from which the weights of its members are divided by it."""
Members = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]
"""weight : (n,), what a point counts in its cluster: how many points it stands for (average), 2 to
    the minus its depth (weighted), or 1
mass : (n,), at a cluster's earliest member, the sum of its weights
following : (n,), the next member of a point's cluster
last : (n,), at a cluster's earliest member, its last
"""
Slots = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]
"""earliest : (m,), a cluster's earliest member; size : (m,), its points; count : (m,), its members
error : (m,), half of what an entry of the matrix may be off, for a pair the sum of both
"""


@kernel()
def at(i: int, j: int, m: int) -> int:
    """Where the entry of slots i < j of m is."""
    return i * m - i * (i + 1) // 2 - i - 1 + j


@kernel()
def _chain(first: int, following: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """The chain of members that starts at a point."""
    out = np.empty(count, np.int32)
    here = first
    for t in range(count):
        out[t] = here
        here = following[here]
    return out


@kernel()
def _row(
    points: NDArray[np.generic],
    weight: NDArray[np.float64],
    method: int,
    x: int,
    b: NDArray[np.int32],
) -> float:
    total = 0.0
    for q in range(b.shape[0]):
        d = np.sqrt(gap(points[x], points[b[q]]))
        total = max(total, d) if method == COMPLETE else total + weight[b[q]] * d
    return total


@kernel()
def _between(
    points: NDArray[np.generic],
    members: Members,
    method: int,
    first: int,
    second: int,
    count_first: int,
    count_second: int,
) -> float:
    """Distance of two clusters by complete, average or weighted linkage.

    `first` and `second` are the earliest members, lower first: the sum is the same in either order.
    """
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
def between(
    x: int, y: int, method: int, points: NDArray[np.generic], members: Members, slots: Slots
) -> float:
    """Distance of the clusters in two slots, from the members; points are (n, d), any real dtype."""
    earliest, _, count, _ = slots
    a, b = (x, y) if earliest[x] < earliest[y] else (y, x)
    return _between(points, members, method, earliest[a], earliest[b], count[a], count[b])


@kernel()
def heights(
    which: NDArray[np.int64],
    merges: NDArray[np.int32],
    counts: NDArray[np.int32],
    method: int,
    points: NDArray[np.generic],
    members: Members,
    height: NDArray[np.float64],
) -> None:
    """Heights of the merges `which` (r,), from the members that their two clusters had then.

    Later merges change no cluster's own shares, and a chain stays the beginning of a chain.

    Parameters
    ----------
    merges, counts : (n - 1, 2) int32, earliest members and how many; read
    height : (n - 1,) float64; those of `which` written
    """
    for i in range(which.shape[0]):
        t = which[i]
        height[t] = _between(
            points, members, method, merges[t, 0], merges[t, 1], counts[t, 0], counts[t, 1]
        )


@kernel()
def join(x: int, y: int, balance: bool, members: Members, slots: Slots) -> None:
    """Chain the members of `y` to those of `x`, the earlier cluster first.

    What was a cluster's chain stays the beginning of a chain: its earliest member and the number
    of its members give it ever after.
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
    first: int,
    second: int,
    count_first: int,
    count_second: int,
    weight: NDArray[np.float64],
    mass: NDArray[np.float64],
    following: NDArray[np.int32],
) -> None:
    """Let two clusters weigh the same, by changing the weights of the one with fewer members."""
    few, many = (first, second) if count_first < count_second else (second, first)
    factor = mass[many] / mass[few]
    here = few
    for _ in range(min(count_first, count_second)):
        weight[here] *= factor
        here = following[here]
    total = 2 * mass[many]
    if total > MAX_MASS:  # weights this far apart vanish beside each other anyway
        for start, count in ((first, count_first), (second, count_second)):
            here = start
            for _ in range(count):
                weight[here] /= total
                here = following[here]
        total = 1.0
    mass[min(first, second)] = total
