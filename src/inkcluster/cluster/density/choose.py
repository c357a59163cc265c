"""Chooses the DBSCAN algorithm from the request and the data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.clustering import NOISE
from inkcluster.cluster.density.components import MAX_TREE_DIMENSIONS
from inkcluster.cluster.density.listed import Listed
from inkcluster.cluster.density.matrix import SIDE, Matrix
from inkcluster.cluster.density.tree import Tree
from inkcluster.compute.duplicates import distinct, many_equal
from inkcluster.compute.forced import Forced
from inkcluster.compute.memory import SPARE, budget, require

if TYPE_CHECKING:
    from inkcluster.cluster.density.forests import Forests
    from inkcluster.cluster.density.sweep import Sweeps
    from inkcluster.cluster.neighbors.nearest import Neighbours

ALGORITHMS = ("matrix", "tree", "sweeps", "forests", "scikit-learn")
"""All that this module chooses between; the last is also the estimator's, for other metrics."""
MAX_MATRIX_POINTS = 5000
"""Points up to which a matrix of n² bytes is made, by NumPy, so that nothing is compiled."""
MIN_TREE_POINTS = 400
"""Points from which a tree is worth asking for."""
MATRIX_NS, SWEEP_NS = 2.0, 0.7
"""Nanoseconds for each of n² pairs in the matrix, and in the sweeps."""
MAX_TREE_PAIRS = 1 << 25
"""Pairs within eps that a tree may list."""
MAX_LISTED = 128
"""The largest `min_samples` for which a map keeps lists of neighbours."""
MIN_MERGED_POINTS = 1000
"""Points from which equal ones are looked for."""
MIN_REPEATED = 0.2
"""Share of a sample that repeats others, from which equal points are one point with their weight."""
FREE_BYTES = 32 << 20
"""Bytes that are taken without asking how much there is, which takes longer than the fit."""

forced = Forced()
"""Use one of `ALGORITHMS` meanwhile, whatever the data."""


class Engine:
    """DBSCAN of points (n, d) at one `eps` after another, each by the fastest algorithm.

    `min_samples` is ascending, `weight` (n,) optional. `most` is the largest `eps` of a map, None
    where a single `eps` will be asked for. `lists`, from ``nearest_neighbors(X, k, itself=True)``
    with `k` at least :func:`neighbours_listed`, are found where needed if left out.
    """

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
        *,
        most: float | None = None,
        lists: Neighbours | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self._same: NDArray[np.int64] | None = None
        if most is None and _is_worth_merging(X, weight):
            X, weight, self._same = _merged(X, weight)
        self._X = X
        self._min_samples = min_samples
        self._weight = weight
        self._most = most
        self._lists = lists
        self._memory_limit = memory_limit

    def labels_and_cores(self, eps: float) -> tuple[NDArray[np.int32], NDArray[np.bool_], str]:
        """Labels and core points at one `eps`, (n_min_samples, n) each, and the algorithm's name."""
        name = forced.names[0] if forced.names else self._fastest(eps)
        found: Matrix | Tree | Sweeps | Forests | Listed
        found = getattr(self, f"_{name.replace('-', '_')}")
        first, cores = found.at(eps)
        labels = np.array([_numbered(row) for row in first])
        if self._same is not None:
            labels, cores = labels[:, self._same], cores[:, self._same]
        return labels, cores, name

    def _fastest(self, eps: float) -> str:
        n, d = (int(size) for size in self._X.shape)
        need = _matrix_bytes(n, d, keep=self._most is not None)
        matrix = n <= MAX_MATRIX_POINTS and self._fits(need)
        if d <= MAX_TREE_DIMENSIONS and n >= MIN_TREE_POINTS:
            pairs = self._tree.pairs(eps)
            name, ns = _cheapest_tree(n, d, self._tree.share_visited(eps), pairs)
            fast = ns < n * n * (MATRIX_NS if matrix else SWEEP_NS) and pairs <= MAX_TREE_PAIRS
            if fast and self._fits(_tree_bytes(n, d, pairs)):
                return name
        if matrix:
            return "matrix"
        lists_serve = self._weight is None and self._min_samples[-1] <= MAX_LISTED
        mapped = self._most is not None and lists_serve and d > MAX_TREE_DIMENSIONS
        fit = mapped and self._fits(_forests_bytes(n, d, self._min_samples[-1]))
        return "forests" if fit else "sweeps"

    def _fits(self, need: int) -> bool:
        if self._memory_limit is None and need <= FREE_BYTES:
            return True
        return need <= budget(self._memory_limit)

    @cached_property
    def _matrix(self) -> Matrix:
        return Matrix(self._X, self._min_samples, self._weight, keep=self._most is not None)

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self._X, self._min_samples, self._weight)

    @cached_property
    def _scikit_learn(self) -> Listed:
        return Listed(self._X, self._min_samples, self._weight)

    @cached_property
    def _forests(self) -> Forests:
        from inkcluster.cluster.density.forests import Forests
        from inkcluster.cluster.neighbors.nearest import nearest_neighbors

        assert self._most is not None
        X = _plain(self._X)
        k = neighbours_listed(self._min_samples[-1], len(X))
        lists = nearest_neighbors(X, k, itself=True) if self._lists is None else self._lists
        return Forests(X, self._min_samples, self._most, lists)

    @cached_property
    def _sweeps(self) -> Sweeps:
        from inkcluster.cluster.density.sweep import Sweeps

        return Sweeps(_plain(self._X), self._min_samples, self._weight)


