"""All distances between points, one row after another above the diagonal."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel

ROWS = 128
COLUMNS = 1024
NEAR = 1e-2
"""Squared distances below this share of the squared norms are summed again, term by term."""


@kernel(fastmath=True)
def gap(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Squared distance of two points of any real dtype, in float64."""
    total = 0.0
    for t in range(a.shape[0]):
        step = np.float64(a[t]) - np.float64(b[t])
        total += step * step
    return total


@kernel(fastmath=True)
def _write(
    product: NDArray[np.floating],
    square: NDArray[np.float64],
    own: float,
    per_unit: float,
    half: float,
    out: NDArray[np.generic],
) -> None:
    """Store a strip of distances."""
    for j in range(product.shape[0]):
        d = max(own + square[j] - 2 * np.float64(product[j]), 0.0)
        out[j] = out.dtype.type(np.sqrt(d) * per_unit + half)


@kernel()
def fill(
    points: NDArray[np.floating],
    square: NDArray[np.float64],
    exact: bool,
    per_unit: float,
    half: float,
    first: int,
    last: int,
    out: NDArray[np.generic],
) -> None:
    """Distances of the points from `first` to `last` to all later ones.

    Parameters
    ----------
    points : (n, d), float32 or float64, about a middle; read
    square : (n,) float64, squared norms; read
    exact : whether the products are exact, as for whole numbers with sums below 2²⁴
    per_unit, half : what is stored is distance · per_unit + half, cut to a whole number if `out`
        holds such
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
                    product[i - start, j - left : right - left],
                    square[j:right],
                    square[i],
                    per_unit,
                    half,
                    out[base + j : base + right],
                )
                if not exact:
                    for u in range(j, right):
                        both = square[i] + square[u]
                        if both - 2 * np.float64(product[i - start, u - left]) < NEAR * both:
                            d = np.sqrt(gap(points[i], points[u]))
                            out[base + u] = out.dtype.type(d * per_unit + half)
