"""The restarts of k-means: their inertia, and which is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._k_means_common import _is_same_clustering

from inkcluster.cluster.kmeans.choose import Floats, share
from inkcluster.compute.magnitude import scaled
from inkcluster.kernels.kmeans import nearest


@dataclass(frozen=True, eq=False)
class Outcome:
    """Restarts in the order in which they were started; several may share a row of `labels`."""

    inertia: Floats
    n_iter: NDArray[np.int64]
    labels: NDArray[np.int32]
    centres: Floats
    which: NDArray[np.int64]
    algorithm: str


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


def inertia_of(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], centres: Floats
) -> Floats:
    """Inertia of labels (R, n) about centres (R, k, d), shape (R,)."""
    return np.asarray(inertia_in_blocks(raw, weight, labels, centres).sum(axis=1))


def inertia_in_blocks(
    raw: NDArray[Any], weight: Floats, labels: NDArray[np.int32], centres: Floats
) -> Floats:
    """The same by block of ``nearest.ROWS`` points, shape (R, blocks).

    Each squared distance is computed in float64 and summed. Expanding the square would cancel
    where clusters are far apart.
    """
    blocks = -(-len(raw) // nearest.ROWS)
    parts = np.empty((len(labels), blocks))
    share(nearest.inertia, blocks, raw, weight, centres, labels, parts, times=len(labels))
    return parts


def inertia_of_bytes(
    squares: int, totals: Floats, members: NDArray[np.int64], centres: Floats
) -> Floats:
    """The same of 8-bit points of weight 1, from the totals (R, k, d) of their clusters.

    Within a cluster of n points with the total S it is the sum of |x|² - |S|²/n, in whole numbers,
    where nothing is lost, plus n times the squared distance from the mean to the centre. `squares`
    is the sum of all |x|².
    """
    found = np.empty(len(totals))
    for r, (sums, counts) in enumerate(zip(totals, members, strict=True)):
        whole, rest = squares, 0.0
        for total, count in zip(sums, counts.tolist(), strict=True):
            if count:
                quotient, remainder = divmod(squared(total), count)
                whole -= quotient
                rest += remainder / count
        size = np.maximum(counts, 1)
        off = ((centres[r] - sums / size[:, None]) ** 2).sum(axis=1) @ counts
        found[r] = max(0.0, whole - rest) + off
    return found


def squared(total: Floats) -> int:
    """The squared norm of whole numbers, exact."""
    if float(total.max()) ** 2 * len(total) < 2**62:
        numbers = total.astype(np.int64)
        return int(numbers @ numbers)
    return sum(int(value) ** 2 for value in total)
