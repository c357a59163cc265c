"""Which of many numbers are negative, where few are: a strip of them is asked at once by their signs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel

STRIP = 8
"""Numbers that are asked at once whether any is negative; most strips hold none."""
NEGATIVE = np.uint64(0x8000000080000000)
"""The signs of two float32 in a row."""


@kernel()
def negatives(
    values: NDArray[np.float32], signs: NDArray[np.uint64], width: int, out: NDArray[np.int32]
) -> int:
    """Write the places of the negative ones of the first `width` values to `out`; how many there are.

    Parameters
    ----------
    values : (c,) float32, of which `signs` (c / 2,) uint64 is the same memory; what fills the last
        strip up must not be negative; read
    out : int32, with room for `width` and one more; written
    """
    count = 0
    for s in range((width + STRIP - 1) // STRIP):
        at = s * (STRIP // 2)
        if (signs[at] | signs[at + 1] | signs[at + 2] | signs[at + 3]) & NEGATIVE:
            for j in range(s * STRIP, (s + 1) * STRIP):
                out[count] = j
                count += values[j] < 0
    return count
