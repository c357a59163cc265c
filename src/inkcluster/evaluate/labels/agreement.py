"""Measures the agreement of a clustering with labels, or of two clusterings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import check_length
from inkcluster.evaluate.labels.contingency import (
    Contingency,
    best_matching,
    cross,
    encode,
    tabulate,
)

MEASURES = {
    "ari": "ARI",
    "ami": "AMI",
    "nmi": "NMI",
    "v_measure": "V-measure",
    "homogeneity": "homogeneity",
    "completeness": "completeness",
    "fowlkes_mallows": "Fowlkes–Mallows",
    "purity": "purity",
    "accuracy": "ACC",
}
"""The measures of :class:`Scores`, in the order of its fields, and their usual names."""


@dataclass(frozen=True)
class Scores:
    """Agreement of a clustering with labels; each measure is 1 for perfect agreement.

    Noise (-1) is one cluster, and its points count as wrong in `purity` and `accuracy`;
    `clustered` holds the same measures over the clustered points only.

    Parameters
    ----------
    ari : float
        Adjusted Rand index (Hubert & Arabie 1985), from -0.5 to 1; 0 is expected by chance.
    ami : float
        Adjusted mutual information (Vinh, Epps & Bailey 2010), at most 1; 0 is expected by chance.
    nmi : float
        Mutual information over the arithmetic mean of both entropies, 0 to 1; equals `v_measure`.
    v_measure, homogeneity, completeness : float
        Rosenberg & Hirschberg 2007, 0 to 1. Homogeneity is 1 when each cluster holds one class,
        completeness when each class lies in one cluster; swapping the arguments swaps them.
    fowlkes_mallows : float
        Geometric mean of the pairs' precision and recall (Fowlkes & Mallows 1983), 0 to 1. For
        identical partitions into single points it is 1 (scikit-learn: 0).
    purity : float
        Share of the points that belong to the largest class of their cluster; noise is wrong.
    accuracy : float
        Share of the points on the best one-to-one matching of clusters and classes (Kuhn 1955).
        Noise is wrong, and so are clusters without a class.
    share_clustered : float
        Share of the points that are not noise.
    clustered : Scores or None
        The same over the clustered points; all 0 when every point is noise. Its own is None.
    """

    ari: float
    ami: float
    nmi: float
    v_measure: float
    homogeneity: float
    completeness: float
    fowlkes_mallows: float
    purity: float
    accuracy: float
    share_clustered: float
    clustered: Scores | None = None

    def measures(self) -> dict[str, float]:
        """The measures by field name, in the order of :data:`MEASURES`."""
        return {name: getattr(self, name) for name in MEASURES}


def scores(truth: Any, labels: Any) -> Scores:
    """Measure the agreement of a clustering with labels.

    Parameters
    ----------
    truth : array-like of shape (n,)
        Integers or strings. -1 is a class like any other here.
    labels : array-like of shape (n,)
        Clusters; the number -1 is noise. Strings are clusters too, none of them noise.

    Returns
    -------
    Scores

    Raises
    ------
    BadInputError
        If there is no point, the lengths differ, or a label is missing.

    Examples
    --------
    >>> from inkcluster.evaluate import scores
    >>> s = scores([0, 0, 0, 1, 1, 1], [5, 5, 5, 3, 3, -1])
    >>> round(s.accuracy, 3), round(s.share_clustered, 3), s.clustered.accuracy
    (0.833, 0.833, 1.0)
    """
    table, _, _, noise = cross(truth, labels)
    clean = table if noise is None else table.without_row(noise)
    clustered = main = _over_clustered(clean)
    share = clean.n / table.n
    if noise is not None:
        main = {name: clustered[name] * share for name in ("purity", "accuracy")}
        main |= _partition_measures(table)
    inner = Scores(**clustered, share_clustered=1.0 if clean.n else 0.0, clustered=None)
    return Scores(**main, share_clustered=share, clustered=inner)


def pairwise_ari(list_of_labels: Sequence[Any]) -> NDArray[np.float64]:
    """Adjusted Rand index between every two partitions of the same points.

    Parameters
    ----------
    list_of_labels : sequence of m array-likes of shape (n,)
        Or one array of shape (m, n). Noise (-1) is a cluster of its own.

    Returns
    -------
    ndarray of shape (m, m), float64
        Symmetric, 1 on the diagonal.

    Raises
    ------
    BadInputError
        If there is no partition, or they are not of the same points.

    Examples
    --------
    >>> from inkcluster.evaluate import pairwise_ari
    >>> pairwise_ari([[0, 0, 1, 1], [7, 7, 2, 2], [0, 1, 0, 1]]).round(2)
    array([[ 1. ,  1. , -0.5],
           [ 1. ,  1. , -0.5],
           [-0.5, -0.5,  1. ]])
    """
    if len(list_of_labels) == 0:
        raise BadInputError("There is no partition to compare; give at least one.")
    encoded = [encode(labels, f"partition {i}") for i, labels in enumerate(list_of_labels)]
    result = np.eye(len(encoded))
    for i, (values, codes) in enumerate(encoded):
        check_length(codes, len(encoded[0][1]), f"partition {i}")
        for j, (others, other_codes) in enumerate(encoded[:i]):
            table = tabulate(codes, other_codes, len(values), len(others))
            result[i, j] = result[j, i] = ari_of(*_pairs(table))
    return result


def ari_of(both: int, in_clusters: int, in_classes: int, pairs: int) -> float:
    """The ARI of counts of pairs, as Python's integers: products of 70,000 points' pass 64 bits."""
    if both == in_clusters == in_classes:
        return 1.0
    expected = in_clusters * in_classes
    return 2 * (both * pairs - expected) / ((in_clusters + in_classes) * pairs - 2 * expected)


def _over_clustered(table: Contingency) -> dict[str, float]:
    """Every measure for a table without noise; all 0 when it is empty."""
    if table.n == 0:
        return dict.fromkeys(MEASURES, 0.0)
    rows, columns = best_matching(table)
    cells = table.rows * len(table.column_totals) + table.columns  # sorted: tabulate made them so
    matched = np.searchsorted(cells, rows * len(table.column_totals) + columns)
    return _partition_measures(table) | {
        "purity": float(table.largest_of_rows().sum() / table.n),
        "accuracy": float(table.counts[matched].sum() / table.n),
    }


def _partition_measures(table: Contingency) -> dict[str, float]:
    """The measures that treat both sides as partitions."""
    if len(table.counts) == len(table.row_totals) == len(table.column_totals):  # identical
        return {name: 1.0 for name in MEASURES if name not in ("purity", "accuracy")}
    both, in_clusters, in_classes, _ = pairs = _pairs(table)
    of_classes, of_clusters = _entropy(table.column_totals), _entropy(table.row_totals)
    information = _mutual_information(table)
    homogeneity = min(1.0, information / of_classes) if of_classes else 1.0
    completeness = min(1.0, information / of_clusters) if of_clusters else 1.0
    total = homogeneity + completeness
    v_measure = 2.0 * homogeneity * completeness / total if total else 0.0
    return {
        "ari": ari_of(*pairs),
        "ami": _ami(table, information, of_classes, of_clusters),
        "nmi": v_measure,
        "v_measure": v_measure,
        "homogeneity": homogeneity,
        "completeness": completeness,
        # not both 0 in clusters and in classes: such partitions are identical
        "fowlkes_mallows": math.sqrt(both / in_clusters) * math.sqrt(both / in_classes)
        if both
        else 0.0,
    }


def _pairs(table: Contingency) -> tuple[int, int, int, int]:
    """Ordered pairs of points: together in both, in clusters, in classes, and all of them."""
    n = table.n
    both = int((table.counts**2).sum()) - n
    in_clusters = int((table.row_totals**2).sum()) - n
    in_classes = int((table.column_totals**2).sum()) - n
    return both, in_clusters, in_classes, n * (n - 1)


def _entropy(totals: NDArray[np.int64]) -> float:
    share = totals[totals > 0] / totals.sum()
    return float(-(share * np.log(share)).sum()) if len(share) > 1 else 0.0


def _mutual_information(table: Contingency) -> float:
    if len(table.row_totals) == 1 or len(table.column_totals) == 1:
        return 0.0
    n = table.n
    outer = table.row_totals[table.rows] * table.column_totals[table.columns]
    terms = table.counts / n * (np.log(table.counts) + np.log(n) - np.log(outer))
    return max(0.0, float(terms.sum()))


def _ami(table: Contingency, information: float, of_classes: float, of_clusters: float) -> float:
    sides = len(table.row_totals), len(table.column_totals)
    if 1 in sides or table.n in sides:
        return 0.0  # one side has no information, or tells every point apart: all of it is chance
    expected = _expected_information(table.row_totals, table.column_totals)
    return float((information - expected) / ((of_classes + of_clusters) / 2 - expected))


def _expected_information(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> float:
    """Mutual information expected by chance for these totals, in nats (Vinh et al. 2010, eq. 24a).

    It is computed once for each pair of distinct sizes; there are at most √(2n) sizes.
    """
    from scipy.special import gammaln

    n = int(rows.sum())
    log_factorial = gammaln(np.arange(n + 2))[1:]
    numbers = np.log(np.maximum(np.arange(n + 1), 1))
    a_sizes, a_times = np.unique(rows, return_counts=True)
    b_sizes, b_times = np.unique(columns, return_counts=True)
    total = 0.0
    for a, of_a in zip(a_sizes.tolist(), a_times.tolist(), strict=True):
        for b, of_b in zip(b_sizes.tolist(), b_times.tolist(), strict=True):
            low, high = max(1, a + b - n), min(a, b) + 1
            log_p = (
                (log_factorial[a] + log_factorial[b] + log_factorial[n - a] + log_factorial[n - b])
                - log_factorial[n]
                - log_factorial[low:high]
                - log_factorial[a - high + 1 : a - low + 1][::-1]
                - log_factorial[b - high + 1 : b - low + 1][::-1]
                - log_factorial[n - a - b + low : n - a - b + high]
            )
            gain = numbers[low:high] + (numbers[n] - numbers[a] - numbers[b])
            shares = np.arange(low, high) / n
            total += of_a * of_b * float((shares * gain * np.exp(log_p)).sum())
    return total
