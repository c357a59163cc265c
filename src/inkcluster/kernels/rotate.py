"""Projects points to a few directions, block by block, without a float copy of all points."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, Array
from inkcluster.kernels._jit import kernel

ROWS = 256
"""Rows converted to float32 at a time, so that a block of 784 features stays in cache."""


@kernel()
def project(
    raw: Array, origin: F64, basis: F32, lead: F32, square: F64, first: int, last: int
) -> None:
    """Compute leading coordinates about an origin, and squared distances to it.

    Parameters
    ----------
    raw : (n, d), any real dtype; origin : (d,) float64; basis : (d, q) float32; read
    lead : (n, q) float32; square : (n,) float64; written
    first, last : range of blocks of `ROWS` points
    """
    n, d = raw.shape
    for b in range(first, last):
        start = b * ROWS
        stop = min(n, start + ROWS)
        rows = np.empty((stop - start, d), np.float32)
        for i in range(start, stop):
            total = 0.0
            for t in range(d):
                x = np.float64(raw[i, t]) - origin[t]
                rows[i - start, t] = np.float32(x)
                total += x * x
            square[i] = total
        np.dot(rows, basis, lead[start:stop])


@kernel()
def sketch(
    raw: Array, low: float, scale: float, basis: F32, shift: F32, lead: F32, first: int, last: int
) -> None:
    """Multiply 8-bit points by a basis of integers, exactly and so in any order of summation.

    Each sum stays below 2²⁴, up to which float32 holds every integer.

    Parameters
    ----------
    raw : (n, d), any real dtype, taken as round((raw - low) · scale) within 0 … 255; read
    basis : (d, q) float32; shift : (q,) float32; both integers; read
    lead : (n, q) float32; written
    first, last : range of blocks of `ROWS` points
    """
    n, d = raw.shape
    q = basis.shape[1]
    for b in range(first, last):
        start = b * ROWS
        stop = min(n, start + ROWS)
        rows = np.empty((stop - start, d), np.float32)
        for i in range(start, stop):
            for t in range(d):
                x = np.rint((np.float64(raw[i, t]) - low) * scale)
                rows[i - start, t] = np.float32(min(max(x, 0.0), 255.0))
        out = lead[start:stop]
        np.dot(rows, basis, out)
        for i in range(stop - start):
            for t in range(q):
                out[i, t] -= shift[t]
