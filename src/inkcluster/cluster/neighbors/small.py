"""Neighbours of few points, by NumPy: nothing is compiled, and the results are the kernels' own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LANES = 64
"""Sums side by side in a squared distance, as in the compiled one, :mod:`inkcluster.kernels.gaps`."""
ENTRIES = 1 << 22
"""Numbers in an array of distances or differences at a time."""


def small_neighbors(
    X: NDArray[np.generic], queries: NDArray[np.generic], k: int, itself: bool
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """What :func:`~inkcluster.cluster.neighbors.nearest_neighbors` promises, by brute force.

    A product proposes, and all that its rounding cannot exclude is looked at again.

    Parameters
    ----------
    X : ndarray of shape (n, d); queries : ndarray of shape (m, d), any real dtype
    k : int
    itself : bool
        Whether row i of `X` may be a neighbour of query i.

    Returns
    -------
    squared : ndarray of shape (m, k), float64
    rows : ndarray of shape (m, k), int32
    """
    n, m = len(X), len(queries)
    points = np.asarray(X, dtype=np.float64)
    asked = np.asarray(queries, dtype=np.float64)
    origin = points.mean(axis=0)
    centred = points - origin
    square = np.einsum("ij,ij->i", centred, centred)
    squared, rows = np.empty((m, k)), np.empty((m, k), np.int32)
    for start in range(0, m, max(1, ENTRIES // n)):
        some = asked[start : start + max(1, ENTRIES // n)]
        near = some - origin
        own = np.einsum("ij,ij->i", near, near)
        rough = own[:, None] + square - 2 * (near @ centred.T)
        if not itself:
            rough[np.arange(len(some)), np.arange(start, start + len(some))] = np.inf
        grain = (X.shape[1] + 16) * 2.0**-51 * (np.sqrt(own) + np.sqrt(square.max())) ** 2
        last = np.partition(rough, k - 1, axis=1)[:, k - 1]
        who, which = np.nonzero(rough <= (last + grain)[:, None])
        exact = paired(some, who, points, which)
        order = np.lexsort((which, exact, who))
        first = np.searchsorted(who, np.arange(len(some)))  # where each query's candidates begin
        best = order[first[:, None] + np.arange(k)]
        squared[start : start + len(some)] = exact[best]
        rows[start : start + len(some)] = which[best]
    return squared, rows


def paired(
    a: NDArray[np.generic], i: NDArray[np.intp], b: NDArray[np.generic], j: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Squared distances of the rows `a[i]` to `b[j]`, to the bit what the compiled loop gives."""
    out = np.empty(len(i))
    d = a.shape[1]
    step = max(1, ENTRIES // max(d, 1))
    for start in range(0, len(i), step):
        part = slice(start, start + step)
        difference = a[i[part]].astype(np.float64) - b[j[part]].astype(np.float64)
        difference *= difference
        lanes = np.zeros((len(difference), lanes_for(d)))
        for t in range(0, d, LANES):
            lanes[:, : d - t] += difference[:, t : t + LANES]
        out[part] = folded(lanes)
    return out


def lanes_for(d: int) -> int:
    """The power of two up to LANES beyond which lanes would only hold zeros.

    Examples
    --------
    >>> [lanes_for(d) for d in (1, 3, 64, 784)]
    [1, 4, 64, 64]
    """
    return int(min(LANES, 1 << (d - 1).bit_length()))


def folded(lanes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of lanes (m, power of two), by halves."""
    while lanes.shape[1] > 1:
        half = lanes.shape[1] // 2
        lanes = lanes[:, :half] + lanes[:, half:]
    return lanes[:, 0]
