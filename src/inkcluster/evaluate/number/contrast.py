"""Measures the contrast of distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import vectors

MAX_COMPARED = 1000


def concentration(X: Any, random_state: int | None = None) -> float:
    """Median relative contrast of the distances: (farthest - nearest) / nearest.

    With the number of dimensions it falls towards 0 (Beyer et al. 1999).

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least three points.
    random_state : int or None
        Seed of the draw of up to 1,000 points that are compared with each other.

    Returns
    -------
    float
        Median over the points drawn; distances of 0 (duplicates) are left out.

    Raises
    ------
    BadInputError
        If there are fewer than three points, or all are equal.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.evaluate import concentration
    >>> rng = np.random.default_rng(69)
    >>> flat, deep = rng.normal(size=(300, 2)), rng.normal(size=(300, 500))
    >>> concentration(flat, 0) > 30 > 0.5 > concentration(deep, 0)
    True
    """
    from scipy.spatial.distance import pdist, squareform

    points = vectors(X)
    if len(points) < 3:
        raise BadInputError(f"{len(points)} points have no contrast; give at least three.")
    if len(points) > MAX_COMPARED:
        index = np.random.default_rng(random_state).choice(len(points), MAX_COMPARED, replace=False)
        points = points[np.sort(index)]
    distance = squareform(pdist(points.astype(np.float64)))
    farthest = distance.max(axis=1)
    nearest = np.where(distance > 0, distance, np.inf).min(axis=1)
    usable = farthest > 0
    if not usable.any():
        raise BadInputError("All points are equal, so their distances have no contrast.")
    return float(np.median((farthest[usable] - nearest[usable]) / nearest[usable]))


def nearest_and_spread(
    points: NDArray[np.floating[Any]], nearest: NDArray[np.float64] | None = None
) -> tuple[float, float]:
    """The distance to the nearest point, and the spread of distances, over their mean.

    Parameters
    ----------
    points : ndarray of shape (n, d)
        In random order; the first 1,000 are compared.
    nearest : ndarray of shape (1000,), optional
        Their distances to the nearest of all points, where they are known.

    Returns
    -------
    nearest, spread : float
        The median distance to the nearest of all points, and the standard deviation of the
        distances among the points compared; both over the mean distance among these.
    """
    from scipy.spatial.distance import pdist

    from inkcluster.cluster.neighbors.nearest import nearest_neighbors

    some = np.ascontiguousarray(points[:MAX_COMPARED], np.float64)
    if nearest is None:
        squared, _ = nearest_neighbors(points, min(2, len(points)), queries=some)
        nearest = np.sqrt(squared[:, -1])  # the first is the point itself
    between = pdist(some)
    mean = max(float(between.mean()), np.finfo(float).tiny)
    return float(np.median(nearest)) / mean, float(between.std()) / mean
