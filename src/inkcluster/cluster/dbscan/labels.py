"""Labels from what hangs together, numbered as scikit-learn numbers them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.clustering import NOISE


def numbered(component: NDArray[np.integer], core: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Labels (n,) of the core points: clusters in the order of their first core point, else noise.

    Parameters
    ----------
    component : ndarray of shape (n,), any integers
        What tells the clusters of core points apart.
    core : ndarray of shape (n,), bool

    Examples
    --------
    >>> numbered(np.array([7, 3, 7, 9]), np.array([True, True, True, False])).tolist()
    [0, 1, 0, -1]
    """
    labels = np.full(len(core), NOISE, np.int32)
    _, first, number = np.unique(component[core], return_index=True, return_inverse=True)
    labels[core] = np.argsort(np.argsort(first))[number]
    return labels
