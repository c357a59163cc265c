"""Assigns new points to the clusters of a fitted `HDBSCAN`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from inkcluster.cluster.hdbscan import clusters
from inkcluster.cluster.neighbors.nearest import nearest_neighbors

if TYPE_CHECKING:
    from inkcluster.cluster.hdbscan.estimator import HDBSCAN
    from inkcluster.cluster.hdbscan.reading import Reading


def approximate_predict(
    clusterer: HDBSCAN, points_to_predict: Any, return_connecting_points: bool = False
) -> tuple[NDArray[Any], ...]:
    """Find the cluster that each of some new points would fall into, the clusters staying as they are.

    A point joins its nearest neighbour by mutual reachability, among the 2 `min_samples` nearest:
    where that one falls out of its cluster or, if the point is further away, where it joins the
    cluster's ancestors. This is the method of the hdbscan package (McInnes & Healy 2017), with the
    core distances of the fit: of neighbour number `min_samples`, the point itself counted. (hdbscan
    takes those of one neighbour less for the points of the fit, and of one more for new points.)

    Parameters
    ----------
    clusterer : HDBSCAN
        Fitted to dense points with Euclidean distances.
    points_to_predict : array-like of shape (m, d)
    return_connecting_points : bool
        Whether to return the neighbours too.

    Returns
    -------
    labels : ndarray of shape (m,), int64
        -1 for noise.
    probabilities : ndarray of shape (m,), float64
        How strongly each point belongs to its cluster, 0 to 1.
    neighbors : ndarray of shape (m,), int64
        The row of the fit that each point joins; only if asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.hdbscan import HDBSCAN, approximate_predict
    >>> X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2], [20.0]])
    >>> found = HDBSCAN(min_cluster_size=3, copy=True).fit(X)
    >>> labels, probabilities = approximate_predict(found, [[0.15], [9.3], [30.0]])
    >>> labels.tolist()
    [0, 1, -1]
    """
    check_is_fitted(clusterer, "labels_")
    data, core = clusterer._fitted_points()
    Q = validate_data(clusterer, points_to_predict, reset=False, dtype=np.float64)
    reading = clusterer._reading
    k = clusterer.min_cluster_size if clusterer.min_samples is None else clusterer.min_samples
    squared, near = nearest_neighbors(data, min(2 * k, len(data)), queries=Q)
    far = np.sqrt(squared)
    own = far[:, k - 2] if k > 1 else np.zeros(len(Q))
    reach = np.maximum(np.maximum(far / clusterer.alpha, own[:, None]), core[near])
    at = np.argmin(reach, axis=1)
    rows = np.arange(len(Q))
    neighbour = near[rows, at].astype(np.int64)
    labels, probabilities = joined(reading, neighbour, reach[rows, at])
    if return_connecting_points:
        return labels, probabilities, reading.kinds.finite[neighbour]
    return labels, probabilities


def joined(
    reading: Reading, neighbour: NDArray[np.int64], reach: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and probabilities (m,) of points that join finite rows at some mutual reachability."""
    every = reading.clusters
    with np.errstate(divide="ignore"):
        value = 1.0 / reach
    left, falls = clusters.points_of(reading.finite, len(reading.tree) + 1)
    here = left[neighbour]
    early = falls[neighbour] > value
    while (up := early & (here > 0) & (every.birth[here] >= value)).any():
        here[up] = every.parent[here[up]]
    return clusters.belonging(every, reading.chosen, reading.rule, here, value)
