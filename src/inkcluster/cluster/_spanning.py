"""The minimum spanning tree of points, under the distance or mutual reachability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster._spanning_small import small_tree

Lists = tuple[NDArray[np.float64], NDArray[np.int32]]


def spanning_tree(
    X: NDArray[np.generic],
    core: NDArray[np.float64] | None = None,
    at_most: float = np.inf,
    lists: Lists | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The edges of the minimum spanning tree, shortest first; of the forest within `at_most`.

    Everything is squared, as :func:`~inkcluster.cluster.neighbors.nearest_neighbors` gives it: the
    weight of a pair is max(d²(a, b), core[a], core[b]). Edges are ordered by weight, those of equal
    weight by d², those of equal d² by the lower row, then the upper one; so the tree is unique.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite; may be memory-mapped
    core : ndarray of shape (n,), float64, optional
        Squared core distances (Campello et al. 2013); zero if left out.
    at_most : float
        No edge of more than this squared weight is taken; a forest is left.
    lists : tuple of ndarray, optional
        What ``nearest_neighbors(X, k)`` gave, with any k and with or without the points themselves;
        found anew if left out. Several trees for one `X` cost little more than the first.

    Returns
    -------
    edges : ndarray of shape (n - 1 or fewer, 2), int32, lower row first
    squared : ndarray of shape (n - 1 or fewer,), float64, squared weights

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster._spanning import spanning_tree
    >>> X = np.array([[0.0], [1.0], [3.0], [7.0]])
    >>> edges, squared = spanning_tree(X)
    >>> edges.tolist(), squared.tolist()
    ([[0, 1], [1, 2], [2, 3]], [1.0, 4.0, 16.0])
    >>> core = np.array([9.0, 4.0, 9.0, 36.0])  # squared distances to the second nearest
    >>> spanning_tree(X, core)[1].tolist()
    [9.0, 9.0, 36.0]
    >>> spanning_tree(X, at_most=4.0)[0].tolist()
    [[0, 1], [1, 2]]
    """
    del lists
    return small_tree(X, np.zeros(len(X)) if core is None else core, at_most)
