"""The restarts of k-means, and which of them is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._k_means_common import _is_same_clustering

from inkcluster.compute.magnitude import scaled


@dataclass(frozen=True, eq=False)
class Restart:
    """One restart.

    Parameters
    ----------
    inertia : float
        Sum of squared distances to the centres, in squared units of the points.
    n_iter : int
        Iterations over all the points.
    labels : ndarray of shape (n,), int32
    centers : ndarray of shape (n_clusters, d)
        float32 for float32 points, else float64.
    """

    inertia: float
    n_iter: int
    labels: NDArray[np.int32]
    centers: NDArray[np.floating[Any]]

    def is_like(self, other: Restart) -> bool:
        """Whether it found the same clusters, under whatever numbers."""
        return bool(_is_same_clustering(self.labels, other.labels, len(self.centers)))

    def rescaled(self, exponent: int, dtype: Any) -> Restart:
        """The same on the points of `dtype` that were divided by two to the `exponent`."""
        inertia = float(np.ldexp(self.inertia, 2 * exponent))
        centers = scaled(self.centers, exponent)
        kept = np.float64 if dtype == np.uint8 else dtype
        return Restart(inertia, self.n_iter, self.labels, centers.astype(kept))


def ranked(rows: Sequence[Restart]) -> tuple[Restart, ...]:
    """Restarts in the order of their starts, sorted by inertia.

    As in scikit-learn the earliest stands for all that found the same clusters, whose inertias
    differ by rounding and by their last iteration.
    """
    stands: list[int] = []
    for i, row in enumerate(rows):
        alike = (j for j in range(i) if stands[j] == j and row.is_like(rows[j]))
        stands.append(next(alike, i))
    order = sorted(range(len(rows)), key=lambda i: (rows[stands[i]].inertia, stands[i], i))
    return tuple(rows[i] for i in order)
