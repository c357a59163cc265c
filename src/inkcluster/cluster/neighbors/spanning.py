"""Builds minimum spanning trees of points, under the distance or mutual reachability."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from inkcluster import progress
from inkcluster.cluster.neighbors.equals import gathered
from inkcluster.cluster.neighbors.nearest import ENTRIES, Neighbours, nearest_neighbors, paired
from inkcluster.cluster.neighbors.search import Coordinates, Placed, readable, search_bytes
from inkcluster.compute.duplicates import distinct, many_equal
from inkcluster.compute.magnitude import largest
from inkcluster.compute.memory import budget
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.kernels.neighbors import spanning as kernels
from inkcluster.kernels.neighbors.pairs import COLUMNS

MAX_SMALL_POINTS = 2500
"""Points up to which NumPy builds the tree, so that nothing is compiled."""
LISTED = 15
"""Neighbours searched for where no lists are given."""
FOUND = 8
"""Edges out of its part that a search remembers for a point."""
MAX_FEW = 0.1
"""Share of the points whose search is not worth coordinates of its own."""
QUERIES = 128
"""Points that a thread searches for at a time."""
MAX_WHOLE = 2.0**53
"""float64 holds all integers up to this one."""
MAX_WEIGHT = float(np.finfo(np.float64).max)
"""The largest weight of an edge."""


def spanning_tree(
    X: NDArray[np.generic],
    core: NDArray[np.float64] | None = None,
    at_most: float = np.inf,
    lists: Neighbours | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Find the edges of the minimum spanning tree, or of the forest within `at_most`, shortest first.

    All distances are squared, as :func:`~inkcluster.cluster.neighbors.nearest_neighbors` returns
    them: the weight of a pair is max(d²(a, b), core[a], core[b]). Edges are ordered by weight, then
    d², then lower row, then upper row, so that the tree is unique.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite; may be memory-mapped
    core : ndarray of shape (n,), float64, optional
        Squared core distances (Campello et al. 2013); zero if left out. No edge leads to a point
        whose core distance is infinite.
    at_most : float
        Largest squared weight of an edge; a forest is left.
    lists : tuple of ndarray, optional
        The result of ``nearest_neighbors(X, k)``, with any k and with or without the points
        themselves; searched for if left out.

    Returns
    -------
    edges : ndarray of shape (n - 1 or fewer, 2), int32, lower row first
    squared : ndarray of shape (n - 1 or fewer,), float64, squared weights

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.neighbors.spanning import spanning_tree
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
    return Spanning(X, lists).tree(core, at_most)


_Places = tuple[NDArray[np.generic], Placed, float, NDArray[np.int64], list[NDArray[np.float32]]]
"""The points, their coordinates, the scale of squares, each row's place, and blocks' boxes."""


class Spanning:
    """Trees of the same points for several core distances; parameters as in :func:`spanning_tree`.

    The trees share lists and coordinates, so that the later ones cost less than the first.
    """

    def __init__(self, X: NDArray[np.generic], lists: Neighbours | None = None) -> None:
        self.X = X
        self.lists = lists
        self._placed: _Places | None = None

    def tree(
        self, core: NDArray[np.float64] | None = None, at_most: float = np.inf
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """As :func:`spanning_tree`."""
        n = len(self.X)
        core = np.zeros(n) if core is None else np.ascontiguousarray(core, dtype=np.float64)
        if n <= MAX_SMALL_POINTS:
            return small_tree(self.X, core, at_most)
        at_most = min(float(at_most), MAX_WEIGHT)
        if many_equal(self.X):
            first, same = distinct(self.X)
            if np.array_equal(core, core[same]):
                return self._tree_of_distinct(first, same, core, at_most)
        return self._boruvka(core, at_most)

    def _tree_of_distinct(
        self,
        first: NDArray[np.int64],
        same: NDArray[np.int64],
        core: NDArray[np.float64],
        at_most: float,
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The tree where many points are equal: each is joined to the first of its equals.

        No edge of theirs weighs less, so the rest is the tree of the distinct points.
        """
        lists = None if self.lists is None else gathered(*self.lists, first, same)
        edges, weights = Spanning(self.X[first], lists)._boruvka(core[first], at_most)
        later = np.flatnonzero((same != np.arange(len(same))) & (core <= at_most))
        later = later[np.argsort(same[later], kind="stable")]
        within = np.column_stack([same[later], later]).astype(np.int32)
        edges = np.concatenate([within, first[edges].astype(np.int32)])
        weights = np.concatenate([core[later], weights])
        order = np.argsort(weights, kind="stable")
        return edges[order], weights[order]

    def _boruvka(
        self,
        core: NDArray[np.float64],
        at_most: float,
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Add the first edge out of every part, until one part is left (Borůvka 1926).

        The largest part needs no edge of its own: the others find theirs. Points whose lists are
        too short are searched for, outside their parts, once no other edge can be added.
        """
        n = len(core)
        if n == 1:
            return np.empty((0, 2), np.int32), np.empty(0)
        if self.lists is None:
            self.lists = nearest_neighbors(self.X, min(LISTED, n - 1))
        far, near = self.lists
        floor = np.full(n, np.inf)
        if not _complete(near):
            np.maximum(far[:, -1], core, out=floor)
        part = np.arange(n, dtype=np.int32)
        edges, weights, squared = np.empty((n - 1, 2), np.int32), np.empty(n - 1), np.empty(n - 1)
        searched = np.zeros(n, np.bool_)
        found = np.full((n, FOUND), -1, np.int32), np.full((n, FOUND), np.inf)
        asking, cap = np.empty(n, np.int64), np.empty(n)
        done = 0
        with progress.current().task("merges", total=n - 1) as advance:
            while done < n - 1:
                count, open_ = kernels.grow(
                    part, core, near, far, searched, *found, floor, at_most,
                    edges[done:], weights[done:], squared[done:], asking, cap,
                )  # fmt: skip
                if count == 0:
                    if open_ == 0:
                        break
                    self._search(asking[:open_], part, core, cap, *found, floor)
                    searched[asking[:open_]] = True
                done += count
                advance(count)
        edges, weights, squared = edges[:done], weights[:done], squared[:done]
        order = np.lexsort((edges[:, 1], edges[:, 0], squared, weights))
        return edges[order], weights[order]

    def _search(  # noqa: PLR0917 (hands a kernel its arrays)
        self,
        asking: NDArray[np.int64],
        part: NDArray[np.int32],
        core: NDArray[np.float64],
        cap: NDArray[np.float64],
        near: NDArray[np.int32],
        far: NDArray[np.float64],
        floor: NDArray[np.float64],
    ) -> None:
        if self._placed is None:
            n, nearer = len(part), LISTED
            if len(asking) > MAX_FEW * n:  # whose nearest outside comes after all of their own part
                size = np.bincount(part, minlength=n)[part[asking]]
                nearer = int(np.clip(size.mean(), LISTED, n // 2))
            self._placed = self._place(nearer)
        with one_blas_thread():
            points, placed, scale, place, (low, high) = self._placed
            places = np.sort(place[asking])

            def look(some: slice) -> None:
                kernels.beyond(
                    points, *placed, scale, low, high, places[some], part, core, cap,
                    near, far, floor,
                )  # fmt: skip

            for _ in in_threads(look, pieces(len(places), QUERIES)):
                pass

    def _place(self, nearer: int) -> _Places:
        """Find coordinates in which the `nearer` points of each stand out."""
        n, d = self.X.shape
        whole = search_bytes(n, 0, d, LISTED, whole=True) <= budget(None)
        space = Coordinates(self.X, nearer, largest(self.X), whole=whole)
        placed = space.place(self.X).together(COLUMNS)
        place = np.empty(len(self.X), np.int64)
        place[placed.order] = np.arange(len(place))
        begin = np.arange(0, len(place), COLUMNS)
        boxes = [ends.reduceat(placed.first, begin) for ends in (np.minimum, np.maximum)]
        return readable(self.X), placed, space.scale**2, place, boxes


def _complete(near: NDArray[np.int32]) -> bool:
    """Whether the lists hold every other point; the first is in its own if any point is."""
    n, k = near.shape
    return bool((near >= 0).all()) and (k >= n or (k == n - 1 and 0 not in near[0]))


def small_tree(
    X: NDArray[np.generic], core: NDArray[np.float64], at_most: float
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Do as :func:`spanning_tree`, by Borůvka's algorithm in NumPy, from all pairs at once.

    A product proposes edges; those that its rounding cannot exclude are decided in float64.
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
            most = np.minimum(least + grain, MAX_WEIGHT)  # edges of infinite weight are none
            rows = pieces(n, max(1, ENTRIES // n))
            found = [_first_edges(X, core, part, weight[some], most, some.start) for some in rows]
            out, a, b, squared, reach = (np.concatenate(each) for each in zip(*found, strict=True))
            if not len(out):
                break
            order = np.lexsort((b, a, squared, reach, out))
            first = order[np.diff(out[order], prepend=-1) > 0]
            chosen = np.unique(a[first] * n + b[first], return_index=True)[1]
            first = first[chosen]  # two parts may take the same edge
            a, b = a[first], b[first]
            edges.append(np.column_stack([a, b]))
            lengths.append(np.column_stack([squared[first], reach[first]]))
            joins = coo_array((np.ones(len(a)), (part[a], part[b])), (parts, parts))
            parts, into = connected_components(joins, directed=False)
            part = into[part].astype(np.intp)
            advance(len(a))
    tree = np.concatenate([np.empty((0, 2), np.int32), *edges]).astype(np.int32)
    between, w = np.concatenate([np.empty((0, 2)), *lengths]).T
    order = np.lexsort((tree[:, 1], tree[:, 0], between, w))
    order = order[w[order] <= at_most]
    return tree[order], w[order]


def _first_edges(  # noqa: PLR0917 (arrays of one round)
    X: NDArray[np.generic],
    core: NDArray[np.float64],
    part: NDArray[np.intp],
    weight: NDArray[np.float64],
    most: NDArray[np.float64],
    start: int,
) -> tuple[NDArray[Any], ...]:
    """The first edge out of each part among those of some rows, from `start`, of at most `most`.

    The parts, the edges' lower and upper rows, squared distances and squared weights.
    """
    who, whom = np.nonzero(weight <= most[part[start : start + len(weight)]][:, None])
    who += start
    squared = paired(X, who, X, whom)
    reach = np.maximum(np.maximum(squared, core[who]), core[whom])
    a, b, out = np.minimum(who, whom), np.maximum(who, whom), part[who]
    order = np.lexsort((b, a, squared, reach, out))
    first = order[np.diff(out[order], prepend=-1) > 0]
    return out[first], a[first], b[first], squared[first], reach[first]


def _rough(X: NDArray[np.generic]) -> tuple[NDArray[np.float64], float]:
    """Squared distances of all pairs, (n, n), and a bound of twice their error, 0 for integers."""
    points = np.asarray(X, dtype=np.float64)
    square = np.einsum("ij,ij->i", points, points)
    whole = 4 * square.max() < MAX_WHOLE and np.array_equal(points, np.rint(points))
    if not whole:
        points = points - points.mean(axis=0)
        square = np.einsum("ij,ij->i", points, points)
    rough = points @ points.T
    rough *= -2
    rough += square
    rough += square[:, None]
    grain = 0.0 if whole else (X.shape[1] + 16) * 2.0**-48 * float(square.max())
    return rough, grain
