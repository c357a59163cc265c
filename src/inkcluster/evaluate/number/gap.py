"""The gap statistic: the inertia compared with that of points without clusters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import vectors, whole

if TYPE_CHECKING:
    import pandas as pd

REFERENCES = 10
"""Reference sets by default."""


def gap_statistic(
    X: Any,
    ks: Iterable[int] = range(1, 21),
    *,
    n_references: int = REFERENCES,
    n_init: int = 1,
    tol: float = 1e-4,
    random_state: int = 0,
) -> pd.DataFrame:
    """Compare the inertia for each k with that of points spread uniformly over the same box.

    Gap(k) is the mean over the references of log W(k), less log W(k) of the points, W being the
    inertia of :func:`inkcluster.cluster.kmeans_range`. References are uniform over the box along
    the principal axes of the points.

    Parameters
    ----------
    X : array-like of shape (n, d)
    ks : iterable of int
        Rising numbers of clusters; start at 1, so that "no clusters" can be the outcome.
    n_references : int
        B, at least 2.
    n_init : int
        Fresh starts for each k, beside the one from the k before.
    tol : float
        As in :class:`inkcluster.KMeans`.
    random_state : int
        Seed of the references and of k-means.

    Returns
    -------
    DataFrame
        A row for each k: `k`, `log_inertia`, `log_reference` (mean), `gap`, and `gap_error`, the
        standard deviation over the references times √(1 + 1/B). NaN where an inertia is 0.

    Raises
    ------
    BadInputError
        If a value is not finite, all points are equal, or `ks` does not rise within 1 to n.

    References
    ----------
    Tibshirani, Walther & Hastie 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.evaluate import gap_statistic
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(90, 2)) + np.repeat([[0, 0], [20, 0], [0, 20]], 30, axis=0)
    >>> found = gap_statistic(X, range(1, 6))
    >>> int(found["k"][found["gap"].argmax()])
    3
    """
    import pandas as pd

    from inkcluster.cluster import kmeans_range
    from inkcluster.compute.threads import one_blas_thread
    from inkcluster.progress import SILENT, current, listening

    points = vectors(X).astype(np.float64)
    count = whole(n_references, 2, "n_references")
    numbers = list(ks)
    with one_blas_thread():  # more threads would wait for each other on small matrices
        aligned = _aligned(points)
    low, high = aligned.min(axis=0), aligned.max(axis=0)
    if not (high > low).any():
        raise BadInputError("All points are equal, so there is no gap; give different points.")
    rng = np.random.default_rng(random_state)
    logs = np.empty((count + 1, len(numbers)))
    cluster = partial(kmeans_range, ks=numbers, n_init=n_init, tol=tol, random_state=random_state)
    with current().task("references of the gap", count + 1) as advance:
        for b in range(count + 1):
            spread = aligned if b == 0 else rng.uniform(low, high, aligned.shape)
            with listening(SILENT):
                inertias = cluster(spread.astype(np.float32)).inertias
            logs[b] = np.log(np.where(inertias > 0, inertias, np.nan))
            advance(1)
    expected = logs[1:].mean(axis=0)
    return pd.DataFrame(
        {
            "k": np.array(numbers, np.int64),
            "log_inertia": logs[0],
            "log_reference": expected,
            "gap": expected - logs[0],
            "gap_error": logs[1:].std(axis=0) * np.sqrt(1 + 1 / count),
        }
    )


def _aligned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates along the principal axes, those without spread left out."""
    about = points - points.mean(axis=0)
    if len(about) < about.shape[1]:  # the same axes from the smaller of the two matrices
        values, scores = np.linalg.eigh(about @ about.T)
        kept = values > 1e-12 * values[-1]
        scores = (scores[:, kept] * np.sqrt(values[kept]))[:, ::-1]
    else:
        values, axes = np.linalg.eigh(about.T @ about)
        scores = about @ axes[:, values > 1e-12 * values[-1]][:, ::-1]
    return np.asarray(scores if scores.shape[1] else about)
