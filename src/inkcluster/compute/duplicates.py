"""Equal points are merged before anything is searched for: they would only fill the lists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def distinct(X: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows come first among their equals, and for every row which that is.

    Parameters
    ----------
    X : ndarray of shape (n, d)

    Returns
    -------
    first : ndarray of shape (m,), int64, ascending
    same : ndarray of shape (n,), int64, rows of `X`

    Examples
    --------
    >>> import numpy as np
    >>> [a.tolist() for a in distinct(np.array([[1.0], [2.0], [1.0]]))]
    [[0, 1], [0, 1, 0]]
    """
    n, d = X.shape
    along = np.random.default_rng(0).standard_normal(d)
    sketch = np.empty(n)
    step = max(1, (1 << 22) // d)
    for start in range(0, n, step):
        rows = np.asarray(X[start : start + step], dtype=np.float64)
        sketch[start : start + step] = np.einsum("ij,j->i", rows, along)
    same = np.arange(n)
    order = np.argsort(sketch, kind="stable")
    equal = np.flatnonzero(np.diff(sketch[order]) == 0)
    for i in equal:  # ascending, so that chains of equals end at the first
        a, b = order[i], order[i + 1]
        if np.array_equal(X[a], X[b]):
            same[b] = same[a]
    return np.flatnonzero(same == np.arange(n)), same
