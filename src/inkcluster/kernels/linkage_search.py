"""Nearest clusters in a few leading directions: a float32 proposal with a proven lower bound."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel

ROWS = 128
"""Queries at a time, so that the block of products stays in the second-level cache."""
COLUMNS = 1024
STRIP = 64
"""Columns of which only the least is compared first; most strips hold no candidate."""


@kernel(fastmath=True)
def _strip(
    product: NDArray[np.float32],
    square: NDArray[np.float32],
    inverse: NDArray[np.float32],
    own_square: np.float32,
    own_inverse: np.float32,
    value: NDArray[np.float32],
) -> np.float32:
    """Twice the weighted squared distances of one query to a strip of clusters, and their least."""
    least = np.float32(np.inf)
    two = np.float32(2)
    for j in range(product.shape[0]):
        v = (own_square + square[j] - two * product[j]) / (own_inverse + inverse[j])
        value[j] = v
        least = min(least, v)
    return least


@kernel()
def insert(
    value: np.float32, index: int, values: NDArray[np.float32], ids: NDArray[np.int32]
) -> None:
    """Put a candidate into ascending lists, dropping the last."""
    at = values.shape[0] - 1
    while at > 0 and values[at - 1] > value:
        values[at] = values[at - 1]
        ids[at] = ids[at - 1]
        at -= 1
    values[at] = value
    ids[at] = index


@kernel()
def propose(
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
    inverse: NDArray[np.float32],
    group: NDArray[np.int32],
    queries: NDArray[np.int64],
    values: NDArray[np.float32],
    ids: NDArray[np.int32],
) -> None:
    """The clusters with the smallest lower bounds of the weighted squared distance to each query.

    The bound of a pair is 2·(‖a‖² + ‖b‖² - 2·a·b) / (1/nₐ + 1/n_b) over the leading coordinates.

    Parameters
    ----------
    lead : (m, p) float32, leading coordinates and the norm of what they leave out; read
    square : (m,) float32, squared norms of `lead`, made smaller by the rounding of the product; read
    inverse : (m,) float32, 1/size, a little enlarged, for Ward; ones for plain distances; read
    group : (m,) int32, a query takes no candidate of its own group; read
    queries : (r,) int64, rows of `lead` that ask; read
    values : (r, M) float32, ascending lower bounds, infinite where there is none; written
    ids : (r, M) int32, their rows, -1 where there is none; written
    """
    m, p = lead.shape
    wanted = values.shape[1]
    count = queries.shape[0]
    for b in range((count + ROWS - 1) // ROWS):
        start = b * ROWS
        stop = min(count, start + ROWS)
        rows = np.empty((stop - start, p), np.float32)
        for i in range(start, stop):
            rows[i - start] = lead[queries[i]]
        values[start:stop] = np.inf
        ids[start:stop] = -1
        strip = np.empty(STRIP, np.float32)
        block = np.empty((stop - start) * COLUMNS, np.float32)
        for left in range(0, m, COLUMNS):
            right = min(m, left + COLUMNS)
            product = block[: (stop - start) * (right - left)].reshape(stop - start, right - left)
            np.dot(rows, lead[left:right].T, product)
            for i in range(start, stop):
                me = queries[i]
                mine = values[i]
                for s in range(left, right, STRIP):
                    e = min(right, s + STRIP)
                    least = _strip(
                        product[i - start, s - left : e - left],
                        square[s:e],
                        inverse[s:e],
                        square[me],
                        inverse[me],
                        strip,
                    )
                    if least < mine[wanted - 1]:
                        for j in range(s, e):
                            if strip[j - s] < mine[wanted - 1] and group[j] != group[me]:
                                insert(strip[j - s], j, mine, ids[i])
        for i in range(start, stop):
            for t in range(wanted):
                values[i, t] = max(np.float32(2) * values[i, t], np.float32(0))
