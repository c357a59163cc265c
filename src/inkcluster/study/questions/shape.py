"""Question 7: how well can the images be clustered at all? Not built yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Answer, Finding, Level

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan


class ShapeQuestion:
    """How well can the images be clustered at all?"""

    key = "shape"
    number = 7
    title = "How well can the images be clustered at all?"
    uses: tuple[str, ...] = ()
    revision = 1

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Say that shape clustering is still to come."""
        del images, plan, desk
        sentence = (
            "Clustering by deformation-invariant neighbours is not built yet; "
            "this question will be answered in a later version."
        )
        return Answer(findings=(Finding("S1", Level.NOTICE, sentence),))


QUESTION = ShapeQuestion()