def _cheapest_tree(n: int, d: int, visited: float, pairs: float) -> tuple[str, float]:
    """The cheaper of SciPy's and scikit-learn's tree, and its nanoseconds, by a fit to 14 data sets.

    `visited`: the share of pairs that boxes do not exclude; `pairs`: the number of those within eps.
    """
    ns = {
        "tree": 700 * n + (1 + 0.6 * d) * visited * n * n + 70 * pairs,
        "scikit-learn": 2500 * n + (4 + 2 * d) * visited * n * n + 24 * pairs,
    }
    name = min(ns, key=lambda each: ns[each])
    return name, ns[name]


def neighbours_listed(min_samples: int, n: int) -> int:
    """The number of neighbours of each of `n` points that a map up to `min_samples` uses."""
    return min(min_samples, MAX_LISTED, n)


def check_memory(X: NDArray[Any], *, cells: int, memory_limit: int | None) -> None:
    """Raise TooLittleMemoryError if DBSCAN at `cells` settings does not fit, labels included.

    The plan is that of the algorithm that takes the least, which is used where no faster one fits.
    """
    n, d = (int(size) for size in X.shape)
    need = SPARE + n * (8 * d + 256)
    if n <= MAX_MATRIX_POINTS:
        need = min(need, _matrix_bytes(n, d, keep=cells > 1))
    need += 4 * n * cells
    if memory_limit is None and need <= FREE_BYTES:
        return
    what = "DBSCAN" if cells == 1 else f"A DBSCAN map of {cells:,} settings"
    instead = "draw a sample" if cells == 1 else "ask for fewer settings or draw a sample"
    require(what, n, need, memory_limit, instead)


def _matrix_bytes(n: int, d: int, *, keep: bool) -> int:
    """Bytes that a matrix of `n` points takes at most: itself, copies of it, and of the points."""
    return n * n * (6 if keep else 4) + 40 * n * d + 32 * min(n, SIDE) ** 2 + 200 * n


def _tree_bytes(n: int, d: int, pairs: float) -> int:
    """Bytes that a tree of `n` points with so many pairs takes: several arrays of them at once."""
    return int(n * (24 * d + 100) + 80 * pairs)


def _forests_bytes(n: int, d: int, min_samples: int) -> int:
    return SPARE + n * (8 * d + 24 * min_samples + 1500)


def _is_worth_merging(X: NDArray[Any], weight: NDArray[np.floating[Any]] | None) -> bool:
    """Whether many points are equal, and their weights add up exactly in any order."""
    if len(X) < MIN_MERGED_POINTS or not (
        weight is None or bool((weight == np.rint(weight)).all())
    ):
        return False
    return many_equal(X, MIN_REPEATED)


def _merged(
    X: NDArray[Any], weight: NDArray[np.floating[Any]] | None
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.int64]]:
    """The distinct points in the order of their first rows, their total weights, and each row's."""
    first, same = distinct(X)
    number = np.searchsorted(first, same)
    return X[first], np.bincount(number, weight, len(first)).astype(np.float64), number


def _plain(X: NDArray[Any]) -> NDArray[Any]:
    """`X` as the kernels are compiled for: C-contiguous, uint8, float32 or float64."""
    kept = X.dtype in (np.uint8, np.float32, np.float64)
    return np.ascontiguousarray(X, X.dtype if kept else np.float64)


def _numbered(first: NDArray[np.int32]) -> NDArray[np.int32]:
    """Labels (n,) in scikit-learn's order, from the first core point of each cluster, n for noise.

    Examples
    --------
    >>> _numbered(np.array([5, 1, 1, 3, 3])).tolist(), _numbered(np.array([2, 2])).tolist()
    ([-1, 0, 0, 1, 1], [-1, -1])
    """
    n = len(first)
    number = np.full(n + 1, NOISE, np.int32)
    clusters = np.flatnonzero(first == np.arange(n))
    number[clusters] = np.arange(len(clusters))
    return number[first]
