"""Nearest clusters in a few leading directions: a float32 proposal with a proven lower bound."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.neighbors.pairs import COLUMNS, ROWS
from inkcluster.kernels.strips import STRIP, negatives

FAR = np.float32(1e36)
"""Stands for a limit that is not known yet; more than any squared distance."""
WIDER = np.float32(1 + 1e-6)
"""What a limit grows by, more than the rounding of comparing with it."""


@kernel(fastmath=True)
def _beyond(
    product: NDArray[np.float32],
    square: NDArray[np.float32],
    inverse: NDArray[np.float32],
    own_square: np.float32,
    own_inverse: np.float32,
    limit: np.float32,
    out: NDArray[np.float32],
) -> None:
    """What the bounds of one query to a block of clusters exceed its limit by, times the weights."""
    own = own_square - limit * own_inverse
    for j in range(np.uint64(product.shape[0])):
        out[j] = own + (square[j] - limit * inverse[j]) - np.float32(2) * product[j]


@kernel(fastmath=True)
def dot(a: NDArray[np.float32], b: NDArray[np.float32]) -> np.float32:
    """Scalar product of two rows (p,) in float32."""
    total = np.float32(0)
    for t in range(np.uint64(a.shape[0])):
        total += a[t] * b[t]
    return total


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
    few: NDArray[np.float32],
    few_square: NDArray[np.float32],
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
    inverse: NDArray[np.float32],
    queries: NDArray[np.int64],
    values: NDArray[np.float32],
    ids: NDArray[np.int32],
) -> None:
    """The clusters with the smallest lower bounds of the weighted squared distance to each query.

    The bound of a pair is 2·(‖a‖² + ‖b‖² - 2·a·b) / (1/nₐ + 1/n_b) over the leading coordinates.
    Products in few of them tell most pairs to be out of reach.

    Parameters
    ----------
    few : (m, q) float32, the first coordinates and the norm of all others; read
    lead : (m, p) float32, leading coordinates and the norm of what they leave out; read
    few_square, square : (m,) float32, squared norms of both, made smaller by the rounding of the
        product; read
    inverse : (m,) float32, 1/size, a little enlarged; read
    queries : (r,) int64, rows of `lead` that ask; read
    values : (r, M) float32, ascending lower bounds, infinite where there is none; written
    ids : (r, M) int32, their rows, -1 where there is none; written
    """
    m = lead.shape[0]
    last = values.shape[1] - 1
    count = queries.shape[0]
    out = np.empty(COLUMNS, np.float32)
    signs = out.view(np.uint64)
    which = np.empty(COLUMNS + 1, np.int32)
    block = np.empty(min(count, ROWS) * COLUMNS, np.float32)
    values[:] = np.inf
    ids[:] = -1
    for start in range(0, count, ROWS):
        rows = few[queries[start : start + ROWS]]
        for left in range(0, m, COLUMNS):
            right = min(m, left + COLUMNS)
            width = right - left
            product = block[: len(rows) * width].reshape(len(rows), width)
            np.dot(rows, few[left:right].T, product)
            for i in range(start, start + len(rows)):
                me = queries[i]
                mine = values[i]
                _beyond(
                    product[i - start], few_square[left:right], inverse[left:right],
                    few_square[me], inverse[me], min(mine[last] * WIDER, FAR), out[:width],
                )  # fmt: skip
                out[width : min(COLUMNS, width + STRIP)] = 1
                for c in range(negatives(out, signs, width, which)):
                    j = left + which[c]
                    if j != me:
                        gap = square[me] + square[j] - np.float32(2) * dot(lead[me], lead[j])
                        value = gap / (inverse[me] + inverse[j])
                        if value < mine[last]:
                            insert(value, j, mine, ids[i])
    for i in range(count):
        for t in range(last + 1):
            values[i, t] = max(np.float32(2) * values[i, t], np.float32(0))
