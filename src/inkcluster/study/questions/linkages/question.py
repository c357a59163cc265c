"""Question 4: what do the linkages give at k clusters?"""

from __future__ import annotations

from typing import Any

import numpy as np

from inkcluster.images import ImageSet
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.linkages import figures as draw
from inkcluster.study.questions.linkages.cut import MIN_SHARE_CHAINED, Cut, Cuts
from inkcluster.study.questions.linkages.findings import answered, of_cuts
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps import hierarchies
from inkcluster.words import percent, sentence, several


class LinkagesQuestion:
    """What do the linkages give at k clusters?"""

    key = "linkages"
    number = 4
    title = (
        "What do the linkages (ward, single, average, complete, weighted, centroid, median) "
        "give at k clusters?"
    )
    uses = ("k", *hierarchies.USES)
    revision = 7

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Build all seven hierarchies of the raw pixels and cut each into k."""
        cuts = Cuts(images, plan, desk)
        figures = [draw.sizes(cuts), draw.centres(cuts)]
        figures += [draw.members(cuts, method) for method in cuts.apart]
        figures += [draw.outsiders(cuts)] if cuts.chained else []
        figures += [draw.scoreboard(cuts), draw.along(cuts)] if cuts.scores else []
        figures += [draw.agreement(cuts), draw.dendrograms(cuts)]
        return Answer(
            tuple(figures),
            (_table(cuts),),
            of_cuts(cuts),
            cuts.arrays(),
            says=answered(cuts),
            face="sizes",
            partitions=cuts.partitions(),
        )


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
        f"{sentence(several(len(cuts.chained), 'linkage'))} of {len(cuts.methods)} chain: the largest "
        f"cluster holds more than {percent(MIN_SHARE_CHAINED)} of the {len(cuts.widest):,} images."
    )
    return Table("linkages", "The linkages", says, pd.DataFrame(rows))


def _judged(cut: Cut) -> dict[str, float]:
    """The ARI at k, the best ARI along the hierarchy, and its number of clusters."""
    if cut.scores is None or cut.along is None:
        return {}
    return {"ARI": cut.scores.ari, "best_ARI": float(cut.along.max()), "best_clusters": cut.best}


QUESTION = LinkagesQuestion()
