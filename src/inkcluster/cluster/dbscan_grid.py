"""DBSCAN for every pair of `eps` and `min_samples`. Neighbours come from scikit-learn, once an eps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import validate_data

from inkcluster.cluster.clustering import NOISE
from inkcluster.errors import BadInputError
from inkcluster.progress import current


class DBSCANGrid(BaseEstimator):  # type: ignore[misc]
    """Every labelling of the map `eps` × `min_samples`, as DBSCAN would give it, number for number.

    Parameters
    ----------
    eps : sequence of float
        Radii, ascending, in the units of the points.
    min_samples : sequence of int
        Neighbours within `eps`, itself counted, that make a core point; ascending.

    Attributes
    ----------
    labels_ : ndarray of shape (n_eps, n_min_samples, n), int32
        -1 is noise.
    n_clusters_ : ndarray of shape (n_eps, n_min_samples), int
    noise_share_, largest_share_ : ndarray of shape (n_eps, n_min_samples), float
        Shares of all points: noise, and the largest cluster.

    References
    ----------
    Ester, Kriegel, Sander & Xu (1996), "A density-based algorithm for discovering clusters".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import DBSCANGrid
    >>> X = np.array([[0.0], [0.1], [0.2], [5.0], [9.0], [9.4]])
    >>> DBSCANGrid(eps=[0.15, 0.5], min_samples=[2, 3]).fit(X).n_clusters_.tolist()
    [[1, 1], [2, 1]]
    """

    def __init__(self, eps: Sequence[float] = (0.5,), min_samples: Sequence[int] = (5,)) -> None:
        self.eps = eps
        self.min_samples = min_samples

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Label the points at every pair.

        Parameters
        ----------
        X : array-like of shape (n, d)
        y : ignored

        Returns
        -------
        DBSCANGrid
            Itself, fitted.

        Raises
        ------
        BadInputError
            If a range is empty, unsorted or out of bounds.
        ValueError
            If `X` holds NaN or infinity.
        """
        del y
        eps = _ascending("eps", self.eps, 0.0)
        min_samples = _ascending("min_samples", self.min_samples, 0.5)
        points = validate_data(self, X, dtype=[np.float64, np.float32])
        n = len(points)
        self.labels_ = np.empty((len(eps), len(min_samples), n), np.int32)
        search = NearestNeighbors().fit(points)
        with current().task("DBSCAN map", total=len(eps)) as advance:
            for i, radius in enumerate(eps):
                lists = search.radius_neighbors(points, radius=radius, return_distance=False)
                for j, least in enumerate(min_samples):
                    self.labels_[i, j] = _labels(*_rows(lists), least)
                advance(1)
        self.n_clusters_ = self.labels_.max(axis=2) + 1
        self.noise_share_ = (self.labels_ == NOISE).mean(axis=2)
        self.largest_share_ = _largest_share(self.labels_)
        return self


def _rows(lists: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Neighbour lists as the two arrays of a sparse matrix: where each row starts, and its columns."""
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(neighbours) for neighbours in lists], out=starts[1:])
    return starts, np.concatenate(lists).astype(np.int32)


def _labels(
    starts: NDArray[np.int64], columns: NDArray[np.int32], min_samples: float
) -> NDArray[np.int32]:
    """DBSCAN's labels from neighbour lists, numbered as scikit-learn numbers them.

    Clusters are the connected components of the core points, in the order of their first core
    point; a border point goes to the lowest-numbered cluster among its core neighbours, since that
    one is grown first.
    """
    n = len(starts) - 1
    core = np.diff(starts) >= min_samples
    labels = np.full(n, NOISE, np.int32)
    if not core.any():
        return labels
    rows = np.repeat(np.arange(n, dtype=np.int32), np.diff(starts))
    to_core = core[columns]
    inner = to_core & core[rows]
    graph = csr_matrix(
        (np.ones(int(inner.sum()), np.int8), (rows[inner], columns[inner])), shape=(n, n)
    )
    component = connected_components(graph, directed=False)[1]
    _, first, number = np.unique(component[core], return_index=True, return_inverse=True)
    labels[core] = np.argsort(np.argsort(first))[number]
    outer = to_core & ~core[rows]
    lowest = np.full(n, n, np.int32)
    np.minimum.at(lowest, rows[outer], labels[columns[outer]])
    border = lowest < n
    labels[border] = lowest[border]
    return labels


def _largest_share(labels: NDArray[np.int32]) -> NDArray[np.float64]:
    flat = labels.reshape(-1, labels.shape[-1])
    shares = [np.bincount(row[row >= 0], minlength=1).max() / len(row) for row in flat]
    return np.array(shares, float).reshape(labels.shape[:2])


def _ascending(name: str, values: Sequence[float], above: float) -> list[float]:
    numbers = [float(v) for v in np.atleast_1d(np.asarray(values, float))]
    if not numbers:
        raise BadInputError(f"{name} is empty; give at least one value.")
    if not all(above < v < np.inf for v in numbers):
        least = "greater than 0" if above == 0 else "1 or more"
        raise BadInputError(f"{name} must be {least} and finite, not {numbers}.")
    if any(a >= b for a, b in pairwise(numbers)):
        raise BadInputError(f"{name} must be ascending without repeats, not {numbers}.")
    return numbers
