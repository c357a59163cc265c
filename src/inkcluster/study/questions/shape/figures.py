"""What shape clustering found, in pictures: spectrum, centres, members, the map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import Match, match
from inkcluster.evaluate.members.places import densest, islands, typical
from inkcluster.figures.base import Figure
from inkcluster.study.answer import Answer, Table
from inkcluster.study.overview.groups import UNSURE
from inkcluster.study.questions.parts import judging, pictures
from inkcluster.study.questions.shape import findings
from inkcluster.study.steps.shape import Shapes
from inkcluster.words import decimals, listed, percent, several

EXTREMES = 6
MAX_NUMBERS_LISTED = 8


def of_clusters(shapes: Shapes, where: NDArray[np.float32]) -> Answer:
    """The figures and tables that need no labels, though they name classes where there are any."""
    truth = shapes.images.labels
    matched = None if truth is None else match(truth, shapes.labels)
    figures = (
        _spectrum(shapes),
        _centres(shapes, matched),
        _map(shapes, where),
        _extremes(shapes),
    )
    return Answer(figures=figures, tables=(_numbers(shapes), _table(shapes, matched)))


def _spectrum(shapes: Shapes) -> Figure:
    marked = findings.runners_up(shapes)
    taken = several(shapes.k, "cluster is", "clusters are")
    says = (
        "Above, the eigenvalues of the graph that joins each image to its nearest: as many are near 1 as "
        "there are groups with few links between them. Below, how clearly each number of clusters stands out; "
        f"{taken} taken"
    )
    if marked and (own := findings.strength_of(shapes, shapes.k)) != "unknown":
        says += f", of strength {own}; the next best, {marked[0]}, has {findings.strength_of(shapes, marked[0])}"
    return charts.Spectrum(
        "spectrum",
        "Strength of each number of clusters",
        f"{says}.",
        shapes.spectrum,
        shapes.strengths,
        shapes.k,
        marked,
    )


def _centres(shapes: Shapes, matched: Match | None) -> Figure:
    sizes = shapes.sizes
    says = (
        f"The mean of the original images of each cluster; the clusters have {sizes.min():,} to "
        f"{sizes.max():,} of {len(shapes.labels):,} images. Images were compared straightened and deformed."
    )
    shown = min(shapes.k, pictures.ROWS_AT_MOST)
    return charts.Centres(
        "centres",
        "The mean images of the clusters",
        says,
        centres=pictures.mean_images(shapes.images.pixels, shapes.labels, shapes.k)[:shown],
        sizes=sizes[:shown],
        captions=[judging.largest_class(matched, c) for c in range(shown)],
        **pictures.shades(shapes.images),
    )


def _map(shapes: Shapes, where: NDArray[np.float32]) -> Figure:
    labels, pixels = shapes.labels, shapes.images.pixels
    shown = min(shapes.k, pictures.ROWS_AT_MOST)
    middle = np.array([densest(where[labels == c]) for c in range(shown)], np.float64)
    apart = islands(where, middle)
    means = pictures.mean_images(pixels, labels, shapes.k)[:shown]
    members = np.array([typical(where, group) for group in apart], np.int64)
    says = (
        "Each point is an image, coloured by its cluster; near points are images alike in shape, but the "
        "distance between groups says little. Beside each cluster stand its mean image and its size"
    )
    if len(apart):
        held = percent(sum(map(len, apart)) / len(labels))
        says += (
            f"; the small pictures show {several(len(apart), 'group')} apart from the bulk of their "
            f"cluster, with {held} of the images"
        )
    return charts.ImageMap(
        "map",
        "Map of the images",
        f"{says}.",
        where,
        labels,
        np.concatenate([means, pixels[members].astype(np.float64)]),
        np.concatenate([middle, where[members].astype(np.float64)]),
        [f"#{c} · {size:,}" for c, size in enumerate(shapes.sizes[:shown].tolist())],
        **pictures.shades(shapes.images),
    )


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
        f"Left of each mean image the {EXTREMES} members surest of their cluster, right of it the {EXTREMES} "
        f"least sure. Cluster {worst} is least sure, with a mean confidence of {decimals(least[worst], 2)}."
    )
    return pictures.gallery(
        shapes.images, "extremes", "Surest and least sure members", says, rows, between=between
    )


def _numbers(shapes: Shapes) -> Table:
    import pandas as pd

    strongest = np.argsort(-shapes.strengths, kind="stable")[:MAX_NUMBERS_LISTED] + 2
    stand_out = shapes.level_numbers.tolist()
    breaks = findings.spectrum_numbers(shapes)
    clearest = breaks[: findings.RUNNERS_UP + 1]
    order = list(dict.fromkeys([shapes.k, *stand_out, *strongest.tolist(), *clearest]))
    values = shapes.spectrum
    frame = pd.DataFrame(
        {
            "clusters": order,
            "strength": [findings.strength_of(shapes, k) for k in order],
            "eigenvalue": [float(values[k - 1]) if k <= len(values) else np.nan for k in order],
            "next eigenvalue": [float(values[k]) if k < len(values) else np.nan for k in order],
            "place among the spectrum's breaks": [
                float(breaks.index(k) + 1) if k in breaks else np.nan for k in order
            ],
            "stands out": [k in stand_out for k in order],
            "taken": [k == shapes.k for k in order],
        }
    )
    says = (
        "The best numbers of clusters. `strength`: how many times as much each cut says about the images up to "
        "this number as beyond it, where 1 says nothing; of numbers side by side that are almost as strong, the "
        "smallest stands out. `place among the spectrum's breaks`: 1 where the "
        "eigenvalues drop most clearly after this many. A well-founded number does well in both."
    )
    return Table("numbers", "Numbers of clusters", says, frame)


def _table(shapes: Shapes, matched: Match | None) -> Table:
    import pandas as pd

    sizes = shapes.sizes
    members = [shapes.confidence[shapes.labels == c] for c in range(shapes.k)]
    confidence = [float(one.mean()) for one in members]
    frame = pd.DataFrame(
        {
            "cluster": np.arange(shapes.k),
            "size": sizes,
            "share": sizes / len(shapes.labels),
            "mean confidence": confidence,
            "share sure": [float(np.mean(one >= findings.SURE)) for one in members],
            "share unsure": [float(np.mean(one < UNSURE)) for one in members],
        }
    )
    if matched is not None:
        frame = frame.join(judging.cluster_columns(matched))
    order = np.argsort(confidence, kind="stable")[:2].tolist()
    says = (
        "The confidence of an image is how much more of a random walk along the nearest images ends in its "
        f"own cluster than in the next; `share sure` is from {findings.SURE} on, `share unsure` below "
        f"{UNSURE}. The median is {decimals(float(np.median(shapes.confidence)), 2)}; least sure on "
        f"average: {listed(f'cluster {c}' for c in order)}."
    )
    return Table("clusters", "The clusters", says, frame)
