"""Ward's hierarchy of vectors, by rounds of reciprocal nearest neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.cluster.linkage.nearest import PIECE, Nearest
from inkcluster.compute.threads import in_threads, pieces
from inkcluster.kernels.linkage import lists as linkage_lists

FEW = 100
"""Merges in a round up to which one thread carries the lists over."""


def ward_merges(
    X: NDArray[np.generic], size: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """All merges, children before parents.

    Every two clusters that are each other's nearest are merged at once, as often as lists say who
    is nearest; then all clusters whose lists are used up are searched for in one go.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite
    size : ndarray of shape (n,), float64
        How many points each row stands for.

    Returns
    -------
    merges : ndarray of shape (n - 1, 2), int32
        Earliest members, lower first.
    squared : ndarray of shape (n - 1,), float64
        Squared Ward distances.
    """
    n = len(X)
    clusters = Nearest(X, size)
    slots = np.arange(n)
    merges = np.empty((n - 1, 2), np.int32)
    squared = np.empty(n - 1)
    into = np.full(n, -1, np.int32)
    found = np.empty((n, 2), np.int32)
    done = 0
    with progress.current().task("merges", total=n - 1) as advance:
        while done < n - 1:
            count = linkage_lists.pairs(slots, clusters.nearest, clusters.sure, into, found)
            if count == 0:
                clusters.search(slots, np.flatnonzero(~clusters.sure[slots]))
                continue
            merges[done : done + count] = found[:count]
            squared[done : done + count], slots = _merge(clusters, slots, found[:count], into)
            done += count
            advance(count)
    return merges, squared


def _merge(
    clusters: Nearest,
    slots: NDArray[np.int64],
    new: NDArray[np.int32],
    into: NDArray[np.int32],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Merge pairs, carry the lists over; gives the squared distances and the clusters left."""
    n = len(clusters.size)
    lower, upper = new[:, 0], new[:, 1]
    at = np.argmax(clusters.near[lower] == upper[:, None], axis=1)
    squared: NDArray[np.float64] = clusters.far[lower, at]
    partner = np.full(n, -1, np.int32)
    partner[lower] = upper
    height = np.zeros(n)
    height[lower] = squared
    alive = np.ones(n, np.bool_)
    alive[upper] = False
    slots = slots[alive[slots]]
    linkage_lists.unite(new, clusters.sums, clusters.size)
    clusters.fresh[lower] = False
    least = clusters.size[slots].min()

    def refresh(part: slice) -> None:
        linkage_lists.refresh(
            slots[part],
            clusters.sums,
            clusters.size,
            partner,
            height,
            least,
            into,
            clusters.near,
            clusters.far,
            clusters.bound,
            clusters.nearest,
            clusters.sure,
        )

    # the lists of what is merged away are read, those of what stays are written by their own thread
    for _ in in_threads(refresh, pieces(len(slots), len(slots) if len(new) < FEW else PIECE)):
        pass
    return squared, slots
