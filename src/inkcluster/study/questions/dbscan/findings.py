"""Findings D1 to D6: what DBSCAN and HDBSCAN find, and whether distances tell images apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inkcluster.study.answer import Finding, Level
from inkcluster.study.findings import Sentences
from inkcluster.study.steps.density import MEMBERS, MOST_NOISE, Sweep
from inkcluster.words import percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.steps.dbscan_map import Map
    from inkcluster.study.steps.hdbscan import Kept

MIN_CONTRAST = 2.0
"""Distances tell images apart if the farthest is this many times as far as the nearest."""
MAX_ONE_CLUSTER_SHARE = 0.5
"""The share of the settings that may find one cluster or none without a notice."""

say = Sentences(
    {
        "says noise": "No setting does: DBSCAN leaves every image out of its groups, as noise, at each of the "
        "{settings:,} settings tried.",
        "says tiny": "Hardly any setting does: DBSCAN finds only tiny groups, and calls {noise} of the images "
        "noise.",
        "says alone": "Hardly any setting does: DBSCAN finds one large group and little else, and calls {noise} "
        "of the images noise.",
        "says mostly": "Few settings do: DBSCAN finds {groups} at eps {eps:g}, with {noise} of the images as "
        "noise, but at most settings one or none.",
        "says several": "At eps {eps:g}, DBSCAN finds {groups} of images close together, and calls {noise} of "
        "the images noise: those outside every group.",
        "D1 inside": "DBSCAN joins images closer than eps; the eps chosen, {eps:g}, lies inside the "
        "range tried, {low:g} to {high:g}.",
        "D1 lowest": "DBSCAN joins images closer than eps; the eps chosen, {eps:g}, is the smallest "
        "tried: try smaller ones, which may separate more clusters.",
        "D1 highest": "DBSCAN joins images closer than eps; the eps chosen, {eps:g}, is the largest "
        "tried: try larger ones, which may leave fewer images out.",
        "D1 one": "DBSCAN joins images closer than eps; with the eps chosen, {eps:g}, every image is "
        "in one cluster: try smaller values.",
        "D2 noise": "DBSCAN leaves every image out of its clusters, as noise, at each setting "
        "tried ({settings:,}).",
        "D2 tiny": "DBSCAN finds only tiny clusters, of fewer than {members} images each; {noise} "
        "of the images are noise.",
        "D2 alone": "DBSCAN finds one cluster and little else: it holds {largest} of the clustered "
        "images, and {noise} of all images are noise.",
        "D2 mostly": "DBSCAN finds {clusters} at the setting chosen, but one cluster or none at {often:,} of "
        "{settings:,} settings: do not rely on them.",
        "D2 several": "DBSCAN finds {clusters}; the largest holds {largest} of the images, and "
        "{noise} are noise, outside every cluster.",
        "D3 none": "No setting puts more than 90 % of the images into clusters; the most is {most}.",
        "D3 one": "At {met:,} of {settings:,} settings, more than 90 % of the images are in "
        "clusters, but never in more than one.",
        "D3 some": "At {met:,} of {settings:,} settings, more than 90 % of the images are in "
        "clusters.",
        "D4 near": "For a typical image, the farthest other is {scaled:.2f} times as far as the "
        "nearest ({white:.2f} after whitening): distances hardly tell images apart.",
        "D4 far": "For a typical image, the farthest other is {scaled:.2f} times as far as the "
        "nearest ({white:.2f} after whitening), so distances tell images apart.",
        "D5 same": "Two solvers of the PCA give the same number of clusters at each of {eps} "
        "values of eps.",
        "D5 differ": "Two PCA solvers give different numbers of clusters at {differ} of {eps} "
        "values of eps: do not rely on single clusters of the sweep.",
        "D6 none": "HDBSCAN, which looks for dense groups, finds none: no group of images is denser "
        "than the rest.",
        "D6 some": "HDBSCAN, which looks for dense groups, finds {clusters}; the largest holds {largest} of "
        "the images, and {noise} are outside all of them.",
    }
)


def of_map(found: Map) -> tuple[Finding, ...]:
    """D1 to D3."""
    return _edge(found), _clusters(found), _criterion(found)


def answered(found: Map) -> str:
    """The answer in one sentence."""
    c = found.counts[found.chosen[0]][found.chosen[1]]
    noise = percent(c.noise_share)
    if not c.clusters:
        return say.words("says noise", settings=found.alone.size)
    if not c.considerable:
        return say.words("says tiny", noise=noise)
    if found.alone[found.chosen]:
        return say.words("says alone", noise=noise)
    key = "says mostly" if found.alone.mean() > MAX_ONE_CLUSTER_SHARE else "says several"
    eps, groups = found.eps[found.chosen[0]], several(c.clusters, "group")
    return say.words(key, eps=eps, groups=groups, noise=noise)


def _edge(found: Map) -> Finding:
    i, j = found.chosen
    eps, c = found.eps[i], found.counts[i][j]
    if 0 < i < len(found.eps) - 1:
        return say("D1 inside", Level.DETAIL, eps=eps, low=found.eps[0], high=found.eps[-1])
    if c.clusters == 1 and not c.noise_share:
        return say("D1 one", Level.WARNING, eps=eps)
    return say("D1 highest" if i else "D1 lowest", Level.WARNING, eps=eps)


def _clusters(found: Map) -> Finding:
    c = found.counts[found.chosen[0]][found.chosen[1]]
    settings, noise = found.alone.size, percent(c.noise_share)
    if not c.clusters:
        return say("D2 noise", Level.NOTICE, settings=settings)
    if not c.considerable:
        return say("D2 tiny", Level.NOTICE, members=MEMBERS, noise=noise)
    if found.alone[found.chosen]:
        largest = percent(c.largest_of_clustered)
        return say("D2 alone", Level.NOTICE, largest=largest, noise=noise)
    clusters = several(c.clusters, "cluster")
    if found.alone.mean() > MAX_ONE_CLUSTER_SHARE:
        often = int(found.alone.sum())
        return say("D2 mostly", Level.NOTICE, clusters=clusters, often=often, settings=settings)
    largest = percent(c.largest_share)
    return say("D2 several", Level.DETAIL, clusters=clusters, largest=largest, noise=noise)


def _criterion(found: Map) -> Finding:
    met, settings = int(found.met.sum()), found.met.size
    if not met:
        most = percent(found.panel("clustered_share").max())
        return say("D3 none", Level.DETAIL, most=most)
    one = found.panel("clusters")[found.met].max() == 1
    return say("D3 one" if one else "D3 some", Level.DETAIL, met=met, settings=settings)


def of_distances(frame: pd.DataFrame) -> Finding:
    """D4, from the table of distances: one row for the scaled pixels, one after whitening."""
    scaled, white = frame["farthest over nearest"]
    if min(scaled, white) < MIN_CONTRAST:
        return say("D4 near", Level.NOTICE, scaled=scaled, white=white)
    return say("D4 far", Level.OK, scaled=scaled, white=white)


def of_solvers(sweeps: list[Sweep]) -> tuple[Finding, ...]:
    """D5; nothing where only one solver was run."""
    if len(sweeps) < 2:
        return ()
    first, other = (np.array(one.n_labels) for one in sweeps)
    differ, eps = int(np.count_nonzero(first != other)), len(first)
    if not differ:
        return (say("D5 same", Level.OK, eps=eps),)
    return (say("D5 differ", Level.DETAIL, differ=differ, eps=eps),)


def of_hdbscan(kept: Kept) -> Finding:
    """D6."""
    c = kept.counts
    if not c.clusters:
        return say("D6 none", Level.NOTICE)
    quiet = c.clusters >= 2 and c.noise_share <= MOST_NOISE
    return say(
        "D6 some",
        Level.DETAIL if quiet else Level.NOTICE,
        clusters=several(c.clusters, "cluster"),
        largest=percent(c.largest_share),
        noise=percent(c.noise_share),
    )
