"""Finds the few negative numbers among many, by testing the signs of a strip at a time."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, I32, U64
from inkcluster.kernels._jit import kernel

STRIP = 8
"""Numbers tested together; most strips hold no negative number."""
NEGATIVE = np.uint64(0x8000000080000000)
"""The sign bits of two float32 side by side."""


@kernel()
def negatives(values: F32, signs: U64, width: int, out: I32) -> int:
    """Write the places of the negative numbers among the first `width` values; return their count.

    Parameters
    ----------
    values : (c,) float32; the values that fill the last strip up must not be negative; read
    signs : (c / 2,) uint64, the same memory as `values`; read
    out : (width + 1 or more,) int32, the places; written
    """
    count = 0
    for s in range((width + STRIP - 1) // STRIP):
        at = s * (STRIP // 2)
        if (signs[at] | signs[at + 1] | signs[at + 2] | signs[at + 3]) & NEGATIVE:
            for j in range(s * STRIP, (s + 1) * STRIP):
                out[count] = j
                count += values[j] < 0
    return count
