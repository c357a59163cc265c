"""Points in a few directions: the product is taken block by block, so no float copy is ever whole."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel

ROWS = 256
"""Rows converted to float32 at a time; a block of 784 features then stays in cache."""


@kernel()
def project(
    raw: NDArray[np.generic],
    origin: NDArray[np.float64],
    basis: NDArray[np.float32],
    lead: NDArray[np.float32],
    square: NDArray[np.float64],
    first: int,
    last: int,
) -> None:
    """Leading coordinates about an origin, and the squared distance to it.

    Parameters
    ----------
    raw : (n, d), any real dtype; origin : (d,) float64; basis : (d, q) float32; read
    lead : (n, q) float32; square : (n,) float64; written
    first, last : the blocks of `ROWS` points to do
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
    raw: NDArray[np.generic],
    low: float,
    scale: float,
    basis: NDArray[np.float32],
    shift: NDArray[np.float32],
    lead: NDArray[np.float32],
    first: int,
    last: int,
) -> None:
    """Whole numbers: 8-bit points times a basis of whole numbers, small enough to be exact.

    Each sum stays under 2²⁴, where float32 holds every whole number, so that the product is the
    same in whatever order it is summed.

    Parameters
    ----------
    raw : (n, d), any real dtype, taken as round((raw - low) · scale) within 0 … 255; read
    basis : (d, q) float32 of whole numbers; shift : (q,) float32 of whole numbers; read
    lead : (n, q) float32; written
    first, last : the blocks of `ROWS` points to do
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
