"""Neighbours in few dimensions: SciPy's k-d tree proposes, float64 decides. Nothing is compiled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from inkcluster.compute.threads import in_threads, pieces

LEAF = 16
"""Points in a leaf."""
ROUNDING = 1e-9
"""More than the rounding of the tree's distances, relative."""
ROWS = 128
"""Queries whose ties are listed at a time."""
QUERIES = 1024
"""Queries that a thread looks at at a time."""
PROBES = 64
"""Queries that tell how many neighbours are at the last one's distance."""
MAX_MORE = 4
"""So many times the neighbours that are needed are asked for at most, or ties are listed."""

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
    k_found = k + (not itself)
    tree = cKDTree(np.asarray(X, np.float64), leafsize=LEAF, balanced_tree=False)
    asked = np.asarray(queries, np.float64)
    more = _enough(tree, asked, min(n, k_found), min(n, MAX_MORE * k_found + 1))
    squared, near = np.empty((m, k)), np.empty((m, k), np.int32)
    order = tree.indices if queries is X else np.arange(m)  # near points one after the other

    def look(part: slice) -> None:
        own = order[part]
        found = tree.query(asked[own], np.arange(1, more + 1))
        far, rows = np.asarray(found[0]), np.asarray(found[1], np.int32)
        exact = gaps(queries, np.repeat(own, more), X, rows.ravel()).reshape(rows.shape)
        if not itself:
            its = rows == own[:, None]
            exact[its] = np.inf
            first = int(its[:, 0].all())
            exact, rows = exact[:, first:], rows[:, first:]
        tied = np.flatnonzero((exact[:, 1:] <= exact[:, :-1]).any(axis=1))
        ordered = np.sort(exact[tied] + 1j * rows[tied], axis=1)  # by the real part, then the row
        exact[tied], rows[tied] = ordered.real, ordered.imag
        squared[own], near[own] = exact[:, :k], rows[:, :k]
        if more == n:
            return
        unsure = np.sort(own[exact[:, k - 1] >= far[:, -1] ** 2 * (1 - ROUNDING)])
        for some in (unsure[each] for each in pieces(len(unsure), ROWS)):
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

    for _ in in_threads(look, pieces(m, QUERIES)):
        pass
    return squared, near


def _enough(tree: cKDTree, asked: NDArray[np.float64], k: int, most: int) -> int:
    """How many neighbours to ask for, so that for most queries one is farther than number `k`.

    One more than `k` where `most` would not be enough.
    """
    if most <= k + 1:
        return most
    some = asked[:: max(1, len(asked) // PROBES)]
    far = np.asarray(tree.query(some, np.arange(k, most + 1))[0])
    tied = np.count_nonzero(far <= far[:, :1] * (1 + ROUNDING), axis=1)
    enough = int(np.quantile(tied, 0.9, method="higher"))
    return k + enough if k + enough <= most else k + 1
