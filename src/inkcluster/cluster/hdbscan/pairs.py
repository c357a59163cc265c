"""Prim's walk over all pairs of points, by scikit-learn's loop or over stored distances.

Both follow scikit-learn to the last bit, also where distances tie: a squared distance is the sum of
squared differences from the first coordinate on, which is how scikit-learn adds them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.cluster._hdbscan._linkage import mst_from_data_matrix, mst_from_mutual_reachability
from sklearn.metrics import DistanceMetric
from sklearn.neighbors import KDTree

from inkcluster.compute.threads import in_threads, one_blas_thread, pieces

MAX_TREE_DIMENSIONS = 7
"""Dimensions up to which a k-d tree finds neighbours faster than products do, measured."""
ENTRIES = 1 << 20
"""Numbers in an array of differences, or of distances that are looked at."""
PROBES = 32
"""Points that tell how many distances a k-d tree calculates for each."""
CALL_COST, PRODUCT_COST = 12, 8
"""Nanoseconds of a distance in the tree, and of one by products, beside those for each coordinate."""
QUERIES = 512
"""Points that a thread searches for at a time."""
MAX_WHOLE = 2.0**53
"""float64 holds all integers up to this one."""
SAMPLE = 101
"""Points that tell where the middle is."""
MAX_OPEN = 64
"""Pairs for each point whose order rounding may leave open."""


class Reach(NamedTuple):
    """Mutual reachability: max(core(a), core(b), d(a, b) / alpha).

    The core distance is that of the neighbour number `min_samples`, the point itself counted. If
    `brute`, it is divided by `alpha` too, as by scikit-learn's ``algorithm="brute"``.
    """

    min_samples: int
    alpha: float = 1.0
    brute: bool = False


class Walk(NamedTuple):
    """Prim's walk: where each of n - 1 steps starts, the row it reaches, and its height."""

    start: NDArray[np.int64]
    row: NDArray[np.int64]
    height: NDArray[np.float64]


