"""Question 8, of very large sets: to which group does each image belong?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate import match, scores
from inkcluster.study.answer import Answer, Table
from inkcluster.study.overview.groups import UNSURE
from inkcluster.study.questions import PLACED
from inkcluster.study.questions.parts import judging
from inkcluster.study.questions.placed import findings
from inkcluster.study.steps.placed import place
from inkcluster.study.steps.shape import SHAPE, Shapes, find, shape

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan


class PlacedQuestion:
    """To which group does each image of the whole set belong?

    Parameters
    ----------
    whole : ImageSet
        The images that those studied were drawn from.
    known_as : str
        Its hash.
    """

    key = PLACED
    number = 8
    title = "To which group does each image of the whole set belong?"
    revision = 2

    def __init__(self, whole: ImageSet, known_as: str) -> None:
        self.whole, self.known_as = whole, known_as
        self.uses = (*shape.uses, "study_sample")

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Place each image by the images of question 7 that it is most like."""
        shapes = find(images, plan, desk)
        arrays = place(shapes, self.whole, self.known_as, plan, desk)
        labels, confidence = arrays["labels"], arrays["confidence"]
        tables, scored = [_clusters(shapes, labels, confidence)], None
        if self.whole.labels is not None:
            matched, scored = match(self.whole.labels, labels), scores(self.whole.labels, labels)
            tables += [judging.counts_table(matched), judging.scores_table(scored, SHAPE)]
        said = findings.of_placed(shapes, confidence)
        says = findings.answered(shapes, len(labels), scored)
        return Answer((), tuple(tables), (said,), arrays, says=says)


def _clusters(shapes: Shapes, labels: NDArray[np.int32], confidence: NDArray[Any]) -> Table:
    import pandas as pd

    sizes = np.bincount(labels, minlength=shapes.k)
    unsure = np.bincount(labels, confidence < UNSURE, shapes.k)
    frame = pd.DataFrame(
        {
            "cluster": np.arange(shapes.k),
            "studied": shapes.sizes,
            "all": sizes,
            "share": sizes / len(labels),
            "mean confidence": np.bincount(labels, confidence, shapes.k) / np.maximum(sizes, 1),
            "share unsure": unsure / np.maximum(sizes, 1),
        }
    )
    says = (
        "The clusters of question 7 with their images among those studied and in the whole set. Each image is "
        f"placed by the five studied ones in which it is found best; unsure is a confidence below {UNSURE}."
    )
    return Table("clusters", "The clusters in the whole set", says, frame)
