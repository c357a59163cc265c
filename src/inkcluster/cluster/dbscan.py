"""DBSCAN under scikit-learn's name. Stands on scikit-learn."""

from __future__ import annotations

from sklearn.cluster import DBSCAN as SklearnDBSCAN  # noqa: N811


class DBSCAN(SklearnDBSCAN):  # type: ignore[misc]
    """Clusters are what hangs together at density `min_samples` within `eps`; the rest is noise (-1).

    Parameters and attributes are those of :class:`sklearn.cluster.DBSCAN`.

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
