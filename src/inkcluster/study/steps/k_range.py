"""The step that clusters a sample into each number of clusters, and the numbers it suggests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.run.step import step, used_by
from inkcluster.study.steps.samples import SAMPLE_USES, Sample, draw

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import KSuggestion
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MAX_K = 20
STARTS = 2
MAX_SILHOUETTE_IMAGES, MAX_GAP_IMAGES = 2000, 500


@dataclass(frozen=True, eq=False)
class KRange:
    """The clusterings of a sample into 1 to 20 clusters, and the number that each criterion suggests.

    `scores` has a row for each k with the columns of `k_scores` and `gap_statistic`; `flows` is what
    `clustergram` gives.
    """

    sample: Sample
    scores: pd.DataFrame
    flows: pd.DataFrame
    suggested: Mapping[str, KSuggestion]


def find(images: ImageSet, plan: Plan, desk: Desk) -> KRange | None:
    """Cluster a sample into each number of clusters; None if fewer than four images differ."""
    from inkcluster.evaluate import suggest_k

    sample = draw(images, plan.compare_sample, plan)
    distinct = len({row.tobytes() for row in sample.images.flat()})
    if distinct < 4:
        return None
    kept = k_range(plan, desk, sample=sample, most=min(MAX_K, distinct - 1))
    scores = _frame(kept, "score-")
    return KRange(sample, scores, _frame(kept, "flow-"), suggest_k(scores))


def span(suggested: Mapping[str, KSuggestion]) -> tuple[int, int]:
    """The least and the greatest number that a criterion suggests."""
    numbers = [one.k for one in suggested.values() if one.k is not None]
    return min(numbers), max(numbers)


def _frame(kept: Mapping[str, NDArray[Any]], start: str) -> pd.DataFrame:
    """The arrays whose names begin with `start`, as columns."""
    import pandas as pd

    return pd.DataFrame({n.removeprefix(start): a for n, a in kept.items() if n.startswith(start)})


@step(uses=("seed", "scaling"))
def k_range(plan: Plan, desk: Desk, *, sample: Sample, most: int) -> dict[str, NDArray[Any]]:
    """Cluster the sample into 1 to `most` clusters and score each."""
    from inkcluster.cluster import kmeans_range
    from inkcluster.evaluate import clustergram, gap_statistic, k_scores
    from inkcluster.features import make
    from inkcluster.images import sample_index

    images = sample.images
    vectors = np.asarray(make(plan.scaling, np.float32).fit_transform(images), np.float32)
    some = np.sort(
        sample_index(len(images), min(MAX_GAP_IMAGES, len(images)), plan.seed, replace=False)
    )
    ks = range(1, most + 1)
    labels = kmeans_range(vectors, ks, n_init=STARTS, random_state=plan.seed).labels
    with desk.progress.task("criteria for each k", total=2) as advance:
        scores = k_scores(vectors, labels, sample=MAX_SILHOUETTE_IMAGES, random_state=plan.seed)
        advance(1)
        flows = clustergram(vectors, labels)
        advance(1)
    few = len(np.unique(vectors[some], axis=0))
    gaps = gap_statistic(vectors[some], range(1, min(most, few) + 1), random_state=plan.seed)
    both = scores.merge(gaps, on="k", how="left")
    return {f"score-{name}": both[name].to_numpy() for name in both} | {
        f"flow-{name}": flows[name].to_numpy() for name in flows
    }


USES = used_by(k_range, "compare_sample", *SAMPLE_USES)
"""The plan's values that :func:`find` depends on."""
