"""The numbers of clusters that k-means suggests, from a sample clustered into each k up to 20."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Table
from inkcluster.study.run.step import step, used_by
from inkcluster.study.steps import samples as drawing
from inkcluster.words import listed, percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import KSuggestion
    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MAX_K = 20
STARTS = 2
MAX_SILHOUETTE_IMAGES, MAX_GAP_IMAGES = 2000, 500
_PANELS = {
    "inertia": "Inertia",
    "silhouette_simplified": "Silhouette, simplified",
    "silhouette": "Silhouette",
    "calinski_harabasz": "Calinski–Harabasz",
    "davies_bouldin": "Davies–Bouldin (small is good)",
    "gap": "Gap statistic",
}


@dataclass(frozen=True, eq=False)
class KRange:
    """The clusterings of a sample into 1 to 20 clusters and the number that each criterion suggests.

    Parameters
    ----------
    sample : Sample
    scores : DataFrame
        A row for each k: the columns of `k_scores` and `gap_statistic`.
    flows : DataFrame
        As `clustergram` gives it.
    suggested : mapping of str to KSuggestion
    used : int
        The plan's k.
    """

    sample: drawing.Sample
    scores: pd.DataFrame
    flows: pd.DataFrame
    suggested: Mapping[str, KSuggestion]
    used: int

    def figures(self) -> list[Figure]:
        """The criteria along k, and the clustergram."""
        from inkcluster.figures import Clustergram, KCurves

        at = {name: one.k for name, one in self.suggested.items() if one.k is not None}
        curves = KCurves(
            "k-curves",
            "Criteria for the number of clusters",
            f"Six criteria for each k on {several(len(self.sample), 'image')}, without labels. They "
            f"suggest {said(self.suggested)}.",
            ks=self.scores["k"].tolist(),
            curves={words: self.scores[name].to_numpy() for name, words in _PANELS.items()},
            suggested={words: at[name] for name, words in _PANELS.items() if name in at},
            errors={_PANELS["gap"]: self.scores["gap_error"].to_numpy()},
            used=self.used,
        )
        k, share = self._steadiest()
        flows = Clustergram(
            "clustergram",
            "How the clusters split as k grows",
            "Each cluster is drawn at the mean score of its members on the first principal component; "
            f"thick lines are clusters that stay together. They change least from {k} to {k + 1} "
            f"clusters: {percent(share)} of the images stay with the larger part of their cluster.",
            self.flows,
            self.used,
        )
        return [curves, flows]

    def table(self) -> Table:
        """One row for each k."""
        frame = self.scores.copy()
        by_k = _by_k(self.suggested, weak=" (weak)")
        frame["suggested_by"] = [", ".join(by_k.get(k, [])) for k in frame["k"].tolist()]
        n = len(self.sample)
        says = (
            f"K-means of {several(n, 'image')} for each k, each the best of {STARTS + 1} starts. The "
            f"silhouette uses {min(n, MAX_SILHOUETTE_IMAGES):,} of them, the gap statistic "
            f"{min(n, MAX_GAP_IMAGES):,}."
        )
        return Table("k-range", "The criteria for each number of clusters", says, frame)

    def _steadiest(self) -> tuple[int, float]:
        """The k > 1 at which most images stay together up to the next k, and their share."""
        frame = self.flows[self.flows["k"] > 1]
        largest = frame.groupby(["k", "cluster"])["flow"].max().groupby("k").sum()
        best = int(largest.to_numpy().argmax())
        return int(largest.index.to_numpy()[best]), float(largest.max() / len(self.sample))


def find(images: ImageSet, plan: Plan, desk: Desk) -> KRange | None:
    """Cluster a sample into each number of clusters; None if fewer than four images differ."""
    found = suggestions(images, plan, desk)
    if found is None:
        return None
    sample, kept, suggested = found
    return KRange(sample, _frame(kept, "score-"), _frame(kept, "flow-"), suggested, plan.k)


def suggestions(
    images: ImageSet, plan: Plan, desk: Desk
) -> tuple[drawing.Sample, Mapping[str, NDArray[Any]], Mapping[str, KSuggestion]] | None:
    """The sample, its scores for each k, and the suggestions; the plan's k is not read."""
    from inkcluster.evaluate import suggest_k

    sample = drawing.draw(images, plan.compare_sample, plan)
    distinct = len({row.tobytes() for row in sample.images.flat()})
    if distinct < 4:
        return None
    kept = k_range(plan, desk, sample=sample, most=min(MAX_K, distinct - 1))
    return sample, kept, suggest_k(_frame(kept, "score-"))


def said(suggested: Mapping[str, KSuggestion]) -> str:
    """``2 (Calinski–Harabasz) and 9 (the silhouette and Davies–Bouldin), none clearly``."""
    from inkcluster.evaluate.number.k_suggestion import CRITERIA

    by_k = sorted(_by_k(suggested, weak="").items())
    numbers = listed(f"{k} ({listed(who)})" for k, who in by_k)
    clear = [words for name, words in CRITERIA.items() if suggested[name].clear]
    if len(clear) == len(CRITERIA):
        return f"{numbers}, all clearly"
    return f"{numbers}, {f'clearly only {listed(clear)}' if clear else 'none clearly'}"


def span(suggested: Mapping[str, KSuggestion]) -> tuple[int, int]:
    """The least and the greatest number that a criterion suggests."""
    numbers = [one.k for one in suggested.values() if one.k is not None]
    return min(numbers), max(numbers)


def _by_k(suggested: Mapping[str, KSuggestion], weak: str) -> dict[int, list[str]]:
    """The criteria that suggest each number; `weak` follows those that are not clear about it."""
    from inkcluster.evaluate.number.k_suggestion import CRITERIA

    by_k: dict[int, list[str]] = {}
    for name, words in CRITERIA.items():
        if (k := suggested[name].k) is not None:
            by_k.setdefault(k, []).append(words + ("" if suggested[name].clear else weak))
    return by_k


def _frame(kept: Mapping[str, NDArray[Any]], start: str) -> pd.DataFrame:
    """The arrays whose names begin with `start`, as columns."""
    import pandas as pd

    return pd.DataFrame({n.removeprefix(start): a for n, a in kept.items() if n.startswith(start)})


@step(uses=("seed", "scaling"))
def k_range(
    plan: Plan, desk: Desk, *, sample: drawing.Sample, most: int
) -> dict[str, NDArray[Any]]:
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


USES = used_by(k_range, "compare_sample", *drawing.SAMPLE_USES)
"""The plan's values that :func:`suggestions` depends on."""