class Rough:
    """Points (n, d) whose products give squared distances, and bounds of their error.

    A product is off by at most c (|a|² + |b|²), which the norm of one point and the squared distance
    v bound: `grain` of the point and `growth` v. Both are 0 for integers.
    """

    def __init__(self, points: NDArray[np.float64]) -> None:
        n, d = points.shape
        self.points = self.centred = points
        self.square = np.einsum("ij,ij->i", points, points)
        self.growth = 0.0
        if not (4 * self.square.max() < MAX_WHOLE and np.array_equal(points, np.rint(points))):
            self.growth = (d + 16) * 2.0**-50
            middle = np.median(points[:: max(1, n // SAMPLE)], axis=0)  # no outlier moves it far
            self.centred = points - middle
            self.square = np.einsum("ij,ij->i", self.centred, self.centred)
        self.grain = self.growth * self.square
        one, square = np.ones((n, 1)), self.square[:, None]
        self.left = np.hstack([-2 * self.centred, one, square])
        self.right = np.hstack([self.centred, square, one])

    def squared(self, some: slice, out: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Squared distances of some points to all, (len, n)."""
        return np.matmul(self.left[some], self.right.T, out=out)

    def cores(self, k: int, keep: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The distance (n,) of each point to number `k` of its neighbours, itself counted.

        `keep` (n, n) is filled with the rough squared distances.
        """
        n = len(self.points)
        core = np.empty(n)

        def find(some: slice) -> None:
            near = self.squared(some, None if keep is None else keep[some])
            core[some] = self._kth(near, some.start, k)

        with one_blas_thread():
            for _ in in_threads(find, pieces(n, max(1, ENTRIES // n))):
                pass
        return core

    def _kth(self, near: NDArray[np.float64], begin: int, k: int) -> NDArray[np.float64]:
        """The distance number `k` of each row of rough squared distances, from point `begin` on."""
        last = np.partition(near, k - 1, axis=1)[:, k - 1]
        if self.growth == 0:
            return np.sqrt(last)
        most = last * (1 + 3 * self.growth) + 3 * self.grain[begin : begin + len(near)]
        who, whom = np.divmod(np.flatnonzero(near <= most[:, None]), near.shape[1])
        if len(who) > (k + MAX_OPEN) * len(near):
            return cores_by_tree(self.points, k, slice(begin, begin + len(near)))
        far = apart(self.points, who + begin, whom)
        order = np.lexsort((far, who))
        return far[order[np.searchsorted(who, np.arange(len(near))) + k - 1]]


def cores_by_tree(
    points: NDArray[np.float64], k: int, some: slice = slice(None), tree: KDTree | None = None
) -> NDArray[np.float64]:
    """The distance of some points to number `k` of their neighbours, themselves counted.

    In few dimensions SciPy's tree finds the neighbour, in threads, and its distance is added again.
    """
    asking = points[some]
    core = np.empty(len(asking))
    if tree is None and points.shape[1] <= MAX_TREE_DIMENSIONS:
        few = cKDTree(points, balanced_tree=False)
        rows = np.arange(len(points))[some]

        def search(part: slice) -> None:
            found = np.asarray(few.query(asking[part], [k])[1])
            core[part] = apart(points, rows[part], found[:, 0])
    else:
        many = tree or KDTree(points)

        def search(part: slice) -> None:
            core[part] = many.query(asking[part], k)[0][:, -1]

    for _ in in_threads(search, pieces(len(asking), QUERIES)):
        pass
    return core


def core_distances(points: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """The distance (n,) of each point (n, d) to number `k` of its neighbours, itself counted.

    By a k-d tree, if some of the points tell that it leaves most of the others out.
    """
    n, d = points.shape
    tree = None
    if d > MAX_TREE_DIMENSIONS:
        tree = KDTree(points)
        tree.reset_n_calls()
        some = points[:: max(1, n // PROBES)]
        tree.query(some, k)
        looked_at = tree.get_n_calls() / len(some)
        if looked_at * (CALL_COST + d) > n * (PRODUCT_COST + d / 4):
            return Rough(points).cores(k)
    return cores_by_tree(points, k, tree=tree)


def apart(
    points: NDArray[np.float64], i: NDArray[np.integer], j: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Distances of the rows `i` to the rows `j`, added in scikit-learn's order."""
    out = np.empty(len(i))
    for some in pieces(len(i), max(1, ENTRIES // points.shape[1])):
        difference = points[i[some]] - points[j[some]]
        difference *= difference
        np.add.accumulate(difference, axis=1, out=difference)
        np.sqrt(difference[:, -1], out=out[some])
    return out


def prim(
    points: NDArray[np.float64], reach: Reach, core: NDArray[np.float64] | None = None
) -> Walk:
    """scikit-learn's walk over distances that it computes as it needs them."""
    core = core_distances(points, reach.min_samples) if core is None else core
    core = core / reach.alpha if reach.brute else core
    metric = DistanceMetric.get_metric("euclidean")
    steps = mst_from_data_matrix(points, core, metric, reach.alpha)
    return Walk(steps["current_node"], steps["next_node"], steps["distance"])


def stored(points: NDArray[np.float64], reach: Reach) -> Walk:
    """scikit-learn's walk over all distances, of which one product gives a first idea.

    Pairs that rounding keeps from being excluded are decided by :func:`apart`; where there are too
    many, scikit-learn's loop takes over.
    """
    n, k, alpha = len(points), reach.min_samples, reach.alpha
    rough = Rough(points)
    squared = np.empty((n, n))
    found = rough.cores(k, squared)
    core = found / alpha if reach.brute else found
    if rough.growth == 0:
        return _walk(core, lambda here: (slice(None), np.sqrt(squared[here]) / alpha))
    least = (core * alpha) ** 2
    np.maximum(squared, least, out=squared)
    np.maximum(squared, least[:, None], out=squared)
    open_ = _open_pairs(squared, rough, (k + MAX_OPEN) * n // 2)
    if open_ is None:
        return prim(points, reach, found)
    far = apart(points, *open_) / alpha
    ends = np.concatenate(open_)
    by_end = np.argsort(ends, kind="stable")
    others, far = np.concatenate(open_[::-1])[by_end], np.concatenate([far, far])[by_end]
    begin = np.searchsorted(ends[by_end], np.arange(n + 1)).tolist()

    def pairs(here: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        some = slice(begin[here], begin[here + 1])
        return others[some], far[some]

    return _walk(core, pairs)


def _open_pairs(
    reach: NDArray[np.float64], rough: Rough, most: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """The ends of all pairs that may be in a spanning tree; None for over `most`.

    Two points meet at the highest step between their places in the walk over `reach` (n, n), rough
    squares; a pair that is further apart, for all that rounding can do, is in no tree.
    """
    steps = mst_from_mutual_reachability(reach)
    order = np.append(0, steps["next_node"])
    climbs = np.append(0.0, steps["distance"]) * (1 + rough.growth) + rough.grain[order]
    climbs *= 1 + 2 * rough.growth
    later: list[NDArray[np.intp]] = []
    count = 0
    for at, row in enumerate(order[:-1].tolist()):
        after = order[at + 1 :]
        limit = np.maximum.accumulate(climbs[at + 1 :])
        limit += rough.grain[row] * (1 + 2 * rough.growth)
        later.append(after[np.flatnonzero(reach[row].take(after) <= limit)])
        count += len(later[-1])
        if count > most:
            return None
    return np.repeat(order[:-1], [len(each) for each in later]), np.concatenate(later)


def _walk(
    core: NDArray[np.float64],
    pairs: Callable[[int], tuple[NDArray[np.intp] | slice, NDArray[np.float64]]],
) -> Walk:
    """Prim's walk from row 0, to the lowest row among those equally near, from the first of these.

    `pairs` gives the rows that a row may be joined to, and their distances.
    """
    n = len(core)
    least = np.full(n, np.inf)
    source = np.zeros(n, np.int64)
    floor = core.copy()  # infinite once reached
    walk = Walk(np.empty(n - 1, np.int64), np.empty(n - 1, np.int64), np.empty(n - 1))
    here = 0
    for step in range(n - 1):
        who, far = pairs(here)
        own = core[here]
        floor[here] = least[here] = np.inf
        far = np.maximum(np.maximum(far, floor[who]), own)
        better = np.flatnonzero(far < least[who])
        if len(better):
            met = better if isinstance(who, slice) else who[better]
            least[met] = far[better]
            source[met] = here
        there = int(np.argmin(least))
        walk.start[step], walk.row[step], walk.height[step] = source[there], there, least[there]
        here = there
    return walk
