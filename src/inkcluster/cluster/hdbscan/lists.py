"""Prim's walk from lists of neighbours and a spanning tree."""

from __future__ import annotations

from typing import Any

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
from inkcluster.kernels.density import walk as kernels

MAX_TIED = 0.05
"""Share of core distances, or of edges, that may equal the two before."""
SAME = 1e-12
"""Relative difference up to which squared distances are equal."""
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
    bounds = np.searchsorted(ends[by_end, 0], np.arange(u + 1))
    length = np.concatenate([height, height])[by_end]
    tie_begin = np.count_nonzero(tied < 0, axis=1) + np.arange(u) * k
    back, back_bounds = _ties_of_equals(core, tied)
    rows = np.argsort(same, kind="stable")
    number = np.searchsorted(first, same)
    later = rows[same[rows] != rows]
    later_bounds = np.searchsorted(number[later], np.arange(u + 1))
    lists: Any = (
        (first[ends[by_end, 1]], bounds[:-1], bounds[1:]),
        (first[tied].reshape(-1), tie_begin, np.arange(1, u + 1) * k),
        (first[back], back_bounds[:-1], back_bounds[1:]),
        (later, later_bounds[:-1], later_bounds[1:]),
    )
    is_first = same == np.arange(n)
    walk = Walk(np.empty(n - 1, np.int64), np.empty(n - 1, np.int64), np.empty(n - 1))
    loop: Any = kernels.walk
    if choose.walk_is_compiled():
        loop(number, is_first, core[number], lists[0], length, *lists[1:], *walk)
        return walk
    inside = [(rows.data, begin.tolist(), end.tolist()) for rows, begin, end in lists]
    steps: list[list[Any]] = [[0] * (n - 1) for _ in walk]
    loop.py_func(
        number.tolist(), is_first.tolist(), core[number].tolist(), inside[0], length.tolist(),
        *inside[1:], *steps,
    )  # fmt: skip
    for array, values in zip(walk, steps, strict=True):
        array[:] = values
    return walk


def _ties_of_equals(
    core: NDArray[np.float64], tied: NDArray[np.int32]
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """The rows tied to each row by their own core distance, if others share it, the nearest first.

    A row with a core distance of its own is met through its edge in the tree. The list gives where
    the rows of each row begin, and the end.
    """
    n = len(core)
    _, which, count = np.unique(core, return_inverse=True, return_counts=True)
    shared = np.flatnonzero(count[which] > 1)
    if not len(shared):
        return np.empty(0, np.int64), np.zeros(n + 1, np.int64)
    shared = shared[np.argsort(core[shared], kind="stable")].astype(np.int32)
    ends = tied[shared]
    listed = ends >= 0
    begin = np.append(0, np.cumsum(np.count_nonzero(listed, axis=1)))
    ends = ends[listed]
    turned = csr_array((np.ones(len(ends), np.bool_), ends, begin), (len(shared), n)).tocsc()
    return shared[turned.indices], turned.indptr.astype(np.int64)
