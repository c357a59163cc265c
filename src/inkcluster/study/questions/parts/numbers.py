"""What all methods together say about the number of clusters, and whether there is a natural one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inkcluster.study.answer import Finding, Level, Table
from inkcluster.study.questions.parts.k_range import said
from inkcluster.study.questions.parts.suggesting import CLEAR, HOLDS, strength
from inkcluster.words import listed, percent, several

if TYPE_CHECKING:
    from inkcluster.evaluate import KSuggestion
    from inkcluster.study.questions.parts.suggesting import Verdict

HIERARCHY, KMEANS = "Ward's hierarchy", "k-means"


@dataclass(frozen=True)
class Numbers:
    """The hierarchy's suggestion beside those of the criteria of k-means.

    Parameters
    ----------
    verdict : Verdict
    criteria : mapping of str to KSuggestion or None
        As :func:`inkcluster.evaluate.suggest_k` gives them; None where fewer than four images
        differ.
    """

    verdict: Verdict
    criteria: Mapping[str, KSuggestion] | None

    @property
    def natural(self) -> int | None:
        """The number that the hierarchy and k-means both clearly suggest; None where there is none."""
        together = self.criteria["together"] if self.criteria is not None else None
        same = together is not None and together.clear and together.k == self.verdict.k
        return self.verdict.k if same and self.verdict.clear else None

    def table(self) -> Table:
        """One row for each way to suggest a number."""
        import pandas as pd

        from inkcluster.evaluate.number.k_suggestion import CRITERIA

        verdict = self.verdict
        rows = [
            {
                "method": HIERARCHY,
                "by": f"the largest relative gap, {verdict.total:,} images",
                "k": verdict.k,
                "clear": verdict.clear,
                "why": f"{strength(verdict.strength)} the next gap, at {verdict.runner_up}; "
                f"{percent(verdict.share)} of {several(verdict.n, 'resample')} say the same",
            }
        ]
        for name, words in CRITERIA.items():
            one = self.criteria[name] if self.criteria is not None else None
            if one is not None and one.k is not None:
                rows.append(
                    {
                        "method": KMEANS,
                        "by": words,
                        "k": one.k,
                        "clear": one.clear,
                        "why": one.reason,
                    }
                )
        frame = pd.DataFrame(rows)
        clear = frame[frame["clear"]]
        says = (
            f"{several(len(frame), 'way', 'ways')} to suggest a number of clusters, none of which "
            f"reads labels: {several(len(set(frame['k'])), 'different number')} in all"
        )
        says += f", clearly {listed(sorted(set(clear['k'])))}." if len(clear) else ", none clearly."
        return Table("numbers", "What each method suggests", says[:1].upper() + says[1:], frame)

    def finding(self) -> Finding:
        """H4: whether the methods agree, and whether there is a natural number."""
        if self.natural is not None:
            words = (
                f"There is a natural number of clusters, {self.natural}: {self._hierarchy()}, and "
                f"{self._kmeans()}."
            )
            return Finding("H4", Level.OK, words)
        together = self.criteria["together"] if self.criteria is not None else None
        if together is not None and together.k == self.verdict.k:
            how = f"both suggest {self.verdict.k}, but not clearly enough"
        else:
            how = "the methods do not agree"
        words = (
            f"There is no natural number of clusters here; {how}: {self._hierarchy()}, and "
            f"{self._kmeans()}."
        )
        return Finding("H4", Level.NOTICE, words)

    def _hierarchy(self) -> str:
        verdict = self.verdict
        least = min(share for _, share in verdict.by_size.values())
        return (
            f"Ward's hierarchy says {verdict.k}, its largest relative gap {strength(verdict.strength)} "
            f"the next (from {CLEAR:g} on it stands out), and {percent(least)} or more of the resamples "
            f"of each size say so too (from {percent(HOLDS)} on it holds)"
        )

    def _kmeans(self) -> str:
        if self.criteria is None:
            return "k-means says nothing, since fewer than four images differ"
        return f"k-means {said(self.criteria)}"
