"""The bottom of the best restart's basin.

On large sets a basin has many fixed points of Lloyd's iteration that differ by some hundreds of
points between clusters and by a millionth of the inertia. Where a restart ends among them is
chance. Annealing the points nearest to a border, by their scalar products alone, finds nearly the
lowest; Lloyd's iteration on all points then makes it a fixed point, lower than or at the former.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.space import Floats, Space
from inkcluster.kernels.kmeans.anneal import anneal

SWEEPS = 60
ROUNDS = (3072, 3072)
"""How many of the points nearest to a border are annealed, round after round."""


def polish(
    space: Space,
    *,
    labels: NDArray[np.int32],
    totals: Floats,
    mass: Floats,
    gap: Floats,
    points: int,
    random_state: np.random.RandomState,
) -> NDArray[np.int32] | None:
    """Labels (n,) of lower inertia than `labels`, or None where none was found.

    Parameters
    ----------
    totals, mass : of each cluster, shapes (k, d) and (k,)
    gap : ndarray of shape (n,), float64
        Squared distance to the second nearest centre less that to the own.
    points : int
        How many of them may change clusters.
    """
    n = len(labels)
    near = np.sort(np.argpartition(gap, min(points, n - 1))[:points])
    rows = np.asarray(space.raw[near], np.float64) - space.origin
    about = totals - mass[:, None] * space.origin
    small = rows.astype(np.float32)
    norms = np.einsum("kd,kd->k", about, about)
    before = float((norms / np.maximum(mass, 1)).sum())
    heat = float(np.median(gap[near])) / 6
    heats = np.zeros(SWEEPS + 30)
    heats[:SWEEPS] = heat * np.geomspace(1.0, 0.02, SWEEPS)
    mass = mass.copy()
    moved = labels[near].copy()
    square = np.einsum("md,md->m", rows, rows)
    draws = 1 - random_state.random_sample(len(near))
    anneal(small @ small.T, square, draws, heats, about @ rows.T, norms, mass, moved)
    if float((norms / np.maximum(mass, 1)).sum()) <= before:
        return None
    better = labels.copy()
    better[near] = moved
    return better
