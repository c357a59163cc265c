"""Distances to neighbours: which eps makes DBSCAN say something."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate._checks import rising_curve, vectors, whole
from inkcluster.evaluate._distances import blocks

LOW, HIGH = 0.05, 0.99
"""Shares of core points between which eps values are suggested."""
_MOST_DIGITS = 12
_SPARE = 4  # neighbours beyond the k-th whose order the products may have got wrong


def k_distances(X: Any, k: int, *, ordered: bool = True) -> NDArray[np.float64]:
    """Distance of each point to its k-th nearest other point, sorted upwards.

    A point itself does not count here, while it does in DBSCAN's ``min_samples``: the share of
    core points at `eps` is the share of the (min_samples - 1)-distances up to `eps`.

    Parameters
    ----------
    X : array-like of shape (n, d)
    k : int
        From 1 to n - 1.

    Returns
    -------
    ndarray of shape (n,), float64
        Euclidean. scikit-learn's ``NearestNeighbors`` finds candidates by blocked products around
        the mean of the points, four more than asked for; the distances that count are measured
        by differences, so that duplicates are at 0.

    Raises
    ------
    BadInputError
        If `X` is not a finite table or there are no `k` other points.

    Examples
    --------
    >>> from inkcluster.evaluate import k_distances
    >>> k_distances([[0.0], [1.0], [3.0], [3.0]], 1).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    from sklearn.neighbors import NearestNeighbors

    points = vectors(X)
    k = whole(k, 1, "k")
    if k >= len(points):
        raise BadInputError(
            f"The {k}-th neighbour needs {k + 1} points, and there are {len(points)}; "
            "give more points or a smaller k."
        )
    points = points.astype(np.float64)
    points -= points.mean(axis=0)  # far from the origin the products would lose the distances
    finder = NearestNeighbors(n_neighbors=min(k + _SPARE, len(points) - 1), algorithm="brute")
    candidates = finder.fit(points).kneighbors(return_distance=False)
    distance = np.empty(len(points))
    for block in blocks(len(points), points.shape[1] * candidates.shape[1]):
        away = points[block, None] - points[candidates[block]]
        measured = np.sqrt(np.einsum("ijk,ijk->ij", away, away))
        distance[block] = np.partition(measured, k - 1, axis=1)[:, k - 1]
    return np.sort(distance) if ordered else distance


def knee(curve: Any, *, sensitivity: float = 1.0, shape: str = "convex") -> int:
    """Find the knee of a rising curve: Kneedle, offline (Satopää et al. 2011).

    Both axes are normalised to [0, 1], a convex curve is turned by 180° into a concave one, and
    the difference y - x is taken. A local maximum of it is a knee when the difference falls by
    more than `sensitivity` times the mean step of x before the next local maximum. Of several
    knees the one with the largest difference is returned, and where none is confirmed (a
    straight line) the point farthest from the chord. The paper's smoothing is left out: sorted
    distances need none.

    Parameters
    ----------
    curve : array-like of shape (n,)
        Values that never fall, n ≥ 3, over equal steps.
    sensitivity : float
        The paper's S; larger demands a sharper knee.
    shape : {"convex", "concave"}
        Convex curves, such as sorted k-distances, are flat first and steep at the end.

    Returns
    -------
    int
        The knee's index into `curve`.

    Raises
    ------
    BadInputError
        If the curve is constant, falls, is shorter than three, or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.evaluate import knee
    >>> x = np.linspace(0, 1, 10)
    >>> concave = 5 - 1 / (x + 0.1)  # the paper's figure 2: the knee is at x = 0.22
    >>> knee(concave, shape="concave"), knee(-concave[::-1])
    (2, 7)
    """
    values = rising_curve(curve)
    if shape not in ("convex", "concave"):
        raise BadInputError(f'shape is {shape!r}; give "convex" or "concave".')
    if not (math.isfinite(sensitivity) and sensitivity >= 0):
        raise BadInputError(f"sensitivity is {sensitivity!r}; give a number of at least 0.")
    n = len(values)
    rise = (values - values[0]) / (values[-1] - values[0])
    if shape == "convex":
        rise = 1.0 - rise[::-1]
    difference = rise - np.linspace(0.0, 1.0, n)
    peaks = [
        i
        for i in range(1, n - 1)
        if difference[i] >= difference[i - 1] and difference[i] > difference[i + 1]
    ]
    confirmed = []
    for i, following in pairwise([*peaks, n]):
        threshold = difference[i] - sensitivity / (n - 1)
        if difference[i + 1 : following].min() < threshold:
            confirmed.append(i)
    best = max(confirmed, key=lambda i: difference[i], default=int(difference.argmax()))
    return n - 1 - best if shape == "convex" else best


