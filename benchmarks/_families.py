"""Families of data that are not images: what a stranger who changes an import line may bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_blobs

Points = NDArray[np.floating[Any]]
Maker = Callable[[int, np.random.Generator], Points]


def _blobs(n: int, r: np.random.Generator, d: int = 50, centres: int = 20) -> Points:
    return np.asarray(make_blobs(n, d, centers=centres, random_state=int(r.integers(1 << 31)))[0])


def _lattice(n: int, r: np.random.Generator) -> Points:
    side = int(np.ceil(np.sqrt(n)))
    points = np.argwhere(np.ones((side, side)))[:n].astype(float)
    return r.permutation(points)


def _low_rank(n: int, r: np.random.Generator) -> Points:
    return r.normal(size=(n, 5)) @ r.normal(size=(5, 100)) + 0.05 * r.normal(size=(n, 100))


def _correlated(n: int, r: np.random.Generator) -> Points:
    """Neighbouring columns correlate at 0.95."""
    steps = r.normal(size=(n, 50))
    for column in range(1, 50):
        steps[:, column] = 0.95 * steps[:, column - 1] + np.sqrt(1 - 0.95**2) * steps[:, column]
    return steps


def _constant_columns(n: int, r: np.random.Generator) -> Points:
    """200 columns, of which 190 hold one value each."""
    points = np.repeat(r.normal(size=(1, 200)), n, axis=0)
    points[:, ::20] = _blobs(n, r, 10)
    return points


def _duplicates(n: int, r: np.random.Generator) -> Points:
    """Each of n/10 different points about ten times."""
    return _blobs(max(2, n // 10), r, 20, 10)[r.integers(0, max(2, n // 10), n)]


def _outlier(n: int, r: np.random.Generator) -> Points:
    points = r.normal(size=(n, 30))
    points[n // 2] = 1e4
    return points


FAMILIES: dict[str, Maker] = {
    "uniform d784": lambda n, r: r.random((n, 784)),
    "normal d100": lambda n, r: r.normal(size=(n, 100)),
    "normal d20": lambda n, r: r.normal(size=(n, 20)),
    "normal d2": lambda n, r: r.normal(size=(n, 2)),
    "20 far blobs d50": _blobs,
    "one-hot d200": lambda n, r: np.eye(200)[r.integers(0, 200, n)],
    "small integers d16": lambda n, r: r.integers(0, 3, (n, 16)).astype(float),
    "lattice d2": _lattice,
    "heavy tails d20": lambda n, r: r.standard_t(1.5, size=(n, 20)),
    "rank 5 + noise d100": _low_rank,
    "correlated d50": _correlated,
    "constant columns d200": _constant_columns,
    "duplicates d20": _duplicates,
    "one far outlier d30": _outlier,
    "huge scale d20": lambda n, r: 1e12 * _blobs(n, r, 20, 10),
    "tiny scale d20": lambda n, r: 1e-12 * _blobs(n, r, 20, 10),
}
"""Rows of float64 in C order, by name: so many, made from a generator."""
TIED = {"one-hot d200", "small integers d16", "lattice d2", "duplicates d20"}
"""Families with equal distances: the results may differ where these tie."""
