"""`DBSCAN`: scikit-learn's class over our algorithms."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import _fit_context
from sklearn.cluster import DBSCAN as SklearnDBSCAN  # noqa: N811
from sklearn.utils.validation import _check_sample_weight, validate_data

from inkcluster.cluster.density import peer
from inkcluster.cluster.density.choose import Engine, check_memory
from inkcluster.compute.magnitude import MIN_SQUARABLE, check_squares, roomy
from inkcluster.compute.memory import takes_memory_limit
from inkcluster.compute.threads import peers_threads
from inkcluster.errors import refuse_masked


@takes_memory_limit
class DBSCAN(SklearnDBSCAN):  # type: ignore[misc]
    """Clusters are groups of core points within `eps` of each other; the rest is noise (-1).

    Parameters and attributes are those of :class:`sklearn.cluster.DBSCAN`, and the labels are equal
    number for number. Two points are neighbours if the sum of their squared differences in float64
    is at most ``eps * eps``. Memory does not grow with `eps`.

    scikit-learn does the work for other metrics, precomputed distances and sparse points. Only
    there do `algorithm`, `leaf_size` and `n_jobs` matter.

    Parameters
    ----------
    eps, min_samples, metric, metric_params, algorithm, leaf_size, p, n_jobs
        As in :class:`sklearn.cluster.DBSCAN`.
    memory_limit : int, optional
        Bytes that may be taken beside the points; by default what the machine has free.

    Attributes
    ----------
    core_sample_indices_, components_, labels_, n_features_in_, feature_names_in_
        As in :class:`sklearn.cluster.DBSCAN`.
    algorithm_ : str
        How the labels were found, which changes none of them: "matrix" (all distances, by NumPy),
        "tree" (the pairs within eps, by SciPy's k-d tree), "sweeps" (products of blocks, compiled)
        or "scikit-learn" (its loops over the neighbours of every point). Of many equal points each
        is looked at once.

    References
    ----------
    Ester, Kriegel, Sander & Xu (1996), "A density-based algorithm for discovering clusters".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import DBSCAN
    >>> DBSCAN(eps=0.5, min_samples=2).fit_predict(np.array([[0.0], [0.1], [5.0], [9.0], [9.4]]))
    array([ 0,  0, -1,  1,  1])
    """

    @_fit_context(prefer_skip_nested_validation=False)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: Any = None, sample_weight: ArrayLike | None = None) -> Self:
        """Find core points, clusters and noise.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n, d), or (n, n) distances
        y : ignored
        sample_weight : array-like of shape (n,), optional
            Any numbers, also fractions, zero or negative. A point is a core point if the weights
            within `eps`, its own included, add up to `min_samples`.

        Returns
        -------
        DBSCAN
            Itself, fitted.

        Raises
        ------
        ValueError
            If a parameter is out of bounds, or `X` is empty or holds NaN or infinity.
        BadInputError
            If squared distances leave float64.
        TooLittleMemoryError
            If more bytes are needed than may be taken.
        """
        refuse_masked(X, "X")
        if not self._euclidean():
            return self._by_scikit_learn(X, sample_weight)
        points: NDArray[Any] = validate_data(self, X, accept_sparse="csr")
        if points.dtype.kind in "buif":
            check_squares(points, least=0.0 if self.eps > MIN_SQUARABLE else MIN_SQUARABLE)
        if issparse(points) or points.dtype.kind not in "buif":
            wide = roomy(points)
            return self._by_scikit_learn(X if wide is points else wide, sample_weight)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, points)
        check_memory(points, cells=1, memory_limit=self.memory_limit)
        engine = Engine(points, [self.min_samples], weight, memory_limit=self.memory_limit)
        labels, cores, self.algorithm_ = engine.labels_and_cores(self.eps)
        core = cores[0]
        self.labels_ = labels[0].astype(np.intp)
        self.core_sample_indices_ = np.flatnonzero(core)
        self.components_ = points[core].copy() if core.any() else np.empty((0, points.shape[1]))
        return self

    def _euclidean(self) -> bool:
        named = self.metric in ("euclidean", "l2")
        minkowski = self.metric == "minkowski" and self.p in (None, 2)
        return self.metric_params is None and (named or minkowski)

    def _by_scikit_learn(self, X: ArrayLike, sample_weight: ArrayLike | None) -> Self:
        checked = validate_data(self, X, accept_sparse="csr")
        with peers_threads():
            peer.check_memory(checked, self, self.memory_limit)
            super().fit(X, sample_weight=sample_weight)
        self.algorithm_ = "scikit-learn"
        return self
