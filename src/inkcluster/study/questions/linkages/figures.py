"""The figures of question 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.images import sample_index
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.words import decimals, percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.study.questions.linkages.cut import Cuts

DENDROGRAM_IMAGES = 30
MEMBERS_SHOWN = 10
CLUSTERS_SHOWN = 12
OUTSIDERS_SHOWN = 20
MAX_SHARE_OUTLIERS = 0.01
"""Clusters of at most this share of the images are called outliers."""


def sizes(cuts: Cuts) -> Figure:
    """A bar for each linkage."""
    even = min(cuts.methods, key=lambda m: cuts.largest[m])
    worst = max(cuts.methods, key=lambda m: cuts.largest[m])
    says = (
        f"At {cuts.k} clusters the largest cluster holds {percent(cuts.largest[even])} of the "
        f"images with {even} and {percent(cuts.largest[worst])} with {worst}."
    )
    return charts.ClusterSizes("sizes", "Sizes of the clusters", says, sizes=cuts.sizes)


def centres(cuts: Cuts) -> Figure:
    """A row of mean images for each linkage."""
    shown = min(cuts.k, 2 * CLUSTERS_SHOWN)
    rows = [
        charts.GalleryRow(
            method,
            list(range(i * shown, (i + 1) * shown)),
            [f"{size:,}" for size in cuts.sizes[method][:shown].tolist()],
        )
        for i, method in enumerate(cuts.methods)
    ]
    singles = {m: int(np.sum(cuts.sizes[m] == 1)) for m in cuts.methods}
    most = max(cuts.methods, key=lambda m: singles[m])
    says = (
        "The mean image and the size of each cluster, the largest first; "
        f"{singles[most] or 'none'} of the {cuts.k} clusters of {most} hold a single image."
    )
    if shown < cuts.k:
        says += f" The {shown} largest of {cuts.k} clusters are shown."
    return charts.Gallery(
        "centres",
        "Centres of the clusters of each linkage",
        says,
        pixels=np.concatenate([cuts.of[method].means[:shown] for method in cuts.methods]),
        rows=rows,
        **pictures.shades(cuts.images),
    )


def members(cuts: Cuts, method: str) -> Figure:
    """Members of each cluster of one linkage."""
    cut = cuts.of[method]
    labels, sizes = cut.labels, cut.sizes
    drawn = pictures.random_members(labels, MEMBERS_SHOWN, cuts.plan.seed)
    many = int(np.sum(sizes > 1))
    rows = [(f"#{c}\n{sizes[c]:,}", drawn[c]) for c in range(many)[:CLUSTERS_SHOWN]]
    alone = np.concatenate([np.empty(0, np.int64), *drawn[many:]])
    if len(alone):
        last = f"#{many}" if len(alone) == 1 else f"#{many} to #{cuts.k - 1}"
        rows.append((f"{last}\n1 each", alone[:OUTSIDERS_SHOWN]))
    says = (
        f"Up to {MEMBERS_SHOWN} members of each cluster of {method} linkage, drawn at random; the "
        f"clusters hold {sizes[-1]:,} to {sizes[0]:,} images."
    )
    if cut.scores is not None:
        says += f" {percent(cut.scores.purity)} of the images are of the largest class of their cluster."
    if many > CLUSTERS_SHOWN:
        says += f" The {CLUSTERS_SHOWN} largest of {cuts.k} clusters are shown."
    title = f"Members of the clusters: {method}"
    return pictures.gallery(cut.images, f"members-{method}", title, says, rows)


def outsiders(cuts: Cuts) -> Figure:
    """The members of all clusters but the largest, for each linkage that chains."""
    rows, outside = [], {}
    for method in cuts.chained:
        cut = cuts.of[method]
        shown = cut.tree.index[_in_turn(cut.labels)[:OUTSIDERS_SHOWN]]
        outside[method] = int(cut.sizes[1:].sum())
        rows.append((f"{method}\n{outside[method]:,}", shown))
    most = max(outside, key=outside.__getitem__)
    tiny = all(cuts.sizes[m][1] <= MAX_SHARE_OUTLIERS * cuts.sizes[m].sum() for m in cuts.chained)
    says = (
        f"Images outside the largest cluster, at most {OUTSIDERS_SHOWN} for each linkage, one of each "
        f"cluster in turn. {sentence(most)} linkage leaves {several(outside[most], 'image')} outside"
    )
    says += ": outliers, not clusters." if tiny else "."
    title = "Images outside the one large cluster"
    return pictures.gallery(cuts.images, "outsiders", title, says, rows)


def _in_turn(labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """The members of all clusters but the largest: the first of each, then the second of each, …"""
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] > 0]
    cluster = labels[order]
    turn = np.arange(len(order)) - np.searchsorted(cluster, cluster)
    return np.asarray(order[np.lexsort((cluster, turn))], np.int64)


def scoreboard(cuts: Cuts) -> Figure:
    """Every linkage against the labels."""
    best, *_, worst = sorted(cuts.methods, key=lambda m: -cuts.scores[m].ari)
    says = (
        f"{sentence(best)} linkage agrees best with the labels (ARI {decimals(cuts.scores[best].ari)}), "
        f"{worst} linkage least ({decimals(cuts.scores[worst].ari)})."
    )
    return charts.Scoreboard(
        "scores",
        "Agreement of each linkage with the labels",
        says,
        frame_=judging.scores_frame(cuts.scores),
    )


def along(cuts: Cuts) -> Figure:
    """Every linkage against the labels, at every number of clusters."""
    curves = {method: cut.along for method, cut in cuts.of.items() if cut.along is not None}
    best = max(curves, key=lambda method: float(curves[method].max()))
    at = {method: cuts.of[method].best for method in curves}
    latest = max(at, key=at.__getitem__)
    says = (
        f"The agreement with the labels (ARI) at every number of clusters. {sentence(best)} linkage "
        f"reaches most, {curves[best].max():.3f} at {several(at[best], 'cluster')}; {latest} linkage needs "
        f"{several(at[latest], 'cluster')} for its best, {curves[latest].max():.3f}."
    )
    title = "Agreement with the labels along each hierarchy"
    return charts.AlongHierarchy(
        "along", title, says, curves=curves, marks={"k": cuts.k}, measure="ARI with the labels"
    )


def agreement(cuts: Cuts) -> Figure:
    """ARI between every two linkages."""
    (a, b), high, (c, d), low = cuts.pairs()
    says = (
        "The adjusted Rand index (ARI) of every two linkages; 1 is identical, 0 is chance. "
        f"{sentence(a)} and {b} are most alike ({decimals(high)}), {c} and {d} least ({decimals(low)})."
    )
    title = "How alike are the linkages?"
    return charts.AgreementMap("agreement", title, says, matrix=cuts.ari, names=list(cuts.methods))


def dendrograms(cuts: Cuts) -> Figure:
    """The dendrograms of a few images, one panel for each linkage."""
    from inkcluster.cluster import hierarchy

    n = min(DENDROGRAM_IMAGES, cuts.total)
    index = sample_index(cuts.total, n, cuts.plan.seed, replace=cuts.plan.replace)
    rows = cuts.images.flat()[index]
    k = min(cuts.plan.k, len(index))
    trees = {method: hierarchy.linkage(rows, method) for method in cuts.methods}
    largest = {m: int(np.bincount(hierarchy.cut(trees[m], k)).max()) for m in cuts.methods}
    says = (
        f"The hierarchies of the same {len(index)} images. Cut into {k} clusters, the largest holds "
        f"{largest['ward']} images with ward, {largest['single']} with single and "
        f"{largest['average']} with average linkage."
    )
    return charts.Dendrograms(
        "dendrograms",
        f"Dendrograms of {len(index)} images, one for each linkage",
        says,
        panels=[(method, trees[method], k) for method in cuts.methods],
    )
