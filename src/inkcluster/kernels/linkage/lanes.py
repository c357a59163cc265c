"""One cluster against all others: leading coordinates side by side, so that lanes work together."""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.search import insert

LANES = 64
"""Clusters side by side in the coordinates, (blocks, p, LANES)."""
FAR = np.float32(1e38)
"""More than any squared distance; twice as much stands where no cluster is."""


@kernel(fastmath=True)
def bounds(
    block: NDArray[np.float32],
    square: NDArray[np.float32],
    query: NDArray[np.float32],
    own: np.float32,
    out: NDArray[np.float32],
) -> np.float32:
    """Lower bounds of the squared distances of a query to a block of clusters, and their least.

    Eight coordinates at a time, so that the sums are read and written once for eight of them.
    """
    two = np.float32(2)
    p = query.shape[0]
    for lane in range(np.uint64(LANES)):
        out[lane] = own + square[lane]
    for eighth in range(p // 8):
        t = np.uint64(8 * eighth)
        q0, q1, q2, q3 = query[t], query[t + 1], query[t + 2], query[t + 3]
        q4, q5, q6, q7 = query[t + 4], query[t + 5], query[t + 6], query[t + 7]
        for lane in range(np.uint64(LANES)):
            out[lane] -= two * (
                (q0 * block[t, lane] + q1 * block[t + 1, lane])
                + (q2 * block[t + 2, lane] + q3 * block[t + 3, lane])
                + (q4 * block[t + 4, lane] + q5 * block[t + 5, lane])
                + (q6 * block[t + 6, lane] + q7 * block[t + 7, lane])
            )
    for left in range(p - p % 8, p):
        for lane in range(np.uint64(LANES)):
            out[lane] -= two * (query[left] * block[left, lane])
    least = np.float32(np.finfo(np.float32).max)
    for lane in range(np.uint64(LANES)):
        least = min(least, out[lane])
    return least


@kernel()
def propose_from(
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
    query: NDArray[np.float32],
    own: np.float32,
    me: int,
    blocks: int,
    values: NDArray[np.float32],
    places: NDArray[np.int32],
) -> None:
    """The clusters with the least bounds, ascending, into `values` and `places`; not `me` itself."""
    strip = np.empty(LANES, np.float32)
    wanted = values.shape[0]
    for b in range(blocks):
        at = b * LANES
        if bounds(lead[b], square[at : at + LANES], query, own, strip) < values[wanted - 1]:
            for lane in range(LANES):
                if strip[lane] < min(values[wanted - 1], FAR) and at + lane != me:
                    insert(strip[lane], at + lane, values, places)


@kernel()
def put(
    place: int,
    coordinates: NDArray[np.float64],
    beyond: float,
    grain: float,
    lead: NDArray[np.float32],
    square: NDArray[np.float32],
) -> None:
    """Write a cluster's coordinates (q,), and the norm they leave out if there is room for it."""
    block, lane = place // LANES, place % LANES
    total = 0.0
    for t in range(coordinates.shape[0]):
        lead[block, t, lane] = np.float32(coordinates[t])
        total += np.float64(lead[block, t, lane]) ** 2
    if lead.shape[1] > coordinates.shape[0]:
        lead[block, coordinates.shape[0], lane] = np.float32(beyond)
        total += np.float64(np.float32(beyond)) ** 2
    square[place] = np.float32(total * (1 - grain))
