"""The single-linkage tree of mutual reachability, its cuts and the order of its leaves."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from inkcluster.cluster.neighbors.nearest import Neighbours, nearest_neighbors
from inkcluster.cluster.neighbors.spanning import spanning_tree
from inkcluster.compute.threads import pieces

MAX_WAITING = 8
"""Ties of a row up to which all wait in the queue at once, which is faster."""
PIECE = 1024
"""Rows whose ties are found at a time."""


def mutual_reachability_tree(
    X: NDArray[np.generic],
    min_samples: int,
    alpha: float = 1.0,
    brute: bool = False,
    lists: Neighbours | None = None,
) -> NDArray[np.float64]:
    """The single-linkage tree (n - 1, 4) of points (n, d) under max(core(a), core(b), d(a, b) / alpha).

    The core distance is that of the neighbour number `min_samples` ≤ n, the point itself counted.
    If `brute`, ties and core distances are as in scikit-learn's ``algorithm="brute"``: core
    distances are divided by `alpha` too, and each row of the walk is linked to the one met just
    before. `lists` is what ``nearest_neighbors(X, k, itself=True)`` gave, k at least `min_samples`.
    As in SciPy's linkage matrices, but the part that Prim's walk from row 0 meets first is named
    first, as in scikit-learn, whose clusters are numbered by it.
    """
    squared, near = nearest_neighbors(X, min_samples, itself=True) if lists is None else lists
    squared = np.ascontiguousarray(squared[:, :min_samples])
    near = np.ascontiguousarray(near[:, :min_samples])
    core = squared[:, -1] * (1.0 if brute else alpha * alpha)
    edges, weight = spanning_tree(X, core, lists=(squared, near))
    tied = np.empty(near.shape, np.int32)
    for part in pieces(len(X), PIECE):
        own = core[part, None]
        tied[part] = np.where((core[near[part]] <= own) & (squared[part] <= own), near[part], -1)
    tied.sort(axis=1)
    del squared, near, lists  # the walk needs room
    walked, height = walk(edges, np.sqrt(weight) / alpha, np.sqrt(core) / alpha, tied)
    if brute:
        walked[1:, 0] = walked[:-1, 1]
    return single_linkage(walked, height)


def walk(
    edges: NDArray[np.integer],
    height: NDArray[np.float64],
    core: NDArray[np.float64],
    tied: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Prim's walk from row 0 (1957), to the lowest row among those equally near.

    One spanning tree of many: a point whose core distance is the height at which several parts
    meet is joined to any of their points within it at that height. scikit-learn walks over all
    pairs; the walk over a tree meets the same rows in the same order once those pairs are known.

    Parameters
    ----------
    edges, height : ndarray of shape (n - 1, 2) and (n - 1,)
        A minimum spanning tree and its weights.
    core : ndarray of shape (n,)
        Core distances.
    tied : ndarray of shape (n, k), int32, ascending along each row, C-contiguous
        Rows whose mutual reachability from each point is that point's core distance; -1 for none.

    Returns
    -------
    walked : ndarray of shape (n - 1, 2), int64
        The row that each step starts from, and the new one, in the order of the walk.
    height : ndarray of shape (n - 1,), float64
    """
    n, k = tied.shape
    ends = np.concatenate([edges, edges[:, ::-1]])
    by_end = np.argsort(ends[:, 0], kind="stable")
    begin = np.searchsorted(ends[by_end, 0], np.arange(n + 1)).tolist()
    other = ends[by_end, 1].tolist()
    length = np.concatenate([height, height])[by_end].tolist()
    ties = tied.reshape(-1).data
    first = (np.count_nonzero(tied < 0, axis=1) + np.arange(n) * k).tolist()
    back, back_begin = _ties_of_equals(core, tied)
    cores = core.tolist()
    reached = [False] * n
    waiting: list[tuple[float, int, int, int, int]] = []  # height, new row, step, from, which ties
    following: list[Iterator[int]] = []

    def wait(step: int, here: int, which: int) -> None:
        """Put the next of some ties into the queue."""
        for row in following[which]:
            if not reached[row]:
                far = max(cores[here], cores[row])
                heapq.heappush(waiting, (far, row, step, here, which))
                return

    def wait_in_turn(step: int, here: int, rows: memoryview) -> None:
        """Let the first of many ties wait, or all ties of all rows would fill the queue."""
        following.append(iter(rows))
        wait(step, here, len(following) - 1)

    walked, heights = [], []
    here = 0
    for step in range(n - 1):
        reached[here] = True
        for e in range(begin[here], begin[here + 1]):
            if not reached[other[e]]:
                heapq.heappush(waiting, (length[e], other[e], step, here, -1))
        last = (here + 1) * k
        if last - first[here] > MAX_WAITING:
            wait_in_turn(step, here, ties[first[here] : last])
        else:
            for row in ties[first[here] : last]:
                if not reached[row]:
                    heapq.heappush(waiting, (cores[here], row, step, here, -1))
        if back_begin[here] < back_begin[here + 1]:
            wait_in_turn(step, here, back[back_begin[here] : back_begin[here + 1]])
        while True:
            far, row, since, start, which = heapq.heappop(waiting)
            if which >= 0:
                wait(since, start, which)
            if not reached[row]:
                break
        walked.append((start, row))
        heights.append(far)
        here = row
    return np.array(walked, np.int64).reshape(-1, 2), np.array(heights, np.float64)


