"""The spanning tree of few points, by Prim's algorithm in NumPy; nothing is compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster._neighbors_small import folded, lanes_for


def small_tree(
    X: NDArray[np.generic], core: NDArray[np.float64], at_most: float
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """What :func:`~inkcluster.cluster._spanning.spanning_tree` promises, a point at a time.

    Prim (1957). Each point outside keeps its first edge to the tree; the first of all comes next.
    """
    n, d = X.shape
    side = lanes_for(d)
    blocks = np.zeros(((d + side - 1) // side, side, n))
    blocks.reshape(-1, n)[:d] = np.asarray(X, dtype=np.float64).T
    weight = np.full(n, np.inf)
    squared = np.full(n, np.inf)
    other = np.zeros(n, np.int64)  # the end in the tree of each point's first edge
    outside = np.ones(n, np.bool_)
    edges, lengths, between = [], [], []
    x = 0
    for _ in range(n - 1):
        outside[x] = False
        lanes = np.zeros((side, n))
        for block in blocks:
            step = block - block[:, x, None]
            lanes += step * step
        gap = folded(lanes.T)
        reach = np.maximum(np.maximum(gap, core[x]), core)
        y = np.arange(n)
        edge = (np.minimum(x, y), np.maximum(x, y))
        held = (np.minimum(other, y), np.maximum(other, y))
        first = _before((reach, gap, *edge), (weight, squared, *held)) & outside
        weight[first], squared[first], other[first] = reach[first], gap[first], x
        left = np.flatnonzero(outside)
        left = left[weight[left] == weight[left].min()]
        pairs = np.minimum(other[left], left), np.maximum(other[left], left)
        at = np.lexsort((*pairs[::-1], squared[left]))[0]
        x = left[at]
        edges.append((pairs[0][at], pairs[1][at]))
        lengths.append(weight[x])
        between.append(squared[x])
    pairs_ = np.array(edges, np.int32).reshape(-1, 2)
    w = np.array(lengths, np.float64)
    order = np.lexsort((pairs_[:, 1], pairs_[:, 0], np.array(between), w))
    order = order[w[order] <= at_most]
    return pairs_[order], w[order]


def _before(
    a: tuple[NDArray[np.generic], ...], b: tuple[NDArray[np.generic], ...]
) -> NDArray[np.bool_]:
    """Whether the tuples `a` come before `b`, element by element."""
    before = np.zeros(len(a[0]), np.bool_)
    for x, y in zip(reversed(a), reversed(b), strict=True):
        before = (x < y) | ((x == y) & before)
    return before
