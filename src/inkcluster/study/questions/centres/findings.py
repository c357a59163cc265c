"""The sentences of question 1: clusters against classes, and the number of clusters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inkcluster.evaluate import KSuggestion, Match, Scores
from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.study.questions.parts import judging
from inkcluster.study.steps import k_range
from inkcluster.words import class_name, class_names, listed, percent, several

CHANCE_ARI = 0.1
"""Clusters with an ARI below this have little to do with the classes."""

say = Sentences(
    {
        "K1 match": "The k-means clusters match the classes: {right} of the images are in the cluster that "
        "matches their class.",
        "K1 part": "The k-means clusters match the classes in part: {right} of the images are in the cluster "
        "that matches their class.",
        "K1 little": "The k-means clusters have little to do with the classes: {right} of the images are in "
        "the cluster that matches their class.",
        "K1 unlabelled": "The images have no labels; judge the clusters by their centres and their "
        "members.",
        "K1 fewer": "K-means found only {found} of {k} clusters, since no more images differ; "
        "choose a smaller k.",
        "says match": "The {groups} of k-means match the labels: {right} of the images are in the group that "
        "stands for their label.",
        "says part": "The {groups} of k-means match the labels only in part: {right} of the images are in the "
        "group that stands for their label.",
        "says little": "The {groups} of k-means have little to do with the labels: {right} of the images are "
        "in the group that stands for their label.",
        "says unlabelled": "K-means divides the images into {groups}; their mean images show what the members "
        "have in common.",
        "K2 one": "Class {name} is the largest class of {clusters}: it has more than one shape.",
        "K2 more": "Classes {names} are each the largest class of several clusters: they have more "
        "than one shape.",
        "K3 one": "Cluster {cluster} of k-means mixes the classes {names}; do not take it for one class.",
        "K3 more": "Clusters {clusters} of k-means each mix several classes; do not take them for one class.",
        "K4 one": "No cluster of k-means stands for class {name}: {share} of it lies in cluster {cluster}.",
        "K4 more": "No cluster of k-means stands for the classes {names}; a larger k may separate them.",
        "K5 used": "K-means clearly suggests {k}, the number used.",
        "K5 other": "K-means clearly suggests {k}; the number used is {used}.",
        "K5 weak": "K-means suggests {k}, but weakly; the number used is {used}.",
        "K5 none": "No number of clusters stands out for k-means: its criteria suggest {low} to "
        "{high}; the number used is {used}.",
    }
)


def of_clusters(
    asked: int, found: int, match: Match | None, scores: Scores | None
) -> list[Finding]:
    """K1 to K4: whether clusters are classes, which are doubled, merged and missing."""
    said = []
    if found < asked:
        said.append(say("K1 fewer", Level.WARNING, found=found, k=asked))
    if match is None or scores is None:
        return [*said, say("K1 unlabelled", Level.DETAIL)]
    return [*said, _matching(scores), *_doubled(match), *_merged(match), *_missing(match)]


def answered(k: int, scores: Scores | None) -> str:
    """The answer in one sentence."""
    groups = several(k, "group")
    if scores is None:
        return say.words("says unlabelled", groups=groups)
    by_match = {"match": "says match", "part": "says part", "little": "says little"}
    return say.words(by_match[_match(scores)], groups=groups, right=percent(scores.accuracy))


def of_number(suggested: Mapping[str, KSuggestion], used: int) -> Finding:
    """K5: the number that the criteria of k-means suggest."""
    together = suggested["together"]
    k = several(together.k or 0, "cluster")
    if together.clear and together.k == used:
        return say("K5 used", Level.OK, k=k)
    if together.clear:
        return say("K5 other", Level.NOTICE, k=k, used=used)
    low, high = k_range.span(suggested)
    if low == high:
        return say("K5 weak", Level.DETAIL, k=several(low, "cluster"), used=used)
    return say("K5 none", Level.DETAIL, low=low, high=high, used=used)


def _matching(scores: Scores) -> Finding:
    how, right = _match(scores), percent(scores.accuracy)
    if how == "match":
        return say("K1 match", Level.OK, right=right)
    if how == "little":
        return say("K1 little", Level.NOTICE, right=right)
    return say("K1 part", Level.DETAIL, right=right)


def _match(scores: Scores) -> str:
    """How well clusters and classes match."""
    if scores.accuracy >= judging.COINCIDE:
        return "match"
    return "little" if scores.ari < CHANCE_ARI else "part"


def _doubled(match: Match) -> list[Finding]:
    if len(match.doubled) == 1:
        (value, clusters) = match.doubled[0]
        held = several(len(clusters), "cluster")
        return [say("K2 one", Level.DETAIL, name=class_name(value), clusters=held)]
    names = listed((class_name(value) for value, _ in match.doubled), 2)
    return [say("K2 more", Level.DETAIL, names=names)] if match.doubled else []


def _merged(match: Match) -> list[Finding]:
    if len(match.merged) == 1:
        cluster, classes = match.merged[0]
        names = listed((class_name(value) for value in classes), 1)
        return [say("K3 one", Level.NOTICE, cluster=cluster, names=names)]
    clusters = listed((cluster for cluster, _ in match.merged), 2)
    return [say("K3 more", Level.NOTICE, clusters=clusters)] if match.merged else []


def _missing(match: Match) -> list[Finding]:
    if len(match.missing) != 1:
        names = listed((class_name(value) for value in match.missing), 2)
        return [say("K4 more", Level.NOTICE, names=names)] if match.missing else []
    column = next(i for i in range(len(match.classes)) if i not in match.class_of)
    counts = match.table[:, column]
    row = int(np.argmax(counts))
    return [
        say(
            "K4 one",
            Level.NOTICE,
            name=class_names(match.classes)[column],
            share=percent(counts[row] / counts.sum()),
            cluster=match.clusters[row],
        )
    ]
