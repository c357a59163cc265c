"""What the chosen setting of the DBSCAN map gives: members of its clusters, and its noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.parts.pictures import first_members, one_class_only
from inkcluster.words import class_name, cluster_label, ordinal, percent, several

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.steps.dbscan_map import Map
    from inkcluster.study.steps.hdbscan import Kept

MAX_ROWS, PER_ROW = 12, 12
MAX_STRANGEST = 36


def of_chosen(found: Map, kept: Kept) -> Answer:
    """The members of the chosen setting's clusters, and the strangest images.

    An image is strange if it is far from its neighbours, which is what makes it noise to DBSCAN;
    HDBSCAN's outlier score stands beside it.
    """
    images, labels = found.sample.images, found.chosen_labels
    lead = f"DBSCAN at {found.setting}"
    members = members_gallery(images, labels, "members", "Members of DBSCAN's clusters", lead)
    noise = np.flatnonzero(labels < 0)
    strange = noise if len(noise) else np.arange(len(labels))
    order = strange[np.argsort(-found.distances[strange], kind="stable")][:MAX_STRANGEST]
    return Answer(
        figures=(*members, _noise_gallery(found, order, len(noise))),
        tables=(_noise_table(found, kept, order),),
    )


def members_gallery(
    images: ImageSet, labels: NDArray[np.int32], name: str, title: str, lead: str
) -> tuple[Figure, ...]:
    """The first members of the largest clusters; nothing where all is noise."""
    sizes = np.bincount(labels[labels >= 0])
    shown = np.argsort(-sizes, kind="stable")[:MAX_ROWS].tolist()
    if not shown:
        return ()
    rows = [(cluster_label(c, int(sizes[c])), first_members(labels, c, PER_ROW)) for c in shown]
    some = f" (the {len(shown)} largest are shown)" if len(shown) < len(sizes) else ""
    says = (
        f"{lead} finds {several(len(sizes), 'cluster')}{some}; the largest holds "
        f"{percent(sizes.max() / len(labels))} of the images, the smallest "
        f"{several(int(sizes.min()), 'image')}{one_class_only(images, labels, shown)}."
    )
    return (pictures.gallery(images, name, title, says, rows),)


def _noise_gallery(found: Map, order: NDArray[np.int64], n_noise: int) -> Figure:
    distances, labels = found.distances, found.sample.images.labels
    words = [f"{far:.3g}" for far in distances[order]]
    if labels is not None:
        words = [f"{class_name(labels[i])} · {far}" for i, far in zip(order, words, strict=True)]
    times = distances[order[0]] / max(float(np.median(distances)), np.finfo(float).tiny)
    noise = (
        f"DBSCAN at {found.setting} calls {several(n_noise, 'image')} "
        f"({percent(n_noise / len(distances))}) noise"
        if n_noise
        else f"DBSCAN at {found.setting} calls no image noise, so these are the strangest of all"
    )
    says = (
        f"{noise}. The number under an image is the distance to its {ordinal(found.neighbour)} nearest "
        f"image: {distances[order[0]]:.3g} for the strangest, {times:.1f} times the median."
    )
    title = "Noise, the strangest first" if n_noise else "The strangest images"
    return pictures.in_lines(
        found.sample.images, "noise", title, says, index=order, words=words, per_line=PER_ROW
    )


def _noise_table(found: Map, kept: Kept, order: NDArray[np.int64]) -> Table:
    import pandas as pd

    distances = found.distances[order]
    scores = kept.outlier_scores
    rank = np.empty(len(scores), np.int64)
    rank[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    columns: dict[str, Any] = {
        "image": found.sample.index[order],
        "distance": distances,
        "outlier score": scores[order],
        "rank by outlier score": rank[order],
    }
    labels = found.sample.images.labels
    if labels is not None:
        columns["label"] = [class_name(label) for label in labels[order].tolist()]
    both = int(np.sum(rank[order] <= len(order)))
    says = (
        f"`distance` is that to the {ordinal(found.neighbour)} nearest image, from {distances.max():.3g} "
        f"down to {distances.min():.3g}; `outlier score` is HDBSCAN's (GLOSH), and {both} of these "
        f"{len(order)} images are among its {len(order)} highest. `image` counts from 0 in the whole set."
    )
    return Table("noise", "The strangest images", says, pd.DataFrame(columns))
