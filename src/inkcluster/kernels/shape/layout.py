"""One round of UMAP's layout in two dimensions: neighbours attract, others repel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel

REPELLED = 5
"""Images drawn at random that an image moves away from, for each neighbour that it moves to."""
FARTHEST = 4.0
"""A step is at most this long in either direction."""


@kernel()
def move(  # noqa: PLR0917 (kernels take arrays, in order)
    places: NDArray[np.float32],
    heads: NDArray[np.int32],
    tails: NDArray[np.int32],
    every: NDArray[np.float32],
    due: NDArray[np.float32],
    state: NDArray[np.uint64],
    now: int,
    rate: float,
    a: float,
    b: float,
) -> None:
    """Move the ends of each edge whose turn it is.

    Parameters
    ----------
    places : ndarray of shape (n, 2), float32
        Read and written.
    heads, tails : ndarray of shape (e,), int32
        The ends of each edge; read.
    every : ndarray of shape (e,), float32
        An edge has its turn once in so many rounds; read.
    due : ndarray of shape (e,), float32
        The round of its next turn; read and written.
    state : ndarray of shape (1,), uint64
        Of the generator of random numbers, not 0; read and written.
    now : int
        The number of this round.
    rate : float
        The length of a step.
    a, b : float
        Nearness in the plane at distance d is 1 / (1 + a d^2b).
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
