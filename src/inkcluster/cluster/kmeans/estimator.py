"""`KMeans`: scikit-learn's class over an engine that runs all restarts together."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.cluster import KMeans as _Peer
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from inkcluster.cluster.kmeans import apart, lazily, peer
from inkcluster.cluster.kmeans.choose import (
    check_memory,
    is_large,
    use_peer,
)
from inkcluster.cluster.kmeans.elsewhere import check_workers_memory, source_of
from inkcluster.cluster.kmeans.lazily import distances_to, labels_of
from inkcluster.cluster.kmeans.lloyd import from_centres
from inkcluster.cluster.kmeans.problem import Problem, check_weights, read, rows_of
from inkcluster.cluster.kmeans.restarts import Outcome, Restart, inertia_of, ranked
from inkcluster.cluster.kmeans.sketch import from_sketch
from inkcluster.cluster.kmeans.starts import inits
from inkcluster.compute.dasked.arrays import is_dask
from inkcluster.compute.dasked.moved import counted
from inkcluster.compute.magnitude import exponent_of, scaled
from inkcluster.compute.memory import takes_memory_limit
from inkcluster.compute.threads import kept_threads, one_blas_thread
from inkcluster.progress import current


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
    bytes_moved_ : int
        Bytes of arrays that went to the workers of a cluster and came from them; 0 without one.
    algorithm_ : str
        What ran: "scikit-learn" (its own loops, on small sets), "bounds" (most points were not
        compared again) or "plain product" (most were). The result does not depend on it.

    Notes
    -----
    8-bit and memory-mapped points are not copied, and no float copy of a large set is made: points
    that are larger than memory are read from their file in every iteration. Results do not depend on
    the number of threads or on the size of blocks.

    A dask array, and a memory-mapped one while a ``distributed.Client`` is current, is clustered where
    its chunks are, by the workers; without a client a dask array is computed in this process. The result is
    that of the same call on NumPy, bit for bit, on processors of one kind. What moves are centres, sums
    and the labels, a byte or two for each point and restart; of float32 points k-means++ also moves
    ``4 k (2 + ln k)`` bytes a point for each restart, because scikit-learn sums their distances in one
    place (``init="random"`` or an array moves none). `predict` and `transform` of a dask array are dask
    arrays, computed when asked. ``search="deep"`` and an `init` that is a function run in one process;
    a large dask array is refused there.

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

    The same of a dask array, whose labels are another:

    >>> import dask.array as da
    >>> lazy = da.from_array(X, chunks=(3, -1))
    >>> KMeans(n_clusters=2, random_state=0, n_init=3).fit(lazy).predict(lazy).compute()
    array([1, 1, 1, 0, 0, 0], dtype=int32)
    """

    restarts_: tuple[Restart, ...]
    algorithm_: str
    bytes_moved_: int
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
        X : array-like or dask array of shape (n, d) or (n, h, w), or sparse matrix of shape (n, d)
            Images (n, h, w) are read as (n, h·w). uint8, float32 and float64 are used directly, any other dtype as float64. A sparse one
            goes to scikit-learn: `restarts_` has the best alone.
        y : ignored
        sample_weight : array-like or dask array of shape (n,), optional

        Raises
        ------
        ValueError
            For invalid parameters or points, in scikit-learn's words.
        TooLittleMemoryError
            If more bytes are needed than may be taken, here or on a worker.
        BadInputError
            For a dask array whose chunks are not of whole rows, of known sizes, of finite numbers.
        ClusterError
            If the workers of a cluster have another version, or die again and again.
        """
        del y
        if issparse(X):
            return peer.fit_sparse(self, X, sample_weight)
        self._validate_params()
        with counted() as moved:
            source = source_of(X)
            raw = read(self, X, reset=True) if source is None else source.stand_in_for(self)
            n, k = len(raw), self.n_clusters
            # of the points, scikit-learn's checks read their number, and a variance that is not used here
            self._check_params_vs_input(np.broadcast_to(0.0, (n, 1)))
            restarts = int(self._n_init)
            weight = check_weights(sample_weight, raw)
            deep = self.search == "deep" and isinstance(self.init, str) and is_large(n, k)
            small = not deep and use_peer(raw, k, restarts)
            if source and (deep or small or callable(self.init)):
                source.refuse_if_large(self.init, deep=deep, small=small)
                raw, source = read(self, source.gathered(), reset=False), None
            if source:
                check_workers_memory(source, k, restarts)
                rows, exponent = source.rows(weight, self.memory_limit)
            else:
                exponent = exponent_of(raw)
                rows = rows_of(scaled(raw, -exponent), weight)
            copies = 2 * callable(self.init) + bool(exponent)
            problem = Problem(rows, weight, k, self.max_iter, float(self.tol))
            if not rows.are_elsewhere:
                check_memory(rows, k, restarts, self.memory_limit, deep=deep, copies=copies)
            random_state = check_random_state(self.random_state)
            listener = print if self.verbose else None
            with current().task("k-means restarts", restarts) as done:

                def advance(share: float) -> None:
                    done(share * restarts)

                init = self.init
                if small and not (exponent and callable(init)):
                    outcome = peer.fit(
                        self, problem, restarts, random_state, exponent=exponent, advance=advance
                    )
                else:
                    told: Any = {"listener": listener, "advance": advance}
                    with one_blas_thread(), kept_threads():
                        if deep:
                            outcome = from_sketch(problem, restarts, init, random_state, **told)
                        else:
                            centres = inits(self, problem, exponent, restarts, random_state)
                            if self.verbose:
                                print("Initialization complete")  # noqa: T201
                            there = None if listener else apart.restarts(problem, centres, advance)
                            outcome = there or from_centres(problem, centres, **told)
        self._keep(outcome, raw.dtype, exponent)
        self.bytes_moved_ = moved.bytes
        return self

    @peer.or_theirs
    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """The nearest centre to each point, shape (n,)."""
        check_is_fitted(self)
        if source := source_of(X):
            return cast(NDArray[np.int32], lazily.predict(self, source))
        raw = read(self, X, reset=False)
        centres = self.cluster_centers_
        return labels_of(raw, centres, small=use_peer(raw, len(centres)))

    @peer.or_theirs
    def fit_transform(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.floating[Any]]:
        """Fit, and the distances to the centres, shape (n, n_clusters)."""
        return self.fit(X, sample_weight=sample_weight).transform(X)

    @peer.or_theirs
    def transform(self, X: ArrayLike) -> NDArray[np.floating[Any]]:
        """The distances to the centres, shape (n, n_clusters)."""
        check_is_fitted(self)
        if is_dask(X):
            return cast(NDArray[Any], lazily.transform(self, X))
        return distances_to(self.cluster_centers_, read(self, X, reset=False))

    @peer.or_theirs
    def score(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Minus the inertia of X about the centres."""
        del y
        check_is_fitted(self)
        if source := source_of(X):
            return lazily.score(self, source, sample_weight)
        raw = read(self, X, reset=False)
        weight = check_weights(sample_weight, raw)
        if use_peer(raw, self.n_clusters) and not exponent_of(raw, self.cluster_centers_):
            return -peer.nearest(raw, self.cluster_centers_, weight)[1]
        centres = np.asarray(self.cluster_centers_, np.float64)
        return -float(inertia_of(raw, weight, self.predict(X)[None], centres[None])[0])

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
