"""The number of clusters that many hierarchies suggest, and whether it is natural."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate import KSuggestion, suggestions

if TYPE_CHECKING:
    import pandas as pd


RULE_NAMES = {
    "ratio": "the largest relative gap in the merge heights",
    "gap": "the largest gap in the merge heights",
    "colour": "the branches that SciPy's dendrogram colours",
}
"""The rules of :func:`inkcluster.evaluate.suggestions`; the first one decides."""
RULES = tuple(RULE_NAMES)
COLUMNS = ("k", "strength", "runner_up")
MIN_SHARE_HOLDS = 0.5
"""A suggestion holds if at least this share of the resamples of each size make it."""
MIN_STRENGTH_CLEAR = 2.0
"""A gap is clear if it is this many times the next largest. In point clouds without clusters (normal
and uniform, 2 to 64 dimensions, 300 and 1,000 points) the median strength is 1.2 to 1.4 and the 95th
percentile 1.7 to 2.6."""


def read(Z: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """The suggestion of one hierarchy by each rule: arrays of shape (rules,), as RULES orders them."""
    found = suggestions(Z)
    return {name: np.array([getattr(found[rule], name) for rule in RULES]) for name in COLUMNS}


def frame(suggested: Mapping[int, Mapping[str, NDArray[Any]]]) -> pd.DataFrame:
    """One row for each sample size, resample and rule, of the arrays of :func:`read` by size."""
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
    """The suggestion of the hierarchy of all images, and how many resamples agree with it.

    The first rule decides: `k` is its suggestion on all `total` images, `strength` the gap there
    divided by the next largest, at `runner_up`. `by_rule` has the suggestion of each rule on all
    images. Of the `n` resamples, `share` suggest `k` too (`by_size`: of each size), and in `agree`
    all rules suggest the same number.
    """

    k: int
    strength: float
    runner_up: int
    by_rule: Mapping[str, int]
    by_size: Mapping[int, float]
    share: float
    agree: float
    n: int
    total: int

    @classmethod
    def of(cls, whole: Mapping[str, NDArray[Any]], total: int, frame: pd.DataFrame) -> Self:
        """Read it off the hierarchy of all (:func:`read`) and the resamples (:func:`frame`)."""
        by_rule = dict(zip(RULES, whole["k"].tolist(), strict=True))
        said = np.stack([frame.loc[frame["rule"] == rule, "k"].to_numpy() for rule in RULES])
        same = said[0] == by_rule[RULES[0]]
        sizes = frame.loc[frame["rule"] == RULES[0], "sample_size"].to_numpy()
        return cls(
            k=by_rule[RULES[0]],
            strength=float(whole["strength"][0]),
            runner_up=int(whole["runner_up"][0]),
            by_rule=by_rule,
            by_size={int(n): float(np.mean(same[sizes == n])) for n in np.unique(sizes)},
            share=float(np.mean(same)),
            agree=float((said == said[0]).all(axis=0).mean()),
            n=len(sizes),
            total=total,
        )

    @property
    def holds(self) -> bool:
        """Whether at least half of the resamples of each size suggest `k`."""
        return min(self.by_size.values()) >= MIN_SHARE_HOLDS

    @property
    def stands_out(self) -> bool:
        """Whether the gap at `k` is clearly the largest."""
        return self.strength >= MIN_STRENGTH_CLEAR

    @property
    def clear(self) -> bool:
        """Whether the gap stands out and the suggestion holds."""
        return self.stands_out and self.holds

    @property
    def rules_agree(self) -> bool:
        """Whether all rules suggest `k` on all images."""
        return set(self.by_rule.values()) == {self.k}

    @property
    def times(self) -> str:
        """The strength in words, such as ``"1.27 times"``."""
        return (
            f"{self.strength:.2f} times" if np.isfinite(self.strength) else "infinitely many times"
        )


def mode(values: Any) -> int:
    """The most frequent number, the smallest among equals.

    Examples
    --------
    >>> mode([5, 4, 5, 4, 9])
    4
    """
    numbers, counts = np.unique(np.asarray(values), return_counts=True)
    return int(numbers[np.argmax(counts)])


def natural(verdict: Verdict, criteria: Mapping[str, KSuggestion] | None) -> int | None:
    """The number that the hierarchy and the criteria of k-means both clearly suggest, or None."""
    together = criteria["together"] if criteria is not None else None
    same = together is not None and together.clear and together.k == verdict.k
    return verdict.k if same and verdict.clear else None
