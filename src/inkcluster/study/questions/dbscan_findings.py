"""What the DBSCAN map comes to, in sentences: findings D1 to D4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Finding, Level
from inkcluster.study.drawing import Sample, whitened
from inkcluster.study.questions.dbscan_map import CRITERION, Map, criterion_frame, span
from inkcluster.study.wording import percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.study.plan import Plan

LOW_CONTRAST = 2.0
"""The farthest image is less than this many times as far as the nearest: all are alike."""


def findings(found: Map, compared: Sample, plan: Plan) -> tuple[Finding, ...]:
    """D1 to D4 on the map `found` and, for D4, on the images `compared` after PCA whitening."""
    return (
        _on_edge(found, plan),
        _one_cluster(found),
        _criterion(found),
        _contrast(found, compared, plan),
    )


def _on_edge(found: Map, plan: Plan) -> Finding:
    """D1."""
    i, j = found.chosen
    reach = f"the map's eps, {found.eps[0]:g} to {found.eps[-1]:g} ({plan.why['eps']})"
    if 0 < i < len(found.eps) - 1:
        return Finding("D1", Level.OK, f"The chosen setting, {found.setting}, lies inside {reach}.")
    end = "lower" if i == 0 else "upper"
    c = found.counts[i][j]
    if c.clusters == 1 and not c.noise_share:
        more = "every image is in one cluster there, and a map with smaller eps may say more"
    else:
        more = f"a map with {'smaller' if i == 0 else 'larger'} eps may say more"
    words = f"The chosen setting, {found.setting}, lies on the {end} edge of {reach}; {more}."
    return Finding("D1", Level.WARNING, words)


def _one_cluster(found: Map) -> Finding:
    """D2."""
    i, j = found.chosen
    c = found.counts[i][j]
    lead = f"At {found.setting} DBSCAN finds {several(c.clusters, 'cluster')}"
    if not c.clusters:
        return Finding("D2", Level.WARNING, f"{lead}: every image is noise.")
    parts = (
        f"the largest holds {percent(c.largest_of_clustered)} of the clustered images, and "
        f"{percent(c.noise_share)} of all images are noise"
    )
    alone = c.considerable < 2 or c.largest_of_clustered > CRITERION
    end = ", so it is one cluster with noise and little else" if alone else ""
    return Finding("D2", Level.WARNING if alone else Level.OK, f"{lead}; {parts}{end}.")


def _criterion(found: Map) -> Finding:
    """D3."""
    frame = criterion_frame(found)
    total = found.labels[..., 0].size
    if not len(frame):
        best = 100 * (1 - found.panel("noise_share").min())
        words = (
            f"None of the {total:,} settings puts more than 90 % of the images into clusters; "
            f"the most is {best:.1f} %."
        )
        return Finding("D3", Level.WARNING, words)
    counts = frame["number of clusters"]
    words = (
        f"{sentence(several(len(frame), 'setting'))} of {total:,} "
        f"{'puts' if len(frame) == 1 else 'put'} more than 90 % of the images into clusters, "
        f"the least eps among them {frame['eps'].min():g}, with {span(counts)}"
    )
    if counts.max() == 1:
        end = ": the criterion is met only where everything is one cluster."
        return Finding("D3", Level.NOTICE, words + end)
    return Finding("D3", Level.OK, f"{words}.")


def _contrast(found: Map, compared: Sample, plan: Plan) -> Finding:
    """D4: how much farther the farthest image is than the nearest."""
    from inkcluster.evaluate import concentration

    scaled = 1 + concentration(found.vectors, plan.seed)
    white = 1 + concentration(whitened(compared.images, plan)[1], plan.seed)
    low = min(scaled, white) < LOW_CONTRAST
    words = (
        f"From a typical image, the farthest other one is {scaled:.2f} times as far as the nearest "
        f"in scaled pixels and {white:.2f} times after PCA whitening, so that an eps can "
        f"{'hardly ' if low else ''}tell near from far; the line is drawn at {LOW_CONTRAST:g} times."
    )
    return Finding("D4", Level.WARNING if low else Level.OK, words)
