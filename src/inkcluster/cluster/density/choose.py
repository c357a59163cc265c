"""Chooses the DBSCAN algorithm from the request and the data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import KDTree

from inkcluster.cluster.clustering import NOISE
from inkcluster.compute.memory import SPARE, require

if TYPE_CHECKING:
    from inkcluster.cluster.density.lists import Forests, Neighbourhoods
    from inkcluster.cluster.density.sweep import Sweeps
    from inkcluster.cluster.neighbors.nearest import Neighbours

MAX_SMALL_POINTS = 2500
"""Points up to which scikit-learn finds all neighbourhoods at once, and nothing is compiled."""
MAX_TREE_DIMENSIONS = 15
"""Dimensions up to which scikit-learn measures by trees, which are fast where few points are near."""
MAX_TREE_SHARE = 0.01
"""The share of points within eps from which sweeps are faster than trees."""
MAX_STORED_PAIRS = 1 << 27
"""Pairs that scikit-learn's DBSCAN may store, of 8 bytes each."""
MAX_LISTED = 128
"""The largest `min_samples` for which a map keeps lists of neighbours."""
PROBES = 256
"""Points whose neighbours are counted to estimate the share within eps."""


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
        weight: NDArray[np.floating[Any]] | None = None,
        *,
        most: float | None = None,
        lists: Neighbours | None = None,
    ) -> None:
        self._X = X
        self._min_samples = min_samples
        self._weight = weight
        self._most = most
        self._lists = lists

    def scikit_learn_wins(self, eps: float) -> bool:
        """Whether scikit-learn's own DBSCAN is the fastest, and the pairs it would store are few."""
        n, d = (int(size) for size in self._X.shape)
        if n <= MAX_SMALL_POINTS or d > MAX_TREE_DIMENSIONS:
            return n <= MAX_SMALL_POINTS
        return self._share_within(eps) < min(MAX_TREE_SHARE, MAX_STORED_PAIRS / n**2)

    def labels_and_cores(self, eps: float) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Labels and core points at one `eps`, both of shape (n_min_samples, n)."""
        first, cores = self._algorithm(eps).at(eps)
        return np.array([_numbered(row) for row in first]), cores

    def _algorithm(self, eps: float) -> Neighbourhoods | Forests | Sweeps:
        n, d = self._X.shape
        if n <= MAX_SMALL_POINTS:
            return self._neighbourhoods
        if d <= MAX_TREE_DIMENSIONS:
            few = self._share_within(eps) < MAX_TREE_SHARE
            return self._neighbourhoods if few else self._sweeps
        lists_serve = self._weight is None and self._min_samples[-1] <= MAX_LISTED
        return self._forests if self._most is not None and lists_serve else self._sweeps

    def _share_within(self, eps: float) -> float:
        """The share of all points that is within `eps` of a point, the mean of a sample."""
        assert self._tree is not None
        some = self._X[np.random.default_rng(0).integers(0, len(self._X), PROBES)]
        count = self._tree.query_radius(some, eps, count_only=True)
        return float(count.mean() / len(self._X))

    @cached_property
    def _tree(self) -> KDTree | None:
        few = len(self._X) <= MAX_SMALL_POINTS
        return None if few else KDTree(self._X, leaf_size=30)

    @cached_property
    def _neighbourhoods(self) -> Neighbourhoods:
        from inkcluster.cluster.density.lists import Neighbourhoods

        return Neighbourhoods(self._X, self._min_samples, self._weight, self._tree)

    @cached_property
    def _forests(self) -> Forests:
        from inkcluster.cluster.density.lists import Forests
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


def neighbours_listed(min_samples: int, n: int) -> int:
    """The number of neighbours of each of `n` points that a map up to `min_samples` uses."""
    return min(min_samples, MAX_LISTED, n)


def check_memory(
    X: NDArray[Any], *, cells: int, min_samples: int, weighted: bool, memory_limit: int | None
) -> None:
    """Raise TooLittleMemoryError if the labels of `cells` settings, up to `min_samples`, do not fit."""
    n, d = X.shape
    need = SPARE + 4 * n * cells
    if n <= MAX_SMALL_POINTS or d <= MAX_TREE_DIMENSIONS:
        from inkcluster.cluster.density.lists import MAX_PAIRS

        need += 50 * min(MAX_PAIRS, n * n) + 24 * n * d
    elif weighted or min_samples > MAX_LISTED:
        need += n * (8 * d + 256)
    else:
        need += n * (8 * d + 24 * min_samples + 1500)
    what = "DBSCAN" if cells == 1 else f"A DBSCAN map of {cells:,} settings"
    instead = "draw a sample" if cells == 1 else "ask for fewer settings or draw a sample"
    require(what, n, need, memory_limit, instead)


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
