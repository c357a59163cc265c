"""With labels: the images that clusters and labels confuse, and labels that look wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.evaluate import match, scores
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.study.questions.shape import findings
from inkcluster.study.steps.shape import SHAPE, Shapes
from inkcluster.words import class_name, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure

MAX_PAIRS, PER_PAIR = 12, 12
MAX_SHOWN, PER_LINE = 45, 15
MIN_SUSPICION = 0.5
"""A label looks wrong from this confidence on."""


def of_labels(shapes: Shapes) -> Answer:
    """Agreement, the confused images, suspicious labels; findings P2 and P4."""
    from inkcluster.evaluate import suspicious_labels

    truth = shapes.images.labels
    matched, scored = match(truth, shapes.labels), scores(truth, shapes.labels)
    odd = suspicious_labels(truth, shapes.labels, shapes.memberships, shapes.neighbors)
    alone = odd["label"].isin(list(matched.missing))
    homeless, odd = int(alone.sum()), odd[~alone].reset_index(drop=True)
    sure = odd[odd["confidence"] >= MIN_SUSPICION]
    figures: list[Figure] = [judging.confusion(matched)]
    tables = [judging.counts_table(matched), judging.scores_table(scored, SHAPE)]
    first = None
    if len(odd):
        first = int(odd["index"].iloc[0])
        figures.append(_confused(shapes, odd))
        tables.append(_suspicious_table(odd, len(shapes.labels), homeless))
    if len(sure):
        figures.append(_suspects(shapes, sure))
    said = [findings.of_classes(matched, scored)]
    if shapes.k > 1:
        said.append(findings.of_labels(odd, len(sure), homeless, first))
    says = findings.answered_labels(shapes, scored, len(sure), len(matched.classes))
    return Answer(tuple(figures), tuple(tables), tuple(said), says=says)


def _confused(shapes: Shapes, odd: pd.DataFrame) -> Figure:
    """A row for each pair of a cluster's class and another label, the most frequent first."""
    counts = odd.groupby(["suggested", "label"], sort=False, as_index=False).size()
    pairs = counts.sort_values("size", ascending=False, kind="stable", ignore_index=True)
    rows = []
    for pair in pairs.iloc[:MAX_PAIRS].itertuples():
        here = odd[(odd["suggested"] == pair.suggested) & (odd["label"] == pair.label)]
        name = f"{class_name(pair.label)} as {class_name(pair.suggested)}\n{pair.size:,}"
        rows.append((name, here["index"].to_numpy()[:PER_PAIR]))
    most = pairs.iloc[0]
    says = (
        f"A row for each label in a cluster of another class, the most frequent first: "
        f"{several(int(most['size']), 'image')} labelled {class_name(most['label'])} "
        f"{'is' if most['size'] == 1 else 'are'} in a cluster of {class_name(most['suggested'])}. The surest "
        "images come first"
    )
    if len(pairs) > MAX_PAIRS:
        held = percent(float(pairs["size"].iloc[:MAX_PAIRS].sum() / pairs["size"].sum()))
        says += f"; the {MAX_PAIRS} of {len(pairs)} pairs shown hold {held} of all such images"
    title = "Images in a cluster of another class"
    return pictures.gallery(shapes.images, "confused", title, f"{says}.", rows)


def _suspects(shapes: Shapes, sure: pd.DataFrame) -> Figure:
    first = sure.iloc[:MAX_SHOWN]
    some = f" (the {MAX_SHOWN} surest are shown)" if len(sure) > MAX_SHOWN else ""
    says = (
        f"{sentence(several(len(sure), 'image'))} like those of another label than their own{some}. Under each "
        "is its label and, after the arrow, the class of its cluster and neighbours."
    )
    words = [
        f"{class_name(label)} → {class_name(suggested)}"
        for label, suggested in zip(first["label"], first["suggested"], strict=True)
    ]
    return pictures.in_lines(
        shapes.images,
        "suspects",
        "Labels that look wrong",
        says,
        index=first["index"].to_numpy(),
        words=words,
        per_line=PER_LINE,
    )


def _suspicious_table(odd: pd.DataFrame, n: int, left_out: int) -> Table:
    """The images of `n` whose label is not the class of their shape cluster, the most suspicious first.

    `left_out` images have a class without a cluster.
    """
    first = odd.iloc[: judging.MAX_SUSPECTS]
    frame = first.drop(columns="index").rename(
        columns={
            "suggested": "cluster's class",
            "membership": "of that class",
            "of_label": "of its label",
            "neighbors_suggested": "neighbours of that class",
            "neighbors_label": "neighbours of its label",
        }
    )
    frame.insert(0, "image", first["index"].to_numpy())
    says = (
        f"{sentence(several(len(odd), 'image'))} ({percent(len(odd) / n)}) whose label is not the "
        f"class of the cluster{f'; the first {judging.MAX_SUSPECTS} are listed' if len(odd) > judging.MAX_SUSPECTS else ''}. The confidence compares the "
        "class of the cluster with the label, by the memberships and by the labels of the neighbours. "
        "`image` counts from 0 in the whole set."
    )
    if left_out:
        says += f" {left_out:,} images are left out, whose class has no cluster."
    return Table("suspects", "Labels that disagree with the shape clusters", says, frame)
