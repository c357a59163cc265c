"""Question 7: how well can the images be clustered at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table, joined
from inkcluster.study.questions.shape.figures import of_clusters
from inkcluster.study.questions.shape.labels import of_labels
from inkcluster.study.questions.shape.unlabelled import of_unlabelled
from inkcluster.study.steps.shape import SHAPE_USES, Shapes, find, places
from inkcluster.words import decimals, listed, percent, several

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

CLEAR = 1.5
"""A number of clusters is clear if its strength is so many times as far above 1 as the next best."""
LEAST_STRENGTH = 1.5
"""A number of clusters of less strength is not clear, whatever the next best is."""
SURE, UNSURE = 0.9, 0.5
"""From this confidence on an image is surely in its cluster; below that it might be in another."""
MANY_UNSURE = 0.05
RUNNERS_UP = 2
LISTED = 8
BEYOND = 100.0
"""A strength above is only said to be above: between parts without links it has no bound."""


class ShapeQuestion:
    """How well can the images be clustered at all?"""

    key = "shape"
    number = 7
    title = "How well can the images be clustered at all?"
    uses: tuple[str, ...] = SHAPE_USES
    revision = 5

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Cluster the images by their neighbours under deformation, map and judge the clusters."""
        with desk.progress.task("shape clustering", total=3) as advance:
            shapes = find(images, plan, desk)
            advance(1)
            where = places(shapes, plan, desk)
            advance(1)
            judged = of_unlabelled(shapes) if shapes.images.labels is None else of_labels(shapes)
            shown = of_clusters(shapes, where, runners_up(shapes), how_clear(shapes))
            advance(1)
        own = Answer(
            tables=(_numbers(shapes),),
            findings=(_number_finding(shapes), _confidence_finding(shapes)),
        )
        rest = Answer(
            findings=shapes.finding(),
            arrays={
                "index": shapes.index,
                "labels": shapes.labels,
                "spectrum": shapes.spectrum,
                "strengths": shapes.strengths,
                "neighbors": shapes.neighbors,
                "memberships": shapes.memberships,
                "confidence": shapes.confidence,
                "outlier_scores": shapes.outlier_scores,
                "places": where,
            },
        )
        return joined(own, shown, judged, rest)


def runners_up(shapes: Shapes) -> list[int]:
    """The numbers of clusters for which most speaks, but for the chosen."""
    order = np.argsort(-shapes.strengths, kind="stable") + 2
    return [int(k) for k in order if k != shapes.k][:RUNNERS_UP]


def how_clear(shapes: Shapes) -> float | None:
    """How many times as far above 1 the chosen number's strength is as the next best number's.

    A strength of 1 says nothing. None where there is no other number, or the chosen one is not among
    those with a strength.
    """
    others = runners_up(shapes)
    if not others or shapes.k < 2 or shapes.k - 2 >= len(shapes.strengths):
        return None
    best, second = shapes.strengths[shapes.k - 2] - 1, shapes.strengths[others[0] - 2] - 1
    return float(best / max(second, 1e-9))


def spectrum_numbers(shapes: Shapes) -> list[int]:
    """After how many eigenvalues the spectrum breaks off, the clearest break first."""
    return [int(k) for k in np.argsort(-shapes.gap_strengths, kind="stable") + 2]


def strength_of(shapes: Shapes, k: int) -> str:
    """A strength in words."""
    if not 0 <= k - 2 < len(shapes.strengths):
        return "unknown"
    value = float(shapes.strengths[k - 2])
    return f"over {BEYOND:.0f}" if value > BEYOND else f"{value:.2f}"


def _number_finding(shapes: Shapes) -> Finding:
    """P1."""
    clear, others = how_clear(shapes), runners_up(shapes)
    found = several(shapes.k, "cluster")
    if clear is None:
        words = f"Shape clustering finds {found}; there is no other number to compare it with."
        return Finding("P1", Level.NOTICE, words)
    named = listed(f"{k} ({strength_of(shapes, k)})" for k in others)
    gaps = listed(spectrum_numbers(shapes)[: RUNNERS_UP + 1])
    numbers = (
        f"as small clusters are merged, the strength of {shapes.k} is {strength_of(shapes, shapes.k)}, "
        f"the runners-up are {named}; the spectrum breaks off most clearly after {gaps} eigenvalues"
    )
    weak = clear < CLEAR or float(shapes.strengths[shapes.k - 2]) < LEAST_STRENGTH
    if not weak and shapes.k in spectrum_numbers(shapes)[: RUNNERS_UP + 1]:
        return Finding("P1", Level.OK, f"The images show {found}: {numbers}.")
    why = "on weak evidence" if weak else "but the spectrum does not bear it out"
    words = (
        f"The images show {found}, {why}: {numbers}. Look at the map before you rely on the number."
    )
    return Finding("P1", Level.NOTICE, words)


def _confidence_finding(shapes: Shapes) -> Finding:
    """P3."""
    sure = float(np.mean(shapes.confidence >= SURE))
    unsure = float(np.mean(shapes.confidence < UNSURE))
    words = (
        f"{percent(sure)} of the images belong to their cluster with a confidence of at least {SURE}, "
        f"and {percent(unsure)} with less than {UNSURE}; the median is "
        f"{decimals(float(np.median(shapes.confidence)), 2)}."
    )
    return Finding("P3", Level.OK if unsure <= MANY_UNSURE else Level.NOTICE, words)


def _numbers(shapes: Shapes) -> Table:
    import pandas as pd

    order = [int(k) for k in np.argsort(-shapes.strengths, kind="stable")[:LISTED] + 2] or [1]
    values = shapes.spectrum
    frame = pd.DataFrame(
        {
            "clusters": order,
            "strength": [strength_of(shapes, k) for k in order],
            "eigenvalue": [float(values[k - 1]) if k <= len(values) else np.nan for k in order],
            "next eigenvalue": [float(values[k]) if k < len(values) else np.nan for k in order],
            "place among the spectrum's breaks": [_place(shapes, k) for k in order],
            "taken": [k == shapes.k for k in order],
        }
    )
    says = (
        "The numbers of clusters for which most speaks. The strength is how many times smaller the "
        "share of links is by which the next two clusters would be merged; 1 says nothing. Beside it "
        "the eigenvalues, and which place the number has among the breaks of the spectrum."
    )
    return Table("numbers", "Numbers of clusters", says, frame)


def _place(shapes: Shapes, k: int) -> float:
    """1 where the spectrum breaks off most clearly after `k`; NaN where it is too short."""
    numbers = spectrum_numbers(shapes)
    return float(numbers.index(k) + 1) if k in numbers else float("nan")


QUESTION = ShapeQuestion()
