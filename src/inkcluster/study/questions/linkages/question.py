"""Question 4: what do the linkages give at k clusters?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.questions.linkages import figures as draw
from inkcluster.study.questions.linkages.cut import CHAINED, Cut, Cuts
from inkcluster.study.steps import hierarchies
from inkcluster.words import decimals, listed, percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan


class LinkagesQuestion:
    """What do the linkages give at k clusters?"""

    key = "linkages"
    number = 4
    title = (
        "What do the linkages (ward, single, average, complete, weighted, centroid, median) "
        "give at k clusters?"
    )
    uses = ("k", *hierarchies.USES)
    revision = 2

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Build all seven hierarchies of the raw pixels and cut each into k."""
        cuts = Cuts(images, plan, desk)
        figures = [draw.sizes(cuts), draw.centres(cuts), *draw.members(cuts)]
        figures += [draw.outsiders(cuts)] if cuts.chained else []
        figures += [draw.scoreboard(cuts)] if cuts.scores is not None else []
        figures += [draw.along(cuts)] if cuts.scores is not None else []
        figures += [draw.agreement(cuts), draw.dendrograms(cuts)]
        findings = (_chaining(cuts), _differences(cuts), *_sampled(cuts), *_refused(cuts))
        return Answer(tuple(figures), (_table(cuts),), findings, cuts.arrays())


def _table(cuts: Cuts) -> Table:
    """One row for each linkage."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "linkage": method,
            "images": len(cut.tree),
            "clusters": cuts.k,
            "largest": int(cuts.sizes[method][0]),
            "largest_share": cuts.largest[method],
            "smallest": int(cuts.sizes[method][-1]),
            "single_images": int(np.sum(cuts.sizes[method] == 1)),
            "chains": method in cuts.chained,
        }
        | _judged(cut)
        for method, cut in cuts.of.items()
    ]
    says = (
        f"{len(cuts.chained)} of {len(cuts.methods)} linkages chain: their largest cluster "
        f"holds more than {percent(CHAINED)} of the {len(cuts.widest):,} images."
    )
    return Table("linkages", "The linkages", says, pd.DataFrame(rows))


def _judged(cut: Cut) -> dict[str, float]:
    """The ARI at k, and where along the hierarchy it is best."""
    if cut.scores is None or cut.along is None:
        return {}
    return {"ARI": cut.scores.ari, "best_ARI": float(cut.along.max()), "best_clusters": cut.best}


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
        f"The ARI between two linkages at {cuts.k} clusters runs from {decimals(low)} ({c} and {d}) "
        f"to {decimals(high)} ({a} and {b})"
    )
    if cuts.scores is not None:
        best, worst = cuts.ranked()
        words += (
            f"; {best} agrees best with the labels (ARI {decimals(cuts.scores[best].ari)}), {worst} "
            f"least ({decimals(cuts.scores[worst].ari)})"
        )
    return Finding("L2", Level.OK if low >= 0.5 else Level.NOTICE, f"{words}.")


def _sampled(cuts: Cuts) -> list[Finding]:
    """Say that a sample was asked for."""
    n = len(cuts.widest)
    if n == cuts.total:
        return []
    words = (
        f"The linkages were built on {n:,} of {cuts.total:,} images, drawn "
        f"{'with' if cuts.plan.replace else 'without'} replacement."
    )
    return [Finding("S3", Level.NOTICE, words)]


def _refused(cuts: Cuts) -> list[Finding]:
    """Say which linkages rest on a sample since the memory is too little for all images."""
    found = []
    for method in cuts.refused:
        tree = cuts.of[method].tree
        assert tree.refused is not None
        n, need, have = tree.refused
        words = (
            f"The {method} linkage of {n:,} images needs {need / 1e9:.2f} GB and {have / 1e9:.2f} GB "
            f"may be used; it was built on {len(tree):,} images, drawn at random, and is compared with "
            "the others on these."
        )
        found.append(Finding("S3", Level.WARNING, words))
    return found


def _does(methods: list[str]) -> str:
    return "does" if len(methods) == 1 else "do"


QUESTION = LinkagesQuestion()
