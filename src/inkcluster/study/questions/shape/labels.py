"""With labels: what is left of confusion, with its images, and labels that look wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Answer, Finding, Level
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.study.questions.parts.suspects import suspicious_table
from inkcluster.study.steps.methods import SHAPE
from inkcluster.study.steps.shape import Shapes
from inkcluster.words import class_name, decimals, listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import Match, Scores
    from inkcluster.figures.base import Figure

CELLS, PER_CELL = 12, 12
SHOWN, PER_ROW = 45, 15
SURELY = 0.5
"""From this confidence on a label is called suspicious."""


def of_labels(shapes: Shapes) -> Answer:
    """Agreement, the confusion with its images, suspicious labels."""
    from inkcluster.evaluate import match, scores, suspicious_labels

    truth = shapes.images.labels
    matched, scored = match(truth, shapes.labels), scores(truth, shapes.labels)
    odd = suspicious_labels(truth, shapes.labels, shapes.memberships, shapes.neighbors)
    alone = odd["label"].isin(list(matched.missing))
    homeless, odd = int(alone.sum()), odd[~alone].reset_index(drop=True)
    figures: list[Figure] = [judging.confusion(matched)]
    tables = [judging.counts_table(matched), judging.scores_table(scored, SHAPE)]
    if len(odd):
        figures.append(_cells(shapes, odd))
    sure = odd[odd["confidence"] >= SURELY]
    if len(sure):
        figures.append(_suspects(shapes, sure))
    if len(odd):
        tables.append(suspicious_table(odd, shapes.index))
    return Answer(
        tuple(figures),
        tuple(tables),
        (_agreement(shapes, matched, scored), _finding(shapes, odd, len(sure), homeless)),
    )


def _cells(shapes: Shapes, odd: pd.DataFrame) -> Figure:
    """A row for each pair of a cluster's class and another label, the most frequent first."""
    counts = odd.groupby(["suggested", "label"], sort=False, as_index=False).size()
    pairs = counts.sort_values("size", ascending=False, kind="stable", ignore_index=True)
    rows = []
    for pair in pairs.iloc[:CELLS].itertuples():
        here = odd[(odd["suggested"] == pair.suggested) & (odd["label"] == pair.label)]
        name = f"{class_name(pair.label)} as {class_name(pair.suggested)}\n{pair.size:,}"
        rows.append((name, here["index"].to_numpy()[:PER_CELL]))
    most = pairs.iloc[0]
    says = (
        f"A row for each kind of confusion, the most frequent first, with the surest images: "
        f"{several(int(most['size']), 'image')} labelled {class_name(most['label'])} "
        f"{'lies' if most['size'] == 1 else 'lie'} in a cluster of {class_name(most['suggested'])}"
    )
    if len(pairs) > CELLS:
        held = percent(float(pairs["size"].iloc[:CELLS].sum() / pairs["size"].sum()))
        says += f"; the {CELLS} kinds shown of {len(pairs)} hold {held} of all that are confused"
    return pictures.gallery(
        shapes.images, "confused", "The confusion that is left", f"{says}.", rows
    )


def _suspects(shapes: Shapes, sure: pd.DataFrame) -> Figure:
    from inkcluster.figures import Gallery, GalleryRow

    first = sure.iloc[:SHOWN]
    words = [
        f"{class_name(label)} → {class_name(suggested)}"
        for label, suggested in zip(first["label"], first["suggested"], strict=True)
    ]
    rows = [
        GalleryRow(
            f"{start + 1}–{min(start + PER_ROW, len(first))}",
            list(range(start, min(start + PER_ROW, len(first)))),
            words[start : start + PER_ROW],
        )
        for start in range(0, len(first), PER_ROW)
    ]
    some = f", of which the {SHOWN} surest are shown," if len(sure) > SHOWN else ""
    says = (
        f"{sentence(several(len(sure), 'image'))}{some} that deform into images of another label than "
        "their own. Under each its label and, after the arrow, what its cluster and its neighbours say."
    )
    return Gallery(
        "suspects",
        "Suspicious labels",
        says,
        shapes.images.pixels[first["index"].to_numpy()],
        rows,
        ink=pictures.ink(shapes.images),
        peak=pictures.peak(shapes.images),
    )


def _agreement(shapes: Shapes, matched: Match, scored: Scores) -> Finding:
    """P2."""
    numbers = (
        f"with {several(len(matched.clusters), 'cluster')} for "
        f"{several(len(matched.classes), 'class', 'classes')}, {percent(scored.accuracy)} of the images "
        f"lie where the best one-to-one matching wants them (ACC {scored.accuracy:.4f}, NMI "
        f"{scored.nmi:.4f}, ARI {scored.ari:.4f})"
    )
    if scored.accuracy >= judging.COINCIDE:
        return Finding("P2", Level.OK, f"By shape the images fall into their classes: {numbers}.")
    head = "By shape the images fall into their classes in part"
    if scored.ari < 0.1:
        head = "The clusters by shape have little to do with the classes"
    missing = ""
    if matched.missing:
        names = listed(class_name(value) for value in matched.missing)
        missing = f"; no cluster stands for {names}"
    return Finding("P2", Level.NOTICE, f"{head}: {numbers}{missing}.")


def _finding(shapes: Shapes, odd: pd.DataFrame, sure: int, homeless: int) -> Finding:
    """P4."""
    left_out = (
        f"; {several(homeless, 'image')} of classes for which no cluster stands "
        f"{'is' if homeless == 1 else 'are'} left out"
        if homeless
        else ""
    )
    if not len(odd):
        words = f"No label is at odds with its cluster{left_out}."
        return Finding("P4", Level.OK, words)
    share = percent(len(odd) / len(shapes.labels))
    words = (
        f"{sentence(several(len(odd), 'label'))} ({share}) {'is' if len(odd) == 1 else 'are'} not what "
        f"the image's cluster stands for, {sure:,} of them with a confidence of {SURELY} or more"
    )
    if sure:
        first = odd.iloc[0]
        words += (
            f"; the most suspicious is image {int(shapes.index[int(first['index'])])}, labelled "
            f"{class_name(first['label'])} and like a {class_name(first['suggested'])} (confidence "
            f"{decimals(float(first['confidence']), 2)})"
        )
    return Finding("P4", Level.NOTICE if sure else Level.OK, f"{words}{left_out}.")
