"""The exact nearest neighbours of every point, which density, shape and trees stand on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.neighbors.search import search
from inkcluster.cluster.neighbors.small import small_neighbors
from inkcluster.compute.magnitude import LEAST, check_squares
from inkcluster.errors import BadInputError

Neighbours = tuple[NDArray[np.float64], NDArray[np.int32]]
"""Squared distances and rows, each (n, k)."""
SMALL = 2500 * 2500
"""Pairs up to which NumPy looks at all of them, so that nothing has to be compiled."""


def nearest_neighbors(
    X: NDArray[np.generic],
    k: int,
    *,
    queries: NDArray[np.generic] | None = None,
    itself: bool = False,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The `k` nearest rows of `X` to each of its rows, or to each query, under Euclidean distance.

    Exact: squared distances are sums of squared differences in float64, in an order that the source
    fixes, so that they are the same to the bit for (a, b) and (b, a), for any block size, number of
    threads and size of data; for whole numbers they are exact. Equal distances go to the lower row.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite; may be memory-mapped
    k : int
        From 1 to the number of rows that can be neighbours: n - 1, or n with `itself` or `queries`.
    queries : ndarray of shape (m, d), any real dtype, finite, optional
        Points to find the neighbours of; the rows of `X` if left out.
    itself : bool
        Whether a row of `X` is a neighbour of itself, at distance 0. It then ranks among its
        duplicates by its row, as it does where `X` is given as `queries`. The distance to the last
        of `min_samples` neighbours, itself counted, is scikit-learn's core distance. A point has at
        least j neighbours within eps exactly if its j-th squared distance is at most eps², and all
        of them are in the list if its last is more.

    Returns
    -------
    squared : ndarray of shape (n or m, k), float64, ascending along each row
        Squared distances.
    rows : ndarray of shape (n or m, k), int32
        Rows of `X`.

    Raises
    ------
    BadInputError
        If there are fewer than `k` neighbours to find, or squared distances leave float64.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.neighbors import nearest_neighbors
    >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
    >>> squared, rows = nearest_neighbors(X, 2)
    >>> rows.tolist()
    [[1, 2], [0, 2], [3, 1], [2, 1]]
    >>> squared.tolist()
    [[1.0, 9.0], [1.0, 4.0], [0.0, 4.0], [0.0, 4.0]]
    >>> nearest_neighbors(X, 2, queries=np.array([[1.2]]))[1].tolist()
    [[1, 0]]
    >>> nearest_neighbors(X, 2, itself=True)[1].tolist()
    [[0, 1], [1, 0], [2, 3], [2, 3]]
    """
    there = len(X) - (queries is None and not itself)
    if not 1 <= k <= there:
        raise BadInputError(
            f"k must be from 1 to {there:,}, the neighbours that there are among {len(X):,} points, "
            f"not {k}."
        )
    asking = X if queries is None else queries
    check_squares(X, least=0.0 if queries is not None else LEAST)
    if queries is not None:
        check_squares(queries, least=0.0)
    if len(X) * len(asking) <= SMALL:
        return small_neighbors(X, asking, k, itself or queries is not None)
    return search(X, queries, k, itself)


def check_neighbors(lists: Neighbours, n: int, k: int) -> None:
    """Refuse lists that are not of `n` points, have fewer than `k` neighbours or leave the point out.

    Raises
    ------
    BadInputError
        Naming the shapes.
    """
    squared, rows = lists
    if squared.shape != rows.shape or squared.ndim != 2 or len(rows) != n or rows.shape[1] < k:
        raise BadInputError(
            f"lists must hold at least {k:,} neighbours of each of the {n:,} points; these have the "
            f"shapes {squared.shape} and {rows.shape}."
        )
    if squared[:, 0].any():
        raise BadInputError(
            "lists must count each point among its own neighbours, at distance 0; find them with "
            "itself=True."
        )
