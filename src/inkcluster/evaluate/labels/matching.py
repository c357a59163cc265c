"""Which clusters are which classes: doubled, merged and missing ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate.checks import check_length
from inkcluster.evaluate.labels.contingency import encode, noise_code, tabulate

SHARE_OF_CLUSTER = 0.25
"""A class that holds this share of a cluster shares the cluster."""
SHARE_OF_CLASS = 0.5
"""A class with this share of its points in one cluster shares the cluster, however large that is."""
_NAMED = 4  # items a sentence names before it says "and 7 more"


@dataclass(frozen=True, eq=False)
class Match:
    """Clusters against classes.

    Parameters
    ----------
    classes : ndarray of shape (c,)
        The distinct labels, sorted.
    clusters : ndarray of shape (k,)
        The distinct clusters, sorted, noise not among them; the rows of what follows.
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
        Clusters that two or more classes share. A cluster's largest class has it; another class
        shares it when it holds at least 25 % of the cluster's points, or when at least 50 % of
        the class's own points (noise included) lie in it. Largest share first.
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
        """The two largest classes of a row of `table` in words: ``"56 % are 4, 31 % are 9"``."""
        largest = np.argsort(-row, kind="stable")[:2]
        return ", ".join(
            f"{_percent(row[i] / row.sum())} are {_name(_plain(self.classes[i]))}"
            for i in largest
            if row[i] > 0
        )

    def sentence(self) -> str:
        """Say in one sentence which classes are doubled, merged and without a cluster."""
        n_classes = _count(len(self.classes), "class", "classes")
        if len(self.clusters) == 0:
            return f"No cluster: all {_count(self.n, 'point')} of {n_classes} are noise."
        head = (
            f"{_count(len(self.clusters), 'cluster')} for {n_classes}, "
            f"{_percent(self.accuracy)} of the points on their best one-to-one matching"
        )
        if self.noise_share > 0:
            head += f" and {_percent(self.noise_share)} noise"
        parts = [self._say_doubled(), self._say_merged(), self._say_missing()]
        said = [part for part in parts if part]
        if not said:
            return f"{head}: every class is the largest of exactly one cluster and none share one."
        return f"{head}: {'; '.join(said)}."

    def _say_doubled(self) -> str:
        items = [
            f"{_name(value)} is the largest class of {len(clusters):,} clusters"
            f" ({_list([_name(c) for c in clusters])})"
            for value, clusters in self.doubled
        ]
        return _list(items)

    def _say_merged(self) -> str:
        place = {_plain(c): row for row, c in enumerate(self.clusters)}
        column = {_plain(c): i for i, c in enumerate(self.classes)}
        items = []
        for cluster, classes in self.merged:
            row = self.table[place[cluster]]
            shares = [_percent(row[column[c]] / row.sum()) for c in classes]
            items.append(
                f"{_list([_name(c) for c in classes])} share cluster {_name(cluster)}"
                f" ({_list(shares)} of it)"
            )
        return _list(items)

    def _say_missing(self) -> str:
        if not self.missing:
            return ""
        verb = "has" if len(self.missing) == 1 else "have"
        return f"{_list([_name(c) for c in self.missing])} {verb} no cluster of their own".replace(
            "has no cluster of their own", "has no cluster of its own"
        )


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
    classes, class_codes = encode(truth, "truth")
    clusters, cluster_codes = encode(labels, "labels")
    check_length(cluster_codes, len(class_codes), "labels")
    counts = tabulate(cluster_codes, class_codes, len(clusters), len(classes))
    table = counts.dense()
    of_class = table.sum(axis=0)
    noise = noise_code(clusters)
    if noise is not None:
        table = np.delete(table, noise, axis=0)
        clusters = np.delete(clusters, noise)
    sizes = table.sum(axis=1)
    class_of = table.argmax(axis=1) if len(table) else np.empty(0, np.int64)
    return Match(
        classes=classes,
        clusters=clusters,
        table=table,
        class_of=class_of.astype(np.int64),
        assigned=_assign(table),
        purity=table.max(axis=1) / sizes if len(table) else np.empty(0),
        doubled=_doubled(classes, clusters, class_of),
        merged=_merged(classes, clusters, table, of_class),
        missing=[_plain(c) for i, c in enumerate(classes) if i not in set(class_of.tolist())],
        n=len(class_codes),
    )


def _assign(table: NDArray[np.int64]) -> NDArray[np.int64]:
    from scipy.optimize import linear_sum_assignment

    assigned = np.full(len(table), -1, np.int64)
    rows, columns = linear_sum_assignment(table, maximize=True)
    held = table[rows, columns] > 0
    assigned[rows[held]] = columns[held]
    return assigned


def _doubled(
    classes: NDArray[Any], clusters: NDArray[Any], class_of: NDArray[np.int64]
) -> list[tuple[Any, list[Any]]]:
    found = []
    for i, value in enumerate(classes):
        own = clusters[class_of == i]
        if len(own) > 1:
            found.append((_plain(value), [_plain(c) for c in own]))
    return found


def _merged(
    classes: NDArray[Any],
    clusters: NDArray[Any],
    table: NDArray[np.int64],
    of_class: NDArray[np.int64],
) -> list[tuple[Any, list[Any]]]:
    found = []
    for cluster, row in zip(clusters, table, strict=True):
        sharing = (row >= SHARE_OF_CLUSTER * row.sum()) | (row >= SHARE_OF_CLASS * of_class)
        sharing[row.argmax()] = True
        if sharing.sum() > 1:
            order = np.argsort(-row, kind="stable")
            found.append((_plain(cluster), [_plain(classes[i]) for i in order if sharing[i]]))
    return found


def _list(items: Sequence[str]) -> str:
    if len(items) > _NAMED + 1:
        items = [*items[:_NAMED], f"{len(items) - _NAMED:,} more"]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's own, whole floats (MATLAB's labels) as integers."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _name(value: Any) -> str:
    return str(value)
