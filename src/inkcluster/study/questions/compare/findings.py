"""Findings C1 to C4: which method agrees with the labels, which methods agree, what whitening does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.words import decimals, listed, percent, sentence, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.evaluate import Scores
    from inkcluster.study.steps.methods import Methods

MIN_GOOD_ARI = 0.5
"""From this ARI on, a method finds the classes, and two methods agree well."""
MIN_CHANGE = 0.01
"""Whitening helps or hurts a method if its ARI changes by at least this much."""
MAX_NAMED_CLUSTERS = 2

say = Sentences(
    {
        "C1 best": "{best} agrees best with the labels ({share} of the images in the matching "
        "cluster, ARI {ari}); {second} is second.",
        "C1 poor": "No method finds the classes: with {best}, the best of them, {share} of the images are in "
        "the matching cluster (ARI {ari}).",
        "says best": "Of {methods} methods, {best} comes closest to the labels: {share} of the images are in the "
        "group that stands for their label.",
        "says poor": "None of {methods} methods finds the labels; {best} comes closest, with {share} of the images "
        "in the group that stands for their label.",
        "says unlabelled": "Without labels no method is known to be best; of {methods} methods, {first} and "
        "{second} agree most (ARI {ari}).",
        "says few": "Most methods put almost all images into one group or into none, so that there is little to "
        "compare.",
        "C2 few": "Fewer than two methods can be compared: the others put more than 90 % of the "
        "images into one cluster or into noise.",
        "C2 pair": "Only {first} and {second} can be compared; their clusters agree at an ARI of "
        "{ari}.",
        "C2 pairs": "Of {pairs:,} pairs of methods, {alike:,} agree well; most alike are {first} and "
        "{second} (ARI {ari}).",
        "C3 none": "PCA whitening changes no method's agreement with the labels noticeably.",
        "C3 some": "PCA whitening brings {helped} of {methods} methods closer to the labels and takes "
        "{hurt} further away; {most} changes most.",
        "C3 unlabelled": "Without labels, PCA whitening cannot be judged; it changes the clusters of "
        "{most} most and those of {least} least.",
        "C4 worth": "Of Ward's {many:,} clusters after PCA whitening, look first at {first}.",
        "S3 linkages": "{linkages} left out of the comparison, for lack of memory: up to {need} GB "
        "needed, {have} GB available; lower compare_sample to include them.",
    }
)


def of_best(ranked: list[str], found: Mapping[str, Scores]) -> Finding:
    """C1, from the methods by decreasing ARI with the labels."""
    best = found[ranked[0]]
    said = {"best": ranked[0], "share": percent(best.accuracy), "ari": decimals(best.ari)}
    if best.ari < MIN_GOOD_ARI:
        return say("C1 poor", Level.NOTICE, **said)
    return say("C1 best", Level.OK, second=ranked[1], **said)


def answered(ranked: list[str], found: Mapping[str, Scores]) -> str:
    """The answer in one sentence where there are labels, from the same."""
    best = found[ranked[0]]
    key = "says best" if best.ari >= MIN_GOOD_ARI else "says poor"
    share = percent(best.accuracy)
    return say.words(key, methods=len(ranked), best=ranked[0], share=share)


def answered_unlabelled(methods: int, names: list[str], ari: NDArray[np.float64]) -> str:
    """The answer in one sentence where there are none, from what :func:`of_pairs` is given."""
    if len(names) < 2:
        return say.words("says few")
    first, second, most = _most_alike(names, ari)
    values = {"first": first, "second": second, "ari": decimals(most, 2)}
    return say.words("says unlabelled", methods=methods, **values)


def of_pairs(names: list[str], ari: NDArray[np.float64]) -> Finding:
    """C2, from the ARI (m, m) between every two methods that can be compared."""
    if len(names) < 2:
        return say("C2 few", Level.DETAIL)
    values = ari[np.triu_indices(len(names), 1)]
    first, second, most = _most_alike(names, ari)
    pair = {"first": first, "second": second, "ari": decimals(most)}
    if len(values) == 1:
        return say("C2 pair", Level.DETAIL, **pair)
    alike = int(np.count_nonzero(values >= MIN_GOOD_ARI))
    return say("C2 pairs", Level.DETAIL, pairs=len(values), alike=alike, **pair)


def _most_alike(names: list[str], ari: NDArray[np.float64]) -> tuple[str, str, float]:
    rows, columns = np.triu_indices(len(names), 1)
    values = ari[rows, columns]
    top = int(values.argmax())
    return names[rows[top]], names[columns[top]], float(values[top])


def of_whitening(frame: pd.DataFrame) -> Finding:
    """C3, from the table of what whitening changes: by the labels where there are any."""
    methods = frame["method"].tolist()
    if "change" not in frame:
        alike = frame["ARI between the two"].to_numpy()
        most, least = methods[int(alike.argmin())], methods[int(alike.argmax())]
        return say("C3 unlabelled", Level.DETAIL, most=most, least=least)
    change = frame["change"].to_numpy()
    helped, hurt = int((change >= MIN_CHANGE).sum()), int((change <= -MIN_CHANGE).sum())
    if not helped + hurt:
        return say("C3 none", Level.DETAIL)
    numbers: dict[str, Any] = {"helped": helped, "hurt": hurt, "methods": len(frame)}
    return say("C3 some", Level.DETAIL, most=methods[int(np.abs(change).argmax())], **numbers)


def of_worth(worth: pd.DataFrame, many: int) -> Finding:
    """C4, from the clusters worth looking at, the foremost first."""
    named = worth.iloc[:MAX_NAMED_CLUSTERS]
    first = listed(
        f"cluster {cluster} ({reason.partition(':')[0]})"
        for cluster, reason in zip(named["cluster"], named["reason"], strict=True)
    )
    return say("C4 worth", Level.DETAIL, many=many, first=first)


def of_refused(methods: Methods) -> tuple[Finding, ...]:
    """S3 where linkages do not fit into memory."""
    if not methods.refused:
        return ()
    needs, haves = zip(*methods.refused.values(), strict=True)
    left_out = len(methods.refused)
    return (
        say(
            "S3 linkages",
            Level.WARNING,
            linkages=sentence(several(left_out, "linkage is", "linkages are")),
            need=f"{max(needs) / 1e9:.2f}",
            have=f"{min(haves) / 1e9:.2f}",
        ),
    )
