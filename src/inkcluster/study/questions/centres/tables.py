"""The tables of question 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inkcluster.study.answer import Table
from inkcluster.study.questions.centres.figures import criteria_by_k
from inkcluster.study.questions.parts import judging
from inkcluster.study.steps.k_range import MAX_GAP_IMAGES, MAX_SILHOUETTE_IMAGES, STARTS
from inkcluster.words import sentence, several

if TYPE_CHECKING:
    from inkcluster.study.questions.centres.question import Clusters
    from inkcluster.study.steps.k_range import KRange


def clusters(work: Clusters) -> Table:
    """One row for each cluster."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "cluster": np.arange(work.k),
            "size": work.sizes,
            "share": work.sizes / len(work.labels),
            "cohesion": work.cohesion,
        }
    )
    if work.match is not None:
        frame = frame.join(judging.cluster_columns(work.match))
    says = (
        f"The clusters hold {work.sizes[-1]:,} to {work.sizes[0]:,} images. Cohesion is the mean "
        "distance of the members to their centre, divided by the mean distance of all images to "
        "their common centre; smaller is tighter."
    )
    return Table("clusters", "The clusters", says, frame)


def suspects(work: Clusters) -> list[Table]:
    """The ranked images whose label and cluster disagree; none where all agree."""
    from inkcluster.evaluate.labels.suspects import far_from_label

    assert work.images.labels is not None
    assert work.match is not None
    odd = far_from_label(work.images.labels, work.labels, work.vectors, work.middle, work.match)
    if odd.empty:
        return []
    frame = odd.iloc[: judging.MAX_SUSPECTS].rename(
        columns={
            "index": "image",
            "suggested": "cluster's class",
            "distance_of_label": "to its label's cluster",
        }
    )
    frame = frame.round({"distance": 3, "to its label's cluster": 3})
    listed = f"; the first {judging.MAX_SUSPECTS} are listed" if len(odd) > len(frame) else ""
    says = (
        f"{sentence(several(len(odd), 'image'))} whose label is not the largest class of the cluster"
        f"{listed}. The first are much nearer to their own cluster than to any cluster of their label. "
        "`image` counts from 0 in the whole set."
    )
    return [Table("suspects", "Images whose label and cluster disagree", says, frame)]


def k_range(found: KRange) -> Table:
    """One row for each k."""
    frame = found.scores.copy()
    by_k = criteria_by_k(found.suggested, weak=" (weak)")
    frame["suggested_by"] = [", ".join(by_k.get(k, [])) for k in frame["k"].tolist()]
    n = len(found.sample)
    says = (
        f"K-means of {several(n, 'image')} for each k, each the best of {STARTS + 1} starts. The "
        f"silhouette uses {min(n, MAX_SILHOUETTE_IMAGES):,} of them, the gap statistic "
        f"{min(n, MAX_GAP_IMAGES):,}."
    )
    return Table("k-range", "The criteria for each number of clusters", says, frame)
