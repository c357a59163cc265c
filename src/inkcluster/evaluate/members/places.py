"""Places of clusters on a map: the densest ones, and groups apart from all clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_ISLANDS = 10
MIN_ISLAND_SHARE = 0.0005
"""An island holds at least this share of the points."""
MIN_ISLAND_POINTS = 5
MIN_CELLS, MAX_CELLS = 40, 160
"""Limits of the cells along the map's longer side; groups are apart if their cells do not touch."""


def islands(places: NDArray[np.floating[Any]], centres: NDArray[Any]) -> list[NDArray[np.int64]]:
    """The groups of a map that touch no cluster's centre, the largest first.

    Parameters
    ----------
    places : ndarray of shape (n, 2)
    centres : ndarray of shape (k, 2)
        One place for each cluster, among its members.

    Returns
    -------
    list of ndarray
        The points of each group, at most ten groups.

    Examples
    --------
    >>> places = np.repeat([[0.0, 0.0], [9.0, 9.0]], [30, 7], axis=0)
    >>> [len(members) for members in islands(places, places[:1])]
    [7]
    """
    from scipy.ndimage import label

    cells = int(np.clip(1.2 * len(places) ** 0.5, MIN_CELLS, MAX_CELLS))
    low = places.min(axis=0)
    extent = float(np.ptp(places, axis=0).max()) or 1.0
    cell = ((places - low) / extent * (cells - 1)).astype(np.int64)
    taken = np.zeros((cells, cells), bool)
    taken[cell[:, 0], cell[:, 1]] = True
    parts, _ = label(taken, structure=np.ones((3, 3)))
    of_each = parts[cell[:, 0], cell[:, 1]]
    at = np.clip(((centres - low) / extent * (cells - 1)).astype(np.int64), 0, cells - 1)
    bulk = set(parts[at[:, 0], at[:, 1]].tolist())
    sizes = np.bincount(of_each)
    order = np.argsort(-sizes, kind="stable")
    least = max(MIN_ISLAND_POINTS, MIN_ISLAND_SHARE * len(places))
    found = [part for part in order.tolist() if part not in bulk and sizes[part] >= least]
    return [np.flatnonzero(of_each == part) for part in found[:MAX_ISLANDS]]


def densest(places: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The place nearest to the mean of the fullest of 8 × 8 cells, shape (2,)."""
    extent = float(np.ptp(places, axis=0).max()) or 1.0
    cell = ((places - places.min(axis=0)) / extent * 7.99).astype(np.int64)
    number = cell[:, 0] * 8 + cell[:, 1]
    fullest = places[number == np.bincount(number).argmax()]
    return np.asarray(fullest[_nearest(fullest, fullest.mean(axis=0))], np.float64)


def typical(places: NDArray[np.floating[Any]], members: NDArray[np.int64]) -> int:
    """The member nearest to the median place of all `members`."""
    return int(members[_nearest(places[members], np.median(places[members], axis=0))])


def _nearest(places: NDArray[np.floating[Any]], to: NDArray[Any]) -> int:
    return int(np.square(places - to).sum(axis=1).argmin())
