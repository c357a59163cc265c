"""Neighbours in few dimensions: SciPy's k-d tree proposes, float64 decides. Nothing is compiled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from inkcluster.compute.threads import pieces, workers

MAX_TREE_DIMENSIONS = 6
"""Dimensions up to which the tree leaves most points out."""
LEAF = 16
"""Points in a leaf."""
ROUNDING = 1e-9
"""More than the rounding of the tree's distances, relative."""
ROWS = 256
"""Queries whose ties are listed at a time."""

Gaps = Callable[..., NDArray[np.float64]]


def tree_bytes(n: int, m: int, d: int, k: int) -> int:
    """Bytes that a search for `k` neighbours of `m` queries among `n` points takes."""
    return n * (24 * d + 64) + m * (8 * d + 100 * (k + 2))


def by_tree(
    X: NDArray[np.generic], queries: NDArray[np.generic], k: int, gaps: Gaps, *, itself: bool
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The `k` nearest rows of X to each query; `itself`: whether row i may be one of query i's.

    The tree gives one neighbour more than are needed. Where that is no farther than the last, all
    as near as the last are listed. `gaps` gives the squared distances of pairs of rows.
    """
    n, m = len(X), len(queries)
    more = min(n, k + (not itself) + 1)
    tree = cKDTree(np.asarray(X, np.float64), leafsize=LEAF, balanced_tree=False)
    asked = np.asarray(queries, np.float64)
    found = tree.query(asked, np.arange(1, more + 1), workers=workers())
    far, rows = np.asarray(found[0]), np.asarray(found[1], np.int32)
    exact = gaps(queries, np.repeat(np.arange(m), more), X, rows.ravel()).reshape(m, more)
    if not itself:
        own = rows == np.arange(m)[:, None]
        if own[:, 0].all():
            exact, rows = exact[:, 1:], rows[:, 1:]
        else:
            exact[own] = np.inf
    tied = np.flatnonzero((exact[:, 1:] <= exact[:, :-1]).any(axis=1))
    order = np.lexsort((rows[tied], exact[tied]), axis=1)  # of equal distances the lower row first
    exact[tied] = np.take_along_axis(exact[tied], order, 1)
    rows[tied] = np.take_along_axis(rows[tied], order, 1)
    squared, near = exact[:, :k].copy(), rows[:, :k].copy()
    if more == n:
        return squared, near
    unsure = np.flatnonzero(squared[:, -1] >= far[:, -1] ** 2 * (1 - ROUNDING))
    for part in pieces(len(unsure), ROWS):
        some = unsure[part]
        reach = np.sqrt(squared[some, -1]) * (1 + ROUNDING)
        lists = tree.query_ball_point(asked[some], reach)
        who = np.repeat(some, [len(each) for each in lists])
        which = np.concatenate(lists).astype(np.int32)
        if not itself:
            other = who != which
            who, which = who[other], which[other]
        gap = gaps(queries, who, X, which)
        by_gap = np.lexsort((which, gap, who))
        best = by_gap[np.searchsorted(who, some)[:, None] + np.arange(k)]
        squared[some], near[some] = gap[best], which[best]
    return squared, near
