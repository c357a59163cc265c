"""Whether distances still tell near from far."""

from __future__ import annotations

from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import vectors


def concentration(X: Any, seed: int | None = None) -> float:
    """Relative contrast of the distances: (farthest - nearest) / nearest, typically.

    In many dimensions it falls towards 0, and "near" loses its meaning (Beyer et al. 1999).

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least three points.
    seed : int or None
        Up to 1,000 points are drawn with it, and compared with each other.

    Returns
    -------
    float
        Median over the points drawn; of each one's distances to the others, zeros (duplicates)
        left out.

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
    if len(points) > 1000:
        index = np.random.default_rng(seed).choice(len(points), 1000, replace=False)
        points = points[np.sort(index)]
    distance = squareform(pdist(points.astype(np.float64)))
    farthest = distance.max(axis=1)
    nearest = np.where(distance > 0, distance, np.inf).min(axis=1)
    usable = farthest > 0
    if not usable.any():
        raise BadInputError("All points are equal, so their distances have no contrast.")
    return float(np.median((farthest[usable] - nearest[usable]) / nearest[usable]))
