"""What shape clustering found, in pictures: spectrum, centres, members, the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer, Table
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.study.steps.shape import Shapes
from inkcluster.words import class_name, decimals, listed, percent, several

if TYPE_CHECKING:
    from inkcluster.evaluate import Match
    from inkcluster.figures.base import Figure

EXTREMES = 6
ISLANDS = 10
"""Groups apart from their cluster's bulk that get a picture on the map."""
ISLAND = 0.0005
"""From this share of the images on, and from five images on, a group is an island."""
FEWEST = 5
CELLS = (40, 160)
"""Squares of the map along its longer side, by whose contact islands are told apart; few for few."""


def of_clusters(
    shapes: Shapes, where: NDArray[np.float32], marked: list[int], clear: float | None
) -> Answer:
    """Figures and the table that need no labels, though they name classes where there are any."""
    from inkcluster.evaluate import match

    truth = shapes.images.labels
    matched = None if truth is None else match(truth, shapes.labels)
    figures = (
        _spectrum(shapes, marked, clear),
        _centres(shapes, matched),
        _map(shapes, where),
        _extremes(shapes),
    )
    return Answer(figures=figures, tables=(_table(shapes, matched),))


def _spectrum(shapes: Shapes, marked: list[int], clear: float | None) -> Figure:
    from inkcluster.figures import Spectrum

    says = (
        "Above, the eigenvalues of the graph of neighbours: as many are near 1 as there are groups with "
        "few links between them. Below, how many times smaller the share of links between two clusters "
        f"becomes with the merge after each number; {several(shapes.k, 'cluster')} "
        f"{'is' if shapes.k == 1 else 'are'} taken"
    )
    if clear is not None and clear < 10:
        says += f", {decimals(clear, 1)} times as far above 1 as the next best number, {marked[0]}"
    return Spectrum(
        "spectrum",
        "The spectrum, and the number of clusters",
        f"{says}.",
        shapes.spectrum,
        shapes.strengths,
        shapes.k,
        marked,
    )


def _centres(shapes: Shapes, matched: Match | None) -> Figure:
    from inkcluster.figures import Centres

    sizes = shapes.sizes
    says = (
        f"The mean image of each cluster; the sizes run from {sizes.min():,} to {sizes.max():,} of "
        f"{len(shapes.labels):,} images. The images were compared after straightening and under "
        "deformation, the means are of the images as they are."
    )
    shown = min(shapes.k, pictures.ROWS_AT_MOST)
    return Centres(
        "centres",
        "The mean images of the clusters",
        says,
        centres=pictures.mean_images(shapes.images.pixels, shapes.labels, shapes.k)[:shown],
        sizes=sizes[:shown],
        captions=[_mostly(c, matched) for c in range(shown)],
        peak=pictures.peak(shapes.images),
        ink=pictures.ink(shapes.images),
    )


def _map(shapes: Shapes, where: NDArray[np.float32]) -> Figure:
    from inkcluster.figures import ImageMap

    labels, pixels = shapes.labels, shapes.images.pixels
    shown = min(shapes.k, pictures.ROWS_AT_MOST)
    middle = np.array([_densest(where[labels == c]) for c in range(shown)], np.float64)
    apart = islands(where, middle)
    means = pictures.mean_images(pixels, labels, shapes.k)[:shown]
    typical = np.array([_nearest_to_middle(where, members) for members in apart], np.int64)
    says = (
        "Each image is a point, coloured by its cluster, near the images it deforms into; how far "
        "groups are from each other says little. Beside each cluster its mean image and its size"
    )
    if len(apart):
        held = percent(sum(map(len, apart)) / len(labels))
        says += (
            f"; the small pictures are members of {several(len(apart), 'group')} that lie apart from "
            f"their cluster's bulk and hold {held} of the images"
        )
    return ImageMap(
        "map",
        "Map of the images",
        f"{says}.",
        where,
        labels,
        np.concatenate([means, pixels[typical].astype(np.float64)]),
        np.concatenate([middle, where[typical].astype(np.float64)]),
        [f"#{c} · {size:,}" for c, size in enumerate(shapes.sizes[:shown].tolist())],
        ink=pictures.ink(shapes.images),
        peak=pictures.peak(shapes.images),
    )


