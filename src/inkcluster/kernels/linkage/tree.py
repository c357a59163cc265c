"""Turns merges in any order into SciPy's matrix."""

from __future__ import annotations

import heapq

import numpy as np

from inkcluster.kernels._arrays import F64, I32, I64
from inkcluster.kernels._jit import kernel


@kernel()
def in_order(merges: I32, key: F64, n: int, order: I64) -> None:
    """Find the order in which the naive algorithm would have made these merges.

    Of the merges whose clusters exist, the one of least distance, then earliest members, is next.

    Parameters
    ----------
    merges : (n - 1, 2) int32, earliest members, lower first, children before parents; read
    key : (n - 1,) float64, distances, equal for ties; read
    order : (n - 1,) int64; written
    """
    last = np.full(n, -1, np.int64)
    parent = np.full(n - 1, -1, np.int64)
    waits = np.zeros(n - 1, np.int64)
    for i in range(n - 1):
        for side in range(2):
            child = last[merges[i, side]]
            if child >= 0:
                parent[child] = i
                waits[i] += 1
        last[merges[i, 0]] = i
    heap = [(0.0, np.int32(0), np.int32(0), np.int64(0)) for _ in range(0)]
    for i in range(n - 1):
        if waits[i] == 0:
            heap.append((key[i], merges[i, 0], merges[i, 1], np.int64(i)))  # noqa: PERF401
    heapq.heapify(heap)
    for place in range(n - 1):
        _, _, _, taken = heapq.heappop(heap)
        order[place] = taken
        up = parent[taken]
        if up >= 0:
            waits[up] -= 1
            if waits[up] == 0:
                heapq.heappush(heap, (key[up], merges[up, 0], merges[up, 1], up))


@kernel()
def spans(Z: F64, start: I64, earliest: I64, parent: I64) -> None:
    """Order the leaves so that every cluster is a run of them.

    Parameters
    ----------
    Z : (n - 1, 4) float64; read
    start : (2n - 1,) int64, where each cluster's run begins; written
    earliest : (2n - 1,) int64, its first member; written
    parent : (2n - 1,) int64, the cluster it is merged into, 2n - 1 for the last; written
    """
    n = Z.shape[0] + 1
    for i in range(n):
        earliest[i] = i
    parent[2 * n - 2] = 2 * n - 1
    for i in range(n - 1):
        a, b = int(Z[i, 0]), int(Z[i, 1])
        parent[a] = parent[b] = n + i
        earliest[n + i] = min(earliest[a], earliest[b])
    start[2 * n - 2] = 0
    for i in range(n - 2, -1, -1):
        a, b = int(Z[i, 0]), int(Z[i, 1])
        start[a] = start[n + i]
        start[b] = start[a] + (1 if a < n else int(Z[a - n, 3]))
