"""Fills the matrix of all distances, one row after another above the diagonal."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, Array, Floats
from inkcluster.kernels._jit import kernel

ROWS = 128
COLUMNS = 1024
NEAR = 1e-2
"""Squared distances below this share of the squared norms are summed again, directly."""


@kernel(fastmath=True)
def gap(a: Array, b: Array) -> float:
    """Squared distance of two points of any real dtype, in float64."""
    total = 0.0
    for t in range(a.shape[0]):
        step = np.float64(a[t]) - np.float64(b[t])
        total += step * step
    return total


@kernel(fastmath=True)
def _write(
    product: Floats, square: F64, own: float, per_unit: float, half: float, out: Array
) -> None:
    """Store a strip of distances."""
    for j in range(product.shape[0]):
        d = max(own + square[j] - 2 * np.float64(product[j]), 0.0)
        out[j] = out.dtype.type(np.sqrt(d) * per_unit + half)


@kernel()
def fill(
    points: Floats, square: F64, exact: bool, per_unit: float, half: float,
    first: int, last: int, out: Array,
) -> None:  # fmt: skip
    """Write the distances of the points from `first` to `last` to all later points.

    Parameters
    ----------
    points : (n, d), float32 or float64, centred; read
    square : (n,) float64, squared norms; read
    exact : whether products are exact, as those of integers with sums below 2²⁴
    per_unit, half : distance · per_unit + half is stored, cut to an integer if `out` holds integers
    out : (n·(n - 1)/2,) float64 or uint32, SciPy's order; written
    """
    n = points.shape[0]
    for b in range((last - first + ROWS - 1) // ROWS):
        start = first + b * ROWS
        stop = min(last, start + ROWS)
        block = np.empty((stop - start) * COLUMNS, points.dtype)
        for left in range(start, n, COLUMNS):
            right = min(n, left + COLUMNS)
            product = block[: (stop - start) * (right - left)].reshape(stop - start, right - left)
            np.dot(points[start:stop], points[left:right].T, product)
            for i in range(start, stop):
                base = i * n - i * (i + 1) // 2 - i - 1
                j = max(left, i + 1)
                if j >= right:
                    continue
                _write(
                    product[i - start, j - left : right - left], square[j:right], square[i],
                    per_unit, half, out[base + j : base + right],
                )  # fmt: skip
                if not exact:
                    for u in range(j, right):
                        both = square[i] + square[u]
                        if both - 2 * np.float64(product[i - start, u - left]) < NEAR * both:
                            d = np.sqrt(gap(points[i], points[u]))
                            out[base + u] = out.dtype.type(d * per_unit + half)
