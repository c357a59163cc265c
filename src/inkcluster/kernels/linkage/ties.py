"""Tells whether two distances tie, and which pair comes first then."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._jit import kernel

TIE = 1e-11
"""More than the relative difference of two distances that tie."""


@kernel()
def rounded(value: float) -> float:
    """`value` rounded to 40 bits; distances that agree in these are a tie."""
    t = value * 8193.0
    return float(t - (t - value)) if abs(t) < np.inf else value


@kernel()
def precedes(d: float, x: int, y: int, best: float, at: int) -> bool:
    """Whether the pair (x, y) comes before (x, at): by distance, then by earliest members."""
    if at < 0:
        return True
    d, best = rounded(d), rounded(best)
    if d != best:
        return d < best
    if min(x, y) != min(x, at):
        return min(x, y) < min(x, at)
    return bool(max(x, y) < max(x, at))
