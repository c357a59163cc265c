"""One round of UMAP's layout in two dimensions: neighbours attract, others repel."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, I32, U64
from inkcluster.kernels._jit import kernel

REPELLED = 5
"""Random images that an image moves away from, for each neighbour that it moves towards."""
FARTHEST = 4.0
"""Largest step in either direction."""


@kernel()
def move(
    places: F32, heads: I32, tails: I32, every: F32, due: F32,
    state: U64, now: int, rate: float, a: float, b: float,
) -> None:  # fmt: skip
    """Move the ends of each edge that is due.

    Parameters
    ----------
    places : (n, 2) float32; updated
    heads, tails : (e,) int32, the ends of each edge; read
    every : (e,) float32, rounds between two turns of an edge; read
    due : (e,) float32, the round of its next turn; updated
    state : (1,) uint64, of the generator of random numbers, not 0; updated
    now, rate : the number of this round, and the length of a step
    a, b : nearness in the plane at distance d is 1 / (1 + a d^2b)
    """
    n = np.uint64(places.shape[0])
    x = state[0]
    for e in range(heads.shape[0]):
        if due[e] > now:
            continue
        due[e] += every[e]
        i, j = heads[e], tails[e]
        across, down = places[i, 0] - places[j, 0], places[i, 1] - places[j, 1]
        square = across * across + down * down
        if square > 0:
            power = square**b
            pull = -2 * a * b * power / square / (1 + a * power)
            right = rate * min(max(pull * across, -FARTHEST), FARTHEST)
            below = rate * min(max(pull * down, -FARTHEST), FARTHEST)
            places[i, 0] += right
            places[i, 1] += below
            places[j, 0] -= right
            places[j, 1] -= below
        for _ in range(REPELLED):
            x ^= x << np.uint64(13)  # Marsaglia (2003), xorshift
            x ^= x >> np.uint64(7)
            x ^= x << np.uint64(17)
            j = np.int32((x >> np.uint64(11)) % n)
            across, down = places[i, 0] - places[j, 0], places[i, 1] - places[j, 1]
            square = across * across + down * down
            if square > 0:
                push = 2 * b / ((0.001 + square) * (1 + a * square**b))
                places[i, 0] += rate * min(max(push * across, -FARTHEST), FARTHEST)
                places[i, 1] += rate * min(max(push * down, -FARTHEST), FARTHEST)
    state[0] = x
