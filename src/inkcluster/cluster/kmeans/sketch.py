"""A whole-number sketch of the points: 8-bit values along their principal directions.

The sketch is where restarts begin. It is exact in float32 by construction, so that it does not
depend on threads, blocks or the BLAS, and neither does anything that grows out of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from sklearn.utils.extmath import randomized_svd

from inkcluster.cluster.kmeans.space import Floats, Space
from inkcluster.kernels import rotate

DIRECTIONS = 64
"""Principal directions kept; 86 % of the variance of MNIST."""

SAMPLE = 4096
"""Points from which the directions are taken."""

WIDE = 1024
"""More features than this, and the directions come from a randomised decomposition."""


def sketch(raw: NDArray[Any], weight: Floats, random_state: np.random.RandomState) -> Space:
    """The points of `raw` (n, d), any real dtype, in at most 64 whole-number coordinates."""
    n, d = raw.shape
    rows = np.sort(random_state.choice(n, min(n, SAMPLE), replace=False))
    some = raw[rows]
    if d <= DIRECTIONS and raw.dtype != np.uint8:
        lead = np.ascontiguousarray(raw - some.mean(axis=0, dtype=np.float64), np.float32)
        return _space(lead, weight)
    low, scale = _range(some)
    grey = np.clip(np.rint((some.astype(np.float64) - low) * scale), 0, 255).astype(np.float32)
    basis = _whole(_directions(grey))
    shift = np.rint(grey.mean(axis=0, dtype=np.float64) @ basis).astype(np.float32)
    lead = np.empty((n, basis.shape[1]), np.float32)
    rotate.sketch(raw, low, scale, basis, shift, lead)
    return _space(lead, weight)


def part(space: Space, rows: NDArray[np.int64]) -> Space:
    """The space of some of the points."""
    return _space(space.lead[rows], space.weight[rows])


def _space(lead: NDArray[np.float32], weight: Floats) -> Space:
    square = np.einsum("nq,nq->n", lead, lead, dtype=np.float64)
    origin = np.zeros(lead.shape[1])
    return Space(lead, weight, origin, None, lead, square, np.zeros(len(lead), np.float32))


def _range(some: NDArray[Any]) -> tuple[float, float]:
    """What is taken as black, and grey levels per unit."""
    if some.dtype == np.uint8:
        return 0.0, 1.0
    low, high = float(some.min()), float(some.max())
    return low, 255.0 / (high - low) if high > low else 1.0


def _directions(grey: NDArray[np.float32]) -> Floats:
    """Principal directions of 8-bit points (m, d), shape (d, q)."""
    d = grey.shape[1]
    if d <= DIRECTIONS:
        return np.eye(d)
    mean = grey.mean(axis=0, dtype=np.float64)
    if d > WIDE:
        found = randomized_svd(grey - mean, DIRECTIONS, n_iter=2, random_state=0)[2]
        return np.asarray(found.T, np.float64)
    scatter = np.zeros((d, d))
    for start in range(0, len(grey), 256):  # 256 · 255² < 2²⁴: exact in float32
        rows = grey[start : start + 256]
        scatter += rows.T @ rows
    scatter -= len(grey) * np.outer(mean, mean)
    vectors = linalg.eigh(scatter, subset_by_index=(d - DIRECTIONS, d - 1))[1]
    return np.asarray(vectors[:, ::-1])


def _whole(directions: Floats) -> NDArray[np.float32]:
    """Directions as whole numbers, so large that no product with 8-bit points passes 2²⁴."""
    widest = np.abs(directions).sum(axis=0).max()
    scale = (2**24 - 255 * len(directions)) / (255 * widest)
    return np.ascontiguousarray(np.rint(directions * scale), np.float32)
