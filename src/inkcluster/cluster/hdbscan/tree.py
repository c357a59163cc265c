"""The single-linkage tree of mutual reachability, and the order of its leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._hdbscan._linkage import MST_edge_dtype, make_single_linkage

from inkcluster.cluster.hdbscan import choose, pairs
from inkcluster.cluster.hdbscan import lists as from_lists
from inkcluster.cluster.hdbscan.pairs import Reach, Walk
from inkcluster.cluster.neighbors.nearest import Neighbours


def walked(
    X: NDArray[np.generic],
    reach: Reach,
    algorithm: choose.Algorithm,
    lists: Neighbours | None = None,
) -> Walk:
    """Prim's walk over points (n, d) under mutual reachability.

    If it is scikit-learn's "brute", each step is linked to the row met just before. `lists` is what
    ``nearest_neighbors(X, k, itself=True)`` gave, k at least `min_samples`.

    Raises
    ------
    ManyTies
        By "boruvka", whose walk would not be scikit-learn's.
    """
    if algorithm == "boruvka":
        walk = from_lists.walk(X, reach, lists)
    else:
        build = pairs.stored if algorithm == "stored" else pairs.prim
        walk = build(np.ascontiguousarray(X, dtype=np.float64), reach)
    return walk._replace(start=np.append(0, walk.row[:-1])) if reach.brute else walk


def single_linkage(walk: Walk) -> tuple[NDArray[np.void], NDArray[np.intp]]:
    """scikit-learn's single-linkage tree along a walk, and the order in which its steps merge.

    The part that the walk meets first is named first; steps of equal height are taken in the order
    of NumPy's ``argsort``, as scikit-learn takes them.
    """
    order = np.argsort(walk.height)
    steps = np.empty(len(order), MST_edge_dtype)
    for name, values in zip(MST_edge_dtype.names, walk, strict=True):
        steps[name] = values[order]
    return make_single_linkage(steps), order


def runs(Z: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lay the leaves of `Z` out so that every node is a run of them, its first side on the left.

    Where each node's run begins (2n - 1,), and the rows (n,) from the left.
    """
    n = len(Z) + 1
    size = [1] * n + Z[:, 3].astype(np.int64).tolist()
    sides = Z[:, :2].astype(np.int64).tolist()
    start = [0] * (2 * n - 1)
    for node in range(2 * n - 2, n - 1, -1):
        left, right = sides[node - n]
        start[left] = start[node]
        start[right] = start[node] + size[left]
    found = np.array(start, np.int64)
    return found, np.argsort(found[:n])


def reachability(Z: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The leaves (n,) from the left, and the height (n,), by row, at which each joins those before it.

    The first has infinity. This is the order of Prim's walk, hence that of OPTICS with no limit
    (Ankerst et al. 1999).
    """
    start, leaves = runs(Z)
    along = np.empty(len(leaves))
    along[0] = np.inf
    along[start[Z[:, 1].astype(np.int64)]] = Z[:, 2]
    reach = np.empty(len(leaves))
    reach[leaves] = along
    return leaves, reach
