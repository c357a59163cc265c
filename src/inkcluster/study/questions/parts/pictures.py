"""The members of a cluster that are shown, and their captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.figures.base import Figure
from inkcluster.images import ImageSet
from inkcluster.images.describing import appearance
from inkcluster.words import class_name

ROWS_AT_MOST = 40


def shades(images: ImageSet) -> dict[str, Any]:
    """Which pixels a figure draws as ink, and its `peak`: the brightest pixel is full ink."""
    return {"ink": appearance(images), "peak": max(float(images.pixels.max()), 1.0)}


def gallery(
    images: ImageSet,
    name: str,
    title: str,
    says: str,
    rows: Sequence[tuple[str, NDArray[np.int64]]],
    *,
    between: Sequence[tuple[int, NDArray[Any], str]] = (),
    prefixes: Sequence[Sequence[str]] = (),
) -> Figure:
    """Rows of images with their classes as captions; only what is shown goes into the figure.

    `between` holds another picture for each row: its place in the row, the picture, its caption.
    `prefixes` are the words before each caption of each row.
    """
    shown = np.concatenate([index for _, index in rows]).astype(np.int64)
    ends = np.cumsum([len(index) for _, index in rows]).tolist()
    made = []
    for number, ((label, index), end) in enumerate(zip(rows, ends, strict=True)):
        where, words = list(range(end - len(index), end)), captions(images, index)
        if prefixes:
            pairs = zip(prefixes[number], words, strict=True)
            words = [f"{prefix} · {word}" if word else prefix for prefix, word in pairs]
        if between:
            place, _, caption = between[number]
            where.insert(place, len(shown) + number)
            words.insert(place, caption)
        made.append(charts.GalleryRow(label, where, words))
    pixels = images.pixels[shown]
    return charts.Gallery(
        name,
        title,
        says,
        pixels=np.concatenate([pixels, [one for _, one, _ in between]]) if between else pixels,
        rows=made,
        **shades(images),
    )


def in_lines(
    images: ImageSet,
    name: str,
    title: str,
    says: str,
    *,
    index: NDArray[np.int64],
    words: Sequence[str],
    per_line: int,
) -> Figure:
    """Images in their order, `per_line` in a line, each over its own caption of `words`."""
    n = len(index)
    lines = [range(start, min(start + per_line, n)) for start in range(0, n, per_line)]
    rows = [
        charts.GalleryRow(f"{line[0] + 1}–{line[-1] + 1}", list(line), [words[i] for i in line])
        for line in lines
    ]
    pixels = images.pixels[index]
    return charts.Gallery(name, title, says, pixels, rows, **shades(images))


def mean_images(
    pixels: NDArray[Any], labels: NDArray[np.int32], k: int | None = None
) -> NDArray[np.float64]:
    """The mean image (k, h, w) of each cluster; none of the `k` clusters is empty.

    Examples
    --------
    >>> mean_images(np.array([[[0]], [[4]], [[9]]]), np.array([0, 0, 1])).ravel().tolist()
    [2.0, 9.0]
    """
    k = int(labels.max(initial=-1)) + 1 if k is None else k
    means = [pixels[labels == cluster].mean(axis=0) for cluster in range(k)]
    return np.asarray(means, np.float64).reshape(k, *pixels.shape[1:])


def random_members(
    labels: NDArray[np.int32], per_cluster: int, seed: int
) -> list[NDArray[np.int64]]:
    """Up to `per_cluster` members of each cluster, drawn at random without replacement.

    Examples
    --------
    >>> [len(drawn) for drawn in random_members(np.array([0, 0, 0, 1]), 2, seed=69)]
    [2, 1]
    """
    generator = np.random.default_rng(seed)
    drawn = []
    for cluster in range(int(labels.max(initial=-1)) + 1):
        members = np.flatnonzero(labels == cluster)
        some = generator.choice(members, min(per_cluster, len(members)), replace=False)
        drawn.append(some.astype(np.int64))
    return drawn


def captions(images: ImageSet, index: NDArray[np.int64]) -> list[str]:
    """The class of each image at `index`; empty without labels."""
    if images.labels is None:
        return [""] * len(index)
    return [class_name(label) for label in images.labels[index].tolist()]


def first_members(labels: NDArray[np.int32], cluster: int, most: int) -> NDArray[np.int64]:
    """The first `most` members of a cluster; the order of a sample is random already.

    Examples
    --------
    >>> first_members(np.array([1, 0, 1, 1]), 1, 2).tolist()
    [0, 2]
    """
    return np.flatnonzero(labels == cluster)[:most]


def one_class_only(images: ImageSet, labels: NDArray[np.int32], clusters: Sequence[int]) -> str:
    """How many of `clusters` hold a single class, as the end of a sentence; empty without labels.

    Examples
    --------
    >>> images = ImageSet(np.zeros((3, 1, 1), np.uint8), np.array([7, 7, 8]))
    >>> one_class_only(images, np.array([0, 0, 1]), [0, 1])
    '; 2 of 2 hold one class only'
    """
    if images.labels is None or not clusters:
        return ""
    alone = sum(len(np.unique(images.labels[labels == cluster])) == 1 for cluster in clusters)
    return f"; {alone} of {len(clusters)} hold one class only"
