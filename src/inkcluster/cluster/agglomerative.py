"""Agglomerative clustering under scikit-learn's name. Stands on scikit-learn."""

from __future__ import annotations

from sklearn.cluster import AgglomerativeClustering as SklearnAgglomerativeClustering


class AgglomerativeClustering(SklearnAgglomerativeClustering):  # type: ignore[misc]
    """Merges the two nearest clusters until `n_clusters` are left.

    Parameters and attributes are those of :class:`sklearn.cluster.AgglomerativeClustering`.

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
