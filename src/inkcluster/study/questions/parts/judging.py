"""Tables and the figure that compare clusters with the labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import MEASURES, Match, Scores
from inkcluster.study.answer import Table
from inkcluster.words import class_name, class_names, percent, sentence

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure

PURE = 0.9
"""A cluster is pure if at least this share of it is of one class."""
COINCIDE = 0.9
"""Clusters match the classes from this accuracy on."""
CLASSES_SHOWN = 40
MAX_SUSPECTS = 200


def row_order(match: Match) -> NDArray[np.int64]:
    """Rows of the match's table in the order of their matched classes.

    An unmatched cluster follows the one that is matched to its largest class.
    """
    column = np.where(match.assigned >= 0, match.assigned, match.class_of)
    left_over = match.assigned < 0
    return np.lexsort((match.clusters, left_over, column))


def confusion(match: Match) -> Figure:
    """Clusters against classes, matched pairs on the diagonal."""
    rows, columns = row_order(match), _columns(match)
    says = (
        "Each row is a cluster and each column a class. The diagonal is the best one-to-one matching "
        f"of clusters and classes; {percent(match.accuracy)} of the images lie on it."
    )
    if len(columns) < len(match.classes):
        says += f" The {len(columns)} largest of {len(match.classes):,} classes are shown."
    return charts.Confusion(
        "confusion",
        "Clusters against classes",
        says,
        table=match.table[np.ix_(rows, columns)],
        row_names=[f"#{match.clusters[row]}" for row in rows],
        column_names=[class_names(match.classes)[column] for column in columns],
    )


def counts_table(match: Match) -> Table:
    """Images of each cluster in each class, in the order of the figure."""
    import pandas as pd

    rows, columns = row_order(match), _columns(match)
    names = class_names(match.classes)
    frame = pd.DataFrame({"cluster": match.clusters[rows]})
    counts = pd.DataFrame(
        match.table[np.ix_(rows, columns)], columns=[f"class {names[column]}" for column in columns]
    )
    held = match.table[rows, match.assigned[rows]][match.assigned[rows] >= 0].sum()
    says = (
        "Images of each cluster in each class, in the order of the matched classes; "
        f"{int(held):,} of {match.n:,} images are in the cluster that matches their class."
    )
    return Table("classes", "Clusters against classes", says, pd.concat([frame, counts], axis=1))


def cluster_columns(match: Match) -> pd.DataFrame:
    """The largest class of each cluster, its share, the matched class, and the second largest."""
    import pandas as pd

    names = class_names(match.classes)
    shares = match.table / match.table.sum(axis=1, keepdims=True)
    order = np.argsort(-match.table, axis=1, kind="stable")
    columns = {
        "class": [names[i] for i in match.class_of],
        "purity": match.purity,
        "matched": [names[i] if i >= 0 else "" for i in match.assigned],
    }
    if len(names) > 1:
        second = order[:, 1]
        rows = np.arange(len(second))
        held = match.table[rows, second] > 0
        columns["second"] = [names[i] if some else "" for i, some in zip(second, held, strict=True)]
        columns["second_share"] = shares[rows, second]
    return pd.DataFrame(columns)


def largest_class(match: Match | None, cluster: int) -> str:
    """A cluster's largest class and its share; empty without labels."""
    if match is None:
        return ""
    return (
        f"{class_name(match.classes[match.class_of[cluster]])} ({percent(match.purity[cluster])})"
    )


def scores_frame(by_method: Mapping[str, Scores]) -> pd.DataFrame:
    """Methods (the index) × measures, by their usual names."""
    import pandas as pd

    rows = [found.measures() for found in by_method.values()]
    index = pd.Index(list(by_method), name="method")
    return pd.DataFrame(rows, index=index).rename(columns=MEASURES)


def scores_table(scores: Scores, method: str) -> Table:
    """The agreement of one method with the labels, by every measure."""
    says = (
        "1 is perfect agreement with the labels; for ARI and AMI, 0 is chance. "
        f"{sentence(method)} reaches an ARI of {scores.ari:.4f}, with {percent(scores.accuracy)} of "
        "the images in the cluster that matches their class (ACC)."
    )
    return Table(
        "scores", "Agreement with the labels", says, scores_frame({method: scores}).reset_index()
    )


def _columns(match: Match) -> NDArray[np.int64]:
    """Columns of the classes shown, in their order."""
    of_class = match.table.sum(axis=0)
    largest = np.argsort(-of_class, kind="stable")[:CLASSES_SHOWN]
    return np.sort(largest)
