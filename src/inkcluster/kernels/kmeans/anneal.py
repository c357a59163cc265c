"""Anneals the points on the borders between clusters, from their scalar products."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32
from inkcluster.kernels._jit import kernel


@kernel(fastmath=True)
def _shift(out: F64, into: F64, products: F32) -> None:
    for p in range(products.shape[0]):
        out[p] -= products[p]
        into[p] += products[p]


@kernel()
def anneal(
    products: F32, square: F64, draws: F64, heats: F64,
    against: F64, norms: F64, mass: F64, labels: I32,
) -> int:  # fmt: skip
    """Move points one at a time, uphill too while the temperature is above 0; return how often.

    A move's effect on the inertia is exact (Hartigan 1975): leaving a cluster of mass N frees
    N / (N - 1) of the squared distance to its centre, joining one costs N / (N + 1) of it.

    Parameters
    ----------
    products : (m, m) float32, the points' scalar products; square : (m,) float64, their norms; read
    draws : (m,) float64 in (0, 1]; read from another start in each sweep
    heats : (sweeps,) float64, temperatures, 0 for downhill only; read
    against : (k, m) float64, scalar products of totals and points; norms : (k,) float64, the
        totals' squared norms; mass : (k,) float64; labels : (m,) int32; updated
    """
    m = labels.shape[0]
    k = mass.shape[0]
    moves = 0
    for sweep in range(heats.shape[0]):
        heat = heats[sweep]
        before = moves
        for i in range(m):
            a = labels[i]
            if mass[a] < 1.5:
                continue
            x = square[i]
            own = x - 2 * against[a, i] / mass[a] + norms[a] / mass[a] ** 2
            own *= mass[a] / (mass[a] - 1)
            best = np.inf
            b = a
            for j in range(k):
                if j != a and mass[j] > 0:
                    cost = x - 2 * against[j, i] / mass[j] + norms[j] / mass[j] ** 2
                    cost *= mass[j] / (mass[j] + 1)
                    if cost < best:
                        best = cost
                        b = j
            rise = best - own
            luck = -heat * np.log(draws[(i + 7919 * sweep) % m]) if heat > 0 else -1e-12 * x
            if rise < luck and b != a:
                norms[a] += x - 2 * against[a, i]
                norms[b] += x + 2 * against[b, i]
                mass[a] -= 1
                mass[b] += 1
                _shift(against[a], against[b], products[i])
                labels[i] = b
                moves += 1
        if heat == 0 and moves == before:
            break
    return moves
