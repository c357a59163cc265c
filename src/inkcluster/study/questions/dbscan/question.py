"""Question 5: which `eps` and `min_samples` make DBSCAN say something, and what is noise to it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inkcluster.errors import TooLittleMemoryError
from inkcluster.study.answer import Answer, Finding, Level, joined
from inkcluster.study.questions.dbscan.chosen import of_chosen
from inkcluster.study.questions.dbscan.findings import findings
from inkcluster.study.questions.dbscan.hdbscan import hdbscan, of_hdbscan
from inkcluster.study.questions.dbscan.map import FALLBACK, MAP_USES, sweep_the_map
from inkcluster.study.questions.dbscan.map_figures import of_map
from inkcluster.study.questions.dbscan.sweep import of_sweep
from inkcluster.study.steps.density import ALONG_USES, whitened_vectors
from inkcluster.study.steps.samples import draw

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.questions.dbscan.map import Map
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan
    from inkcluster.study.steps.samples import Sample

    Refusal = tuple[int, int, int]


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
            swept, said, refused = _swept(images, found, plan, desk, advance)
        rests = (
            *_refused("The DBSCAN map", found.refused, found.sample),
            *found.sample.finding("The DBSCAN map"),
            *_refused("The sweep after PCA whitening", refused, swept),
        )
        return joined(mapped, said, Answer(findings=rests))


def _swept(
    images: ImageSet, found: Map, plan: Plan, desk: Desk, advance: Callable[[float], None]
) -> tuple[Sample, Answer, Refusal | None]:
    """The findings on the map and the sweep, on fewer images where all do not fit into memory."""
    size, refused = plan.sweep_sample, None
    while True:
        swept = draw(images, size, plan)
        said = Answer(findings=findings(found, whitened_vectors(swept.images, plan, desk), plan))
        try:
            along = of_sweep(swept, plan, desk, advance)
        except TooLittleMemoryError as error:
            if size <= FALLBACK:
                raise
            size, refused = FALLBACK, (size, error.need, error.have)
            continue
        advance(1)
        return swept, joined(said, along), refused


def _refused(what: str, refused: Refusal | None, sample: Sample) -> tuple[Finding, ...]:
    """Say so where the memory was too little for all images."""
    if refused is None:
        return ()
    n, need, have = refused
    words = (
        f"{what} of {n:,} images needs {need / 1e9:.2f} GB and {have / 1e9:.2f} GB may be used; "
        f"it rests on {len(sample):,} images."
    )
    return (Finding("S3", Level.WARNING, words),)


QUESTION = DBSCANQuestion()
