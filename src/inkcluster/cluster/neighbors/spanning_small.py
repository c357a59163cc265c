"""The spanning tree of few points, by Borůvka's algorithm in NumPy; nothing is compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from inkcluster import progress
from inkcluster.cluster.neighbors.small import paired

WHOLE = 2.0**53
"""float64 holds all whole numbers up to here."""
LARGEST = float(np.finfo(np.float64).max)
"""The largest weight of an edge."""


def small_tree(
    X: NDArray[np.generic], core: NDArray[np.float64], at_most: float
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """What :func:`~inkcluster.cluster.neighbors.spanning.spanning_tree` promises, from all pairs at once.

    Borůvka (1926): each round every part takes its first edge out. A product proposes edges; all
    that its rounding cannot exclude are decided by the sums that the compiled search makes.
    """
    n = len(X)
    weight, grain = _rough(X)
    np.maximum(weight, core, out=weight)
    np.maximum(weight, core[:, None], out=weight)
    edges: list[NDArray[np.intp]] = []
    lengths: list[NDArray[np.float64]] = []
    part: NDArray[np.intp] = np.arange(n)
    parts = n
    with progress.current().task("merges", total=n - 1) as advance:
        while parts > 1:
            weight[part[:, None] == part] = np.inf  # also a point and itself
            least = np.full(parts, np.inf)
            np.minimum.at(least, part, weight.min(axis=1))
            most = np.minimum(least + grain, LARGEST)  # edges of infinite weight are none
            who, whom = np.nonzero(weight <= most[part][:, None])
            if not len(who):
                break
            squared = paired(X, who, X, whom)
            reach = np.maximum(np.maximum(squared, core[who]), core[whom])
            pair = np.minimum(who, whom), np.maximum(who, whom)
            order = np.lexsort((*pair[::-1], squared, reach, part[who]))
            first = order[np.diff(part[who][order], prepend=-1) > 0]
            chosen = np.unique(pair[0][first] * n + pair[1][first], return_index=True)[1]
            first = first[chosen]  # two parts may take the same edge
            a, b = pair[0][first], pair[1][first]
            edges.append(np.column_stack([a, b]))
            lengths.append(np.column_stack([squared[first], reach[first]]))
            joins = coo_array((np.ones(len(a)), (part[a], part[b])), (parts, parts))
            parts, into = connected_components(joins, directed=False)
            part = into[part].astype(np.intp)
            advance(len(a))
    found = np.concatenate([np.empty((0, 2), np.int32), *edges]).astype(np.int32)
    between, w = np.concatenate([np.empty((0, 2)), *lengths]).T
    order = np.lexsort((found[:, 1], found[:, 0], between, w))
    order = order[w[order] <= at_most]
    return found[order], w[order]


def _rough(X: NDArray[np.generic]) -> tuple[NDArray[np.float64], float]:
    """Squared distances of all pairs, (n, n), and twice what they may be off; 0 for whole numbers."""
    points = np.asarray(X, dtype=np.float64)
    square = np.einsum("ij,ij->i", points, points)
    whole = 4 * square.max() < WHOLE and np.array_equal(points, np.rint(points))
    if not whole:
        points = points - points.mean(axis=0)
        square = np.einsum("ij,ij->i", points, points)
    rough = points @ points.T
    rough *= -2
    rough += square
    rough += square[:, None]
    grain = 0.0 if whole else (X.shape[1] + 16) * 2.0**-48 * float(square.max())
    return rough, grain
