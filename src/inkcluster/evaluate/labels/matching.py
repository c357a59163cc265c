"""Matches clusters with classes: doubled, merged and missing ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate.labels.contingency import cross
from inkcluster.words import class_name, matching, percent

MIN_SHARE_OF_CLUSTER = 0.25
"""A class with this share of a cluster's points shares the cluster."""
MIN_SHARE_OF_CLASS = 0.5
"""So does a class that has this share of its own points in the cluster."""


@dataclass(frozen=True, eq=False)
class Match:
    """Clusters against classes.

    Parameters
    ----------
    classes : ndarray of shape (c,)
        The distinct labels, sorted.
    clusters : ndarray of shape (k,)
        The distinct clusters without noise, sorted; the rows of what follows.
    table : ndarray of shape (k, c), int64
        Points of each cluster in each class, noise left out.
    class_of : ndarray of shape (k,), int64
        Position in `classes` of each cluster's largest class (the first, when two tie).
    assigned : ndarray of shape (k,), int64
        Position in `classes` of the class that the best one-to-one matching gives each cluster
        (Kuhn 1955); -1 where it gives none.
    purity : ndarray of shape (k,), float64
        Share of each cluster's points that belong to its largest class.
    doubled : list of (class, [clusters])
        Classes that are the largest of two or more clusters.
    merged : list of (cluster, [classes])
        Clusters that two or more classes share, the largest class first. Another class shares a
        cluster if it has 25 % of the cluster's points, or 50 % of its own points (noise included)
        are in the cluster.
    missing : list of class
        Classes that are the largest of no cluster.
    n : int
        Points in all, noise included.
    """

    classes: NDArray[Any]
    clusters: NDArray[Any]
    table: NDArray[np.int64]
    class_of: NDArray[np.int64]
    assigned: NDArray[np.int64]
    purity: NDArray[np.float64]
    doubled: list[tuple[Any, list[Any]]]
    merged: list[tuple[Any, list[Any]]]
    missing: list[Any]
    n: int

    @property
    def accuracy(self) -> float:
        """Share of all points on the one-to-one matching; noise is wrong."""
        rows = np.flatnonzero(self.assigned >= 0)
        return float(self.table[rows, self.assigned[rows]].sum() / self.n)

    @property
    def noise_share(self) -> float:
        """Share of the points that are noise."""
        return 1.0 - float(self.table.sum() / self.n)

    def mixture(self, row: NDArray[np.int64]) -> str:
        """The two largest classes of a row of `table`: ``"56 % are 4, 31 % are 9"``."""
        largest = np.argsort(-row, kind="stable")[:2]
        shares = {class_name(self.classes[i]): row[i] / row.sum() for i in largest if row[i] > 0}
        return ", ".join(f"{percent(share)} are {name}" for name, share in shares.items())

    def sentence(self) -> str:
        """Which classes are doubled, merged and without a cluster, in one sentence."""
        return matching(self)


def match(truth: Any, labels: Any) -> Match:
    """Match clusters with classes: by majority, and one to one.

    Parameters
    ----------
    truth : array-like of shape (n,)
        Classes, integers or strings.
    labels : array-like of shape (n,)
        Clusters; the number -1 is noise and has no row.

    Returns
    -------
    Match

    Raises
    ------
    BadInputError
        If there is no point, the lengths differ, or a label is missing.

    Examples
    --------
    >>> from inkcluster.evaluate import match
    >>> m = match([1, 1, 1, 1, 4, 4, 9, 9], [0, 0, 1, 1, 2, 2, 2, 2])
    >>> m.doubled, m.merged, m.missing
    ([(1, [0, 1])], [(2, [4, 9])], [9])
    >>> print(m.sentence())
    3 clusters for 3 classes, 50 % of the points on their best one-to-one matching:
    1 is the largest class of 2 clusters (0 and 1); 4 and 9 share cluster 2 (50 % and 50 % of it);
    9 has no cluster of its own.
    """
    from scipy.optimize import linear_sum_assignment

    counts, clusters, classes, noise = cross(truth, labels)
    table = counts.dense()
    if noise is not None:
        table = np.delete(table, noise, axis=0)
        clusters = np.delete(clusters, noise)
    class_of = table.argmax(axis=1) if len(table) else np.empty(0, np.int64)
    assigned = np.full(len(table), -1, np.int64)
    rows, columns = linear_sum_assignment(table, maximize=True)
    assigned[rows] = np.where(table[rows, columns] > 0, columns, -1)
    return Match(
        classes=classes,
        clusters=clusters,
        table=table,
        class_of=class_of.astype(np.int64),
        assigned=assigned,
        purity=table.max(axis=1) / table.sum(axis=1) if len(table) else np.empty(0),
        doubled=_doubled(classes, clusters, class_of),
        merged=_merged(classes, clusters, table, counts.column_totals),
        missing=[_plain(c) for c in np.delete(classes, class_of)],
        n=counts.n,
    )


def _doubled(
    classes: NDArray[Any], clusters: NDArray[Any], class_of: NDArray[np.int64]
) -> list[tuple[Any, list[Any]]]:
    own = [[_plain(c) for c in clusters[class_of == i]] for i in range(len(classes))]
    return [(_plain(c), held) for c, held in zip(classes, own, strict=True) if len(held) > 1]


def _merged(
    classes: NDArray[Any],
    clusters: NDArray[Any],
    table: NDArray[np.int64],
    of_class: NDArray[np.int64],
) -> list[tuple[Any, list[Any]]]:
    found = []
    for cluster, row in zip(clusters, table, strict=True):
        sharing = (row >= MIN_SHARE_OF_CLUSTER * row.sum()) | (row >= MIN_SHARE_OF_CLASS * of_class)
        sharing[row.argmax()] = True
        if sharing.sum() > 1:
            order = np.argsort(-row, kind="stable")
            found.append((_plain(cluster), [_plain(classes[i]) for i in order if sharing[i]]))
    return found


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's own, whole floats (MATLAB's labels) as integers."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
