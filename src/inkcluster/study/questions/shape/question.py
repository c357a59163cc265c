"""Question 7: how well can the images be clustered at all?"""

from __future__ import annotations

import numpy as np

from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, Partition, joined
from inkcluster.study.questions.shape import findings
from inkcluster.study.questions.shape.figures import of_clusters
from inkcluster.study.questions.shape.labels import of_labels
from inkcluster.study.questions.shape.preparation import of_preparation
from inkcluster.study.questions.shape.unlabelled import of_unlabelled
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps.shape import SHAPE, find, places, shape

PARTITION = Partition(
    SHAPE,
    "labels",
    memberships="memberships",
    confidence="confidence",
    outlier_scores="outlier_scores",
    places="places",
)


class ShapeQuestion:
    """How well can the images be clustered at all?"""

    key = "shape"
    number = 7
    title = "How well can the images be clustered at all?"
    uses = shape.uses
    revision = 15

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Cluster the images by their neighbours under deformation, map and judge the clusters."""
        with desk.progress.task("shape clustering", total=3) as advance:
            shapes = find(images, plan, desk)
            advance(1)
            where = places(shapes, plan, desk)
            advance(1)
            judged = of_unlabelled(shapes) if shapes.images.labels is None else of_labels(shapes)
            shown = of_clusters(shapes, where)
            advance(1)
        said = (
            findings.of_number(shapes, plan.shape_k),
            findings.of_confidence(shapes),
            findings.of_nuisances(shapes, plan.shape_k),
        )
        own = Answer(
            findings=tuple(one for one in said if one),
            says=findings.answered(shapes, plan.shape_k),
        )
        rest = Answer(
            findings=shapes.finding(),
            arrays={
                "sample": shapes.sample,
                "labels": shapes.labels,
                "spectrum": shapes.spectrum,
                "strengths": shapes.strengths,
                "level_numbers": shapes.level_numbers,
                "level_strengths": shapes.level_strengths,
                "level_labels": shapes.level_labels,
                "nuisances": shapes.nuisances,
                "neighbors": shapes.neighbors,
                "distances": shapes.distances.astype(np.float32),
                "memberships": shapes.memberships,
                "confidence": shapes.confidence,
                "outlier_scores": shapes.outlier_scores,
                "places": where,
            },
            face="map",
            partitions=(PARTITION,),
        )
        return joined(own, shown, judged, of_preparation(shapes), rest)


QUESTION = ShapeQuestion()
