"""`KMeans`: scikit-learn's class over an engine that runs all restarts together."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.cluster import KMeans as _Peer
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.extmath import row_norms
from sklearn.utils.validation import check_is_fitted

from inkcluster.cluster.kmeans import peer
from inkcluster.cluster.kmeans.choose import (
    Problem,
    check_memory,
    check_weights,
    is_large,
    use_peer,
)
from inkcluster.cluster.kmeans.lloyd import from_centres, nearest_labels
from inkcluster.cluster.kmeans.points import read
from inkcluster.cluster.kmeans.restarts import Outcome, Restart, inertia_of, ranked
from inkcluster.cluster.kmeans.seeding import plus_plus
from inkcluster.cluster.kmeans.sketch import from_sketch
from inkcluster.cluster.kmeans.space import space_for
from inkcluster.compute.magnitude import exponent_of, scaled
from inkcluster.compute.memory import takes_memory_limit
from inkcluster.compute.threads import kept_threads, one_blas_thread
from inkcluster.progress import current

ROWS_AS_FLOAT = 16384
"""The most rows of 8-bit points that are converted to float64 at a time."""


@takes_memory_limit
class KMeans(_Peer):  # type: ignore[misc]
    """K-means with scikit-learn's parameters, methods and attributes, and its results, in less time.

    Restarts begin from scikit-learn's seeds, drawn by the same random numbers, and converge on all
    points: labels, centres, ``n_iter_`` and ``inertia_`` of float64 points are scikit-learn's where
    distances do not tie. Of float32 points scikit-learn rounds every step to float32. So do its
    loops here; ours begin from the same seeds and decide in float64, so that labels may differ where
    rounding decided theirs.

    Parameters
    ----------
    n_clusters, init, n_init, max_iter, tol, verbose, random_state, copy_x, algorithm
        As in :class:`sklearn.cluster.KMeans`. ``tol=0`` ends a restart when no label changes.
        ``copy_x`` and ``algorithm`` have no effect: the points are never changed, and what is
        fastest runs.
    search : {"restarts", "deep"}
        "deep" looks for a lower inertia than plain restarts find, in less time on large sets: from
        8,192 points (and 16 for each cluster) on, with ``init`` "k-means++" or "random", each
        restart is the better of two starts that converge on a subset and then in a sketch of all
        points, and the points nearest to a border of the best restart are annealed. On smaller sets
        the two are the same.
    memory_limit : int, optional
        Bytes that may be taken beside the points; by default what the machine has free.

    Attributes
    ----------
    cluster_centers_, labels_, inertia_, n_iter_, n_features_in_, feature_names_in_
        As in scikit-learn, of the best restart. ``n_iter_`` counts iterations over all the points.
        ``inertia_`` is the sum of the squared distances, each computed in float64; scikit-learn's
        loops compute it in the dtype of the points.
    restarts_ : tuple of Restart
        All restarts, by rising inertia; those that found the same clusters in the order of their
        starts, so that the first is the one that scikit-learn would keep.
    algorithm_ : str
        What ran: "scikit-learn" (its own loops, on small sets), "bounds" (most points were not
        compared again) or "plain product" (most were). The result does not depend on it.

    Notes
    -----
    8-bit and memory-mapped points are not copied, and no float copy of a large set is made: points
    that are larger than memory are read from their file in every iteration. Results do not depend on
    the number of threads or on the size of blocks.

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
    algorithm_: str
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_Peer._parameter_constraints,
        "search": [StrOptions({"restarts", "deep"})],
    }

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: int | np.random.RandomState | None = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        search: str = "restarts",
    ) -> None:
        super().__init__(
            n_clusters,
            init=init,
            n_init=n_init,
            max_iter=max_iter,
            tol=tol,
            verbose=verbose,
            random_state=random_state,
            copy_x=copy_x,
            algorithm=algorithm,
        )
        self.search = search

    def fit(
        self,
        X: Any,
        y: object = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Find the clusters.

        Parameters
        ----------
        X : array-like of shape (n, d) or (n, h, w), or sparse matrix of shape (n, d)
            Images (n, h, w) are read as (n, h·w). uint8, float32 and float64 are used directly, any other dtype as float64. A sparse one
            goes to scikit-learn: `restarts_` has the best alone.
        y : ignored
        sample_weight : array-like of shape (n,), optional

        Raises
        ------
        ValueError
            For invalid parameters or points, in scikit-learn's words.
        TooLittleMemoryError
            If more bytes are needed than may be taken.
        """
        del y
        if issparse(X):
            return peer.fit_sparse(self, X, sample_weight)
        self._validate_params()
        raw = read(self, X, reset=True)
        n, k = len(raw), self.n_clusters
        # of the points, scikit-learn's checks read their number, and a variance that is not used here
        self._check_params_vs_input(np.broadcast_to(0.0, (n, 1)))
        restarts = int(self._n_init)
        weight = check_weights(sample_weight, raw)
        exponent = exponent_of(raw)
        problem = Problem(scaled(raw, -exponent), weight, k, self.max_iter, float(self.tol))
        deep = self.search == "deep" and isinstance(self.init, str) and is_large(n, k)
        copies = 2 * callable(self.init)
        check_memory(problem, restarts, self.memory_limit, deep=deep, copies=copies)
        random_state = check_random_state(self.random_state)
        listener = print if self.verbose else None
        with current().task("k-means restarts", restarts) as done:

            def advance(share: float) -> None:
                done(share * restarts)

            init = self.init
            if not deep and use_peer(raw, k, restarts) and not (exponent and callable(init)):
                outcome = peer.fit(
                    self, problem, restarts, random_state, exponent=exponent, advance=advance
                )
            else:
                told: Any = {"listener": listener, "advance": advance}
                with one_blas_thread(), kept_threads():
                    if deep:
                        outcome = from_sketch(problem, restarts, init, random_state, **told)
                    else:
                        centres = self._inits(problem, exponent, restarts, random_state)
                        if self.verbose:
                            print("Initialization complete")  # noqa: T201
                        outcome = from_centres(problem, centres, **told)
        self._keep(outcome, raw.dtype, exponent)
        return self

    @peer.or_theirs
    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """The nearest centre to each point, shape (n,)."""
        check_is_fitted(self)
        raw = read(self, X, reset=False)
        centres = self.cluster_centers_
        exponent = exponent_of(raw, centres)
        points, centres = scaled(raw, -exponent), scaled(centres, -exponent)
        if use_peer(raw, len(centres)):
            return peer.nearest(points, centres, np.ones(len(raw)))[0]
        with one_blas_thread(), kept_threads():
            space, _ = space_for(points, np.ones(len(raw)), None)
            return nearest_labels(space, np.asarray(centres, np.float64))

    @peer.or_theirs
    def fit_transform(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.floating[Any]]:
        """Fit, and the distances to the centres, shape (n, n_clusters)."""
        return self.fit(X, sample_weight=sample_weight)._distances(read(self, X, reset=False))

    @peer.or_theirs
    def transform(self, X: ArrayLike) -> NDArray[np.floating[Any]]:
        """The distances to the centres, shape (n, n_clusters)."""
        check_is_fitted(self)
        return self._distances(read(self, X, reset=False))

    @peer.or_theirs
    def score(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Minus the inertia of X about the centres."""
        del y
        check_is_fitted(self)
        raw = read(self, X, reset=False)
        weight = check_weights(sample_weight, raw)
        if use_peer(raw, self.n_clusters) and not exponent_of(raw, self.cluster_centers_):
            return -peer.nearest(raw, self.cluster_centers_, weight)[1]
        centres = np.asarray(self.cluster_centers_, np.float64)
        return -float(inertia_of(raw, weight, self.predict(X)[None], centres[None])[0])

    def _distances(self, raw: NDArray[Any]) -> NDArray[np.floating[Any]]:
        if raw.dtype != np.uint8:
            return np.asarray(euclidean_distances(raw, self.cluster_centers_))
        far = np.empty((len(raw), len(self.cluster_centers_)))
        for start in range(0, len(raw), ROWS_AS_FLOAT):
            rows = raw[start : start + ROWS_AS_FLOAT].astype(np.float64)
            far[start : start + ROWS_AS_FLOAT] = euclidean_distances(rows, self.cluster_centers_)
        return far

    def _inits(
        self, problem: Problem, exponent: int, restarts: int, random_state: np.random.RandomState
    ) -> NDArray[np.float64]:
        """Initial centres, shape (restarts, k, d), in units of two to the `exponent`.

        They are chosen as scikit-learn chooses them, from the same random numbers.
        """
        raw, weight, k = problem.raw, problem.weight, problem.k
        if isinstance(self.init, str) and self.init == "k-means++":
            rows = plus_plus(raw, weight, k, restarts, random_state)
            return raw[rows].astype(np.float64)
        if isinstance(self.init, str):
            share = weight / weight.sum()
            draws = [
                random_state.choice(len(raw), size=k, replace=False, p=share)
                for _ in range(restarts)
            ]
            return raw[np.array(draws)].astype(np.float64)
        if not callable(self.init):
            centres = check_array(self.init, dtype=np.float64, order="C")
            self._validate_center_shape(raw, centres)
            return scaled(np.asarray(centres), -exponent)[None]
        # a function gets centred points, 8-bit ones and those of any scale as float64
        dtype = np.float64 if raw.dtype == np.uint8 or exponent else raw.dtype
        points = scaled(raw, exponent).astype(dtype)
        mean = points.mean(axis=0)
        points -= mean
        square = row_norms(points, squared=True)
        found = np.stack(
            [
                self._init_centroids(points, square, self.init, random_state, weight) + mean
                for _ in range(restarts)
            ]
        )
        return scaled(found.astype(np.float64), -exponent)

    def _keep(self, outcome: Outcome, dtype: Any, exponent: int) -> None:
        """Set the fitted attributes."""
        found = zip(outcome.inertia, outcome.n_iter, outcome.which, strict=True)
        rows = [
            Restart(float(inertia), int(n_iter), outcome.labels[at], outcome.centres[at])
            for inertia, n_iter, at in found
        ]
        rows = [restart.rescaled(exponent, dtype) for restart in rows]
        self.algorithm_ = outcome.algorithm
        self.restarts_ = ranked(rows)
        best = self.restarts_[0]
        used = np.count_nonzero(np.bincount(best.labels))
        if used < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({used}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=3,
            )
        self.cluster_centers_ = best.centers
        self._n_features_out = len(best.centers)
        self.labels_ = best.labels.copy()
        self.inertia_ = best.inertia
        self.n_iter_ = best.n_iter
