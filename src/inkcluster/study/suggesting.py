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

RULE_NAMES = {
    "gap": "the largest gap in the merge heights",
    "ratio": "the largest relative gap in the merge heights",
    "colour": "the branches that SciPy's dendrogram colours",
}
"""The rules of :func:`inkcluster.evaluate.suggestions`; the first one decides."""
RULES = tuple(RULE_NAMES)
COLUMNS = ("k", "strength", "runner_up")
HOLDS = 0.5
"""A suggestion holds when at least this share of the resamples of each size make it."""


def read(Z: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """What one hierarchy suggests by each rule: arrays of shape (rules,), in the order of RULES."""
    from inkcluster.evaluate import suggestions

    found = suggestions(Z)
    return {name: np.array([getattr(found[rule], name) for rule in RULES]) for name in COLUMNS}


def frame(suggested: Mapping[int, Mapping[str, NDArray[Any]]]) -> pd.DataFrame:
    """One row for each sample size, resample and rule.

    Parameters
    ----------
    suggested : mapping of int to mapping
        For each sample size the arrays of :func:`read`, stacked to (resamples, rules).
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
    by_rule : mapping of str to (int, float)
        For each rule its most frequent suggestion, and the share of all resamples that make it.
    agree : float
        Share of the resamples in which all rules suggest the same.
    n : int
        Resamples in all.
    """

    k: int
    share: float
    by_size: Mapping[int, tuple[int, float]]
    by_rule: Mapping[str, tuple[int, float]]
    agree: float
    n: int

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Read it off the table of :func:`frame`."""
        said = {rule: frame.loc[frame["rule"] == rule, "k"].to_numpy() for rule in RULES}
        by_rule = {rule: _typical(numbers) for rule, numbers in said.items()}
        k, share = by_rule[RULES[0]]
        sizes = frame.loc[frame["rule"] == RULES[0], "sample_size"].to_numpy()
        by_size = {}
        for size in np.unique(sizes).tolist():
            numbers = said[RULES[0]][sizes == size]
            by_size[size] = (mode(numbers), float(np.mean(numbers == k)))
        together = np.stack(list(said.values()))
        agree = float((together == together[0]).all(axis=0).mean())
        return cls(k, share, by_size, by_rule, agree, len(sizes))

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


def _typical(numbers: NDArray[np.int64]) -> tuple[int, float]:
    k = mode(numbers)
    return k, float(np.mean(numbers == k))


def counts_figures(frame: pd.DataFrame, verdict: Verdict) -> list[Figure]:
    """How often each number is suggested at each sample size, a figure for each rule."""
    from inkcluster.figures import SuggestionCounts

    figures: list[Figure] = []
    for rule, words in RULE_NAMES.items():
        rows = frame[frame["rule"] == rule]
        counts = rows.groupby(["sample_size", "k"]).size().rename("count").reset_index()
        k, share = verdict.by_rule[rule]
        others = sorted(set(rows["k"].tolist()) - {k})
        says = (
            f"By {words}, {several(k, 'cluster')} are suggested by {round(share * verdict.n)} of "
            f"{several(verdict.n, 'sample')}"
        )
        says += f"; the others say {listed(others)}." if others else "."
        name = "suggestions" if rule == RULES[0] else f"suggestions-{rule}"
        title = f"The number of clusters suggested by {words}"
        figures.append(SuggestionCounts(name, title, says, frame_=counts))
    return figures


def summary(frame: pd.DataFrame) -> Table:
    """For each sample size and rule the most frequent suggestion and its share."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for (size, rule), part in frame.groupby(["sample_size", "rule"], sort=False):
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
    firmest = max(rows, key=lambda row: row["share"])
    says = (
        f"The most frequent suggestion of each size and rule; the firmest is {firmest['k']} at "
        f"{firmest['sample_size']:,} images by the {firmest['rule']} rule, made by "
        f"{percent(firmest['share'])} of its resamples."
    )
    return Table("typical", "The typical suggestion", says, pd.DataFrame(rows))


def findings(verdict: Verdict) -> list[Finding]:
    """H1 and H2: what is suggested, and whether that holds."""
    k, n = verdict.k, verdict.n
    others = listed(
        f"{number} by {RULE_NAMES[rule]} ({round(share * n)} of {n})"
        for rule, (number, share) in verdict.by_rule.items()
        if rule != RULES[0]
    )
    words = (
        f"Ward's hierarchy suggests {several(k, 'cluster')} by {RULE_NAMES[RULES[0]]} "
        f"({round(verdict.share * n)} of {several(n, 'sample')}), {others}."
    )
    same = all(number == k for number, _ in verdict.by_rule.values())
    return [Finding("H1", Level.OK if same else Level.NOTICE, words), _holding(verdict)]


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
    both = f"all rules agree in {percent(verdict.agree)} of the samples"
    if verdict.holds:
        words = f"the suggestion of {k} clusters holds over the resamples: {range_} make it"
        typical = [number for number, _ in verdict.by_rule.values()]
        if all(number == k for number in typical):
            return Finding("H2", Level.OK, sentence(f"{words}; {both}."))
        words += f". But the rules disagree, typically saying {listed(typical)}: {both}."
        return Finding("H2", Level.NOTICE, sentence(words))
    own = listed(f"{mine} at {size:,}" for size, (mine, _) in verdict.by_size.items())
    words = (
        f"The suggestions disagree: {range_} say {k}, the fewest at {weakest:,} images; the most "
        f"frequent number of each size is {own}; {both}."
    )
    return Finding("H2", Level.WARNING if verdict.share < HOLDS else Level.NOTICE, words)
