"""The sentences of question 4: which linkages chain, and how much they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences, sampled, short_of_memory
from inkcluster.words import decimals, listed, percent, several

if TYPE_CHECKING:
    from inkcluster.study.questions.linkages.cut import Cuts

MIN_ARI_ALIKE = 0.5
"""The linkages agree if every two of them have at least this ARI."""

say = Sentences(
    {
        "L1 none": "No linkage puts almost all images into one cluster; the largest cluster, of "
        "{widest}, holds {share} of them.",
        "L1 some": "With the linkages {names}, almost all images are in one cluster; disregard their clusters.",
        "says judged": "Cut into {k}, {chained} of {linkages} ways to merge images {put} almost all into one; "
        "{best} comes closest to the labels.",
        "says even": "Cut into {k}, {chained} of {linkages} ways to merge images {put} almost all into one; "
        "{best} divides them most evenly.",
        "L2 alike": "All linkages give similar clusters: the agreement (ARI) of two is {low} ({least}) to "
        "{high} ({most}).",
        "L2 differ": "The linkage decides the result: the agreement (ARI) of two is {low} ({least}) to "
        "{high} ({most}).",
    }
)


def of_cuts(cuts: Cuts) -> tuple[Finding, ...]:
    """L1, L2, and S3 where the linkages rest on samples."""
    return (_chaining(cuts), _differences(cuts), *_samples(cuts))


def answered(cuts: Cuts) -> str:
    """The answer in one sentence."""
    ari = {method: scored.ari for method, scored in cuts.scores.items()}
    best = (
        max(ari, key=lambda m: ari[m]) if ari else min(cuts.methods, key=lambda m: cuts.largest[m])
    )
    chained, linkages = (
        several(len(found), "way").partition(" ")[0] for found in (cuts.chained, cuts.methods)
    )
    return say.words(
        "says judged" if ari else "says even",
        k=several(cuts.k, "group"),
        chained=chained if cuts.chained else "none",
        linkages=linkages,
        put="puts" if len(cuts.chained) < 2 else "put",
        best=best,
    )


def _chaining(cuts: Cuts) -> Finding:
    if cuts.chained:
        names = listed(cuts.chained, 7)
        few = len(cuts.chained) <= len(cuts.apart)
        return say("L1 some", Level.DETAIL if few else Level.NOTICE, names=names)
    widest = max(cuts.methods, key=lambda m: cuts.largest[m])
    return say("L1 none", Level.OK, widest=widest, share=percent(cuts.largest[widest]))


def _differences(cuts: Cuts) -> Finding:
    most, high, least, low = cuts.pairs()
    values = {
        "low": decimals(low),
        "least": listed(least),
        "high": decimals(high),
        "most": listed(most),
    }
    if low >= MIN_ARI_ALIKE:
        return say("L2 alike", Level.OK, **values)
    return say("L2 differ", Level.DETAIL, **values)


def _samples(cuts: Cuts) -> list[Finding]:
    found = [*sampled("The comparison of linkages", cuts.widest.index, cuts.total)]
    for method, cut in cuts.of.items():
        if cut.tree.refused is not None:
            _, need, have = cut.tree.refused
            found.append(short_of_memory(f"The {method} linkage", len(cut.tree), need, have))
    return found
