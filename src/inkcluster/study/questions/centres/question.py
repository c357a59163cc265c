"""Question 1: what do k-means clusters look like, and do they coincide with the true classes?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate import cohesion, match, scores
from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, Partition
from inkcluster.study.questions.centres import figures as draw
from inkcluster.study.questions.centres import findings, tables
from inkcluster.study.questions.parts import judging
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.step import used_by
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps import k_range
from inkcluster.study.steps import kmeans as steps
from inkcluster.study.steps.samples import PIXELS, title_of


class CentresQuestion:
    """What do k-means clusters look like, and do they coincide with the true classes?"""

    key = "centres"
    number = 1
    title = "What do k-means clusters look like, and do they coincide with the true classes?"
    uses = used_by(steps.kmeans, steps.kmeans_best, *k_range.USES)
    revision = 7

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Cluster all images, draw the clusters, and compare them with the labels if there are any."""
        work = Clusters(images, plan, desk)
        figures = [draw.centres(work)]
        shown = [tables.clusters(work)]
        if work.match is not None and work.scores is not None:
            figures.append(judging.confusion(work.match))
            shown += [
                judging.counts_table(work.match),
                judging.scores_table(work.scores, "k-means"),
                *tables.suspects(work),
            ]
        figures += [draw.members(work), draw.extremes(work), *draw.odd(work), *draw.border(work)]
        said = findings.of_clusters(plan.k, work.k, work.match, work.scores)
        if (found := k_range.find(images, plan, desk)) is not None:
            figures += [draw.k_curves(found, plan.k), draw.clustergram(found, plan.k)]
            shown.append(tables.k_range(found))
            said.append(findings.of_number(found.suggested, plan.k))
            said += found.sample.finding("The number of clusters that k-means suggests")
        return Answer(
            tuple(figures),
            tuple(shown),
            tuple(said),
            work.arrays(),
            says=findings.answered(work.k, work.scores),
            face="centres",
            partitions=(Partition(title_of("k-means", PIXELS), "labels"),),
        )


class Clusters:
    """The clusters of the lowest inertia found and what is measured on them."""

    def __init__(self, images: ImageSet, plan: Plan, desk: Desk) -> None:
        self.images, self.plan = images, plan
        features, self.vectors = steps.scaled(images, plan)
        self.run = steps.best(images, plan, desk, self.vectors)
        self.k = self.run.n_found
        self.labels = self.run.labels[0]
        self.middle = self.run.centres[0][: self.k]
        with desk.progress.task("members of the clusters", total=2) as advance:
            self.centres = np.asarray(features.pictures(self.middle))
            self.sizes = np.bincount(self.labels, minlength=self.k)
            self.cohesion = cohesion(self.vectors, self.labels)
            advance(1)
            self.match = None if images.labels is None else match(images.labels, self.labels)
            self.scores = None if images.labels is None else scores(images.labels, self.labels)
            advance(1)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the answer."""
        return {
            "labels": self.labels,
            "centres": self.centres,
            "centres_scaled": self.middle,
            "inertia": self.run.inertias[:1],
        }


QUESTION = CentresQuestion()