def suggest_eps(X: Any, *, min_samples: int, n: int) -> tuple[float, ...]:
    """Suggest eps values between which DBSCAN turns from all noise to one cluster.

    Parameters
    ----------
    X : array-like of shape (n_points, d)
        The points, or a sample of them (which makes distances somewhat larger).
    min_samples : int
        As DBSCAN's, the point itself included: from 1 to n_points.
    n : int
        How many values, at least 1.

    Returns
    -------
    tuple of n floats
        See :func:`suggest_eps_values`, of the (min_samples - 1)-distances (the 1-distances when
        min_samples is 1).

    Raises
    ------
    BadInputError
        If there are too few points, or all of them are equal.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.evaluate import suggest_eps
    >>> X = np.random.default_rng(69).normal(size=(500, 2))
    >>> suggest_eps(X, min_samples=5, n=4)
    (0.097, 0.15, 0.39, 1.0)
    """
    points = vectors(X)
    k = max(1, whole(min_samples, 1, "min_samples") - 1)
    if k >= len(points):
        raise BadInputError(
            f"min_samples {min_samples} needs at least {k + 1} points, and there are {len(points)}; "
            "give more points or a smaller min_samples."
        )
    if (points == points[0]).all():
        raise BadInputError(
            f"All {len(points):,} points are equal, so there is no distance to choose eps from."
        )
    return suggest_eps_values(k_distances(points, k), n=n)


def suggest_eps_values(distances: Any, *, n: int) -> tuple[float, ...]:
    """Choose eps values from k-distances: evenly spaced quantiles, one of them the knee.

    The quantiles reach from 5 % of core points to 99 %; the quantile nearest to the knee of the
    curve gives way to it. Values are rounded to two significant digits, to more only where two
    would otherwise be equal; where quantiles coincide (duplicates), the widest gaps are halved
    until there are enough.

    Parameters
    ----------
    distances : array-like of shape (n_points,)
        k-distances, at least 0, in any order. Zeros (duplicates) are left out.
    n : int
        How many values, at least 1. One alone is the knee.

    Returns
    -------
    tuple of n floats
        Distinct, above 0, rising.

    Raises
    ------
    BadInputError
        If no distance is above 0, or one is not finite.

    Examples
    --------
    >>> from inkcluster.evaluate import suggest_eps_values
    >>> suggest_eps_values([1.0, 1.1, 1.2, 1.3, 1.4, 2.0, 4.0], n=3)
    (1.0, 1.4, 3.9)
    """
    n = whole(n, 1, "n")
    values = np.sort(np.asarray(distances, dtype=np.float64).ravel())
    if not np.isfinite(values).all() or (values < 0).any():
        raise BadInputError("distances must be finite and at least 0; one of them is not.")
    values = values[values > 0]
    if len(values) == 0:
        raise BadInputError(
            "Every point has that many exact duplicates, so no distance is above 0 to choose eps "
            "from; remove the duplicates or raise min_samples."
        )
    rising = len(values) > 2 and values[0] < values[-1]
    bend = float(values[knee(values)]) if rising else float(np.median(values))
    wanted = np.quantile(values, np.linspace(LOW, HIGH, n)) if n > 1 else np.array([bend])
    wanted[np.abs(wanted - bend).argmin()] = bend
    distinct = sorted({float(value) for value in wanted})
    if len(distinct) == 1 and n > 1:
        # All k-distances are the same: below it everything is noise, above it nothing.
        distinct = [0.5 * distinct[0], distinct[0], 1.1 * distinct[0]][3 - min(n, 3) :]
    return _round(_fill(distinct, n))


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


def _fill(values: list[float], n: int) -> list[float]:
    """Halve the widest gaps until there are n values."""
    values = list(values)
    while len(values) < n:
        gaps = np.diff(values)
        widest = int(gaps.argmax())
        values.insert(widest + 1, (values[widest] + values[widest + 1]) / 2)
    return values


def _round(values: list[float]) -> tuple[float, ...]:
    """To as few significant digits, from two, as keep all apart."""
    rounded: list[float] = []
    for digits in range(2, _MOST_DIGITS):
        rounded = [float(f"{value:.{digits - 1}e}") for value in values]
        if len(set(rounded)) == len(rounded):
            return tuple(rounded)
    return tuple(values)
