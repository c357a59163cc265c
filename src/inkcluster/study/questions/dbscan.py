"""Question 5: which `eps` and `min_samples` make DBSCAN say something, and what is noise to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Answer, Finding, Level
from inkcluster.study.density import ALONG_USES, whitened_vectors
from inkcluster.study.drawing import draw
from inkcluster.study.joins import joined
from inkcluster.study.questions.dbscan_chosen import of_chosen
from inkcluster.study.questions.dbscan_findings import findings
from inkcluster.study.questions.dbscan_hdbscan import hdbscan, of_hdbscan
from inkcluster.study.questions.dbscan_map import MAP_USES, sweep_the_map
from inkcluster.study.questions.dbscan_map_figures import of_map
from inkcluster.study.questions.dbscan_sweep import of_sweep

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan
    from inkcluster.study.questions.dbscan_map import Map


class DBSCANQuestion:
    """Which eps and min_samples make DBSCAN say something, and what does it call noise?"""

    key = "dbscan"
    number = 5
    title = "Which eps and min_samples make DBSCAN say something, and what does it call noise?"
    uses: tuple[str, ...] = tuple(dict.fromkeys((*MAP_USES, "sweep_sample", *ALONG_USES)))
    revision = 2

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Map eps × min_samples on scaled pixels, then sweep eps after PCA whitening."""
        with desk.progress.task("DBSCAN", total=6) as advance:
            found = sweep_the_map(images, plan, desk)
            advance(1)
            kept = hdbscan(found, plan, desk)
            advance(1)
            mapped = joined(of_map(found), of_chosen(found, kept), of_hdbscan(found, kept))
            advance(1)
            swept = draw(images, plan.sweep_sample, plan)
            whitened = whitened_vectors(swept.images, plan, desk)
            said = Answer(findings=findings(found, whitened, plan))
            advance(1)
            along = of_sweep(swept, plan, desk, advance)
        used = Answer(findings=(*_refused(found), *found.sample.finding("The DBSCAN map")))
        return joined(mapped, said, along, used)


def _refused(found: Map) -> tuple[Finding, ...]:
    """Say so where the memory was too little for all images."""
    if found.refused is None:
        return ()
    n, need, have = found.refused
    words = (
        f"The DBSCAN map of {n:,} images needs {need / 1e9:.2f} GB and {have / 1e9:.2f} GB may be used; "
        f"it rests on {len(found.sample):,} images."
    )
    return (Finding("S3", Level.WARNING, words),)


QUESTION = DBSCANQuestion()
