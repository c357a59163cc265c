"""Question 5: which `eps` and `min_samples` make DBSCAN say something, and what is noise to it?"""

from __future__ import annotations

from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, joined
from inkcluster.study.questions.dbscan.chosen import of_chosen
from inkcluster.study.questions.dbscan.figures import of_distances, of_map
from inkcluster.study.questions.dbscan.hdbscan import of_hdbscan
from inkcluster.study.questions.dbscan.sweep import of_sweep
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.step import used_by
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps.dbscan_map import MAP_USES, dbscan_map
from inkcluster.study.steps.density import SWEEP_USES
from inkcluster.study.steps.hdbscan import run
from inkcluster.study.steps.samples import PIXELS, Sample, space_of, whitened_vectors, within_memory


class DBSCANQuestion:
    """Which eps and min_samples make DBSCAN say something, and what does it call noise?"""

    key = "dbscan"
    number = 5
    title = "Which eps and min_samples make DBSCAN say something, and what does it call noise?"
    uses = used_by(*MAP_USES, "sweep_sample", *SWEEP_USES)
    revision = 6

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Map eps × min_samples on scaled pixels, then sweep eps after PCA whitening."""
        with desk.progress.task("DBSCAN", total=6) as advance:
            found, map_rests = within_memory(
                "The DBSCAN map",
                images,
                plan.map_sample,
                plan,
                lambda sample: dbscan_map(sample, plan, desk),
            )
            advance(1)
            kept = run(
                found.vectors,
                desk,
                found.lists,
                sample=found.sample,
                space=space_of(PIXELS, plan),
                min_samples=plan.min_samples,
            )
            advance(1)
            mapped = joined(of_map(found), of_chosen(found, kept), of_hdbscan(found, kept))
            advance(1)

            def sweep(sample: Sample) -> Answer:
                distances = of_distances(found, whitened_vectors(sample, plan, desk), plan)
                return joined(distances, of_sweep(sample, plan, desk, advance))

            what = "The sweep after PCA whitening"
            swept, sweep_rests = within_memory(what, images, plan.sweep_sample, plan, sweep)
            advance(1)
        return joined(mapped, swept, Answer(findings=(*map_rests, *sweep_rests)))


QUESTION = DBSCANQuestion()
