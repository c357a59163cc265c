"""What the DBSCAN map comes to, in sentences: findings D1 to D4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level
from inkcluster.study.questions.dbscan.map import Map
from inkcluster.study.questions.dbscan.map_figures import criterion_frame, span
from inkcluster.words import percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.study.settings.plan import Plan

LOW_CONTRAST = 2.0
"""The farthest image is less than this many times as far as the nearest: all are alike."""
MOSTLY = 0.5
"""In more than this share of the settings there is one cluster with noise and little else."""
COMPARED = 1000
"""Images whose distances to each other and to their nearest are looked at."""


def findings(found: Map, whitened: NDArray[np.floating[Any]], plan: Plan) -> tuple[Finding, ...]:
    """D1 to D4 on the map `found` and, for D4, on the PCA-whitened images (n, d) as well."""
    return (
        _on_edge(found, plan),
        _one_cluster(found),
        _criterion(found),
        _contrast(found, whitened, plan),
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
    sizes = np.sort(np.bincount(found.chosen_labels[found.chosen_labels >= 0]))[::-1]
    parts = f"the largest holds {percent(c.largest_of_clustered)} of the clustered images"
    if len(sizes) > 1:
        parts += f", the next {percent(sizes[1] / sizes.sum())}"
    parts += f", and {percent(c.noise_share)} of all images are noise"
    alone, mostly = bool(found.alone[i, j]), found.alone.mean() > MOSTLY
    end = ", so it is one cluster with noise and little else" if alone else ""
    often = int(found.alone.sum())
    share = (
        f"in {often:,} of the map's {found.alone.size:,} settings ({percent(found.alone.mean())}) there "
        "is one cluster with noise and little else, or noise alone"
    )
    words = f"{lead}; {parts}{end}; {share}."
    return Finding("D2", Level.WARNING if alone else Level.NOTICE if mostly else Level.OK, words)


def _criterion(found: Map) -> Finding:
    """D3."""
    frame = criterion_frame(found)
    total = found.met.size
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


def _contrast(found: Map, whitened: NDArray[np.floating[Any]], plan: Plan) -> Finding:
    """D4: how much farther the farthest image is than the nearest, and how all distances spread."""
    from inkcluster.evaluate import concentration

    scaled = 1 + concentration(found.vectors, plan.seed)
    white = 1 + concentration(whitened, plan.seed)
    low = min(scaled, white) < LOW_CONTRAST
    near, spread = _spread(found.vectors, np.sqrt(found.lists[0][:COMPARED, 1]))
    near_white, spread_white = _spread(whitened, None)
    words = (
        f"From a typical image, the farthest other one is {scaled:.2f} times as far as the nearest "
        f"in scaled pixels and {white:.2f} times after PCA whitening, so that an eps can "
        f"{'hardly ' if low else ''}tell near from far; the line is drawn at {LOW_CONTRAST:g} times. "
        f"The nearest of all images is {percent(near)} of the mean distance away in scaled pixels "
        f"({percent(near_white)} after whitening), and distances spread by {percent(spread)} about "
        f"their mean ({percent(spread_white)})."
    )
    return Finding("D4", Level.WARNING if low else Level.OK, words)


def _spread(
    vectors: NDArray[np.floating[Any]], nearest: NDArray[np.float64] | None
) -> tuple[float, float]:
    """The nearest image's distance in the median, and the standard deviation, over the mean distance.

    Of up to 1,000 images: the nearest among all, the mean and the deviation among themselves.
    Vectors come in random order.
    """
    from scipy.spatial.distance import pdist

    from inkcluster.cluster.neighbors.nearest import nearest_neighbors

    some = np.ascontiguousarray(vectors[:COMPARED], np.float64)
    if nearest is None:
        squared, _ = nearest_neighbors(vectors, min(2, len(vectors)), queries=some)
        nearest = np.sqrt(squared[:, -1])  # each is its own nearest
    between = pdist(some)
    mean = max(float(between.mean()), np.finfo(float).tiny)
    return float(np.median(nearest)) / mean, float(between.std()) / mean
