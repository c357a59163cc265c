"""Proposes nearest clusters by float32 lower bounds in leading coordinates."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, I32, I64
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.neighbors.pairs import COLUMNS, ROWS, insert
from inkcluster.kernels.strips import STRIP, negatives

FAR = np.float32(1e36)
"""More than any squared distance; stands for a limit that is not known yet."""
WIDER = np.float32(1 + 1e-6)
"""Factor that enlarges a limit by more than the rounding of comparisons with it."""


@kernel(fastmath=True)
def _beyond(
    product: F32, square: F32, inverse: F32,
    own_square: np.float32, own_inverse: np.float32, limit: np.float32, out: F32,
) -> None:  # fmt: skip
    """How far the bounds of a query to a block of clusters exceed its limit, times the weights."""
    own = own_square - limit * own_inverse
    for j in range(np.uint64(product.shape[0])):
        out[j] = own + (square[j] - limit * inverse[j]) - np.float32(2) * product[j]


@kernel(fastmath=True)
def dot(a: F32, b: F32) -> np.float32:
    """Scalar product of two rows (p,) in float32."""
    total = np.float32(0)
    for t in range(np.uint64(a.shape[0])):
        total += a[t] * b[t]
    return total


@kernel()
def propose(
    few: F32, few_square: F32, lead: F32, square: F32, inverse: F32,
    queries: I64, values: F32, ids: I32,
) -> None:  # fmt: skip
    """Find the clusters with the least lower bounds of the weighted squared distance to each query.

    The bound of a pair is 2·(‖a‖² + ‖b‖² - 2·a·b) / (1/nₐ + 1/n_b) over the leading coordinates.
    Products in few of these rule out most pairs.

    Parameters
    ----------
    few : (m, q) float32, the first coordinates and the norm of all others; read
    lead : (m, p) float32, leading coordinates and the norm of the residual; read
    few_square, square : (m,) float32, squared norms of both less the rounding of a product; read
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
    for i in range(count):
        for t in range(last + 1):
            values[i, t] = np.inf
            ids[i, t] = -1
    asked = np.empty((min(count, ROWS), few.shape[1]), np.float32)
    for start in range(0, count, ROWS):
        stop = min(count, start + ROWS)
        for i in range(start, stop):
            for t in range(few.shape[1]):
                asked[i - start, t] = few[queries[i], t]
        rows = asked[: stop - start]
        for left in range(0, m, COLUMNS):
            right = min(m, left + COLUMNS)
            width = right - left
            product = block[: (stop - start) * width].reshape(stop - start, width)
            np.dot(rows, few[left:right].T, product)
            for i in range(start, stop):
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
