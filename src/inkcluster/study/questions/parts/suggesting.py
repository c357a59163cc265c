"""What many hierarchies together suggest as the number of clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level, Table
from inkcluster.words import listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure

RULE_NAMES = {
    "ratio": "the largest relative gap in the merge heights",
    "gap": "the largest gap in the merge heights",
    "colour": "the branches that SciPy's dendrogram colours",
}
"""The rules of :func:`inkcluster.evaluate.suggestions`; the first one decides."""
RULES = tuple(RULE_NAMES)
COLUMNS = ("k", "strength", "runner_up")
HOLDS = 0.5
"""A suggestion holds when at least this share of the resamples of each size make it."""
CLEAR = 2.0
"""A gap stands out when it is so many times the next: more than in 95 of 100 clouds of points
without clusters, by and large (normal and even ones, 2 to 64 dimensions, 300 and 1,000 points:
the median is 1.2 to 1.4, the 95th percentile 1.7 to 2.6)."""


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
    """What the hierarchy of all images suggests, and how far resamples agree.

    Parameters
    ----------
    k : int
        The number that the deciding rule suggests on all images.
    strength : float
        How many times the next largest relative gap the one at `k` is.
    runner_up : int
        Where that next largest gap is.
    by_rule : mapping of str to (int, float)
        For each rule its suggestion on all images, and the share of all resamples that make it.
    by_size : mapping of int to (int, float)
        For each sample size its own most frequent suggestion by the deciding rule, and the share
        that suggest `k`.
    agree : float
        Share of the resamples in which all rules suggest the same.
    n : int
        Resamples in all.
    total : int
        Images of the hierarchy of all.
    """

    k: int
    strength: float
    runner_up: int
    by_rule: Mapping[str, tuple[int, float]]
    by_size: Mapping[int, tuple[int, float]]
    agree: float
    n: int
    total: int

    @classmethod
    def of(cls, whole: Mapping[str, NDArray[Any]], total: int, frame: pd.DataFrame) -> Self:
        """Read it off the hierarchy of all (:func:`read`) and the table of :func:`frame`."""
        said = {rule: frame.loc[frame["rule"] == rule, "k"].to_numpy() for rule in RULES}
        by_rule = {
            rule: (int(whole["k"][i]), float(np.mean(said[rule] == whole["k"][i])))
            for i, rule in enumerate(RULES)
        }
        k = by_rule[RULES[0]][0]
        sizes = frame.loc[frame["rule"] == RULES[0], "sample_size"].to_numpy()
        by_size = {}
        for size in np.unique(sizes).tolist():
            numbers = said[RULES[0]][sizes == size]
            by_size[size] = (mode(numbers), float(np.mean(numbers == k)))
        together = np.stack(list(said.values()))
        return cls(
            k=k,
            strength=float(whole["strength"][0]),
            runner_up=int(whole["runner_up"][0]),
            by_rule=by_rule,
            by_size=by_size,
            agree=float((together == together[0]).all(axis=0).mean()),
            n=len(sizes),
            total=total,
        )

    @property
    def share(self) -> float:
        """Share of all resamples that suggest `k`."""
        return self.by_rule[RULES[0]][1]

    @property
    def holds(self) -> bool:
        """Whether at least half of the resamples of each size suggest `k`."""
        return all(share >= HOLDS for _, share in self.by_size.values())

    @property
    def stands_out(self) -> bool:
        """Whether the gap at `k` is clearly the largest."""
        return self.strength >= CLEAR

    @property
    def clear(self) -> bool:
        """Whether the number is natural as far as the hierarchy goes."""
        return self.stands_out and self.holds


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
    for rule, words in RULE_NAMES.items():
        rows = frame[frame["rule"] == rule]
        counts = rows.groupby(["sample_size", "k"]).size().rename("count").reset_index()
        k = mode(rows["k"])
        often = int((rows["k"] == k).sum())
        others = sorted(set(rows["k"].tolist()) - {k})
        says = (
            f"By {words}, {several(k, 'cluster')} are suggested by {often} of "
            f"{several(verdict.n, 'sample')}"
        )
        says += f"; the others say {listed(others)}" if others else ""
        says += f". On {verdict.total:,} images it is {verdict.by_rule[rule][0]}."
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
    """H1 and H2: what is suggested, and whether that holds over resamples."""
    k = verdict.k
    others = listed(
        f"{number} by {RULE_NAMES[rule]}"
        for rule, (number, _) in verdict.by_rule.items()
        if rule != RULES[0]
    )
    words = (
        f"Ward's hierarchy of {verdict.total:,} images suggests {several(k, 'cluster')} by "
        f"{RULE_NAMES[RULES[0]]}, {strength(verdict.strength)} the next largest (at "
        f"{verdict.runner_up}); {others}."
    )
    same = all(number == k for number, _ in verdict.by_rule.values())
    plain = same and verdict.stands_out
    return [Finding("H1", Level.OK if plain else Level.NOTICE, words), _holding(verdict)]


def strength(value: float) -> str:
    """How many times as large as the next one.

    Examples
    --------
    >>> strength(1.268), strength(float("inf"))
    ('1.27 times', 'infinitely many times')
    """
    return f"{value:.2f} times" if np.isfinite(value) else "infinitely many times"


def _holding(verdict: Verdict) -> Finding:
    k = verdict.k
    if verdict.n == 1:
        words = "There is one sample only, so whether the suggestion holds cannot be said."
        return Finding("H2", Level.NOTICE, words)
    weakest = min(verdict.by_size, key=lambda size: verdict.by_size[size][1])
    shares = [share for _, share in verdict.by_size.values()]
    low, high = percent(min(shares)), percent(max(shares))
    range_ = f"from {low} to {high} of the resamples of a size"
    if low == high:
        range_ = f"{low} of the resamples" + (" of each size" if len(shares) > 1 else "")
    both = f"all rules agree in {percent(verdict.agree)} of the resamples"
    if verdict.holds:
        words = f"the suggestion of {k} clusters holds over the resamples: {range_} make it"
        numbers = [number for number, _ in verdict.by_rule.values()]
        if all(number == k for number in numbers):
            return Finding("H2", Level.OK, sentence(f"{words}; {both}."))
        words += f". But the rules disagree, saying {listed(numbers)}: {both}."
        return Finding("H2", Level.NOTICE, sentence(words))
    typical = {mine for mine, _ in verdict.by_size.values()}
    own = listed(f"{mine} at {size:,}" for size, (mine, _) in verdict.by_size.items())
    if len(typical) == 1:
        own = str(typical.pop())
    words = (
        f"The suggestions disagree: {range_} say {k}, the fewest at {weakest:,} images; the most "
        f"frequent number of each size is {own}; {both}."
    )
    return Finding("H2", Level.WARNING if verdict.share < HOLDS else Level.NOTICE, words)
