"""Distance of two clusters from their members, in float64: what decides where stored ones are close."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.blend import COMPLETE
from inkcluster.kernels.linkage.fill import gap


@kernel()
def members(first: int, following: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """The chain of members that starts at a point."""
    out = np.empty(count, np.int32)
    at = first
    for t in range(count):
        out[t] = at
        at = following[at]
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
def between(
    points: NDArray[np.generic],
    weight: NDArray[np.float64],
    following: NDArray[np.int32],
    method: int,
    first: int,
    second: int,
    count_first: int,
    count_second: int,
) -> float:
    """Distance of two clusters by complete, average or weighted linkage, from scratch.

    Parameters
    ----------
    points : (n, d), any real dtype; read
    weight : (n,) float64, what a point counts in its cluster: ones, or 2 to the minus its depth
        for weighted linkage; read
    following : (n,) int32, the next member of a point's cluster; read
    first, second : the earliest members, lower first, so that the sum is the same in either order
    count_first, count_second : members
    """
    a = members(first, following, count_first)
    b = members(second, following, count_second)
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
def heights(
    which: NDArray[np.int64],
    merges: NDArray[np.int32],
    counts: NDArray[np.int32],
    method: int,
    points: NDArray[np.generic],
    weight: NDArray[np.float64],
    following: NDArray[np.int32],
    height: NDArray[np.float64],
) -> None:
    """Heights of the merges `which` (r,), from the members that their two clusters had then.

    Parameters
    ----------
    merges, counts : (n - 1, 2) int32, earliest members and how many; read
    points, weight, following : see :func:`between`; later merges change no cluster's own shares
    height : (n - 1,) float64; those of `which` written
    """
    for i in range(which.shape[0]):
        t = which[i]
        height[t] = between(
            points,
            weight,
            following,
            method,
            merges[t, 0],
            merges[t, 1],
            counts[t, 0],
            counts[t, 1],
        )


@kernel()
def join(
    x: int,
    y: int,
    balance: bool,
    weight: NDArray[np.float64],
    mass: NDArray[np.float64],
    following: NDArray[np.int32],
    last: NDArray[np.int32],
    earliest: NDArray[np.int32],
    count: NDArray[np.int32],
) -> None:
    """Chain the members of `y` to those of `x`, the earlier cluster first.

    What was a cluster's chain stays the beginning of a chain: its earliest member and the number
    of its members give it ever after.
    """
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
    at = few
    for _ in range(min(count_first, count_second)):
        weight[at] *= factor
        at = following[at]
    total = 2 * mass[many]
    if total > 1e250:  # weights this far apart vanish beside each other anyway
        for start, count in ((first, count_first), (second, count_second)):
            at = start
            for _ in range(count):
                weight[at] /= total
                at = following[at]
        total = 1.0
    mass[min(first, second)] = total
