"""`KMeans`: scikit-learn's class over an engine that runs every restart at once and to the end."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import KMeans as _Peer
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import check_array, check_random_state
from sklearn.utils.extmath import row_norms
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from threadpoolctl import ThreadpoolController

from inkcluster.cluster.kmeans import engine
from inkcluster.cluster.kmeans.start import is_large
from inkcluster.compute.magnitude import check_squares, exponent_of, scaled
from inkcluster.kernels.kmeans import nearest
from inkcluster.progress import current

ROWS = 16384
"""Rows of 8-bit points that are float64 at a time."""


@dataclass(frozen=True, eq=False)
class Restart:
    """One restart.

    Parameters
    ----------
    inertia : float
        Sum of squared distances to the centres, in squared units of the points.
    n_iter : int
        Iterations over all the points.
    labels : ndarray of shape (n,), int32
    centers : ndarray of shape (n_clusters, d)
    """

    inertia: float
    n_iter: int
    labels: NDArray[np.int32]
    centers: NDArray[np.floating[Any]]


class KMeans(_Peer):  # type: ignore[misc]
    """K-means, many times faster than scikit-learn's, with its parameters, methods and attributes.

    All restarts run together, each to a fixed point of Lloyd's iteration in float64: float32
    proposes labels along the few directions in which centres differ, with bounds on what it leaves
    out and rounds off, and float64 decides the rest. On large sets with ``init`` ``"k-means++"`` or
    ``"random"``, two starts for each restart are converged on some of the points and then on all, in
    a whole-number sketch; the better goes on, and the best of all is polished by annealing the
    points on the borders between its clusters.

    Parameters
    ----------
    n_clusters, init, n_init, max_iter, tol, verbose, random_state, copy_x, algorithm
        As in :class:`sklearn.cluster.KMeans`. ``tol=0`` ends a restart when no label changes. A
        callable ``init`` is given the points as they are, not centred. ``copy_x`` and ``algorithm``
        are accepted and change nothing: the points are never written to, and the bounds are always
        used.

    Attributes
    ----------
    cluster_centers_, labels_, inertia_, n_iter_, n_features_in_, feature_names_in_
        As in scikit-learn, of the best restart. ``n_iter_`` counts iterations over all the points.
    restarts_ : tuple of Restart
        Every restart, the best first.

    Notes
    -----
    8-bit and memory-mapped points are read where they lie; no float copy of a large set is made.
    Results do not depend on the number of threads or on the size of blocks.

    References
    ----------
    Lloyd 1982; Arthur & Vassilvitskii 2007 (k-means++); Hamerly 2010 (bounds); Hartigan 1975
    (moves one at a time).

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.kmeans import KMeans
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]], np.uint8)
    >>> found = KMeans(n_clusters=2, random_state=0, n_init=3).fit(X)
    >>> found.cluster_centers_
    array([[10.,  2.],
           [ 1.,  2.]])
    >>> [r.inertia for r in found.restarts_]
    [16.0, 16.0, 16.0]
    """

    restarts_: tuple[Restart, ...]

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find the clusters.

        Parameters
        ----------
        X : array-like of shape (n, d)
            uint8, float32 and float64 are taken as they are, everything else as float64.
        y : ignored
        sample_weight : array-like of shape (n,), optional

        Raises
        ------
        ValueError
            For parameters or points that cannot be used, in scikit-learn's words.
        TypeError
            For a sparse matrix.
        """
        del y
        self._validate_params()
        raw = self._read(X, reset=True)
        n, k = len(raw), self.n_clusters
        if n < k:
            raise ValueError(f"n_samples={n} should be >= n_clusters={k}.")
        weight = _weights(sample_weight, raw)
        restarts = self._count_restarts()
        exponent = exponent_of(raw)
        points = scaled(raw, -exponent)
        problem = engine.Problem(points, weight, k, self.max_iter, float(self.tol))
        random_state = check_random_state(self.random_state)
        with _one_blas_thread(), current().task("k-means restarts", restarts) as done:

            def advance(share: float) -> None:
                done(share * restarts)

            if isinstance(self.init, str) and is_large(n, k):
                outcome = engine.from_sketch(
                    problem,
                    restarts,
                    str(self.init),
                    random_state,
                    listener=self._listener(),
                    advance=advance,
                )
            else:
                centres = self._inits(raw, exponent, weight, restarts, random_state)
                if self.verbose:
                    print("Initialization complete")  # noqa: T201
                outcome = engine.from_centres(problem, centres, self._listener(), advance)
        self._keep(outcome, np.float64 if raw.dtype == np.uint8 else raw.dtype, exponent)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """The nearest centre to each point, shape (n,)."""
        check_is_fitted(self)
        raw = self._read(X, reset=False)
        centres = np.asarray(self.cluster_centers_, np.float64)
        exponent = exponent_of(raw, centres)
        with _one_blas_thread():
            return engine.label(scaled(raw, -exponent), scaled(centres, -exponent))

    def fit_transform(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.floating[Any]]:
        """Fit, and the distances to the centres, shape (n, n_clusters)."""
        return self.fit(X, sample_weight=sample_weight)._distances(self._read(X, reset=False))

    def transform(self, X: ArrayLike) -> NDArray[np.floating[Any]]:
        """The distances to the centres, shape (n, n_clusters)."""
        check_is_fitted(self)
        return self._distances(self._read(X, reset=False))

    def score(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Minus the inertia of X about the centres."""
        del y
        check_is_fitted(self)
        raw = self._read(X, reset=False)
        weight = _weights(sample_weight, raw)
        centres = np.asarray(self.cluster_centers_, np.float64)
        far = np.empty(len(raw))
        nearest.own_distances(raw, centres, self.predict(X), far)
        return -float(far @ weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags

    def _read(self, X: ArrayLike, *, reset: bool) -> NDArray[Any]:
        grey = getattr(X, "dtype", None) == np.uint8
        dtype = np.uint8 if grey else [np.float64, np.float32]
        points: NDArray[Any] = validate_data(self, X, dtype=dtype, order="C", reset=reset)
        check_squares(points, len(points), least=0.0)
        return points

    def _distances(self, raw: NDArray[Any]) -> NDArray[np.floating[Any]]:
        if raw.dtype != np.uint8:
            return np.asarray(euclidean_distances(raw, self.cluster_centers_))
        far = np.empty((len(raw), len(self.cluster_centers_)))
        for start in range(0, len(raw), ROWS):
            rows = raw[start : start + ROWS].astype(np.float64)
            far[start : start + ROWS] = euclidean_distances(rows, self.cluster_centers_)
        return far

    def _count_restarts(self) -> int:
        given = not isinstance(self.init, str) and not callable(self.init)
        if self.n_init != "auto":
            self._n_init = int(self.n_init)
        else:
            self._n_init = 1 if given or str(self.init) == "k-means++" else 10
        if given and self._n_init != 1:
            warnings.warn(
                "Explicit initial center position passed: performing only one init in "
                f"{type(self).__name__} instead of n_init={self._n_init}.",
                RuntimeWarning,
                stacklevel=3,
            )
            self._n_init = 1
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warnings.warn(
                "algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.",
                RuntimeWarning,
                stacklevel=3,
            )
        return self._n_init

    def _inits(
        self,
        raw: NDArray[Any],
        exponent: int,
        weight: NDArray[np.float64],
        restarts: int,
        random_state: np.random.RandomState,
    ) -> NDArray[np.float64]:
        """Initial centres, shape (restarts, k, d), in units of two to the `exponent`."""
        if not isinstance(self.init, str) and not callable(self.init):
            centres = check_array(self.init, dtype=np.float64, order="C")
            self._validate_center_shape(raw, centres)
            return scaled(np.asarray(centres), -exponent)[None]
        points, mean, square = raw, 0.0, None
        if isinstance(self.init, str):  # seeds are chosen as scikit-learn chooses them
            points = scaled(raw, -exponent)
            points = raw.astype(np.float32) if raw.dtype == np.uint8 else points.copy()
            mean = points.mean(axis=0)
            points -= mean
            square = row_norms(points, squared=True)
        share = weight.astype(points.dtype) if points.dtype != np.uint8 else weight
        found = np.stack(
            [
                self._init_centroids(points, square, self.init, random_state, share) + mean
                for _ in range(restarts)
            ]
        ).astype(np.float64)
        return found if isinstance(self.init, str) else scaled(found, -exponent)

    def _listener(self) -> Callable[[str], None] | None:
        return print if self.verbose else None

    def _keep(self, outcome: engine.Outcome, dtype: Any, exponent: int) -> None:
        """Set the fitted attributes."""
        rows = [
            Restart(
                float(np.ldexp(outcome.inertia[r], 2 * exponent)),
                int(outcome.n_iter[r]),
                outcome.labels[at],
                scaled(outcome.centres[at], exponent).astype(dtype),
            )
            for r, at in sorted(enumerate(outcome.which), key=lambda each: outcome.inertia[each[0]])
        ]
        self.restarts_ = tuple(rows)
        best = self.restarts_[0]
        distinct = len(np.unique(best.labels))
        if distinct < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({distinct}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=3,
            )
        self.cluster_centers_ = best.centers
        self._n_features_out = len(best.centers)
        self.labels_ = best.labels.copy()
        self.inertia_ = best.inertia
        self.n_iter_ = best.n_iter


def _weights(sample_weight: ArrayLike | None, raw: NDArray[Any]) -> NDArray[np.float64]:
    weight = _check_sample_weight(sample_weight, raw, dtype=np.float64, ensure_non_negative=True)
    if not weight.any():
        raise ValueError("Sample weights are all zero: at least one must be positive.")
    return np.asarray(weight)


@lru_cache(maxsize=1)
def _pools() -> Any:
    return ThreadpoolController()


def _one_blas_thread() -> Any:
    """Kernels call the BLAS from their own threads."""
    return _pools().limit(limits=1, user_api="blas")
