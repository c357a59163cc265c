"""Agglomerative clustering under scikit-learn's name."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering as SklearnAgglomerativeClustering
from sklearn.utils.validation import check_memory

from inkcluster.cluster import hierarchy

_OURS = ("euclidean", "l2")
"""Metrics that our hierarchies are built for; with others, scikit-learn does the work."""


class AgglomerativeClustering(SklearnAgglomerativeClustering):  # type: ignore[misc]
    """Merges the two nearest clusters until `n_clusters` are left.

    Parameters and attributes are those of :class:`sklearn.cluster.AgglomerativeClustering`. The
    hierarchy is that of :func:`inkcluster.hierarchy.linkage`; where a `connectivity` is given, or a
    `metric` other than the Euclidean, scikit-learn builds it.

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

    def _fit(self, X: NDArray[Any]) -> Self:
        by_threshold = self.distance_threshold is not None
        ours = (
            self.connectivity is None
            and self.metric in _OURS
            and by_threshold != (self.n_clusters is not None)
            and not (by_threshold and not self.compute_full_tree)
            and not (self.n_clusters is not None and self.n_clusters > len(X))
        )
        if (
            not ours
        ):  # also for scikit-learn's own words about parameters that contradict each other
            fitted: Self = super()._fit(X)
            return fitted
        Z = check_memory(self.memory).cache(hierarchy.linkage)(X, self.linkage)
        self.children_ = Z[:, :2].astype(np.intp)
        self.n_leaves_ = len(X)
        self.n_connected_components_ = 1
        if by_threshold or self.compute_distances:
            self.distances_ = Z[:, 2]
        self.n_clusters_ = (
            int(np.count_nonzero(self.distances_ >= self.distance_threshold)) + 1
            if by_threshold
            else self.n_clusters
        )
        self.labels_ = _numbered(self.n_clusters_, self.children_)
        return self


def _numbered(k: int, children: NDArray[np.intp]) -> NDArray[np.intp]:
    """Labels (n,) of `k` clusters, numbered as scikit-learn does: down the tree, the latest first."""
    from sklearn.cluster._agglomerative import _hc_cut

    labels: NDArray[np.intp] = _hc_cut(k, children, len(children) + 1)
    return labels
