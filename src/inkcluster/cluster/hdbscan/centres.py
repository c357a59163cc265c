"""Pictures of clusters: their weighted means and their most central points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.metrics import pairwise_distances_chunked


def centroids(
    X: Any, labels: NDArray[np.int64], strength: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The mean of each cluster's points, weighted by how strongly they belong, shape (k, d)."""
    out = np.empty((_count(labels), X.shape[1]))
    for c in range(len(out)):
        weight = strength[labels == c]
        out[c] = (weight @ X[np.flatnonzero(labels == c)]) / weight.sum()
    return out


def medoids(
    X: Any,
    labels: NDArray[np.int64],
    strength: NDArray[np.float64],
    metric: Any,
    metric_params: dict[str, Any],
) -> NDArray[np.float64]:
    """The point of each cluster with the least weighted sum of distances to the others, (k, d)."""
    out = np.empty((_count(labels), X.shape[1]))
    for c in range(len(out)):
        of_c = np.flatnonzero(labels == c)
        points, weight = X[of_c], strength[of_c]

        def far(block: NDArray[Any], _: int, weight: NDArray[np.float64] = weight) -> Any:
            return (block * weight).sum(axis=1)

        sums = list(
            pairwise_distances_chunked(points, reduce_func=far, metric=metric, **metric_params)
        )
        at = int(np.argmin(np.concatenate(sums)))
        out[c] = points[[at]].toarray() if issparse(X) else points[at]
    return out


def _count(labels: NDArray[np.int64]) -> int:
    """How many clusters there are."""
    return int(labels.max(initial=-1)) + 1
