"""Findings P1 to P7: how many clusters the shapes form, how sure they are, which labels look wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.study.overview.groups import UNSURE
from inkcluster.study.questions.parts import judging
from inkcluster.study.steps.shape import INFORMATION, WEAK
from inkcluster.words import class_name, listed, percent, several

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from inkcluster.evaluate import Match, Scores
    from inkcluster.study.steps.shape import Shapes

MAX_STRENGTH_SHOWN = 100.0
"""Clusters without links between them have a strength without bound."""
NUISANCES = ("ruled lines", "contrast", "light and dark swapped")
"""In the order of `inkcluster.cluster.shape.nuisance.KINDS`."""
RUNNERS_UP = 2
BESIDE = 1.35
"""Numbers within this factor of a stronger one are strong only because of it."""
SURE = 0.9
"""An image is sure of its cluster from this confidence on."""
MAX_UNSURE_SHARE = 0.05
MIN_LINKED_ARI = 0.1
"""Below this ARI the clusters have little to do with the classes."""

say = Sentences(
    {
        "P1 clear": "The images form {clusters}, clearly: up to this number each cut says {strength} times "
        "as much about them as beyond it.",
        "P1 one": "The images form one cluster, clearly: no cut into more says much about them.",
        "P1 levels": "The images form {clusters}, clearly (strength {strength}); {coarser} stand out as well, "
        "and join several of these.",
        "P1 joined": "The images form one cluster, once those that a nuisance sets apart are put with the others.",
        "P1 finer": "The images form {clusters}, but {finer} stand out clearly as well: "
        "look at both, and give the number that you mean.",
        "P1 merges": "The images seem to form {clusters}: merges end clearly there, though cuts do not show "
        "it; look at the map first.",
        "P1 asked": "The images are cut into {clusters}, as asked{odd}; by themselves they show {shown}.",
        "P1 fewer": "The images cannot be told apart into {asked}, as asked; they are cut into "
        "{clusters}: ask for no more.",
        "P1 weak": "The images seem to form {clusters}, but the evidence is weak{others}; look at the map "
        "first.",
        "says clear": "The {n:,} images form {groups} by shape, clearly.",
        "says levels": "The {n:,} images form {groups} by shape; {others} groups stand out as well.",
        "says merges": "The {n:,} images seem to form {groups} by shape, though not beyond doubt.",
        "says weak": "The {n:,} images seem to form {groups} by shape, but the evidence is weak.",
        "says asked": "The {n:,} images are divided into {groups} by shape, as asked.",
        "says fewer": "The {n:,} images form only {groups} by shape, not the {asked:,} asked for.",
        "says none": "The {n:,} images show no clear groups by shape.",
        "says labels": "{share} are in the group that stands for their label; {first}.",
        "says little": "The groups have little to do with the labels: only {share} of the images match; {first}.",
        "says uneven": "Counting one group for each label, {share} match; {first}.",
        "says divide": "Look first at the map; --shape-k N divides the images into N groups.",
        "says one": "Look first at the images least like the others.",
        "says unlabelled": "{sure} clearly belong to their group; {first}.",
        "P2 match": "The clusters by shape match the classes: {share} of the images are in the cluster "
        "that matches their class.",
        "P2 part": "The clusters by shape match the classes in part: {share} of the images are in their "
        "class's cluster{missing}.",
        "P2 apart": "The clusters by shape have little to do with the classes: {share} of the images are "
        "in their class's cluster{missing}.",
        "P3 sure": "{sure} of the images clearly belong to their cluster by shape; {unsure} are doubtful.",
        "P4 none": "No label disagrees with the cluster of its image{left_out}.",
        "P4 some": "{odd} a label that disagrees with their cluster, but no label is clearly wrong.",
        "P4 wrong": "{sure} wrong, {first}; {odd} a label that disagrees with their cluster.",
        "P5 none": "No image is unsure of its cluster, so there is none to look at first.",
        "P5 first": "Look first at {images} between two clusters: a decision on them informs {about:,} "
        "images and settles {settled} of all doubt.",
        "P7 joined": "{images} a group only because of {kinds}; each was put into the cluster whose images it "
        "resembles otherwise.",
        "P7 offered": "{images} a cluster only because of {kinds}; otherwise each resembles images of other "
        "clusters: join them.",
        "P6 usual": "Images were prepared in one way, {how}; no other was compared.",
        "P6 best": "Images were {how}; of {ways} compared, none tells clusters apart clearly better.",
        "P6 weak": "Images were {how}; another of {ways} compared tells clusters apart about as well.",
    }
)


def of_number(shapes: Shapes, asked: int) -> Finding:
    """P1; `asked` is the number that a person gave, or 0."""
    clusters, best = several(shapes.k, "cluster"), strength_of(shapes, shapes.k)
    evidence = str(shapes.evidence)
    if asked and asked != shapes.k:
        return say("P1 fewer", Level.WARNING, asked=several(asked, "cluster"), clusters=clusters)
    if asked:
        odd = by_nuisance(shapes, shapes.labels)
        numbers = [
            int(number) - by_nuisance(shapes, labels)
            for number, labels in zip(shapes.level_numbers, shapes.level_labels, strict=True)
        ]
        level = Level.OK if asked - odd in numbers else Level.NOTICE
        stand_out = listed(sorted(set(numbers))[-2:]) + " clearly"
        if numbers[-1:] == [1]:
            stand_out = "one cluster only"
        shown = "no number clearly" if evidence == WEAK else stand_out
        of_them = several(odd, "of them", "of them")
        of_them = f", {of_them} by a nuisance only" if odd else ""
        return say("P1 asked", level, clusters=clusters, odd=of_them, shown=shown)
    if evidence != INFORMATION:
        others = runners_up(shapes) if evidence == WEAK else []
        next_best = f" (next best: {listed(others)})" if others else ""
        key = "P1 weak" if evidence == WEAK else "P1 merges"
        return say(key, Level.NOTICE, clusters=clusters, others=next_best)
    coarser = [int(k) for k in shapes.level_numbers if 1 < k < shapes.k]
    if finer := [int(k) for k in shapes.level_numbers if k > shapes.k]:
        groups = f"{listed(finer)} smaller groups"
        return say("P1 finer", Level.NOTICE, clusters=clusters, finer=groups)
    if coarser:
        groups = f"{listed(coarser)} larger groups"
        return say("P1 levels", Level.OK, clusters=clusters, strength=best, coarser=groups)
    said = {"clusters": clusters, "strength": best} if shapes.k > 1 else {}
    one = "P1 clear" if said else "P1 joined" if (shapes.nuisances > 0).any() else "P1 one"
    return say(one, Level.OK, **said)


def by_nuisance(shapes: Shapes, labels: NDArray[np.integer]) -> int:
    """How many of the clusters `labels` (n,) a nuisance makes: most of their images are in such a group."""
    held = shapes.nuisances > 0
    if not held.any():
        return 0
    own = labels[shapes.sample]
    share = np.bincount(own, held[shapes.sample]) / np.maximum(np.bincount(own), 1)
    return int(np.sum(share > 0.5))


def answered(shapes: Shapes, asked: int) -> str:
    """The first sentence of the answer: how many groups, and how strong the evidence is."""
    n, groups = len(shapes.labels), several(shapes.k, "group")
    if asked:
        key = "says asked" if asked == shapes.k else "says fewer"
        return say.words(key, n=n, groups=groups, asked=asked)
    if shapes.k == 1 and str(shapes.evidence) == WEAK:
        return say.words("says none", n=n)
    others = [int(k) for k in shapes.level_numbers if k not in {1, shapes.k}]
    if others and shapes.k > 1 and str(shapes.evidence) == INFORMATION:
        return say.words("says levels", n=n, groups=groups, others=listed(others))
    by_evidence = {INFORMATION: "says clear", WEAK: "says weak"}
    return say.words(by_evidence.get(str(shapes.evidence), "says merges"), n=n, groups=groups)


def answered_labels(shapes: Shapes, scored: Scores, wrong: int, classes: int) -> str:
    """The second sentence where there are labels of so many `classes`; `wrong` of them look wrong."""
    if shapes.k == 1:
        return _of_one(shapes)
    key = "says labels" if shapes.k == classes else "says uneven"
    first = "look first at the map"
    if scored.ari < MIN_LINKED_ARI:
        key = "says little"
    elif wrong and str(shapes.evidence) != WEAK:
        labels = several(wrong, "label that looks", "labels that look")
        first = f"look first at the {labels} wrong"
    return say.words(key, share=percent(scored.accuracy), first=first)


def answered_unlabelled(shapes: Shapes, between: int) -> str:
    """The second sentence where there are no labels, but `between` images between two groups."""
    if shapes.k == 1:
        return _of_one(shapes)
    sure, first = percent(float(np.mean(shapes.confidence >= SURE))), "look first at the map"
    if between and str(shapes.evidence) != WEAK:
        first = f"look first at {several(between, 'image')} between two groups"
    return say.words("says unlabelled", sure=sure, first=first)


def _of_one(shapes: Shapes) -> str:
    return say.words("says divide" if str(shapes.evidence) == WEAK else "says one")


def runners_up(shapes: Shapes) -> list[int]:
    """The strongest numbers of clusters that are neither the chosen one nor beside a stronger one."""
    found = [shapes.k]
    for k in (np.argsort(-shapes.strengths, kind="stable") + 2).tolist():
        if all(max(k, one) > BESIDE * min(k, one) for one in found):
            found.append(k)
    return found[1 : RUNNERS_UP + 1]


def spectrum_numbers(shapes: Shapes) -> list[int]:
    """Numbers of eigenvalues after which the spectrum breaks off, the clearest break first."""
    return [int(k) for k in np.argsort(-shapes.gap_strengths, kind="stable") + 2]


def strength_of(shapes: Shapes, k: int) -> str:
    """The strength of a number of clusters in words."""
    known = dict(zip(shapes.level_numbers.tolist(), shapes.level_strengths.tolist(), strict=True))
    if k not in known and 0 <= k - 2 < len(shapes.strengths):
        known[k] = float(shapes.strengths[k - 2])
    if k not in known:
        return "unknown"
    most = MAX_STRENGTH_SHOWN
    return f"over {most:.0f}" if known[k] > most else f"{known[k]:.2f}"


def of_nuisances(shapes: Shapes, asked: int) -> Finding | None:
    """P7, where there are such groups; `asked` is the number of clusters that a person gave, or 0."""
    held = shapes.nuisances[shapes.nuisances > 0]
    if not len(held):
        return None
    kinds = listed(NUISANCES[kind - 1] for kind in np.unique(held))
    images = several(len(held), "image forms", "images form")
    if asked:
        return say("P7 offered", Level.NOTICE, images=images, kinds=kinds)
    return say("P7 joined", Level.NOTICE, images=images, kinds=kinds)


def of_preparation(how: str, compared: int = 1, *, weak: bool = False) -> Finding:
    """P6, from the number of ways compared, and whether another does about as well."""
    if compared < 2:
        return say("P6 usual", Level.DETAIL, how=how)
    ways = several(compared, "way")
    if weak:
        return say("P6 weak", Level.DETAIL, how=how, ways=ways)
    return say("P6 best", Level.DETAIL, how=how, ways=ways)


def of_classes(matched: Match, scored: Scores) -> Finding:
    """P2."""
    share, missing = percent(scored.accuracy), ""
    if len(matched.missing) == 1:
        missing = f"; class {class_name(matched.missing[0])} has none"
    elif len(matched.missing):
        missing = f"; {several(len(matched.missing), '', 'classes')} have none"
    if scored.accuracy >= judging.COINCIDE:
        return say("P2 match", Level.OK, share=share)
    if scored.ari < MIN_LINKED_ARI:
        return say("P2 apart", Level.NOTICE, share=share, missing=missing)
    return say("P2 part", Level.NOTICE, share=share, missing=missing)


def of_confidence(shapes: Shapes) -> Finding | None:
    """P3; of a single cluster there is nothing to be sure of."""
    if shapes.k == 1:
        return None
    sure = float(np.mean(shapes.confidence >= SURE))
    unsure = float(np.mean(shapes.confidence < UNSURE))
    return say(
        "P3 sure",
        Level.OK if unsure <= MAX_UNSURE_SHARE else Level.NOTICE,
        sure=percent(sure),
        unsure=percent(unsure),
    )


def of_labels(odd: pd.DataFrame, sure: int, homeless: int, first: int | None) -> Finding:
    """P4, from the labels that disagree and the number of those that look wrong."""
    if not len(odd):
        images = several(homeless, "image is", "images are")
        left_out = f"; {images} left out, whose class has no cluster" if homeless else ""
        return say("P4 none", Level.OK, left_out=left_out)
    disagree = several(len(odd), "image has", "images have")
    if not sure:
        return say("P4 some", Level.OK, odd=disagree)
    looks = several(sure, "label looks", "labels look")
    which = f"that of image {first}" + (" first of all" if sure > 1 else "")
    return say("P4 wrong", Level.NOTICE, sure=looks, first=which, odd=disagree)


def of_first(found: pd.DataFrame, unsure: float) -> Finding:
    """P5, from the images to look at first and the sum of all doubt."""
    if not len(found):
        return say("P5 none", Level.OK)
    settled = float(found["settled"].sum()) / max(unsure, 1e-12)
    return say(
        "P5 first",
        Level.DETAIL,
        images=several(len(found), "image"),
        about=int(found["about"].sum()),
        settled=percent(min(settled, 1.0)),
    )
