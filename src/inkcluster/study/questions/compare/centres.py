"""k-means after PCA whitening: its centres as pictures, and each centre's nearest and farthest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import pictures
from inkcluster.study.steps.methods import PIXELS, WHITENED, Methods, title_of
from inkcluster.words import class_name, percent, several

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

EACH = 5
"""As many nearest and as many farthest members as the book shows."""


def of_centres(methods: Methods, plan: Plan, desk: Desk) -> Answer:
    """Centres through the inverse PCA, their sizes, their nearest and farthest members."""
    del plan, desk
    from inkcluster.evaluate import nearest_and_farthest

    images = methods.sample.images
    labels = methods.clusterings[title_of("k-means", WHITENED)].labels
    k = int(labels.max()) + 1
    middle = np.stack([methods.vectors[labels == c].mean(axis=0) for c in range(k)])
    drawn = np.asarray(methods.pca.pictures(middle), np.float64)
    sizes = np.bincount(labels)
    around = nearest_and_farthest(methods.vectors, labels, middle, EACH)
    captions = _mostly(methods, labels)
    flat = images.pixels.astype(np.float64)
    pixel_labels = methods.clusterings[title_of("k-means", PIXELS)].labels
    contrast = {
        PIXELS: _contrast(flat, pictures.mean_images(images.pixels, pixel_labels)),
        WHITENED: _contrast(flat, drawn),
    }
    return Answer(
        figures=(
            _centres_figure(methods, drawn, sizes, captions, contrast),
            _around_figure(methods, drawn, sizes, around, middle),
        ),
        tables=(_table(methods, sizes, middle, labels, captions),),
        arrays={"kmeans_centres": middle, "kmeans_pictures": drawn},
    )


def _contrast(pixels: NDArray[np.float64], centres: NDArray[np.float64]) -> float:
    """How far centres are from the mean image, in terms of how far an image is (root mean square)."""
    mean = pixels.mean(axis=0)
    spread = np.sqrt(np.mean((pixels - mean) ** 2))
    return float(np.sqrt(np.mean((centres - mean) ** 2)) / spread)


def _mostly(methods: Methods, labels: NDArray[np.int32]) -> list[str]:
    """What each cluster mostly holds; empty words without labels."""
    truth = methods.sample.images.labels
    if truth is None:
        return [""] * (int(labels.max()) + 1)
    from inkcluster.evaluate import match

    found = match(truth, labels)
    return [
        f"{percent(share)} {class_name(found.classes[column])}"
        for column, share in zip(found.class_of, found.purity, strict=True)
    ]


def _centres_figure(
    methods: Methods,
    drawn: NDArray[np.float64],
    sizes: NDArray[np.int64],
    captions: list[str],
    contrast: dict[str, float],
) -> Any:
    from inkcluster.figures import Centres

    white, plain = contrast[WHITENED], contrast[PIXELS]
    verdict = "blurred into each other" if white < 0.8 * plain else "no more blurred"
    says = (
        f"The {several(len(sizes), 'centre')} of k-means on PCA-whitened images, through the inverse "
        f"PCA, are {verdict} than those on pixels: from the mean image they are {percent(white)} as "
        f"far as a typical image, those on pixels {percent(plain)}; the largest cluster has "
        f"{int(sizes[0]):,} members, the smallest {int(sizes[-1]):,}."
    )
    if verdict.startswith("blurred"):
        says = says.replace("blurred into each other than", "more blurred into each other than")
    return Centres(
        "kmeans-centres",
        "k-means centres after PCA whitening",
        says,
        drawn,
        sizes,
        captions,
        peak=pictures.peak(methods.sample.images),
        ink=pictures.ink(methods.sample.images),
    )


def _around_figure(
    methods: Methods,
    drawn: NDArray[np.float64],
    sizes: NDArray[np.int64],
    around: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]],
    middle: NDArray[np.float64],
) -> Any:
    from inkcluster.figures import Gallery, GalleryRow

    images = methods.sample.images
    pixels: list[NDArray[Any]] = []
    rows = []
    away: tuple[list[float], list[float]] = ([], [])
    for cluster, (near, far) in list(around.items())[: pictures.ROWS_AT_MOST]:
        start = len(pixels)
        pixels += [drawn[cluster], *images.pixels[near], *images.pixels[far]]
        words = ["centre", *_side("near", images, near), *_side("far", images, far)]
        label = f"cluster {cluster} · {sizes[cluster]:,}"
        rows.append(GalleryRow(label, list(range(start, len(pixels))), words))
        for index, distances in zip((near, far), away, strict=True):
            apart = np.linalg.norm(methods.vectors[index] - middle[cluster], axis=1)
            distances.extend(apart.tolist())
    says = (
        f"Each row shows a centre, the {EACH} members nearest to it and the {EACH} farthest from it: "
        f"the nearest are at {np.mean(away[0]):.1f} on average, the farthest at "
        f"{np.mean(away[1]):.1f}, in units of whitened components{_right(methods, around)}."
    )
    return Gallery(
        "kmeans-around",
        "Nearest and farthest members of each k-means centre",
        says,
        pixels=np.stack([np.asarray(picture, np.float64) for picture in pixels]),
        rows=rows,
        ink=pictures.ink(images),
        peak=pictures.peak(images),
    )


def _side(side: str, images: ImageSet, index: NDArray[np.int64]) -> list[str]:
    """On which side of its cluster an image is, and its class where it has one."""
    return [f"{side} · {word}" if word else side for word in pictures.captions(images, index)]


def _right(methods: Methods, around: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]) -> str:
    """How many of the shown members belong to their cluster's largest class."""
    truth = methods.sample.images.labels
    if truth is None:
        return ""
    from inkcluster.evaluate import match

    found = match(truth, methods.clusterings[title_of("k-means", WHITENED)].labels)
    held = []
    for side in (0, 1):
        index = [around[c][side] for c in around]
        same = [
            truth[shown] == found.classes[column]
            for shown, column in zip(index, found.class_of, strict=True)
        ]
        held.append(percent(float(np.mean(np.concatenate(same)))))
    return (
        f"; {held[0]} of the nearest and {held[1]} of the farthest belong to the largest class of "
        "their cluster"
    )


def _table(
    methods: Methods,
    sizes: NDArray[np.int64],
    middle: NDArray[np.float64],
    labels: NDArray[np.int32],
    captions: list[str],
) -> Table:
    import pandas as pd

    from inkcluster.evaluate import cohesion

    tight = cohesion(methods.vectors, labels)
    frame = pd.DataFrame(
        {
            "cluster": np.arange(len(sizes)),
            "size": sizes,
            "cohesion": tight,
            "distance from the mean": np.linalg.norm(middle, axis=1),
        }
    )
    if any(captions):
        frame["largest class"] = captions
    tightest = int(np.nanargmin(tight))
    says = (
        f"`cohesion` is the mean distance to the cluster's centre, over that of all images to the "
        f"mean image: cluster {tightest} is tightest with {tight[tightest]:.2f}."
    )
    return Table("kmeans-whitened", "k-means after PCA whitening", says, frame)
