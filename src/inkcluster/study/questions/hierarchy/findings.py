"""The sentences of question 3: the number of clusters suggested, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences, sampled, short_of_memory
from inkcluster.study.questions.hierarchy.suggesting import (
    MIN_SHARE_HOLDS,
    MIN_STRENGTH_CLEAR,
    Verdict,
    natural,
)
from inkcluster.study.steps import k_range
from inkcluster.words import decimals, percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import KSuggestion
    from inkcluster.images import ImageSet
    from inkcluster.study.settings.plan import Plan
    from inkcluster.study.steps.hierarchies import Hierarchy

say = Sentences(
    {
        "H1 clear": "Ward's hierarchy clearly suggests {k}: its largest gap between merges is {times} the next.",
        "H1 rules": "Ward's hierarchy suggests {k}: its largest gap between merges is {times} the next, but other rules "
        "disagree.",
        "H1 weak": "Ward's hierarchy suggests {k}, weakly: its largest gap between merges is {times} the next ({clear:g} "
        "or more is clear).",
        "says held": "Merging the most alike images step by step {how} suggests {k}; of {n} random samples, "
        "{share} suggest the same.",
        "says once": "Merging the most alike images step by step {how} suggests {k}; whether that holds is "
        "unknown, with a single sample.",
        "H2 one": "There is only one sample, so whether the hierarchy's suggestion holds is unknown; raise "
        "resamples.",
        "H2 holds": "The suggestion holds: at least {share} of the samples of each size suggest {k} too.",
        "H2 sizes": "The suggestion holds at some sample sizes only: {low} to {high} of the samples of a "
        "size suggest {k}.",
        "H2 not": "The suggestion does not hold: only {share} of the samples suggest {k} too.",
        "H3 same": "The hierarchy suggests {k}, as many as there are classes.",
        "H3 other": "The hierarchy suggests {k}, but the labels have {classes}.",
        "H4 natural": "By distances between pixels, {k} are natural: the hierarchy and k-means both clearly "
        "suggest them.",
        "H4 weak": "By distances between pixels, no number of clusters is natural: the hierarchy and k-means "
        "suggest {k}, but not both clearly.",
        "H4 none": "By distances between pixels, no number of clusters is natural: the hierarchy suggests {k}, "
        "k-means {kmeans}; choose k by what you need.",
        "H4 silent": "By distances between pixels, no number of clusters is natural: the hierarchy suggests {k}, "
        "and too few images differ for k-means.",
        "H5": "The hierarchy agrees best with the labels at {best}: its agreement (ARI) is {ari} of 1.",
        "S3 sizes": "Whether the suggestion holds is judged on samples of {sizes} of the {n:,} images.",
    }
)


def of_number(verdict: Verdict, criteria: Mapping[str, KSuggestion] | None) -> list[Finding]:
    """H1, H2 and H4: the number suggested, whether it holds over resamples, whether it is natural."""
    return [_suggested(verdict), _holding(verdict), _natural(verdict, criteria)]


def answered(verdict: Verdict) -> str:
    """The answer in one sentence."""
    how = "clearly" if verdict.stands_out else "weakly"
    k = several(verdict.k, "group")
    if verdict.n == 1:
        return say.words("says once", how=how, k=k)
    return say.words("says held", how=how, k=k, n=verdict.n, share=percent(verdict.share))


def of_labels(images: ImageSet, along: pd.DataFrame | None, k: int) -> list[Finding]:
    """H3 and H5: the suggestion and the whole hierarchy against the labels; none without labels."""
    if along is None:
        return []
    classes, clusters = len(images.classes), several(k, "cluster")
    ari = along["ari"].to_numpy()
    best = several(int(ari.argmax()) + 1, "cluster")
    same = say("H3 same", Level.OK, k=clusters)
    other = say("H3 other", Level.DETAIL, k=clusters, classes=several(classes, "class", "classes"))
    return [
        same if classes == k else other,
        say("H5", Level.DETAIL, best=best, ari=decimals(ari.max())),
    ]


def of_samples(images: ImageSet, plan: Plan, ward: Hierarchy, sizes: list[int]) -> list[Finding]:
    """S3 where the hierarchy or the resamples hold fewer than all images."""
    n = len(images)
    if ward.refused is not None:
        _, need, have = ward.refused
        found = [short_of_memory("Ward's hierarchy", len(ward), need, have)]
    else:
        found = [*sampled("Ward's hierarchy", ward.index, n)]
    if found or max(sizes) < n or plan.replace:
        least, most = min(sizes), max(sizes)
        words = f"{least:,} to {most:,}" if least < most else f"{least:,}"
        found.append(say("S3 sizes", Level.DETAIL, sizes=words, n=n))
    return found


def _suggested(verdict: Verdict) -> Finding:
    k, times = several(verdict.k, "cluster"), verdict.times
    if not verdict.stands_out:
        return say("H1 weak", Level.DETAIL, k=k, times=times, clear=MIN_STRENGTH_CLEAR)
    if not verdict.rules_agree:
        return say("H1 rules", Level.DETAIL, k=k, times=times)
    return say("H1 clear", Level.OK, k=k, times=times)


def _holding(verdict: Verdict) -> Finding:
    k, shares = several(verdict.k, "cluster"), verdict.by_size.values()
    low, high = percent(min(shares)), percent(max(shares))
    if verdict.n == 1:
        return say("H2 one", Level.NOTICE)
    if verdict.holds:
        return say("H2 holds", Level.OK, share=low, k=k)
    if max(shares) >= MIN_SHARE_HOLDS:
        return say("H2 sizes", Level.DETAIL, low=low, high=high, k=k)
    return say("H2 not", Level.DETAIL, share=percent(verdict.share), k=k)


def _natural(verdict: Verdict, criteria: Mapping[str, KSuggestion] | None) -> Finding:
    k = several(verdict.k, "cluster")
    if natural(verdict, criteria) is not None:
        return say("H4 natural", Level.OK, k=k)
    if criteria is None:
        return say("H4 silent", Level.NOTICE, k=k)
    if criteria["together"].k == verdict.k:
        return say("H4 weak", Level.NOTICE, k=k)
    low, high = k_range.span(criteria)
    return say("H4 none", Level.NOTICE, k=k, kmeans=f"{low} to {high}" if low < high else low)
