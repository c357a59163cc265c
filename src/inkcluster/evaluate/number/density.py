"""Suggests `eps` for DBSCAN from the distances to neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import vectors, whole
from inkcluster.evaluate.number.kneedle import knee

Neighbours = tuple[NDArray[np.float64], NDArray[np.int32]]
"""Squared distances and rows of the nearest neighbours, each (n, k)."""

LOW, HIGH = 0.05, 0.99
"""Shares of core points between which eps values are suggested."""
_MOST_DIGITS = 12


def k_distances(
    X: Any, k: int, *, ordered: bool = True, lists: Neighbours | None = None
) -> NDArray[np.float64]:
    """Distance of each point to its k-th nearest other point, sorted upwards.

    The point itself does not count (in DBSCAN's ``min_samples`` it does): the share of core points
    at `eps` is that of the (min_samples - 1)-distances up to `eps`.

    Parameters
    ----------
    X : array-like of shape (n, d)
    k : int
        From 1 to n - 1.
    ordered : bool
        Sort the distances; otherwise they are in the order of the points.
    lists : tuple of ndarray, optional
        Results of :func:`~inkcluster.cluster.neighbors.nearest_neighbors` for these points with
        ``itself=True``, at least k + 1 each, also used by
        :meth:`DBSCANGrid.fit <inkcluster.DBSCANGrid.fit>`; computed if left out.

    Returns
    -------
    ndarray of shape (n,), float64
        Euclidean, and exact: duplicates are at 0.

    Raises
    ------
    BadInputError
        If `X` is not a finite table, there are no `k` other points, or `lists` hold too few.

    Examples
    --------
    >>> from inkcluster.evaluate import k_distances
    >>> k_distances([[0.0], [1.0], [3.0], [3.0]], 1).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    from inkcluster.cluster.neighbors.nearest import nearest_neighbors

    points = vectors(X)
    k = whole(k, 1, "k")
    if k >= len(points):
        raise BadInputError(
            f"The {k}-th neighbour needs {k + 1} points, and there are {len(points)}; "
            "give more points or a smaller k."
        )
    if lists is not None:
        squared = lists[0]
        if len(squared) != len(points) or squared.shape[1] <= k:
            raise BadInputError(
                f"lists of the shape {squared.shape} do not hold the {k + 1} neighbours, themselves "
                f"counted, of {len(points):,} points."
            )
        last = squared[:, k]
    else:
        plain = points if points.dtype.kind == "f" else points.astype(np.float64)
        last = nearest_neighbors(plain, k)[0][:, k - 1]
    distance = np.sqrt(last)
    return np.sort(distance) if ordered else distance


def suggest_eps(
    X: Any, *, min_samples: int, n: int, lists: Neighbours | None = None
) -> tuple[float, ...]:
    """Suggest eps values between which DBSCAN changes from all noise to one cluster.

    Parameters
    ----------
    X : array-like of shape (n_points, d)
        The points, or a sample of them (which makes distances somewhat larger).
    min_samples : int
        As DBSCAN's, the point itself included: from 1 to n_points.
    n : int
        The number of values, at least 1.
    lists : tuple of ndarray, optional
        As in :func:`k_distances`.

    Returns
    -------
    tuple of n floats
        Those of :func:`suggest_eps_values` for the (min_samples - 1)-distances, at least 1.

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
    return suggest_eps_values(k_distances(points, k, lists=lists), n=n)


def suggest_eps_values(distances: Any, *, n: int) -> tuple[float, ...]:
    """Choose eps values from k-distances: evenly spaced quantiles, one of them the knee.

    The quantiles reach from 5 % to 99 % of core points; the knee of the curve replaces the nearest.
    Where quantiles coincide, the widest gaps are halved. Values are rounded to two significant
    digits, or to as many as keep them distinct.

    Parameters
    ----------
    distances : array-like of shape (n_points,)
        k-distances, at least 0, in any order. Zeros (duplicates) are left out.
    n : int
        The number of values, at least 1. One alone is the knee.

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


def _fill(values: list[float], n: int) -> list[float]:
    """Halve the widest gaps until there are n values."""
    while len(values) < n:
        gaps = np.diff(values)
        widest = int(gaps.argmax())
        values.insert(widest + 1, (values[widest] + values[widest + 1]) / 2)
    return values


def _round(values: list[float]) -> tuple[float, ...]:
    """To as few significant digits, at least two, as keep all distinct."""
    for digits in range(2, _MOST_DIGITS):
        rounded = [float(f"{value:.{digits - 1}e}") for value in values]
        if len(set(rounded)) == len(rounded):
            return tuple(rounded)
    return tuple(values)
