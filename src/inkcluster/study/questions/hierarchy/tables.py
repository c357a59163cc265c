"""The tables of question 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from inkcluster.evaluate.number.k_suggestion import CRITERIA
from inkcluster.study.answer import Table
from inkcluster.study.questions.hierarchy.suggesting import RULES, Verdict, mode
from inkcluster.words import listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import KSuggestion


def numbers(verdict: Verdict, criteria: Mapping[str, KSuggestion] | None) -> Table:
    """One row for each way to suggest a number of clusters."""
    import pandas as pd

    by = f"the largest relative gap, {verdict.total:,} images"
    why = (
        f"{verdict.times} the next gap, at {verdict.runner_up}; {percent(verdict.share)} of "
        f"{several(verdict.n, 'sample')} agree"
    )
    rows: list[tuple[Any, ...]] = [("Ward's hierarchy", by, verdict.k, verdict.clear, why)]
    rows += [
        ("k-means", words, one.k, one.clear, one.reason)
        for name, words in CRITERIA.items()
        if criteria is not None and (one := criteria[name]).k is not None
    ]
    frame = pd.DataFrame(rows, columns=["method", "by", "k", "clear", "why"])
    clear = sorted(set(frame.loc[frame["clear"], "k"]))
    says = (
        f"{several(len(frame), 'way')} to suggest a number of clusters, all without labels. They "
        f"suggest {several(frame['k'].nunique(), 'different number')}, "
        f"{f'clearly {listed(clear)}' if clear else 'none clearly'}."
    )
    return Table("numbers", "What each method suggests", sentence(says), frame)


def typical(frame: pd.DataFrame, verdict: Verdict) -> Table:
    """The most frequent suggestion of each sample size and rule, and that of all images."""
    import pandas as pd

    rows = [
        (size, rule, len(k), mode(k), float((k == mode(k)).mean()), int(k.min()), int(k.max()))
        for (size, rule), k in frame.groupby(["sample_size", "rule"], sort=False)["k"]
    ]
    if verdict.total not in verdict.by_size:
        rows += [(verdict.total, rule, 1, k, 1.0, k, k) for rule, k in verdict.by_rule.items()]
    columns = ["sample_size", "rule", "resamples", "k", "share", "least", "most"]
    says = (
        "The most frequent suggestion of each sample size and rule, and its share of the samples. "
        f"All rules agree in {percent(verdict.agree)} of the samples."
    )
    return Table("typical", "The typical suggestion", says, pd.DataFrame(rows, columns=columns))


def suggestions(frame: pd.DataFrame) -> Table:
    """The suggestion of each resample and rule."""
    says = (
        "The suggestion of each sample and rule. The strength is the gap divided by the largest other "
        "gap."
    )
    ratios = frame[(frame["rule"] == RULES[0]) & np.isfinite(frame["strength"])]
    if len(ratios):
        best = ratios.sort_values("strength", ascending=False).to_dict("records")[0]
        says += (
            f" The clearest relative gap is in sample {best['resample']} of {best['sample_size']:,} "
            f"images: {best['k']} clusters, {best['strength']:.2f} times the gap at "
            f"{best['runner_up']}."
        )
    return Table("suggestions", "What each sample suggests", says, frame)