def _ties_of_equals(
    core: NDArray[np.float64], tied: NDArray[np.int32]
) -> tuple[memoryview, list[int]]:
    """The rows tied to each row by their own core distance, if others share it, the nearest first.

    A row with a core distance of its own is met through its edge in the tree. The list gives where
    the rows of each row begin, and the end.
    """
    n = len(core)
    _, which, count = np.unique(core, return_inverse=True, return_counts=True)
    shared = np.flatnonzero(count[which] > 1)
    if not len(shared):
        return memoryview(b""), [0] * (n + 1)
    shared = shared[np.argsort(core[shared], kind="stable")].astype(np.int32)
    ends = tied[shared]
    listed = ends >= 0
    begin = np.append(0, np.cumsum(np.count_nonzero(listed, axis=1)))
    ends = ends[listed]
    turned = csr_array((np.ones(len(ends), np.bool_), ends, begin), (len(shared), n)).tocsc()
    return shared[turned.indices].data, turned.indptr.tolist()


def single_linkage(edges: NDArray[np.int64], height: NDArray[np.float64]) -> NDArray[np.float64]:
    """The merges (n - 1, 4) along the edges (n - 1, 2) of a spanning tree, the lowest first.

    Edges of equal height are taken in the order of NumPy's ``argsort``, as scikit-learn takes them.
    """
    n = len(edges) + 1
    order = np.argsort(height)
    parent = list(range(2 * n - 1))
    size = [1] * n + [0] * (n - 1)
    rows = []
    for node, (a, b) in enumerate(edges[order].tolist(), start=n):
        left, right = _root(parent, a), _root(parent, b)
        parent[left] = parent[right] = node
        size[node] = size[left] + size[right]
        rows.append((left, right, size[node]))
    found = np.array(rows, np.float64).reshape(-1, 3)
    return np.column_stack([found[:, :2], height[order], found[:, 2]])


def _root(parent: list[int], node: int) -> int:
    """The root of `node`; halves the path to it."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


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


def cut(Z: NDArray[np.float64], height: float, min_cluster_size: int) -> NDArray[np.int64]:
    """The parts (n,) connected by merges below `height`; -1 for parts under `min_cluster_size`.

    Numbered as scikit-learn numbers them: by the root that a union by rank leaves each with.
    """
    n = len(Z) + 1
    sides = Z[:, :2].astype(np.int64).tolist()
    parent = list(range(2 * n - 1))
    rank = [0] * (2 * n - 1)
    for merge in np.flatnonzero(Z[:, 2] < height).tolist():
        for side in sides[merge]:
            a, b = _root(parent, side), _root(parent, n + merge)
            if rank[a] < rank[b]:
                parent[a] = b
            else:
                parent[b] = a
                rank[a] += rank[a] == rank[b]
    roots = [_root(parent, row) for row in range(n)]
    _, part, size = np.unique(roots, return_inverse=True, return_counts=True)
    large = size >= min_cluster_size
    number = np.where(large, np.cumsum(large) - 1, -1)
    return np.asarray(number[part], np.int64)
