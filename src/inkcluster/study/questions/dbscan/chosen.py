"""What one chosen setting of the DBSCAN map gives: members of its clusters, and its noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.questions.parts.pictures import first_members, one_class_only
from inkcluster.words import class_name, cluster_label, ordinal, percent, several

if TYPE_CHECKING:
    from inkcluster.study.questions.dbscan.map import Map
    from inkcluster.study.steps.hdbscan import Kept

ROWS, PER_ROW = 12, 12
STRANGEST = 36


def of_chosen(found: Map, kept: Kept) -> Answer:
    """The members of the chosen setting's clusters, and the strangest images.

    Strange is what is far from its neighbours, which is what DBSCAN calls noise; HDBSCAN's outlier
    scores stand beside it.
    """
    labels, images = found.chosen_labels, found.sample.images
    figures: list[Any] = []
    sizes = np.bincount(labels[labels >= 0])
    shown = np.argsort(-sizes, kind="stable")[:ROWS].tolist()
    if shown:
        rows = [(cluster_label(c, int(sizes[c])), first_members(labels, c, PER_ROW)) for c in shown]
        some = f", the {len(shown)} largest shown" if len(shown) < len(sizes) else ""
        says = (
            f"At {found.setting} DBSCAN finds {several(len(sizes), 'cluster')}{some}; the largest "
            f"holds {percent(sizes.max() / len(labels))} of the images and the smallest "
            f"{several(int(sizes.min()), 'image')}{one_class_only(images, labels, shown)}."
        )
        figures.append(pictures.gallery(images, "members", "Members of the clusters", says, rows))
    noise = np.flatnonzero(labels < 0)
    strange = noise if len(noise) else np.arange(len(labels))
    order = strange[np.argsort(-found.distances[strange], kind="stable")][:STRANGEST]
    figures.append(_noise_gallery(found, order, len(noise)))
    return Answer(figures=tuple(figures), tables=(_noise_table(found, kept, order),))


def _noise_gallery(found: Map, order: NDArray[np.int64], n_noise: int) -> Any:
    from inkcluster.figures import Gallery, GalleryRow

    images, distances = found.sample.images, found.distances
    words = [_strangeness(found, i) for i in order.tolist()]
    rows = []
    for start in range(0, len(order), PER_ROW):
        places = list(range(start, min(start + PER_ROW, len(order))))
        label = f"{places[0] + 1}–{places[-1] + 1}"
        rows.append(GalleryRow(label, places, [words[i] for i in places]))
    times = distances[order[0]] / max(float(np.median(distances)), np.finfo(float).tiny)
    called = (
        f"At {found.setting} DBSCAN calls {several(n_noise, 'image')} "
        f"({percent(n_noise / len(distances))}) noise"
        if n_noise
        else f"At {found.setting} nothing is noise, so these are the strangest of all images"
    )
    says = (
        f"{called}; shown by the distance to the {ordinal(found.neighbour)} neighbour, the strangest "
        f"first: {distances[order[0]]:.3g}, {times:.1f} times as far as usual."
    )
    return Gallery(
        "noise",
        "Noise, the strangest first" if n_noise else "The strangest images",
        says,
        pixels=images.pixels[order],
        rows=rows,
        ink=pictures.ink(images),
        peak=pictures.peak(images),
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
    says = (
        f"The {len(order)} images shown as strangest, by the distance to their "
        f"{ordinal(found.neighbour)} neighbour, from {distances.max():.3g} down to "
        f"{distances.min():.3g}; `image` counts from 0 in the whole set. The outlier score is "
        f"HDBSCAN's (GLOSH); {several(int(np.sum(rank[order] <= len(order))), 'of these is', 'of these are')} "
        f"among the {len(order)} with the highest."
    )
    return Table("noise", "The strangest images", says, pd.DataFrame(columns))


def _strangeness(found: Map, i: int) -> str:
    labels = found.sample.images.labels
    far = f"{found.distances[i]:.3g}"
    return far if labels is None else f"{class_name(labels[i])} · {far}"
