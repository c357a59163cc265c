"""Agglomerative clustering with scikit-learn's parameters and attributes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import AgglomerativeClustering as SklearnAgglomerativeClustering
from sklearn.utils.validation import check_memory as check_cache

from inkcluster.cluster.linkage.build import build
from inkcluster.compute.memory import SPARE, require, takes_memory_limit
from inkcluster.compute.threads import peers_threads
from inkcluster.errors import refuse_masked

EDGE_BYTES = 300
"""For an edge of the connectivity, which waits in a queue of Python objects."""
PAIR_BYTES, GIVEN_BYTES = 8, 16
"""For a pair in either direction: its distance twice, and its rows where distances are given."""


@takes_memory_limit
class AgglomerativeClustering(SklearnAgglomerativeClustering):  # type: ignore[misc]
    """Merge the two nearest clusters until `n_clusters` are left.

    Parameters and attributes are those of :class:`sklearn.cluster.AgglomerativeClustering`, and
    `memory_limit`; `algorithm_` names what built the hierarchy. The hierarchy is that of :func:`inkcluster.hierarchy.linkage`; with a
    `connectivity`, or a `metric` other than the Euclidean, scikit-learn builds it.

    Parameters
    ----------
    memory_limit : int or None
        Bytes that the hierarchy may take; by default what the machine has free.

    References
    ----------
    Ward, J. H. (1963), "Hierarchical grouping to optimize an objective function".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import AgglomerativeClustering
    >>> AgglomerativeClustering(2).fit_predict(np.array([[0.0], [0.1], [5.0], [5.2], [5.1]]))
    array([1, 1, 0, 0, 0])
    """

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Find the hierarchy and cut it.

        Parameters
        ----------
        X : array-like of shape (n, d), or (n, n) distances with ``metric="precomputed"``
        y : ignored
        """
        del y
        refuse_masked(X, "X")
        fitted: Self = super().fit(X)
        return fitted

    def _fit(self, X: NDArray[Any]) -> Self:
        by_threshold = self.distance_threshold is not None
        ours = (
            self.connectivity is None
            and self.metric in ("euclidean", "l2")
            and by_threshold != (self.n_clusters is not None)
            and not (by_threshold and not self.compute_full_tree)
            and not (self.n_clusters is not None and self.n_clusters > len(X))
        )
        if not ours:  # scikit-learn also refuses parameters that contradict each other
            require("A hierarchy", len(X), self._peers_bytes(X), self.memory_limit, "draw a sample")
            self.algorithm_ = "scikit-learn"
            with peers_threads():
                fitted: Self = super()._fit(X)
            return fitted
        cached = check_cache(self.memory).cache(build, ignore=["memory_limit"])
        built = cached(X, (self.linkage,), memory_limit=self.memory_limit, walked=True)
        Z, self.algorithm_ = built[self.linkage]
        self.children_ = Z[:, :2].astype(np.intp)
        self.n_leaves_ = len(X)
        self.n_connected_components_ = 1
        if by_threshold or self.compute_distances:
            self.distances_ = Z[:, 2]
        self.n_clusters_ = (
            np.count_nonzero(self.distances_ >= self.distance_threshold) + 1
            if by_threshold
            else self.n_clusters
        )
        self.labels_ = numbered(int(self.n_clusters_), self.children_)
        return self

    def _peers_bytes(self, X: NDArray[Any]) -> int:
        """Bytes that scikit-learn takes: all distances, twice, or those along the connectivity."""
        n, d = X.shape
        given = self.metric == "precomputed"
        need = SPARE + n * (500 if given else 16 * d + 500)
        if self.connectivity is not None:
            given = getattr(self.connectivity, "nnz", None)
            links = np.count_nonzero(self.connectivity) if given is None else given
            return int(need + EDGE_BYTES * links)
        if self.linkage == "single" and not given:
            return int(need)
        return int(need + (GIVEN_BYTES if given else PAIR_BYTES) * n * n)


def numbered(k: int, children: NDArray[np.intp]) -> NDArray[np.intp]:
    """Labels (n,) of `k` clusters, numbered as scikit-learn does: down the tree, the latest first."""
    from sklearn.cluster._agglomerative import _hc_cut

    labels: NDArray[np.intp] = _hc_cut(k, children, len(children) + 1)
    return labels
