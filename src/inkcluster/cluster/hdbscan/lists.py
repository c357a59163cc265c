"""Prim's walk from lists of neighbours and a spanning tree."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from inkcluster.cluster.hdbscan import choose
from inkcluster.cluster.hdbscan.pairs import Reach, Walk
from inkcluster.cluster.neighbors.equals import gathered
from inkcluster.cluster.neighbors.nearest import Neighbours, nearest_neighbors
from inkcluster.cluster.neighbors.spanning import spanning_tree
from inkcluster.compute.duplicates import distinct, many_equal
from inkcluster.compute.threads import pieces

MAX_TIED = 0.05
"""Share of core distances, or of edges, that may equal the two before."""
SAME = 1e-12
"""Relative difference up to which squared distances are equal."""
MAX_WAITING = 8
"""Ties of a row up to which all wait in the queue at once, which is faster."""
PIECE = 1024
"""Rows whose ties are found at a time."""


class ManyTies(Exception):  # noqa: N818 (never leaves this package)
    """Many distances between different points agree, and not all are in the lists."""


def walk(
    X: NDArray[np.generic],
    reach: Reach,
    lists: Neighbours | None,
) -> Walk:
    """As :func:`~inkcluster.cluster.hdbscan.tree.walked`; equal rows are one point until the end.

    Raises
    ------
    ManyTies
    """
    n = len(X)
    first, same = distinct(X) if many_equal(X) else (np.arange(n), np.arange(n))
    squared, near, core = _neighbours(X, reach.min_samples, lists, first, same)
    alpha = reach.alpha
    core = core * (1.0 if reach.brute else alpha * alpha)
    _check_ties(core)
    points = X if len(first) == n else X[first]
    edges, weight = spanning_tree(points, core, lists=(squared, near))
    _check_ties(weight[weight > np.maximum(*core[edges.T])])
    tied = np.empty(near.shape, np.int32)
    for part in pieces(len(first), PIECE):
        own = core[part, None]
        within = (core[near[part]] <= own) & (squared[part] <= own) & (near[part] >= 0)
        tied[part] = np.where(within, near[part], -1)
    tied.sort(axis=1)
    del squared, near, lists  # the walk needs room
    height, core = np.sqrt(weight) / alpha, np.sqrt(core) / alpha
    return walk_tree(edges, height, core, tied, (first, same))


def _neighbours(
    X: NDArray[np.generic],
    min_samples: int,
    lists: Neighbours | None,
    first: NDArray[np.int64],
    same: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
    """Lists of the distinct points among themselves, and their squared core distances."""
    if len(first) == len(X):
        if lists is None:
            lists = nearest_neighbors(X, min_samples, itself=True)
        squared = np.ascontiguousarray(lists[0][:, :min_samples])
        return squared, np.ascontiguousarray(lists[1][:, :min_samples]), squared[:, -1]
    if lists is not None:
        squared, near = lists[0][:, :min_samples], lists[1][:, :min_samples]
        return *gathered(squared, near, first, same), squared[first, -1]
    squared, near = nearest_neighbors(X[first], min(min_samples, len(first)), itself=True)
    size = np.bincount(same)[first]
    last = np.argmax(np.cumsum(size[near], axis=1) >= min_samples, axis=1)
    return squared, near, squared[np.arange(len(first)), last]


def _check_ties(lengths: NDArray[np.float64]) -> None:
    """Raise ManyTies if three or more share many of the lengths: core distances, or edges.

    Two points often share a core distance, each being the other's neighbour.
    """
    if choose.forced.names or not len(lengths):
        return
    ordered = np.sort(lengths)
    same = np.diff(ordered) <= SAME * ordered[1:]
    if np.count_nonzero(same[1:] & same[:-1]) > MAX_TIED * len(lengths):
        raise ManyTies


class _Queue:
    """Rows that wait to be reached: the nearest first, then the lowest, then from the earliest step.

    Parameters
    ----------
    core : list of float
        By row.
    """

    def __init__(self, core: list[float]) -> None:
        self.core = core
        self.reached = [False] * len(core)
        self.waiting: list[tuple[float, int, int, int, int]] = []  # height, row, step, from, turns
        self.turns: list[tuple[Iterator[int], float, int, int]] = []

    def add(self, row: int, far: float, step: int, start: int) -> None:
        if not self.reached[row]:
            heapq.heappush(self.waiting, (far, row, step, start, -1))

    def add_in_turn(self, rows: Sequence[int], least: float, step: int, start: int) -> None:
        """Let the first of many ties wait, or all ties of all rows would fill the queue."""
        self.turns.append((iter(rows), least, step, start))
        self._wait(len(self.turns) - 1)

    def _wait(self, turn: int) -> None:
        rows, least, step, start = self.turns[turn]
        for row in rows:
            if not self.reached[row]:
                far = max(least, self.core[row])
                heapq.heappush(self.waiting, (far, row, step, start, turn))
                return

    def next(self) -> tuple[float, int, int, int]:
        """Height, row, step and start of what is reached next."""
        while True:
            far, row, step, start, turn = heapq.heappop(self.waiting)
            if turn >= 0:
                self._wait(turn)
            if not self.reached[row]:
                self.reached[row] = True
                return far, row, step, start


def walk_tree(
    edges: NDArray[np.integer],
    height: NDArray[np.float64],
    core: NDArray[np.float64],
    tied: NDArray[np.int32],
    equal: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Walk:
    """Prim's walk from row 0 (1957), to the lowest row among those equally near.

    One spanning tree of many: a point whose core distance is the height at which several parts
    meet is joined to any of their points within it at that height. scikit-learn walks over all
    pairs; the walk over a tree meets the same rows in the same order once those pairs are known.
    Equal rows are reached one after the other, at their core distance.

    Parameters
    ----------
    edges, height : ndarray of shape (u - 1, 2) and (u - 1,)
        A minimum spanning tree of the distinct points and its weights.
    core : ndarray of shape (u,)
        Core distances.
    tied : ndarray of shape (u, k), int32, ascending along each row, C-contiguous
        Points whose mutual reachability from each point is that point's core distance; -1 for none.
    equal : tuple of ndarray
        What :func:`~inkcluster.compute.duplicates.distinct` gave for the n rows.
    """
    first, same = equal
    n, (u, k) = len(same), tied.shape
    ends = np.concatenate([edges, edges[:, ::-1]])
    by_end = np.argsort(ends[:, 0], kind="stable")
    begin = np.searchsorted(ends[by_end, 0], np.arange(u + 1)).tolist()
    other = first[ends[by_end, 1]].tolist()
    length = np.concatenate([height, height])[by_end].tolist()
    tie_begin = (np.count_nonzero(tied < 0, axis=1) + np.arange(u) * k).tolist()
    ties = first[tied].reshape(-1).data
    of_equals, back_begin = _ties_of_equals(core, tied)
    back = first[of_equals].data
    number = np.searchsorted(first, same)
    points, queue = number.tolist(), _Queue(core[number].tolist())
    members = _later_members(first, same)
    is_first = (same == np.arange(n)).tolist()
    walk: list[tuple[int, int, float]] = []
    far, here, since, start = np.inf, 0, 0, 0
    queue.reached[0] = True
    for step in range(n - 1):
        if is_first[here]:
            point, own = points[here], queue.core[here]
            for e in range(begin[point], begin[point + 1]):
                queue.add(other[e], length[e], step, here)
            some = ties[tie_begin[point] : (point + 1) * k]
            if len(some) > MAX_WAITING:
                queue.add_in_turn(some, own, step, here)
            else:
                for row in some:
                    queue.add(row, own, step, here)
            if back_begin[point] < back_begin[point + 1]:
                queue.add_in_turn(back[back_begin[point] : back_begin[point + 1]], own, step, here)
            if here in members:  # as near to what reached this row, unless that was further
                at = (since, start) if far == own else (step, here)
                queue.add_in_turn(members[here], own, *at)
        far, here, since, start = queue.next()
        walk.append((start, here, far))
    starts, rows, heights = zip(*walk, strict=True) if walk else ((), (), ())
    return Walk(np.array(starts, np.int64), np.array(rows, np.int64), np.array(heights, np.float64))


def _later_members(first: NDArray[np.int64], same: NDArray[np.int64]) -> dict[int, list[int]]:
    """For the first of some equal rows the others, ascending."""
    if len(first) == len(same):
        return {}
    rows = np.argsort(same, kind="stable")
    begin = np.searchsorted(same[rows], first)
    groups = np.split(rows, begin[1:])
    return {int(group[0]): group[1:].tolist() for group in groups if len(group) > 1}


def _ties_of_equals(
    core: NDArray[np.float64], tied: NDArray[np.int32]
) -> tuple[NDArray[np.integer], list[int]]:
    """The rows tied to each row by their own core distance, if others share it, the nearest first.

    A row with a core distance of its own is met through its edge in the tree. The list gives where
    the rows of each row begin, and the end.
    """
    n = len(core)
    _, which, count = np.unique(core, return_inverse=True, return_counts=True)
    shared = np.flatnonzero(count[which] > 1)
    if not len(shared):
        return np.empty(0, np.int32), [0] * (n + 1)
    shared = shared[np.argsort(core[shared], kind="stable")].astype(np.int32)
    ends = tied[shared]
    listed = ends >= 0
    begin = np.append(0, np.cumsum(np.count_nonzero(listed, axis=1)))
    ends = ends[listed]
    turned = csr_array((np.ones(len(ends), np.bool_), ends, begin), (len(shared), n)).tocsc()
    return shared[turned.indices], turned.indptr.tolist()
