"""Where restarts start from when there are many points: some of them, then all, in the sketch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.lloyd import Lloyd
from inkcluster.cluster.kmeans.sketch import part
from inkcluster.cluster.kmeans.space import Space
from inkcluster.kernels.kmeans import seeds

TRIALS = 2
"""Starts for each restart; the one that is better in the sketch goes on."""

FEW = 8192
"""Points that the starts run on, or 64 for each cluster where that is more; half of them at most."""


def few(n: int, k: int) -> int:
    """On how many of n points the starts run."""
    return min(max(FEW, 64 * k), n // 2)


def is_large(n: int, k: int) -> bool:
    """Whether a first convergence on some of the points pays."""
    return n >= FEW and n >= 16 * k


def starts(
    space: Space, k: int, restarts: int, init: str, random_state: np.random.RandomState
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Labels from which each restart goes on, converged in the sketch.

    Returns
    -------
    labels : ndarray of shape (S, n), int32
        The distinct ones of them.
    which : ndarray of shape (restarts,), int64
        Which of these each restart has.
    """
    n = len(space.raw)
    rows = np.sort(random_state.choice(n, few(n, k), replace=False))
    some = part(space, rows)
    chosen = _seeds(some, k, restarts * TRIALS, init, random_state)
    first = Lloyd(some, some.lead[chosen].astype(np.float64), exact_totals=True)
    first.run(200, 0.0, still=2)
    kept, which = distinct(first.state.labels, k)
    second = Lloyd(space, first.state.centres[kept], exact_totals=True)
    del first
    second.run(200, 0.0, still=n // 4096)
    inertia = second.inertia()[which].reshape(restarts, TRIALS)
    won = which[inertia.argmin(axis=1) + np.arange(restarts) * TRIALS]
    labels = second.state.labels
    rows, again = distinct(labels[won], k)
    return labels[won[rows]], again


def distinct(labels: NDArray[np.int32], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Restarts that differ by more than the names of clusters: (their rows, whose each one is)."""
    seen: dict[bytes, int] = {}
    kept: list[int] = []
    which = np.empty(len(labels), np.int64)
    for r, row in enumerate(labels):
        key = named_by_first(row, k).tobytes()
        if key not in seen:
            seen[key] = len(kept)
            kept.append(r)
        which[r] = seen[key]
    return np.array(kept, np.int64), which


def named_by_first(labels: NDArray[np.int32], k: int) -> NDArray[np.int32]:
    """The same partition, clusters numbered in the order in which they first appear."""
    names = np.full(k, -1, np.int32)
    left, found = labels, 0
    while len(left) and found < k:  # a cluster a turn, each from the first point not yet named
        j = left[0]
        names[j] = found
        found += 1
        left = left[int(np.argmax(names[left] < 0)) :]
        if names[left[0]] >= 0:
            break
    return names[labels]


def _seeds(
    some: Space, k: int, count: int, init: str, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    chosen = np.empty((count, k), np.int64)
    if init == "random":
        share = some.weight / some.weight.sum()
        for s in range(count):
            chosen[s] = random_state.choice(len(share), k, replace=False, p=share)
        return chosen
    draws = random_state.random_sample((count, k, 2 + int(np.log(k))))
    seeds.plus_plus(some.lead, some.square, some.weight, draws, chosen)
    return chosen
