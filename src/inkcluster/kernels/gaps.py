"""Sums the squared distance of two rows in float64, in an order that the source fixes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from inkcluster.kernels._arrays import F64, Array

LANES = 64
"""Sums side by side; :mod:`inkcluster.cluster.neighbors.nearest` uses as many for the same bits."""
SHORT = 16384
"""Squared differences of bytes that a 32-bit sum can hold."""


def squared_gap(a: Array, b: Array, lanes: F64) -> float:
    """Squared distance of two rows (d,) of any real dtype; `lanes` (64,) float64 is overwritten.

    Coordinate t is added to lane t mod 64, then the lanes are added by halves, so the result does
    not depend on how the loop was compiled. Bytes are summed as integers: same result, faster.
    """
    raise NotImplementedError("only compiled code calls this")


@overload(squared_gap, jit_options={"error_model": "numpy"})
def _squared_gap(a: Any, b: Any, lanes: Any) -> Any:
    return _of_bytes if a.dtype == b.dtype == types.uint8 else _of_numbers


def _of_bytes(a: Any, b: Any, lanes: Any) -> Any:  # annotated as numba compares it
    whole = 0.0
    for start in range(0, a.shape[0], SHORT):
        x = a[start : start + SHORT]
        y = b[start : start + SHORT]
        total = np.int32(0)
        for t in range(np.uint64(x.shape[0])):
            step = np.int32(np.int16(x[t]) - np.int16(y[t]))
            total = np.int32(total + np.int32(step * step))
        whole += total
    return whole


def _of_numbers(a: Any, b: Any, lanes: Any) -> Any:  # annotated as numba compares it
    d = a.shape[0]
    used = LANES
    while used >= 2 * d and used > 1:  # the other lanes would hold zeros
        used //= 2
    for lane in range(used):
        lanes[lane] = 0.0
    whole = d - d % LANES
    for start in range(0, whole, LANES):
        x = a[start : start + LANES]
        y = b[start : start + LANES]
        for lane in range(LANES):
            step = np.float64(x[lane]) - np.float64(y[lane])
            lanes[lane] += step * step
    for t in range(whole, d):
        step = np.float64(a[t]) - np.float64(b[t])
        lanes[t - whole] += step * step
    while used > 1:
        used //= 2
        for lane in range(used):
            lanes[lane] += lanes[used + lane]
    return lanes[0]
