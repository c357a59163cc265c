"""Distances to centres, a block of points at a time; prior validation assumed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 22  # float64 values worked on at a time: 32 MB


def blocks(n: int, width: int) -> Iterator[slice]:
    """Slices of `n` rows of `width` values, some 32 MB each in float64."""
    step = max(1, _BLOCK // width)
    return (slice(start, start + step) for start in range(0, n, step))


def means(points: NDArray[Any], numbers: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """The mean of each cluster's members, shape (k, d); NaN where there are none."""
    from scipy.sparse import csr_array

    sums = np.zeros((k, points.shape[1]))
    if k:
        for block in blocks(len(points), points.shape[1]):
            mine = np.flatnonzero(numbers[block] >= 0)
            cells = np.ones(len(mine)), (numbers[block][mine], mine)
            member_of = csr_array(cells, shape=(k, len(numbers[block])))
            sums += member_of @ points[block].astype(np.float64)
    sizes = np.bincount(numbers[numbers >= 0], minlength=k)[:, None]
    return np.divide(sums, sizes, out=np.full_like(sums, np.nan), where=sizes > 0)


def distance_to_own(
    points: NDArray[Any], numbers: NDArray[np.int64], middle: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance of each point to its own centre, shape (n,); NaN for noise."""
    distance = np.full(len(points), np.nan)
    for block in blocks(len(points), points.shape[1]):
        mine = block.start + np.flatnonzero(numbers[block] >= 0)
        away = points[mine] - middle[numbers[mine]]
        distance[mine] = np.sqrt(np.einsum("ij,ij->i", away, away))
    return distance


def two_closest(
    points: NDArray[Any], middle: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """The two closest centres of each point and the distances to them, each of shape (n,)."""
    n = len(points)
    pair = np.empty((n, 2), np.int64)
    distance = np.empty((n, 2))
    norms = np.einsum("ij,ij->i", middle, middle)
    for block in blocks(n, points.shape[1] + len(middle)):
        rows = points[block].astype(np.float64)
        # ‖a‖² - 2ab + ‖b‖²; ‖a‖² is the same for each centre and changes no order.
        squared = norms - 2.0 * (rows @ middle.T)
        two = np.argpartition(squared, 1, axis=1)[:, :2]
        # The product has lost digits where distances are small: measure these two again.
        exact = np.stack([np.linalg.norm(rows - middle[two[:, i]], axis=1) for i in (0, 1)], axis=1)
        order = np.lexsort((two, exact), axis=1)
        pair[block] = np.take_along_axis(two, order, axis=1)
        distance[block] = np.take_along_axis(exact, order, axis=1)
    return pair[:, 0], pair[:, 1], distance[:, 0], distance[:, 1]


def members_of(numbers: NDArray[np.int64], k: int) -> list[NDArray[np.int64]]:
    """The members of each cluster, in the order of their indices."""
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(k + 1))
    return [order[starts[i] : starts[i + 1]] for i in range(k)]
