"""Question 6: how do all methods compare, with each other and with the labels?"""

from __future__ import annotations

from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, Partition, joined
from inkcluster.study.questions.compare import findings
from inkcluster.study.questions.compare.agreement import of_agreement
from inkcluster.study.questions.compare.centres import of_centres
from inkcluster.study.questions.compare.scores import of_scores
from inkcluster.study.questions.compare.ward import of_ward
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps.methods import METHODS_USES, run
from inkcluster.study.steps.samples import draw
from inkcluster.study.steps.shape import SHAPE


class CompareQuestion:
    """How do all methods compare, after PCA whitening and without, among themselves and with labels?"""

    key = "compare"
    number = 6
    title = (
        "How do all methods compare, after PCA whitening and without, "
        "with each other and with the labels?"
    )
    uses = (*METHODS_USES, "many")
    revision = 8

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Run every method in both spaces on one sample, and compare their clusters."""
        sample = draw(images, plan.compare_sample, plan)
        with desk.progress.task("comparison", total=5) as advance:
            methods = run(sample, plan, desk, images)
            advance(1)
            parts = []
            for part in (of_scores, of_agreement, of_centres):
                parts.append(part(methods))
                advance(1)
            parts.append(of_ward(methods, plan, desk))
            advance(1)
        labels = {_plain(name): c.labels for name, c in methods.clusterings.items()}
        rest = Answer(
            findings=(*sample.finding("The comparison"), *findings.of_refused(methods)),
            arrays={"index": sample.index, **labels},
            partitions=tuple(
                Partition(name, _plain(name), "index") for name in methods.names if name != SHAPE
            ),
        )
        return joined(*parts, rest)


def _plain(name: str) -> str:
    """A method's name as the name of an array."""
    return "labels_" + name.lower().replace(" ", "_").replace("-", "")


QUESTION = CompareQuestion()
