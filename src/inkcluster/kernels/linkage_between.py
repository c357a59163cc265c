"""Distance of two clusters from their members, in float64: what decides where stored ones are close."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage_blend import COMPLETE
from inkcluster.kernels.pairs_fill import gap


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
