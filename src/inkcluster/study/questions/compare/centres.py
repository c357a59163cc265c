"""k-means after PCA whitening: its centres as pictures, and the members nearest and farthest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import Match, cohesion, match, nearest_and_farthest
from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.steps.methods import Methods
from inkcluster.study.steps.samples import PIXELS, WHITENED, title_of
from inkcluster.words import class_name, cluster_label, percent, several

EACH = 5
"""Nearest and farthest members shown: as many as the exercise shows."""
MIN_CONTRAST_KEPT = 0.8
"""Centres with less of the contrast of those on pixels are called blurred."""

Around = Mapping[int, tuple[NDArray[np.int64], NDArray[np.int64]]]


def of_centres(methods: Methods) -> Answer:
    """Centres through the inverse PCA, their sizes, their nearest and farthest members."""
    truth = methods.sample.images.labels
    labels = methods.clusterings[title_of("k-means", WHITENED)].labels
    clusters = range(int(labels.max()) + 1)
    middle = np.stack([methods.vectors[labels == c].mean(axis=0) for c in clusters])
    drawn = np.asarray(methods.pca.pictures(middle), np.float64)
    around = nearest_and_farthest(methods.vectors, labels, middle, EACH)
    matched = None if truth is None else match(truth, labels)
    classes = _classes(matched, len(middle))
    return Answer(
        figures=(
            _centres_figure(methods, drawn, labels, classes),
            _around_figure(methods, drawn, middle, around, matched),
        ),
        tables=(_table(methods, middle, labels, classes),),
        arrays={"kmeans_centres": middle, "kmeans_pictures": drawn},
    )


def _classes(matched: Match | None, k: int) -> list[str]:
    """Each cluster's largest class and its share; empty words without labels."""
    if matched is None:
        return [""] * k
    return [
        f"{percent(share)} {class_name(matched.classes[column])}"
        for column, share in zip(matched.class_of, matched.purity, strict=True)
    ]


def _centres_figure(
    methods: Methods, drawn: NDArray[np.float64], labels: NDArray[np.int32], classes: list[str]
) -> Any:
    images = methods.sample.images
    pixel_labels = methods.clusterings[title_of("k-means", PIXELS)].labels
    plain = pictures.mean_images(images.pixels, pixel_labels)
    mean = images.pixels.mean(axis=0)
    typical, white, raw = (_distance(some, mean) for some in (images.pixels, drawn, plain))
    verdict = "more" if white < MIN_CONTRAST_KEPT * raw else "no more"
    sizes = np.bincount(labels)
    says = (
        f"The {several(len(sizes), 'centre')} of k-means on PCA-whitened images, mapped back to pixels, "
        f"are {verdict} blurred than those on pixels: they differ from the mean image "
        f"{percent(white / typical)} as much as a typical image does, those on pixels "
        f"{percent(raw / typical)}. The clusters have {int(sizes[-1]):,} to {int(sizes[0]):,} members."
    )
    return charts.Centres(
        "kmeans-centres",
        "k-means centres after PCA whitening",
        says,
        drawn,
        sizes,
        classes,
        **pictures.shades(images),
    )


def _distance(some: NDArray[Any], mean: NDArray[np.float64]) -> float:
    """The root mean square difference of pictures (m, h, w) from the mean image."""
    return float(np.sqrt(np.mean((some - mean) ** 2)))


def _around_figure(
    methods: Methods,
    drawn: NDArray[np.float64],
    middle: NDArray[np.float64],
    around: Around,
    matched: Match | None,
) -> Any:
    images, labels = (
        methods.sample.images,
        methods.clusterings[title_of("k-means", WHITENED)].labels,
    )
    sizes, shown = np.bincount(labels), list(around)[: pictures.ROWS_AT_MOST]
    rows = [(cluster_label(c, int(sizes[c])), np.concatenate(around[c])) for c in shown]
    near, far = (np.concatenate([around[c][side] for c in shown]) for side in (0, 1))
    away = [np.linalg.norm(methods.vectors[i] - middle[labels[i]], axis=1) for i in (near, far)]
    says = (
        f"Each row shows a centre, the {EACH} members nearest to it and the {EACH} farthest from it: on "
        f"average {away[0].mean():.1f} and {away[1].mean():.1f} away, in units of whitened components"
    )
    if matched is not None and images.labels is not None:
        largest = matched.classes[matched.class_of]
        right = [
            percent(float(np.mean(images.labels[i] == largest[labels[i]]))) for i in (near, far)
        ]
        says += f". {right[0]} of the nearest and {right[1]} of the farthest are of their cluster's largest class"
    return pictures.gallery(
        images,
        "kmeans-around",
        "Nearest and farthest members of each k-means centre",
        f"{says}.",
        rows,
        between=[(0, drawn[c], "centre") for c in shown],
        prefixes=[["near"] * len(around[c][0]) + ["far"] * len(around[c][1]) for c in shown],
    )


def _table(
    methods: Methods,
    middle: NDArray[np.float64],
    labels: NDArray[np.int32],
    classes: list[str],
) -> Table:
    import pandas as pd

    tight = cohesion(methods.vectors, labels)
    frame = pd.DataFrame(
        {
            "cluster": np.arange(len(middle)),
            "size": np.bincount(labels),
            "cohesion": tight,
            "distance from the mean": np.linalg.norm(middle, axis=1),
        }
    )
    if any(classes):
        frame["largest class"] = classes
    tightest = int(np.nanargmin(tight))
    says = (
        "`cohesion` is the mean distance to the cluster's centre over that of all images to the mean "
        f"image; cluster {tightest} is tightest, with {tight[tightest]:.2f}."
    )
    return Table("kmeans-whitened", "k-means after PCA whitening", says, frame)
