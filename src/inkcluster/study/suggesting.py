"""What many hierarchies together suggest as the number of clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level, Table
from inkcluster.study.wording import listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure

RULES = ("gap", "ratio")
"""The first one decides: it is how people read a dendrogram."""
RULE_NAMES = {"gap": "largest gap", "ratio": "largest relative gap"}
COLUMNS = ("k", "strength", "runner_up")
HOLDS = 0.5
"""A suggestion holds when at least this share of the resamples of each size make it."""


def read(Z: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """What one hierarchy suggests by each rule: arrays of shape (2,), in the order of RULES."""
    from inkcluster.evaluate import suggestions

    found = suggestions(Z)
    return {name: np.array([getattr(found[rule], name) for rule in RULES]) for name in COLUMNS}


def frame(suggested: Mapping[int, Mapping[str, NDArray[Any]]]) -> pd.DataFrame:
    """One row for each sample size, resample and rule.

    Parameters
    ----------
    suggested : mapping of int to mapping
        For each sample size the arrays of :func:`read`, stacked to (resamples, 2).
    """
    import pandas as pd

    rows = [
        {"sample_size": size, "resample": i + 1, "rule": rule}
        | {name: arrays[name][i, j].item() for name in COLUMNS}
        for size, arrays in suggested.items()
        for i in range(len(arrays["k"]))
        for j, rule in enumerate(RULES)
    ]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Verdict:
    """The typical suggestion and how far it holds.

    Parameters
    ----------
    k : int
        The number that the deciding rule suggests most often; the smallest among equals.
    share : float
        Share of all resamples in which the deciding rule suggests it.
    by_size : mapping of int to (int, float)
        For each sample size its own most frequent suggestion, and the share that make `k`.
    other : int
        What the other rule suggests most often.
    other_share : float
        Share of all resamples in which it does.
    agree : float
        Share of the resamples in which both rules suggest the same.
    n : int
        Resamples in all.
    """

    k: int
    share: float
    by_size: Mapping[int, tuple[int, float]]
    other: int
    other_share: float
    agree: float
    n: int

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Read it off the table of :func:`frame`."""
        deciding, other = (frame[frame["rule"] == rule] for rule in RULES)
        k, other_k = mode(deciding["k"]), mode(other["k"])
        by_size = {
            int(size): (mode(rows["k"]), float((rows["k"] == k).mean()))
            for size, rows in deciding.groupby("sample_size")
        }
        return cls(
            k=k,
            share=float((deciding["k"] == k).mean()),
            by_size=by_size,
            other=other_k,
            other_share=float((other["k"] == other_k).mean()),
            agree=float(np.mean(deciding["k"].to_numpy() == other["k"].to_numpy())),
            n=len(deciding),
        )

    @property
    def holds(self) -> bool:
        """Whether at least half of the resamples of each size suggest `k`."""
        return all(share >= HOLDS for _, share in self.by_size.values())


def mode(values: Any) -> int:
    """The most frequent number, the smallest among equals.

    Examples
    --------
    >>> mode([5, 4, 5, 4, 9])
    4
    """
    numbers, counts = np.unique(np.asarray(values), return_counts=True)
    return int(numbers[np.argmax(counts)])


def counts_figures(frame: pd.DataFrame, verdict: Verdict) -> list[Figure]:
    """How often each number is suggested at each sample size, a figure for each rule."""
    from inkcluster.figures import SuggestionCounts

    figures: list[Figure] = []
    for rule in RULES:
        rows = frame[frame["rule"] == rule]
        counts = rows.groupby(["sample_size", "k"]).size().rename("count").reset_index()
        k = verdict.k if rule == RULES[0] else verdict.other
        share = verdict.share if rule == RULES[0] else verdict.other_share
        others = sorted(set(rows["k"].tolist()) - {k})
        says = (
            f"By the {RULE_NAMES[rule]} in the merge heights, {several(k, 'cluster')} are "
            f"suggested by {round(share * verdict.n)} of {several(verdict.n, 'sample')}"
        )
        says += f"; the others say {listed(others)}." if others else "."
        name = "suggestions" if rule == RULES[0] else f"suggestions-{rule}"
        title = f"The number of clusters suggested by the {RULE_NAMES[rule]}"
        figures.append(SuggestionCounts(name, title, says, frame_=counts))
    return figures


def summary(frame: pd.DataFrame) -> Table:
    """For each sample size and rule the most frequent suggestion and its share."""
    import pandas as pd

    rows = []
    for (size, rule), part in frame.groupby(["sample_size", "rule"], sort=True):
        k = mode(part["k"])
        rows.append(
            {
                "sample_size": size,
                "rule": rule,
                "resamples": len(part),
                "k": k,
                "share": float((part["k"] == k).mean()),
                "least": int(part["k"].min()),
                "most": int(part["k"].max()),
            }
        )
    found = pd.DataFrame(rows)
    firmest = found.loc[found["share"].idxmax()]
    says = (
        f"The most frequent suggestion of each size and rule; the firmest is {firmest['k']} at "
        f"{firmest['sample_size']:,} images by the {firmest['rule']} rule, made by "
        f"{percent(firmest['share'])} of its resamples."
    )
    return Table("typical", "The typical suggestion", says, found)


def findings(verdict: Verdict) -> list[Finding]:
    """H1 and H2: what is suggested, and whether that holds."""
    k, n = verdict.k, verdict.n
    words = (
        f"Ward's hierarchy suggests {several(k, 'cluster')}: {round(verdict.share * n)} of "
        f"{several(n, 'sample')} by the largest gap in the merge heights; the largest relative "
        f"gap typically says {verdict.other} ({round(verdict.other_share * n)} of {n})."
    )
    level = Level.OK if verdict.other == k else Level.NOTICE
    return [Finding("H1", level, words), _holding(verdict)]


def _holding(verdict: Verdict) -> Finding:
    k = verdict.k
    if verdict.n == 1:
        words = "There is one sample only, so whether the suggestion holds cannot be said."
        return Finding("H2", Level.NOTICE, words)
    weakest = min(verdict.by_size, key=lambda size: verdict.by_size[size][1])
    range_ = (
        f"from {percent(min(share for _, share in verdict.by_size.values()))} to "
        f"{percent(max(share for _, share in verdict.by_size.values()))} of the resamples of a size"
    )
    both = f"both rules agree in {percent(verdict.agree)} of the samples"
    if verdict.holds:
        words = f"the suggestion of {k} clusters holds: {range_} make it; {both}."
        return Finding("H2", Level.OK, sentence(words))
    own = listed(f"{mine} at {size:,}" for size, (mine, _) in verdict.by_size.items())
    words = (
        f"The suggestions disagree: {range_} say {k}, the fewest at {weakest:,} images; the most "
        f"frequent number of each size is {own}; {both}."
    )
    return Finding("H2", Level.WARNING if verdict.share < HOLDS else Level.NOTICE, words)
