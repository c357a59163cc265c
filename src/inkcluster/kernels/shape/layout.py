"""One round of UMAP's layout in two dimensions: neighbours attract, others repel."""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, I32
from inkcluster.kernels._jit import kernel

REPELLED = 5
"""Random images that an image moves away from, for each neighbour that it moves towards."""
FARTHEST = np.float32(4)
"""Largest step in either direction."""
PER_UNIT = np.float32(64)
"""Entries of a table of forces for a unit of distance."""


@kernel()
def step(force: np.float32, gap: np.float32) -> np.float32:
    """A step along `gap`, not too long."""
    return min(max(force * gap, -FARTHEST), FARTHEST)


@kernel()
def entry(across: np.float32, down: np.float32, last: int) -> int:
    """Where a table of forces has that of a distance; the `last` entry is for all beyond it."""
    return min(int(np.sqrt(across * across + down * down) * PER_UNIT), last)


@kernel()
def move(
    before: F32, after: F32, starts: I32, tails: I32, every: F32, due: F32,
    seed: np.uint64, now: int, rate: np.float32, pull: F32, push: F32, first: int, stop: int,
) -> None:  # fmt: skip
    """Move images `first` to `stop` by those of their edges that are due.

    All other images stay where they were `before`, so that images may move side by side, and each
    has random numbers of its own.

    Parameters
    ----------
    before : (n, 2) float32, places; read
    after : (n, 2) float32, those of the images moved; written
    starts : (n + 1,) int32, where the edges of each image begin; read
    tails : (e,) int32, the other ends; read
    every : (e,) float32, rounds between two turns of an edge; read
    due : (e,) float32, the round of its next turn; updated
    seed : of the random numbers
    now, rate : the number of this round, and the length of a step
    pull, push : (t,) float32, forces by distance, `PER_UNIT` entries for each unit; read
    """
    n, last = np.uint64(before.shape[0]), pull.shape[0] - 1
    for i in range(first, stop):
        # Steele, Lea & Flood (2014), SplitMix; below, Marsaglia (2003), xorshift
        x = seed + (np.uint64(now) * n + np.uint64(i)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = (x ^ (x >> np.uint64(31))) | np.uint64(1)
        right, below = before[i, 0], before[i, 1]
        for e in range(starts[i], starts[i + 1]):
            if due[e] > now:
                continue
            due[e] += every[e]
            j = tails[e]
            across, down = right - before[j, 0], below - before[j, 1]
            force = pull[entry(across, down, last)]
            right += rate * step(force, across)
            below += rate * step(force, down)
            # from one place, which needs no step to wait for the one before
            far_right, far_below = np.float32(0), np.float32(0)
            for _ in range(REPELLED):
                x ^= x << np.uint64(13)
                x ^= x >> np.uint64(7)
                x ^= x << np.uint64(17)
                other = ((x >> np.uint64(32)) * n) >> np.uint64(32)
                across, down = right - before[other, 0], below - before[other, 1]
                force = push[entry(across, down, last)]
                far_right += step(force, across)
                far_below += step(force, down)
            right += rate * far_right
            below += rate * far_below
        after[i, 0] = right
        after[i, 1] = below
