"""HDBSCAN under scikit-learn's name. Stands on scikit-learn."""

from __future__ import annotations

from sklearn.cluster import HDBSCAN as SklearnHDBSCAN  # noqa: N811


class HDBSCAN(SklearnHDBSCAN):  # type: ignore[misc]
    """DBSCAN over every `eps` at once, keeping the clusters that last longest.

    Parameters and attributes are those of :class:`sklearn.cluster.HDBSCAN`.

    References
    ----------
    Campello, Moulavi & Sander (2013), "Density-based clustering based on hierarchical density estimates".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import HDBSCAN
    >>> X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]])
    >>> HDBSCAN(min_cluster_size=3, copy=True).fit_predict(X).tolist()
    [0, 0, 0, 1, 1, 1]
    """
