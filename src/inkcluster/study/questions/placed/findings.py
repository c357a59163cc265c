"""Finding A1: how surely all images of a very large set are in their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.study.overview.groups import UNSURE
from inkcluster.study.questions.shape.findings import MAX_UNSURE_SHARE
from inkcluster.words import percent, several

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inkcluster.evaluate import Scores
    from inkcluster.study.steps.shape import Shapes

say = Sentences(
    {
        "A1": "All {total:,} images were placed by the {n:,} studied; {unsure} are doubtful.",
        "says": "The {total:,} images fall into {groups} by shape{share}.",
    }
)


def of_placed(shapes: Shapes, confidence: NDArray[np.float32]) -> Finding:
    """A1."""
    unsure = float(np.mean(confidence < UNSURE))
    return say(
        "A1",
        Level.OK if unsure <= MAX_UNSURE_SHARE else Level.NOTICE,
        total=len(confidence),
        n=len(shapes.sample),
        unsure=percent(unsure),
    )


def answered(shapes: Shapes, total: int, scored: Scores | None) -> str:
    """The answer in a sentence."""
    share = ""
    if scored is not None:
        share = f", {percent(scored.accuracy)} in the one that stands for their label"
    return say.words("says", total=total, groups=several(shapes.k, "group"), share=share)
