"""Greedy k-means++ (Arthur & Vassilvitskii 2007) for many starts at once."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I64
from inkcluster.kernels._jit import kernel


@kernel(fastmath=True)
def _trial(square: F64, own: float, weight: F64, product: F32, near: F64, out: F64) -> float:
    """Write squared distances to the nearest centre with one more; return their weighted sum."""
    potential = 0.0
    for p in range(square.shape[0]):
        gap = max(square[p] + own - 2.0 * np.float64(product[p]), 0.0)
        out[p] = min(near[p], gap)
        potential += weight[p] * out[p]
    return potential


@kernel()
def plus_plus(
    points: F32, square: F64, weight: F64, draws: F64, chosen: I64, first: int, last: int
) -> None:
    """Choose k points for each start, each the best of trials drawn by weight · squared distance.

    Parameters
    ----------
    points : (n, q) float32; square : (n,) float64, their squared norms; weight : (n,) float64; read
    draws : (starts, k, trials) float64 in [0, 1), of which the first centre takes one; read
    chosen : (starts, k) int64; written
    first, last : range of starts
    """
    n = points.shape[0]
    k, trials = draws.shape[1:]
    for s in range(first, last):
        near = np.full(n, 1e300)
        trial = np.empty(n)
        kept = np.empty(n)
        mass = np.empty(n)
        for j in range(k):
            total = 0.0
            for i in range(n):
                total += weight[i] * (near[i] if j > 0 else 1.0)
                mass[i] = total
            tries = trials if j > 0 else 1
            ids = np.empty(tries, np.int64)
            rows = np.empty((tries, points.shape[1]), np.float32)
            for c in range(tries):
                i = min(np.searchsorted(mass, draws[s, j, c] * total, side="right"), n - 1)
                while i > 0 and weight[i] == 0:
                    i -= 1
                ids[c] = i
                rows[c] = points[i]
            product = np.dot(rows, points.T)
            best = np.inf
            for c in range(tries):
                potential = _trial(square, square[ids[c]], weight, product[c], near, trial)
                if potential < best:
                    best = potential
                    chosen[s, j] = ids[c]
                    trial, kept = kept, trial
            near, kept = kept, near