def islands(where: NDArray[np.floating[Any]], middle: NDArray[Any]) -> list[NDArray[np.int64]]:
    """Groups of the map without contact to the middle of any cluster, the largest first.

    Examples
    --------
    >>> where = np.repeat([[0.0, 0.0], [9.0, 9.0]], [30, 7], axis=0)
    >>> [len(members) for members in islands(where, where[:1])]
    [7]
    """
    from scipy.ndimage import label

    cells = int(np.clip(1.2 * len(where) ** 0.5, *CELLS))
    low = where.min(axis=0)
    extent = float(np.ptp(where, axis=0).max()) or 1.0
    cell = ((where - low) / extent * (cells - 1)).astype(np.int64)
    taken = np.zeros((cells, cells), bool)
    taken[cell[:, 0], cell[:, 1]] = True
    parts, _ = label(taken, structure=np.ones((3, 3)))
    of_each = parts[cell[:, 0], cell[:, 1]]
    at = np.clip(((middle - low) / extent * (cells - 1)).astype(np.int64), 0, cells - 1)
    bulk = set(parts[at[:, 0], at[:, 1]].tolist())
    sizes = np.bincount(of_each)
    order = np.argsort(-sizes, kind="stable")
    least = max(FEWEST, ISLAND * len(where))
    found = [part for part in order.tolist() if part not in bulk and sizes[part] >= least]
    return [np.flatnonzero(of_each == part) for part in found[:ISLANDS]]


def _densest(where: NDArray[np.float32]) -> NDArray[np.float64]:
    """A member's place amid the most others: the one nearest to the mean of the fullest square."""
    extent = float(np.ptp(where, axis=0).max()) or 1.0
    cell = ((where - where.min(axis=0)) / extent * 7.99).astype(np.int64)
    number = cell[:, 0] * 8 + cell[:, 1]
    fullest = where[number == np.bincount(number).argmax()]
    gap = np.square(fullest - fullest.mean(axis=0)).sum(axis=1)
    return np.asarray(fullest[gap.argmin()], np.float64)


def _nearest_to_middle(where: NDArray[np.float32], members: NDArray[np.int64]) -> int:
    gap = np.square(where[members] - np.median(where[members], axis=0)).sum(axis=1)
    return int(members[gap.argmin()])


def _extremes(shapes: Shapes) -> Figure:
    """A row for each cluster: members that are surest, the mean, members that are least sure."""
    shown = range(min(shapes.k, pictures.ROWS_AT_MOST))
    means = pictures.mean_images(shapes.images.pixels, shapes.labels, shapes.k)
    rows, between = [], []
    for c in shown:
        members = np.flatnonzero(shapes.labels == c)
        order = members[np.argsort(-shapes.confidence[members], kind="stable")]
        sure = order[: min(EXTREMES, (len(order) + 1) // 2)]
        unsure = order[len(sure) :][-EXTREMES:]
        rows.append((f"#{c}\n{shapes.sizes[c]:,}", np.concatenate([sure, unsure])))
        between.append((len(sure), means[c], "mean"))
    least = [float(shapes.confidence[shapes.labels == c].mean()) for c in shown]
    worst = int(np.argmin(least))
    says = (
        f"Left of each mean the {EXTREMES} members that are surest, right of it the {EXTREMES} that are "
        f"least sure; cluster {worst} is the least sure, with a mean confidence of "
        f"{decimals(least[worst], 2)}."
    )
    return pictures.gallery(
        shapes.images, "extremes", "Surest and least sure members", says, rows, between=between
    )


def _table(shapes: Shapes, matched: Match | None) -> Table:
    import pandas as pd

    sizes = shapes.sizes
    confidence = [float(shapes.confidence[shapes.labels == c].mean()) for c in range(shapes.k)]
    frame = pd.DataFrame(
        {
            "cluster": np.arange(shapes.k),
            "size": sizes,
            "share": sizes / len(shapes.labels),
            "mean confidence": confidence,
        }
    )
    if matched is not None:
        frame = frame.join(judging.cluster_columns(matched))
    order = np.argsort(confidence, kind="stable")[:2].tolist()
    says = (
        "Confidence is how much more of a random walk along the neighbours ends in an image's own "
        f"cluster than in the next; it is least in {listed(f'cluster {c}' for c in order)}."
    )
    return Table("clusters", "The clusters", says, frame)


def _mostly(cluster: int, matched: Match | None) -> str:
    if matched is None:
        return ""
    label = class_name(matched.classes[matched.class_of[cluster]])
    return f"{label} ({percent(matched.purity[cluster])})"
