"""DBSCAN for every pair of `eps` and `min_samples`, from one pass over the distances."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, validate_data

from inkcluster.cluster.clustering import NOISE
from inkcluster.cluster.density.choose import Engine, check_memory, neighbours_listed
from inkcluster.compute.magnitude import MIN_SQUARABLE, check_squares, roomy
from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.progress import current

if TYPE_CHECKING:
    from inkcluster.cluster.neighbors.nearest import Neighbours

MIN_CHANGE = 0.01
"""Between neighbouring eps whose shares of noise and of the largest cluster differ by less, none is added."""


class DBSCANGrid(BaseEstimator):  # type: ignore[misc]
    """DBSCAN's labels for every pair of `eps` and `min_samples`, number for number.

    Parameters
    ----------
    eps : sequence of float
        Radii, ascending, in the units of the points.
    min_samples : sequence of int
        Neighbours within `eps`, itself counted, that make a core point; ascending.
    refine : int
        Adds up to `refine` values of `eps` where the map changes most. Each is put between two
        neighbouring values. The two chosen have the largest change in the share of noise or of the
        largest cluster, times the logarithm of their ratio. A change under 0.01 is ignored.
    memory_limit : int, optional
        Bytes that may be taken beside the points; by default what the machine has free.

    Attributes
    ----------
    labels_ : ndarray of shape (n_eps, n_min_samples, n), int32
        -1 is noise.
    eps_ : ndarray of shape (n_eps,), float
        The radii of the rows, with those added by `refine`.
    n_clusters_ : ndarray of shape (n_eps, n_min_samples), int
    noise_share_, largest_share_ : ndarray of shape (n_eps, n_min_samples), float
        Shares of all points: noise, and the largest cluster.
    algorithm_ : list of str
        How the labels of each of `eps_` were found, which changes none of them: as in
        :class:`~inkcluster.DBSCAN`, or "forests".

    Notes
    -----
    Beyond 5,000 points and 15 dimensions all cells use the lists of the nearest neighbours, as many
    as the largest of `min_samples`, and one spanning forest under mutual reachability for each of
    `min_samples`: a further `eps` costs only the cut. With `sample_weight`, or `min_samples` over
    128, the points are swept for each `eps` instead.

    References
    ----------
    Ester, Kriegel, Sander & Xu (1996), "A density-based algorithm for discovering clusters".
    Campello, Moulavi & Sander (2013), "Density-based clustering based on hierarchical density
    estimates", whose spanning tree under mutual reachability holds all `eps` at once.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import DBSCANGrid
    >>> X = np.array([[0.0], [0.1], [0.2], [5.0], [9.0], [9.4]])
    >>> DBSCANGrid(eps=[0.15, 0.5], min_samples=[2, 3]).fit(X).n_clusters_.tolist()
    [[1, 1], [2, 1]]
    """

    def __init__(
        self,
        eps: Sequence[float] = (0.5,),
        min_samples: Sequence[int] = (5,),
        *,
        refine: int = 0,
        memory_limit: int | None = None,
    ) -> None:
        self.eps = eps
        self.min_samples = min_samples
        self.refine = refine
        self.memory_limit = memory_limit

    def fit(
        self,
        X: ArrayLike,
        y: Any = None,
        sample_weight: ArrayLike | None = None,
        *,
        lists: Neighbours | None = None,
    ) -> Self:
        """Label the points at every pair.

        Parameters
        ----------
        X : array-like of shape (n, d)
        y : ignored
        sample_weight : array-like of shape (n,), optional
            As in :meth:`DBSCAN.fit <inkcluster.DBSCAN.fit>`: any numbers, also zero or negative.
        lists : tuple of ndarray, optional
            What :func:`~inkcluster.cluster.neighbors.nearest_neighbors` gave for these points with
            ``itself=True``, with at least as many neighbours as the largest of `min_samples` (128
            are enough); found if left out.

        Returns
        -------
        DBSCANGrid
            Itself, fitted.

        Raises
        ------
        BadInputError
            If a range is empty, unsorted or out of bounds, squared distances leave float64, or
            `lists` are not of these points.
        TooLittleMemoryError
            If more bytes are needed than may be taken.
        ValueError
            If `X` is empty or holds NaN or infinity.
        """
        del y
        eps = _ascending("eps", self.eps, 0.0)
        min_samples = _ascending_whole("min_samples", self.min_samples)
        refine = _whole("refine", self.refine)
        refuse_masked(X, "X")
        points = roomy(validate_data(self, X, dtype=[np.float64, np.float32, np.uint8]))
        check_squares(points, least=0.0 if eps[0] > MIN_SQUARABLE else MIN_SQUARABLE)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, points)
        self.check_memory(points)
        if lists is not None:
            from inkcluster.cluster.neighbors.nearest import check_neighbors

            check_neighbors(lists, len(points), neighbours_listed(min_samples[-1], len(points)))
        with current().task("DBSCAN map", total=len(eps) + refine) as advance:
            engine = Engine(
                points, min_samples, weight, most=eps[-1], lists=lists,
                memory_limit=self.memory_limit,
            )  # fmt: skip
            found: dict[float, NDArray[np.int32]] = {}
            algorithm: dict[float, str] = {}
            for step in range(len(eps) + refine):
                radius = eps[step] if step < len(eps) else _widest(found)
                if radius is None:
                    break
                found[radius], _, algorithm[radius] = engine.labels_and_cores(radius)
                advance(1)
        self.eps_ = np.array(sorted(found))
        self.algorithm_ = [algorithm[radius] for radius in sorted(found)]
        self.labels_ = np.array([found[radius] for radius in sorted(found)], np.int32)
        self.n_clusters_ = self.labels_.max(axis=2) + 1
        self.noise_share_, self.largest_share_ = _shares(self.labels_)
        return self

    def fit_predict(self, X: ArrayLike, y: Any = None, **fit_params: Any) -> NDArray[np.int32]:
        """Fit, and return `labels_`: of every setting, (n_eps, n_min_samples, n).

        Parameters
        ----------
        X : array-like of shape (n, d)
        y : ignored
        **fit_params
            What :meth:`fit` takes.

        Returns
        -------
        ndarray of shape (n_eps, n_min_samples, n), int32
        """
        return self.fit(X, y, **fit_params).labels_

    def check_memory(self, X: NDArray[Any]) -> None:
        """Refuse points whose map would not fit into memory, before anything is computed.

        Parameters
        ----------
        X : ndarray of shape (n, d)

        Raises
        ------
        TooLittleMemoryError
            If more bytes are needed than may be taken.
        """
        cells = (np.size(self.eps) + self.refine) * np.size(self.min_samples)
        check_memory(X, cells=cells, memory_limit=self.memory_limit)


def _widest(found: dict[float, NDArray[np.int32]]) -> float | None:
    """An eps in the middle of where the map changes most; None where it changes nowhere.

    The change is multiplied by the width, or all would go to where the map jumps.
    """
    eps = sorted(found)
    shares = [_shares(found[e]) for e in eps]
    best, middle = 0.0, None
    for (low, before), (high, after) in pairwise(zip(eps, shares, strict=True)):
        change = float(np.abs(after - before).sum(axis=0).max())
        between = _round_between(low, high)
        if change >= MIN_CHANGE and between is not None and change * np.log(high / low) > best:
            best, middle = change * np.log(high / low), between
    return middle


def _round_between(low: float, high: float) -> float | None:
    """A number near the middle with few digits; None where no number lies between.

    Examples
    --------
    >>> _round_between(5.0, 6.0), _round_between(7.1, 7.2), _round_between(0.0, np.nextafter(0, 1))
    (5.5, 7.15, None)
    """
    middle = low + (high - low) / 2
    for digits in range(1, 17):
        rounded = float(f"{middle:.{digits}e}")
        if low < rounded < high:
            return rounded
    return None


def _shares(labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """The shares of noise and of the largest cluster in each of many labellings (..., n)."""
    rows = labels.reshape(-1, labels.shape[-1])
    largest = [np.bincount(row[row >= 0], minlength=1).max() / len(row) for row in rows]
    return np.array([(rows == NOISE).mean(axis=1), largest]).reshape(2, *labels.shape[:-1])


def _ascending(name: str, values: Sequence[float], above: float) -> list[float]:
    numbers: list[float] = np.atleast_1d(np.asarray(values, float)).tolist()
    if not numbers:
        raise BadInputError(f"{name} is empty; give at least one value.")
    if not all(above < v < np.inf for v in numbers):
        least = "greater than 0" if above == 0 else "1 or more"
        raise BadInputError(f"{name} must be {least} and finite, not {numbers}.")
    if any(a >= b for a, b in pairwise(numbers)):
        raise BadInputError(f"{name} must be ascending without repeats, not {numbers}.")
    return numbers


def _ascending_whole(name: str, values: Sequence[int]) -> list[int]:
    numbers = _ascending(name, values, 0.5)
    if any(v != int(v) for v in numbers):
        raise BadInputError(f"{name} must be whole numbers, not {numbers}.")
    return [int(v) for v in numbers]


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise BadInputError(f"{name} must be a whole number, 0 or more, not {value!r}.")
    return int(value)
