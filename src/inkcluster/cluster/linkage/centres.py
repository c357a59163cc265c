"""Centroid and median hierarchies of vectors, without their distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster import progress
from inkcluster.cluster.linkage.nearest import Nearest
from inkcluster.compute.leading import Leading
from inkcluster.kernels.linkage import centres as linkage_centres
from inkcluster.kernels.linkage import lanes as linkage_lanes

WIDTHS = (31, 47)
"""Directions: these are read once for each merge, from memory, so fewer are faster."""
STEP = 512
"""Merges between two words to the listener."""


def centre_merges(
    X: NDArray[np.generic], size: NDArray[np.float64], halve: bool
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """All merges in the naive algorithm's order, as earliest members and squared distances.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite
    size : ndarray of shape (n,), float64
        How many points each row stands for.
    halve : bool
        Median linkage, which takes the middle of two centres, rather than centroid linkage.
    """
    n = len(X)
    clusters = Nearest(X, np.ones(n))
    slots = np.arange(n)
    with progress.current().task("merges", total=n - 1) as advance:
        key = np.minimum(clusters.far[:, 0], clusters.bound)
        key[clusters.sure] = clusters.far[clusters.sure, 0]
        clusters.bound[clusters.sure & (clusters.near[:, 1] < 0)] = np.inf  # found by a scan
        count = np.ones(n)
        if not halve:
            count = size.copy()
            clusters.sums *= size[:, None]

        leading = Leading(X, WIDTHS)
        blocks = -(-n // linkage_lanes.LANES)
        lead = np.zeros((blocks, leading.width, linkage_lanes.LANES), np.float32)
        square = np.full(blocks * linkage_lanes.LANES, 2 * linkage_lanes.FAR, np.float32)
        coordinates = np.empty((n, leading.width - (leading.basis is not None)))
        for start in range(0, n, STEP):
            centred = np.asarray(X[start : start + STEP], dtype=np.float64) - leading.origin
            inside = centred if leading.basis is None else centred @ leading.basis
            coordinates[start : start + STEP] = inside
            norms = np.einsum("ij,ij->i", centred, centred) - np.einsum("ij,ij->i", inside, inside)
            beyond = np.sqrt(np.maximum(norms, 0))
            for i in range(len(inside)):
                linkage_lanes.put(start + i, inside[i], beyond[i], leading.grain, lead, square)
        who = np.full(blocks * linkage_lanes.LANES, -1, np.int32)
        who[:n] = slots
        slot_of = np.full(2 * n, -1, np.int32)
        slot_of[:n] = slots
        heap = np.argsort(key, kind="stable")
        place = np.empty(n, np.int64)
        place[heap] = slots
        state = (
            leading.origin,
            coordinates,
            lead,
            square,
            slots.astype(np.int32),
            who,
            slots.astype(np.int32),
            slot_of,
            clusters.sums,
            count,
            clusters.near,
            clusters.far,
            clusters.bound,
            key,
            np.zeros((n, 2), np.int32),
            heap,
            place,
        )
        merges = np.empty((n - 1, 2), np.int32)
        squared = np.empty(n - 1)
        m = n
        for done in range(0, n - 1, STEP):
            part = slice(done, done + STEP)
            m = linkage_centres.merge_centres(
                halve, leading.grain, *state, m, merges[part], squared[part]
            )
            advance(len(merges[part]))
    return merges, squared
