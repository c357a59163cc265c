"""Question 3: how many clusters does the hierarchy suggest, and does that hold over resamples?"""

from __future__ import annotations

from inkcluster.evaluate import along_hierarchy
from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer
from inkcluster.study.questions.hierarchy import figures as draw
from inkcluster.study.questions.hierarchy import findings, suggesting, tables
from inkcluster.study.questions.hierarchy.samples import resampled
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.step import used_by
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps import hierarchies, k_range


class HierarchyQuestion:
    """How many clusters does the hierarchy suggest, and does that hold over resamples?"""

    key = "hierarchy"
    number = 3
    title = "How many clusters does the hierarchy suggest, and does that hold over resamples?"
    uses = used_by("sample_sizes", "resamples", *hierarchies.USES, *k_range.USES)
    revision = 7

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Build Ward's hierarchies of all raw pixels and of samples; each suggests a number."""
        ward = hierarchies.build(images, plan, desk, "ward")
        shown = ward.sample.images
        samples = resampled(images, plan, desk)
        frame = suggesting.frame(samples)
        verdict = suggesting.Verdict.of(suggesting.read(ward.Z), len(ward), frame)
        found = k_range.find(images, plan, desk)
        criteria = found.suggested if found is not None else None
        along = along_hierarchy(ward.Z, shown.labels) if shown.labels is not None else None
        k, every = verdict.k, "all " if len(ward) == len(images) else ""
        panels = [
            (f"{n:,} images", one["linkage"], int(one["k"][0, 0])) for n, one in samples.items()
        ]
        panels.append((f"{every}{len(ward):,} images", ward.Z, k))
        figures = (
            draw.tree(shown, ward.Z, k),
            *draw.counts(frame, verdict),
            draw.heights(panels),
            *([draw.along(shown, along, k)] if along is not None else []),
            draw.plain(ward.Z, k),
            draw.dendrograms(panels),
            draw.small(images, plan),
        )
        said = (
            *findings.of_number(verdict, criteria),
            *findings.of_labels(shown, along, k),
            *findings.of_samples(images, plan, ward, list(samples)),
        )
        arrays = {"linkage": ward.Z, "index": ward.index}
        for size, sample in samples.items():
            arrays |= {f"{name}_{size}": array for name, array in sample.items()}
        if along is not None:
            arrays |= {f"along_{name}": along[name].to_numpy() for name in along}
        shown_tables = (
            tables.numbers(verdict, criteria),
            tables.typical(frame, verdict),
            tables.suggestions(frame),
        )
        return Answer(
            figures, shown_tables, said, arrays, says=findings.answered(verdict), face="tree"
        )


QUESTION = HierarchyQuestion()
