"""Findings P1 to P5: how many clusters the shapes form, how sure they are, which labels look wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.study.questions.parts import judging
from inkcluster.words import class_name, listed, percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import Match, Scores
    from inkcluster.study.steps.shape import Shapes

MIN_CLEAR_RATIO = 1.5
"""A number of clusters is clear if its strength is this many times as far above 1 as the next."""
MIN_STRENGTH = 1.5
"""A number of clusters of less strength is not clear."""
MAX_STRENGTH_SHOWN = 100.0
"""Clusters without links between them have a strength without bound."""
RUNNERS_UP = 2
SURE, UNSURE = 0.9, 0.5
"""An image is sure of its cluster from the one confidence on, and unsure below the other."""
MAX_UNSURE_SHARE = 0.05
MIN_LINKED_ARI = 0.1
"""Below this ARI the clusters have little to do with the classes."""

say = Sentences(
    {
        "P1 alone": "Shape clustering finds {clusters}; there is no other number to compare it with.",
        "P1 clear": "The images form {clusters}, clearly: the strength of this number is {strength}, "
        "that of the next best {second}.",
        "P1 weak": "The images seem to form {clusters}, but the evidence is weak (next best: "
        "{others}); look at the map first.",
        "P1 disputed": "The images seem to form {clusters}, but the criteria disagree (next best: "
        "{others}); look at the map first.",
        "P2 match": "The clusters by shape match the classes: {share} of the images are in the cluster "
        "that matches their class.",
        "P2 part": "The clusters by shape match the classes in part: {share} of the images are in their "
        "class's cluster{missing}.",
        "P2 apart": "The clusters by shape have little to do with the classes: {share} of the images are "
        "in their class's cluster{missing}.",
        "P3 sure": "{sure} of the images clearly belong to their cluster; {unsure} are doubtful.",
        "P4 none": "No label disagrees with the cluster of its image{left_out}.",
        "P4 some": "{odd} a label that disagrees with their cluster, but no label is clearly wrong.",
        "P4 wrong": "{sure} wrong, {first}; {odd} a label that disagrees with their cluster.",
        "P5 none": "No image is unsure of its cluster, so there is none to look at first.",
        "P5 first": "Look first at {images} between two clusters: a decision on them informs {about:,} "
        "images and settles {settled} of all doubt.",
    }
)


def of_number(shapes: Shapes) -> Finding:
    """P1."""
    clear, others = how_clear(shapes), runners_up(shapes)
    clusters = several(shapes.k, "cluster")
    if clear is None:
        return say("P1 alone", Level.NOTICE, clusters=clusters)
    best = strength_of(shapes, shapes.k)
    weak = clear < MIN_CLEAR_RATIO or float(shapes.strengths[shapes.k - 2]) < MIN_STRENGTH
    if not weak and shapes.k in spectrum_numbers(shapes)[: RUNNERS_UP + 1]:
        second = strength_of(shapes, others[0])
        return say("P1 clear", Level.OK, clusters=clusters, strength=best, second=second)
    if weak:
        return say("P1 weak", Level.NOTICE, clusters=clusters, others=listed(others))
    return say("P1 disputed", Level.NOTICE, clusters=clusters, others=listed(others))


def runners_up(shapes: Shapes) -> list[int]:
    """The strongest numbers of clusters besides the chosen one."""
    order = np.argsort(-shapes.strengths, kind="stable") + 2
    return [int(k) for k in order if k != shapes.k][:RUNNERS_UP]


def how_clear(shapes: Shapes) -> float | None:
    """How many times as far above 1 the chosen number's strength is as the next best number's.

    None where there is no other number, or where the chosen one has no strength.
    """
    others = runners_up(shapes)
    if not others or shapes.k < 2 or shapes.k - 2 >= len(shapes.strengths):
        return None
    best, second = shapes.strengths[shapes.k - 2] - 1, shapes.strengths[others[0] - 2] - 1
    return float(best / max(second, 1e-9))


def spectrum_numbers(shapes: Shapes) -> list[int]:
    """Numbers of eigenvalues after which the spectrum breaks off, the clearest break first."""
    return [int(k) for k in np.argsort(-shapes.gap_strengths, kind="stable") + 2]


def strength_of(shapes: Shapes, k: int) -> str:
    """The strength of a number of clusters in words."""
    if not 0 <= k - 2 < len(shapes.strengths):
        return "unknown"
    value = float(shapes.strengths[k - 2])
    most = MAX_STRENGTH_SHOWN
    return f"over {most:.0f}" if value > most else f"{value:.2f}"


def of_classes(matched: Match, scored: Scores) -> Finding:
    """P2."""
    share, missing = percent(scored.accuracy), ""
    if len(matched.missing) == 1:
        missing = f"; class {class_name(matched.missing[0])} has none"
    elif len(matched.missing):
        missing = f"; {several(len(matched.missing), '', 'classes')} have none"
    if scored.accuracy >= judging.COINCIDE:
        return say("P2 match", Level.OK, share=share)
    if scored.ari < MIN_LINKED_ARI:
        return say("P2 apart", Level.NOTICE, share=share, missing=missing)
    return say("P2 part", Level.NOTICE, share=share, missing=missing)


def of_confidence(shapes: Shapes) -> Finding:
    """P3."""
    sure = float(np.mean(shapes.confidence >= SURE))
    unsure = float(np.mean(shapes.confidence < UNSURE))
    return say(
        "P3 sure",
        Level.OK if unsure <= MAX_UNSURE_SHARE else Level.NOTICE,
        sure=percent(sure),
        unsure=percent(unsure),
    )


def of_labels(odd: pd.DataFrame, sure: int, homeless: int, first: int | None) -> Finding:
    """P4, from the labels that disagree and the number of those that look wrong."""
    if not len(odd):
        images = several(homeless, "image is", "images are")
        left_out = f"; {images} left out, whose class has no cluster" if homeless else ""
        return say("P4 none", Level.OK, left_out=left_out)
    disagree = several(len(odd), "image has", "images have")
    if not sure:
        return say("P4 some", Level.OK, odd=disagree)
    looks = several(sure, "label looks", "labels look")
    which = f"that of image {first}" + (" first of all" if sure > 1 else "")
    return say("P4 wrong", Level.NOTICE, sure=looks, first=which, odd=disagree)


def of_first(found: pd.DataFrame, unsure: float) -> Finding:
    """P5, from the images to look at first and the sum of all doubt."""
    if not len(found):
        return say("P5 none", Level.OK)
    settled = float(found["settled"].sum()) / max(unsure, 1e-12)
    return say(
        "P5 first",
        Level.DETAIL,
        images=several(len(found), "image"),
        about=int(found["about"].sum()),
        settled=percent(min(settled, 1.0)),
    )
