"""The pictures of question 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.parts import judging, pictures
from inkcluster.words import decimals, listed, percent, sentence, several

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.study.questions.linkages.cut import Cuts

SMALL = 30
MEMBERS = 10
CLUSTERS_SHOWN = 12
OUTSIDERS = 20
TINY = 0.01
"""Up to this share of the images what is split off is called outliers."""


def sizes(cuts: Cuts) -> Figure:
    """A bar for each linkage."""
    from inkcluster.figures import ClusterSizes

    even = min(cuts.methods, key=lambda m: cuts.largest[m])
    worst = max(cuts.methods, key=lambda m: cuts.largest[m])
    says = (
        f"At {cuts.k} clusters the largest cluster holds {percent(cuts.largest[even])} of the "
        f"images with {even} and {percent(cuts.largest[worst])} with {worst}."
    )
    return ClusterSizes("sizes", "Sizes of the clusters", says, sizes=cuts.sizes)


def centres(cuts: Cuts) -> Figure:
    """A row of mean images for each linkage."""
    from inkcluster.figures import Gallery, GalleryRow

    shown = min(cuts.k, 2 * CLUSTERS_SHOWN)
    rows = [
        GalleryRow(
            method,
            list(range(i * shown, (i + 1) * shown)),
            [f"{size:,}" for size in cuts.sizes[method][:shown].tolist()],
        )
        for i, method in enumerate(cuts.methods)
    ]
    singles = {m: int(np.sum(cuts.sizes[m] == 1)) for m in cuts.methods}
    most = max(cuts.methods, key=lambda m: singles[m])
    says = "The mean image of each cluster with its size, the largest cluster first"
    says += (
        f"; {singles[most]} of the {cuts.k} clusters of {most} are a single image."
        if singles[most]
        else "; none of the clusters is a single image."
    )
    if shown < cuts.k:
        says += f" The {shown} largest of {cuts.k} clusters are shown."
    return Gallery(
        "centres",
        "Centres of the clusters of each linkage",
        says,
        pixels=np.concatenate([cuts.of[method].means[:shown] for method in cuts.methods]),
        rows=rows,
        ink=pictures.ink(cuts.images),
        peak=pictures.peak(cuts.images),
    )


def members(cuts: Cuts) -> list[Figure]:
    """Members of each cluster of each linkage that does not chain."""
    return [_members(cuts, method) for method in cuts.apart]


def _members(cuts: Cuts, method: str) -> Figure:
    cut = cuts.of[method]
    labels, sizes = cut.labels, cut.sizes
    drawn = pictures.random_members(labels, MEMBERS, cuts.plan.seed)
    several_members = int(np.sum(sizes > 1))
    rows = [(f"#{c}\n{sizes[c]:,}", drawn[c]) for c in range(several_members)[:CLUSTERS_SHOWN]]
    alone = np.concatenate([np.empty(0, np.int64), *drawn[several_members:]])
    if len(alone):
        last = f"#{several_members}" if len(alone) == 1 else f"#{several_members} to #{cuts.k - 1}"
        rows.append((f"{last}\n1 each", alone[:OUTSIDERS]))
    says = (
        f"Up to {MEMBERS} members, drawn at random, of each cluster of the {method} linkage, "
        f"whose sizes run from {sizes[-1]:,} to {sizes[0]:,}"
    )
    if cut.scores is not None:
        says += f"; {percent(cut.scores.purity)} of the images are of the largest class"
        says += " of their cluster"
    if several_members > CLUSTERS_SHOWN:
        says += f"; the {CLUSTERS_SHOWN} largest of {cuts.k} clusters are shown"
    title = f"Members of the clusters: {method}"
    return pictures.gallery(cut.images, f"members-{method}", title, f"{says}.", rows)


def outsiders(cuts: Cuts) -> Figure:
    """What the linkages that chain split off: the members of all clusters but the largest."""
    rows, outside = [], {}
    for method in cuts.chained:
        cut = cuts.of[method]
        shown = cut.tree.index[_in_turn(cut.labels)[:OUTSIDERS]]
        outside[method] = int(cut.sizes[1:].sum())
        rows.append((f"{method}\n{outside[method]:,}", shown))
    most = max(outside, key=outside.__getitem__)
    tiny = all(cuts.sizes[m][1] <= TINY * cuts.sizes[m].sum() for m in cuts.chained)
    says = (
        f"{listed(cuts.chained, 7)} {'puts' if len(cuts.chained) == 1 else 'put'} almost every image "
        f"into one cluster; what is split off is shown (at most {OUTSIDERS} each, one of each cluster "
        f"in turn), {several(outside[most], 'image')} with {most}"
    )
    says += ": outliers rather than clusters." if tiny else "."
    title = "What the chaining linkages split off"
    return pictures.gallery(cuts.images, "outsiders", title, sentence(says), rows)


def _in_turn(labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """The members of all clusters but the largest, the first of each, then the second of each, …"""
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] > 0]
    cluster = labels[order]
    turn = np.arange(len(order)) - np.searchsorted(cluster, cluster)
    return np.asarray(order[np.lexsort((cluster, turn))], np.int64)


def scoreboard(cuts: Cuts) -> Figure:
    """Every linkage against the labels."""
    from inkcluster.figures import Scoreboard

    assert cuts.scores is not None
    best, worst = cuts.ranked()
    says = (
        f"{sentence(best)} agrees best with the labels, with an ARI of "
        f"{decimals(cuts.scores[best].ari)}; {worst} least, with {decimals(cuts.scores[worst].ari)}."
    )
    return Scoreboard(
        "scores",
        "Agreement of each linkage with the labels",
        says,
        frame_=judging.scores_frame(cuts.scores),
    )


def along(cuts: Cuts) -> Figure:
    """Every linkage against the labels, at every number of clusters."""
    from inkcluster.figures import AlongHierarchy

    curves = {method: cut.along for method, cut in cuts.of.items() if cut.along is not None}
    best = max(curves, key=lambda method: float(curves[method].max()))
    at = {method: cuts.of[method].best for method in curves}
    latest = max(at, key=at.__getitem__)
    says = (
        f"The ARI with the labels wherever each hierarchy is cut: {best} comes nearest to the classes, "
        f"with {curves[best].max():.3f} at {several(at[best], 'cluster')}; {latest} is at its best only "
        f"at {several(at[latest], 'cluster')}, with {curves[latest].max():.3f}."
    )
    title = "Agreement with the labels along each hierarchy"
    return AlongHierarchy(
        "along", title, says, curves=curves, marks={"k": cuts.k}, measure="ARI with the labels"
    )


def agreement(cuts: Cuts) -> Figure:
    """ARI between every two linkages."""
    from inkcluster.figures import AgreementMap

    (a, b), high, (c, d), low = cuts.pairs()
    says = (
        f"Adjusted Rand index between every two linkages: {a} and {b} are closest with "
        f"{decimals(high)}, {c} and {d} farthest apart with {decimals(low)}."
    )
    title = "How alike are the linkages?"
    return AgreementMap("agreement", title, says, matrix=cuts.ari, names=list(cuts.methods))


def dendrograms(cuts: Cuts) -> Figure:
    """The dendrograms of a few images, one panel for each linkage."""
    from inkcluster.cluster import hierarchy
    from inkcluster.figures import Dendrograms
    from inkcluster.images import sample_index

    n = min(SMALL, cuts.total)
    index = sample_index(cuts.total, n, cuts.plan.seed, replace=cuts.plan.replace)
    rows = cuts.images.flat()[index]
    k = min(cuts.plan.k, len(index))
    trees = {method: hierarchy.linkage(rows, method) for method in cuts.methods}
    largest = {m: int(np.bincount(hierarchy.cut(trees[m], k)).max()) for m in cuts.methods}
    says = (
        f"The hierarchies of the same {len(index)} images: cut into {k}, the largest cluster "
        f"has {largest['ward']} of them with ward, {largest['single']} with single and "
        f"{largest['average']} with average."
    )
    return Dendrograms(
        "dendrograms",
        f"Dendrograms of {len(index)} images, one for each linkage",
        says,
        panels=[(method, trees[method], k) for method in cuts.methods],
    )
