"""What labels say about clusters: tables, the confusion figure, and the findings K1 to K4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level, Table
from inkcluster.words import class_name, class_names, listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import Match, Scores
    from inkcluster.figures.base import Figure

PURE = 0.9
"""From this share of one class on, a cluster counts as pure."""
COINCIDE = 0.9
"""From this accuracy on, clusters and classes coincide."""
CLASSES_SHOWN = 40
"""A table of more classes than that shows the largest."""


def row_order(match: Match) -> NDArray[np.int64]:
    """Rows of the match's table by the class that the one-to-one matching gives them.

    Clusters that it leaves over stand behind the one whose class is their largest.
    """
    column = np.where(match.assigned >= 0, match.assigned, match.class_of)
    left_over = match.assigned < 0
    return np.lexsort((match.clusters, left_over, column))


def confusion(match: Match, name: str = "confusion") -> Figure:
    """Clusters against classes, matched pairs on the diagonal as far as there are any."""
    from inkcluster.figures import Confusion

    rows, columns = row_order(match), _columns(match)
    says = match.sentence()
    if len(columns) < len(match.classes):
        says += f" The {len(columns)} largest of {len(match.classes):,} classes are shown."
    return Confusion(
        name,
        "Clusters against classes",
        says,
        table=match.table[np.ix_(rows, columns)],
        row_names=[f"#{match.clusters[row]}" for row in rows],
        column_names=[class_names(match.classes)[column] for column in columns],
    )


def counts_table(match: Match) -> Table:
    """Clusters × classes as a table, in the order of the figure."""
    import pandas as pd

    rows, columns = row_order(match), _columns(match)
    names = class_names(match.classes)
    frame = pd.DataFrame({"cluster": match.clusters[rows]})
    counts = pd.DataFrame(
        match.table[np.ix_(rows, columns)], columns=[f"class {names[column]}" for column in columns]
    )
    held = match.table[rows, match.assigned[rows]][match.assigned[rows] >= 0].sum()
    says = (
        f"{int(held):,} of {match.n:,} images stand where the one-to-one matching of clusters and "
        "classes wants them; the rows are in the order of the matched classes."
    )
    return Table("classes", "Clusters × classes", says, pd.concat([frame, counts], axis=1))


def cluster_columns(match: Match) -> pd.DataFrame:
    """For each cluster its largest class, the share of it, the second one's, the matched class."""
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


def scores_row(scores: Scores) -> dict[str, float]:
    """The measures by the names that people call them."""
    from inkcluster.evaluate import MEASURES

    return {MEASURES[name]: value for name, value in scores.measures().items()}


def scores_frame(by_method: Mapping[str, Scores]) -> pd.DataFrame:
    """Methods (the index) × measures."""
    import pandas as pd

    rows = [scores_row(found) for found in by_method.values()]
    return pd.DataFrame(rows, index=pd.Index(list(by_method), name="method"))


def scores_table(scores: Scores, method: str) -> Table:
    """One method's agreement with the labels, by every measure."""
    says = (
        f"1 is perfect agreement with the labels; chance gives {method} an ARI and an AMI of 0. "
        f"It reaches an ARI of {scores.ari:.4f} and places {percent(scores.accuracy)} of the images "
        "right (ACC)."
    )
    return Table(
        "scores", "Agreement with the labels", says, scores_frame({method: scores}).reset_index()
    )


def findings(match: Match, scores: Scores) -> list[Finding]:
    """K1 to K4: whether clusters are classes, which are doubled, merged and missing."""
    found = [_coincide(match, scores)]
    if match.doubled:
        said = [
            f"{class_name(value)} ({listed(f'cluster {c}' for c in clusters)})"
            for value, clusters in match.doubled
        ]
        noun = "class is" if len(said) == 1 else "classes are"
        words = (
            f"{several(len(said), noun, noun)} the largest of more than one cluster: "
            f"{listed(said)}; one label covers more than one shape."
        )
        found.append(Finding("K2", Level.NOTICE, sentence(words)))
    if match.merged:
        noun = "cluster is" if len(match.merged) == 1 else "clusters are"
        words = (
            f"{several(len(match.merged), noun, noun)} shared by classes: "
            f"{listed(_sharing(match))}."
        )
        found.append(Finding("K3", Level.WARNING, sentence(words)))
    if match.missing:
        names = listed(class_name(value) for value in match.missing)
        noun = "class is" if len(match.missing) == 1 else "classes are"
        words = (
            f"{several(len(match.missing), noun, noun)} the largest of no cluster: "
            f"{names}; {_where_missing(match)}."
        )
        found.append(Finding("K4", Level.WARNING, sentence(words)))
    return found


def _coincide(match: Match, scores: Scores) -> Finding:
    numbers = (
        f"{percent(scores.accuracy)} of the images lie where the best one-to-one matching of "
        f"{several(len(match.clusters), 'cluster')} and "
        f"{several(len(match.classes), 'class', 'classes')} wants them (ARI {scores.ari:.4f}, "
        f"NMI {scores.nmi:.4f})"
    )
    if scores.accuracy >= COINCIDE:
        return Finding("K1", Level.OK, f"The clusters coincide with the classes: {numbers}.")
    if scores.ari < 0.1:
        head = "The clusters have little to do with the classes"
        return Finding("K1", Level.WARNING, f"{head}: {numbers}.")
    return Finding(
        "K1", Level.NOTICE, f"The clusters coincide with the classes in part: {numbers}."
    )


def _sharing(match: Match) -> list[str]:
    place = {int(cluster): row for row, cluster in enumerate(match.clusters)}
    names = [class_name(value) for value in match.classes]
    said = []
    for cluster, _ in match.merged:
        row = match.table[place[int(cluster)]]
        top = [i for i in np.argsort(-row, kind="stable")[:3] if row[i] > 0]
        top = [i for i in top if row[i] >= 0.1 * row.sum()] or top[:2]
        shares = ", ".join(f"{percent(row[i] / row.sum())} are {names[i]}" for i in top)
        said.append(f"cluster {cluster} ({shares})")
    return said


def _where_missing(match: Match) -> str:
    """Where most images of the first missing classes went."""
    names = class_names(match.classes)
    largest = set(match.class_of.tolist())
    said = []
    for column in [i for i in range(len(names)) if i not in largest][:3]:
        counts = match.table[:, column]
        if counts.sum():
            row = int(np.argmax(counts))
            share = percent(counts[row] / counts.sum())
            said.append(f"{share} of {names[column]} lie in cluster {match.clusters[row]}")
    return listed(said) if said else "their images are noise"


def _columns(match: Match) -> NDArray[np.int64]:
    """Columns to show, in the order of the classes: all, or the largest."""
    of_class = match.table.sum(axis=0)
    largest = np.argsort(-of_class, kind="stable")[:CLASSES_SHOWN]
    return np.sort(largest)
