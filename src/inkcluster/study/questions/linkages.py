"""Question 4: what do the linkages give at k clusters?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions import linkages_figures as draw
from inkcluster.study.questions.linkages_cut import CHAINED, Cuts
from inkcluster.study.wording import listed, percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan


class LinkagesQuestion:
    """What do the linkages give at k clusters?"""

    key = "linkages"
    number = 4
    title = (
        "What do the linkages (ward, single, average, complete, weighted, centroid, median) "
        "give at k clusters?"
    )
    uses = ("seed", "k", "replace", "linkage_sample")
    revision = 1

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Build all seven hierarchies of one sample of the raw pixels and cut each into k."""
        cuts = Cuts(images, plan, desk)
        figures = [draw.sizes(cuts), draw.centres(cuts), *draw.members(cuts)]
        figures += [draw.outsiders(cuts)] if cuts.chained else []
        figures += [draw.scoreboard(cuts)] if cuts.scores is not None else []
        figures += [draw.agreement(cuts), draw.dendrograms(cuts)]
        findings = (_chaining(cuts), _differences(cuts), *_sampled(cuts))
        return Answer(tuple(figures), (_table(cuts),), findings, cuts.arrays())


def _table(cuts: Cuts) -> Table:
    """One row for each linkage."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "linkage": method,
            "clusters": cuts.k,
            "largest": int(cuts.sizes[method][0]),
            "largest_share": cuts.largest[method],
            "smallest": int(cuts.sizes[method][-1]),
            "single_images": int(np.sum(cuts.sizes[method] == 1)),
            "chains": method in cuts.chained,
        }
        | ({} if cuts.scores is None else {"ARI": cuts.scores[method].ari})
        for method in cuts.methods
    ]
    says = (
        f"{len(cuts.chained)} of {len(cuts.methods)} linkages chain: their largest cluster "
        f"holds more than {percent(CHAINED)} of the {len(cuts.sample):,} images."
    )
    return Table("linkages", "The linkages", says, pd.DataFrame(rows))


def _chaining(cuts: Cuts) -> Finding:
    if not cuts.chained:
        widest = max(cuts.methods, key=lambda m: cuts.largest[m])
        words = (
            f"No linkage chains at {cuts.k} clusters: the largest cluster of all, of {widest}, "
            f"holds {percent(cuts.largest[widest])} of the images."
        )
        return Finding("L1", Level.OK, words)
    shares = listed((f"{m} ({percent(cuts.largest[m])})" for m in cuts.chained), 7)
    rest = f"; {listed(cuts.apart, 7)} {_does(cuts.apart)} not" if cuts.apart else ""
    words = (
        f"{several(len(cuts.chained), 'linkage')} of {len(cuts.methods)} "
        f"{'chains' if len(cuts.chained) == 1 else 'chain'} at {cuts.k} clusters, with one "
        f"cluster that holds more than {percent(CHAINED)} of the images: {shares}{rest}."
    )
    return Finding("L1", Level.WARNING, sentence(words))


def _differences(cuts: Cuts) -> Finding:
    (a, b), high, (c, d), low = cuts.pairs()
    words = (
        f"The ARI between two linkages at {cuts.k} clusters runs from {low:.3f} ({c} and {d}) "
        f"to {high:.3f} ({a} and {b})"
    )
    if cuts.scores is not None:
        best, worst = cuts.ranked()
        words += (
            f"; {best} agrees best with the labels (ARI {cuts.scores[best].ari:.3f}), {worst} "
            f"least ({cuts.scores[worst].ari:.3f})"
        )
    return Finding("L2", Level.OK if low >= 0.5 else Level.NOTICE, f"{words}.")


def _sampled(cuts: Cuts) -> list[Finding]:
    """Say that a sample was used, and what all images would have taken."""
    if len(cuts.index) >= cuts.total and not cuts.plan.replace:
        return []
    need = 8 * cuts.total * (cuts.total - 1) / 2
    words = (
        f"The linkages were built on {len(cuts.index):,} of {cuts.total:,} images, drawn "
        f"{'with' if cuts.plan.replace else 'without'} replacement: the distances between all "
        f"of them would take {_bytes(need)}, those of the sample take "
        f"{_bytes(8 * len(cuts.index) * (len(cuts.index) - 1) / 2)}."
    )
    return [Finding("S3", Level.NOTICE, words)]


def _bytes(size: float) -> str:
    """A size in memory, in units of a thousand."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _does(methods: list[str]) -> str:
    return "does" if len(methods) == 1 else "do"


QUESTION = LinkagesQuestion()
