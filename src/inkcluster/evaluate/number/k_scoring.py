"""Scores the clustering for each k without labels."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import one_blas_thread
from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import cluster_numbers, vectors, whole
from inkcluster.evaluate.distances import blocks, means

if TYPE_CHECKING:
    import pandas as pd

MAX_SILHOUETTE_POINTS = 2000
"""The most points of the exact silhouette, by default."""
MIN_SHARED_NUMBERS = 2_000_000
"""Matrix products of fewer numbers run on one thread."""
MIN_RELIABLE_SHARE = 1e-6
"""A squared distance by products that is smaller, relative to the norms, is computed again."""

Floats = NDArray[np.float64]


def k_scores(
    X: Any,
    labels_of: Mapping[int, Any],
    *,
    sample: int = MAX_SILHOUETTE_POINTS,
    random_state: int = 0,
) -> pd.DataFrame:
    """Score the clustering for each k; no label but the clusters' own is read.

    - `inertia`: the sum of squared distances to the clusters' means;
    - `silhouette_simplified`: the mean over all points of (b - a) / max(a, b), a being the
      distance to the own mean and b that to the next;
    - `silhouette`: the silhouette itself, of `sample` points among themselves;
    - `calinski_harabasz`: variance between over variance within, each for its degrees of freedom;
    - `davies_bouldin`: the mean over the clusters of the largest (s + t) / d, s and t being the
      mean distances of two clusters' members to their means and d that of the means.

    Large is good for the silhouettes and Calinski–Harabasz, small for Davies–Bouldin. The last
    three are scikit-learn's. All but the inertia are NaN for one cluster, and where each point is
    a cluster of its own; the point of a cluster of one has silhouette 0.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels_of : mapping of int to array-like of shape (n,), int
        Clusters from 0 for each k, without noise. A k may have fewer clusters with members.
    sample : int
        The number of points, at least 2, drawn without replacement for the silhouette.
    random_state : int
        Seed of this draw.

    Returns
    -------
    DataFrame
        A row for each k, with `k`, `clusters` (with members) and the scores above.

    Raises
    ------
    BadInputError
        If there is no clustering, lengths differ, a value is not finite, or there is noise.

    References
    ----------
    Rousseeuw 1987; Hruschka, de Castro & Campello 2004 (simplified); Caliński & Harabasz 1974;
    Davies & Bouldin 1979.

    Examples
    --------
    >>> from inkcluster.evaluate import k_scores
    >>> X = [[0.0], [1.0], [10.0], [11.0]]
    >>> k_scores(X, {2: [0, 0, 1, 1]}).round(2).to_numpy().tolist()
    [[2.0, 2.0, 1.0, 0.95, 0.9, 200.0, 0.1]]
    """
    import pandas as pd

    points = vectors(X)
    labels = _partitions(labels_of, len(points))
    sample = whole(sample, 2, "sample")
    middles = [means(points, row, int(row.max()) + 1) for row in labels.values()]
    drawn = _drawn(len(points), sample, random_state)
    # on little data, threads would wait for each other
    with one_blas_thread() if points.size < MIN_SHARED_NUMBERS else nullcontext():
        own, next_ = _distances(points, list(labels.values()), middles)
        apart = _apart(points[drawn].astype(np.float64))
    overall = points.mean(axis=0, dtype=np.float64)
    rows = []
    for i, (k, row) in enumerate(labels.items()):
        sizes = np.bincount(row)
        inside = float(own[i] @ own[i])
        simplified = ratio = davies_bouldin = np.nan
        if 2 <= len(sizes) < len(points):
            about = middles[i] - overall
            between = float(sizes @ np.einsum("kd,kd->k", about, about))
            simplified = _simplified(own[i], next_[i], sizes[row] == 1)
            ratio = _ratio(between, inside, len(points), len(sizes))
            davies_bouldin = _davies_bouldin(own[i], row, middles[i])
        rows.append(
            {
                "k": k,
                "clusters": len(sizes),
                "inertia": inside,
                "silhouette_simplified": simplified,
                "silhouette": _silhouette(apart, row[drawn]),
                "calinski_harabasz": ratio,
                "davies_bouldin": davies_bouldin,
            }
        )
    return pd.DataFrame(rows)


def _partitions(labels_of: Mapping[int, Any], n: int) -> dict[int, NDArray[np.int64]]:
    """Labels numbered without gaps, by k."""
    if not labels_of:
        raise BadInputError("There is no clustering to score; give the labels of at least one k.")
    found = {}
    for k, labels in labels_of.items():
        numbers = cluster_numbers(labels, n, f"labels for k = {k}")
        if numbers.min() < 0:
            raise BadInputError(f"labels for k = {k} hold noise; score clusterings without noise.")
        found[int(k)] = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    return found


def _distances(
    points: NDArray[Any], labels: list[NDArray[np.int64]], middles: list[Floats]
) -> tuple[Floats, Floats]:
    """Distances to the own mean and to the nearest other, each of shape (number of ks, n)."""
    origin = points[:: max(1, len(points) // 4096)].mean(axis=0, dtype=np.float64)
    every = np.concatenate(middles) - origin
    norms = np.einsum("kd,kd->k", every, every)
    ends = np.cumsum([0, *map(len, middles)])
    own = np.empty((len(labels), len(points)))
    next_ = np.full_like(own, np.inf)
    for block in blocks(len(points), points.shape[1] + len(every)):
        rows = points[block] - origin
        square = np.einsum("nd,nd->n", rows, rows)
        squared = square[:, None] + norms - 2.0 * (rows @ every.T)
        at = np.arange(len(rows))
        for i, numbers in enumerate(labels):
            part = squared[:, ends[i] : ends[i + 1]]
            mine = numbers[block]
            held = part[at, mine]
            lost = held < MIN_RELIABLE_SHARE * (square + norms[ends[i] + mine])
            away = rows[lost] - every[ends[i] + mine[lost]]
            held[lost] = np.einsum("nd,nd->n", away, away)
            own[i, block] = np.sqrt(held)
            if part.shape[1] > 1:
                part[at, mine] = np.inf
                next_[i, block] = np.sqrt(np.maximum(part.min(axis=1), 0.0))
    return own, next_


def _simplified(own: Floats, next_: Floats, single: NDArray[np.bool_]) -> float:
    most = np.maximum(own, next_)
    value = np.divide(next_ - own, most, out=np.zeros_like(own), where=most > 0)
    return float(np.where(single, 0.0, value).mean())


def _ratio(between: float, inside: float, n: int, k: int) -> float:
    return 1.0 if inside == 0 else between * (n - k) / (inside * (k - 1))


def _davies_bouldin(own: Floats, numbers: NDArray[np.int64], middle: Floats) -> float:
    k = len(middle)
    spread = np.bincount(numbers, own, minlength=k) / np.bincount(numbers, minlength=k)
    apart = _apart(middle)
    if np.allclose(spread, 0) or np.allclose(apart, 0):
        return 0.0
    apart[apart == 0] = np.inf
    return float(((spread[:, None] + spread) / apart).max(axis=1).mean())


def _silhouette(apart: Floats, numbers: NDArray[np.int64]) -> float:
    """The mean silhouette of points with the distances `apart` (m, m)."""
    _, mine = np.unique(numbers, return_inverse=True)
    sizes = np.bincount(mine)
    if not 2 <= len(sizes) < len(mine):
        return np.nan
    at = np.arange(len(mine))
    sums = apart @ np.eye(len(sizes))[mine]
    inside = sums[at, mine] / np.maximum(sizes[mine] - 1, 1)
    mean = sums / sizes
    mean[at, mine] = np.inf
    return _simplified(inside, mean.min(axis=1), sizes[mine] == 1)


def _drawn(n: int, most: int, random_state: int) -> NDArray[np.int64]:
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(random_state).choice(n, most, replace=False))


def _apart(rows: Floats) -> Floats:
    """Distances between rows (m, d), zero between equal ones, shape (m, m)."""
    about = rows - rows.mean(axis=0)
    square = np.einsum("md,md->m", about, about)
    scale = square[:, None] + square
    squared = scale - 2.0 * (about @ about.T)
    for i, j in zip(*np.nonzero(squared < MIN_RELIABLE_SHARE * scale), strict=True):
        away = rows[i] - rows[j]
        squared[i, j] = away @ away
    apart: Floats = np.sqrt(squared)
    np.fill_diagonal(apart, 0.0)
    return apart
