"""Which way DBSCAN's labels are found, for what is asked of how many points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.dbscan.lists import FEW_POINTS, PAIRS, Lists, crowd
from inkcluster.compute.memory import require

Neighbours = tuple[NDArray[np.float64], NDArray[np.int32]]
"""Squared distances and rows, each (n, k)."""
SPARE = 128 << 20
"""Compiled loops, blocks of products and one cell's labels, whatever the size of the data."""
LISTED = 128
"""The largest min_samples up to which lists of neighbours are kept."""
FEW_DIMENSIONS = 15
"""Up to here scikit-learn measures by its trees, which are fast where few points are near."""
CROWDED = 0.01
"""The share of points within eps from which on sweeps are faster than trees."""
STORED = 1 << 27
"""Pairs that scikit-learn may store, of 8 bytes each."""


def by_lists(X: NDArray[Any], eps: float) -> bool:
    """Whether scikit-learn's neighbourhoods are the fastest: few points, or few near in few dimensions."""
    n, d = X.shape
    return bool(n <= FEW_POINTS or (d <= FEW_DIMENSIONS and crowd(X, eps) < CROWDED))


def by_scikit_learn(X: NDArray[Any], eps: float) -> bool:
    """Whether scikit-learn's DBSCAN is the fastest, and the pairs it would store are bounded."""
    n, d = X.shape
    if n <= FEW_POINTS:
        return True
    return bool(d <= FEW_DIMENSIONS and crowd(X, eps) < min(CROWDED, STORED / n**2))


def bytes_needed(n: int, d: int, cells: int, most: int, *, weighted: bool) -> int:
    """The bytes that labels of `cells` cells and what they stand on take."""
    labels = SPARE + 4 * n * cells
    if n <= FEW_POINTS or d <= FEW_DIMENSIONS:
        return labels + 50 * min(PAIRS, n * n) + 24 * n * d
    if weighted or most > LISTED:
        return labels + n * (8 * d + 256)
    return labels + n * (8 * d + 24 * most + 1500)


def check_memory(
    X: NDArray[Any],
    *,
    cells: int,
    min_samples: int,
    weight: NDArray[Any] | None,
    memory_limit: int | None = None,
) -> None:
    """Refuse, with both numbers, what does not fit.

    Raises
    ------
    BadInputError
        If more than `memory_limit` bytes are needed, or than the machine has free.
    """
    n, d = X.shape
    need = bytes_needed(n, d, cells, min_samples, weighted=weight is not None)
    what = "DBSCAN" if cells == 1 else f"A DBSCAN map of {cells:,} settings"
    instead = "draw a sample" if cells == 1 else "ask for fewer settings or draw a sample"
    require(what, n, need, memory_limit, instead)


def plain(X: NDArray[Any]) -> NDArray[Any]:
    """`X` as the kernels are compiled for: rows after rows, 8-bit, float32 or float64."""
    kept = X.dtype in (np.uint8, np.float32, np.float64)
    return np.ascontiguousarray(X, X.dtype if kept else np.float64)


def labels_and_cores(
    X: NDArray[Any], eps: float, min_samples: int, weight: NDArray[np.floating[Any]] | None
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Labels and core points, each of shape (n,), of one setting."""
    if by_lists(X, eps):
        found = Lists(X, [min_samples], weight).labels_and_cores(eps)
        return found[0][0], found[1][0]
    from inkcluster.cluster.dbscan.sweep import Sweeps

    sweeps = Sweeps(plain(X), weight)
    total, company = sweeps.totals(eps, min_samples)
    core = sweeps.core(total, eps, min_samples)
    return sweeps.labels(eps, core, company, sweeps.parents(eps, core)), core


def rows_of_map(
    X: NDArray[Any],
    min_samples: Sequence[int],
    most: float,
    weight: NDArray[np.floating[Any]] | None = None,
    lists: Neighbours | None = None,
) -> Callable[[float], NDArray[np.int32]]:
    """What gives the labels (n_min_samples, n) at any `eps` up to `most`.

    Parameters
    ----------
    X : ndarray of shape (n, d), real and finite
    min_samples : sequence of int, ascending
    most : float
    weight : ndarray of shape (n,), optional
    lists : tuple of ndarray, optional
        What ``nearest_neighbors(X, k, itself=True)`` gave, k at least the largest of `min_samples`.
    """
    n, d = X.shape
    if n <= FEW_POINTS:
        return Lists(X, min_samples, weight).labels
    if d <= FEW_DIMENSIONS:
        return _Either(X, min_samples, weight).labels
    if weight is not None or min_samples[-1] > LISTED:
        return _Swept(X, min_samples, weight).labels
    from inkcluster.cluster.dbscan.forests import Forests
    from inkcluster.cluster.neighbors.nearest import nearest_neighbors

    if lists is None:
        lists = nearest_neighbors(plain(X), min(min_samples[-1], n), itself=True)
    return Forests(plain(X), min_samples, most, lists).labels


class _Swept:
    """Every row of the map by sweeps, for weights and for many neighbours."""

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
    ) -> None:
        from inkcluster.cluster.dbscan.sweep import Sweeps

        self._min_samples = min_samples
        self._sweeps = Sweeps(plain(X), weight)

    def labels(self, eps: float) -> NDArray[np.int32]:
        """Labels of shape (n_min_samples, n)."""
        total, company = self._sweeps.totals(eps, self._min_samples[-1])
        labels = np.empty((len(self._min_samples), len(total)), np.int32)
        parent = None  # what hangs together with more neighbours does so with fewer
        for j in reversed(range(len(labels))):
            core = self._sweeps.core(total, eps, self._min_samples[j])
            parent = self._sweeps.parents(eps, core, parent)
            labels[j] = self._sweeps.labels(eps, core, company, parent)
        return labels


class _Either:
    """Points of few dimensions: each row by lists where few points are near, else by sweeps."""

    def __init__(
        self,
        X: NDArray[Any],
        min_samples: Sequence[int],
        weight: NDArray[np.floating[Any]] | None,
    ) -> None:
        self._X = X
        self._lists = Lists(X, min_samples, weight)
        self._swept = partial(_Swept, X, min_samples, weight)

    def labels(self, eps: float) -> NDArray[np.int32]:
        """Labels of shape (n_min_samples, n)."""
        return (self._lists if by_lists(self._X, eps) else self._swept()).labels(eps)
