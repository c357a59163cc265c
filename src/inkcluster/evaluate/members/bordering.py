"""Finds the borders between clusters and the points on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.members.typical import borderline

MAX_BORDER_GAP = 0.05
"""A point is on a border if the nearer of two centres is nearer by at most this share."""


@dataclass(frozen=True, eq=False)
class Border:
    """The points almost as near to one cluster's centre as to another's.

    Parameters
    ----------
    first, second : int
        The two clusters, the smaller number first.
    members : ndarray of shape (m,), int64
        Indices of the points, the smallest margin first.
    margins : ndarray of shape (m,), float64
        Difference of the distances to both centres, as a share of the larger.
    """

    first: int
    second: int
    members: NDArray[np.int64]
    margins: NDArray[np.float64]


def borders(
    X: Any, labels: Any, centres: Any = None, *, margin: float = MAX_BORDER_GAP
) -> tuple[Border, ...]:
    """Find the borders between every two clusters of any clustering, the most populous first.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) stands on no border.
    centres : array-like of shape (k, d) or None
        At least two. None takes the mean of each cluster's members.
    margin : float
        The largest margin of a point on a border, from 0 to 1.

    Returns
    -------
    tuple of Border
        Only those with members. A point's border is that of its two nearest centres.

    Raises
    ------
    BadInputError
        If shapes do not fit, a value is not finite, there are fewer than two centres, or the
        margin is not between 0 and 1.

    Examples
    --------
    >>> from inkcluster.evaluate import borders
    >>> found = borders([[0.0], [4.9], [10.0], [30.0]], [0, 0, 1, 2], [[0.0], [10.0], [30.0]])
    >>> [(b.first, b.second, b.members.tolist()) for b in found]
    [(0, 1, [1])]
    """
    if not 0 <= margin <= 1:
        raise BadInputError(f"margin is {margin}; give a share from 0 to 1.")
    frame = borderline(X, labels, centres, max(len(labels), 1))
    frame = frame[frame["margin"] <= margin]
    pair = np.sort(frame[["first", "second"]].to_numpy(), axis=1)
    index, margins = frame["index"].to_numpy(), frame["margin"].to_numpy()
    found = []
    for a, b in np.unique(pair, axis=0).tolist():
        here = (pair == (a, b)).all(axis=1)
        found.append(Border(a, b, index[here], margins[here]))
    return tuple(sorted(found, key=lambda border: -len(border.members)))
