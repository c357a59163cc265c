"""The clustergram: how clusters split and merge as k grows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import cluster_numbers, vectors

if TYPE_CHECKING:
    import pandas as pd

MIN_ITERATED_FEATURES = 100
"""With this many features or more, an iteration finds the first component faster."""


def clustergram(X: Any, labels_of: Mapping[int, Any]) -> pd.DataFrame:
    """Follow the points from the clusters of each k to those of the next.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels_of : mapping of int to array-like of shape (n,), int
        Clusters from 0 for each k, without noise; taken in rising order of k.

    Returns
    -------
    DataFrame
        A row for each pair of clusters of successive k that share points: `k`, `cluster`,
        `position` and `size`, the same of the next k as `next_k`, …, and `flow`, the number of
        points shared. A position is the mean of the members' scores on the first principal
        component, whose largest loading is positive. No row for a single k.

    Raises
    ------
    BadInputError
        If there is no clustering, lengths differ, a value is not finite, or there is noise.

    References
    ----------
    Schonlau 2002.

    Examples
    --------
    >>> from inkcluster.evaluate import clustergram
    >>> X = [[0.0], [2.0], [10.0]]
    >>> frame = clustergram(X, {1: [0, 0, 0], 2: [0, 0, 1]})
    >>> frame[["position", "next_position", "flow"]].to_numpy().tolist()
    [[0.0, -3.0, 2.0], [0.0, 6.0, 1.0]]
    """
    import pandas as pd

    points = vectors(X)
    if not labels_of:
        raise BadInputError("There is no clustering to follow; give the labels of at least one k.")
    labels = {}
    for k in sorted(labels_of):
        labels[int(k)] = cluster_numbers(labels_of[k], len(points), f"labels for k = {k}")
        if labels[k].min() < 0:
            raise BadInputError(f"labels for k = {k} hold noise; follow clusterings without noise.")
    score = _first_component(points)
    columns = ["k", "cluster", "position", "size"]
    columns += [*(f"next_{name}" for name in columns), "flow"]
    rows: list[tuple[Any, ...]] = []
    for k, after in pairwise(labels):
        ends = [_ends(labels[one], score) for one in (k, after)]
        wide = int(labels[after].max()) + 1
        pairs, flows = np.unique(labels[k] * wide + labels[after], return_counts=True)
        for pair, flow in zip(pairs.tolist(), flows.tolist(), strict=True):
            a, b = divmod(pair, wide)
            rows.append((k, a, *ends[0][a], after, b, *ends[1][b], flow))
    return pd.DataFrame(rows, columns=columns)


def _first_component(points: Any) -> Any:
    """Scores on the first principal component, shape (n,), float64.

    Of images with more pixels than there are images, the products of the pixels are never formed:
    218 × 133 pixels would take 7 GB.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    about = points - points.mean(axis=0, dtype=np.float64)
    few = about[:: max(1, len(about) // 20_000)]
    if not few.any():
        return np.zeros(len(about))
    if few.shape[1] > max(len(few), MIN_ITERATED_FEATURES):
        scatter = LinearOperator(
            (few.shape[1],) * 2, matvec=lambda axis: few.T @ (few @ axis), dtype=np.float64
        )
        axis = eigsh(scatter, k=1, v0=np.square(few).sum(axis=0))[1][:, 0]
    elif len(scatter := few.T @ few) < MIN_ITERATED_FEATURES:
        axis = np.linalg.eigh(scatter)[1][:, -1]
    else:
        axis = eigsh(scatter, k=1, v0=np.diag(scatter))[1][:, 0]
    return about @ (axis * np.sign(axis[np.abs(axis).argmax()]))


def _ends(labels: Any, score: Any) -> list[tuple[float, int]]:
    """(position, size) of each cluster; a cluster without members is never asked for."""
    sizes = np.bincount(labels)
    sums = np.bincount(labels, score)
    return list(zip((sums / np.maximum(sizes, 1)).tolist(), sizes.tolist(), strict=True))
