"""Question 5: which `eps` and `min_samples` make DBSCAN say something, and what is noise to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Answer
from inkcluster.study.density import SWEEP_USES
from inkcluster.study.drawing import draw
from inkcluster.study.joins import joined
from inkcluster.study.questions.dbscan_chosen import of_chosen
from inkcluster.study.questions.dbscan_findings import findings
from inkcluster.study.questions.dbscan_map import MAP_USES, of_map, sweep_the_map
from inkcluster.study.questions.dbscan_sweep import of_sweep

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan


class DBSCANQuestion:
    """Which eps and min_samples make DBSCAN say something, and what does it call noise?"""

    key = "dbscan"
    number = 5
    title = "Which eps and min_samples make DBSCAN say something, and what does it call noise?"
    uses: tuple[str, ...] = tuple(dict.fromkeys((*MAP_USES, *SWEEP_USES)))
    revision = 1

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Map eps × min_samples on scaled pixels, then sweep eps after PCA whitening."""
        with desk.progress.task("DBSCAN", total=4) as advance:
            drawn = draw(images, plan.map_sample, plan)
            found = sweep_the_map(drawn, plan, desk)
            advance(1)
            mapped = of_map(found)
            advance(1)
            compared = draw(images, plan.compare_sample, plan)
            swept = of_sweep(images, compared, plan, desk, advance)
        said = Answer(findings=findings(found, compared, plan))
        used = Answer(findings=drawn.finding("The DBSCAN map"))
        return joined(mapped, of_chosen(found), said, swept, used)


QUESTION = DBSCANQuestion()
