"""Draws the map as a still picture: points by group, and each group's mean image where it is densest."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.report.inline import data_url
from inkcluster.report.stills import save_indexed

if TYPE_CHECKING:
    from inkcluster.study.overview.overview import Overview
    from inkcluster.study.run.run import Run

SIDE = 640
"""Pixels of the picture's longer side."""
MARGIN = 52
"""Pixels around the points, where a mean image fits."""
MOST_COLOURS = 60
STEPS = 80, 140, 200, 255
"""Opacities, from few points to many."""
MARK = 48
"""Pixels of a mean image on the map."""
MOST_MARKS = 40
"""Only the largest groups have their mean image on the map."""


@dataclass(frozen=True)
class Mark:
    """A group's place on the map, as shares in percent of its width and height."""

    group: int  # its place among the groups shown
    left: float
    top: float


@dataclass(frozen=True)
class StillMap:
    """The picture of the points, and where the mean images of groups stand on it."""

    url: str
    width: int
    height: int
    marks: tuple[Mark, ...]


def colour(number: int) -> str:
    """The colour of a group by its number, on light and on dark paper; grey for noise."""
    from inkcluster.figures.drawing.scatter import hue

    return "#" + bytes(hue(number % MOST_COLOURS if number >= 0 else -1)).hex()


def still_map(run: Run, overview: Overview) -> StillMap | None:
    """The map of the groups on which the report opens; None if the run holds none."""
    from inkcluster.evaluate.members.places import densest
    from inkcluster.figures.drawing.scatter import PER_INCH, Room
    from inkcluster.study.run.frame import each

    _, partition, arrays, labels = next(each(run))
    if partition.places not in arrays:
        return None
    places = np.asarray(arrays[partition.places], np.float64)
    if places.shape != (run.data.n, 2) or not np.isfinite(places).all():
        return None
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    scale = (SIDE - 2 * MARGIN) / max(float(span.max()), 1e-12)
    size = np.maximum(np.rint(span * scale).astype(int), 60) + 2 * MARGIN
    spots = (places - low) * scale + (size - span * scale) / 2
    spots[:, 1] = size[1] - spots[:, 1]  # y points up, as in the live map
    marks: list[Mark] = []
    room = Room(spots / PER_INCH, *(size / PER_INCH))
    for group, number in enumerate(overview.groups.numbers[:MOST_MARKS].tolist()):
        x, y = densest(spots[labels == number]) / PER_INCH
        corner = np.array(room.place(x, y, MARK / PER_INCH, MARK / PER_INCH)) * PER_INCH
        left, top = (100 * (corner + MARK / 2) / size).round(2).tolist()
        marks.append(Mark(group, left, top))
    picture = _picture(spots, labels, (int(size[1]), int(size[0])))
    return StillMap(picture, int(size[0]), int(size[1]), tuple(marks))


def _picture(spots: NDArray[np.float64], labels: NDArray[np.int32], shape: tuple[int, int]) -> str:
    """A pixel has the colour of most of the points on it, and is the more opaque the more there are."""
    from inkcluster.figures.drawing.scatter import hue

    height, width = shape
    n = len(spots)
    radius = 2 if n <= 3000 else 1 if n <= 20_000 else 0
    column, row = np.rint(spots).astype(np.int64).T
    colours = np.where(labels < 0, MOST_COLOURS, labels % MOST_COLOURS)
    most = np.zeros(height * width, np.int64)
    total = np.zeros(height * width, np.int64)
    code = np.zeros(height * width, np.uint8)
    around = range(-radius, radius + 1)
    offsets = [(y, x) for y in around for x in around if y * y + x * x <= (radius + 0.4) ** 2]
    for one in np.unique(colours).tolist():
        mine = colours == one
        cells = [
            np.clip(row[mine] + y, 0, height - 1) * width + np.clip(column[mine] + x, 0, width - 1)
            for y, x in offsets
        ]
        count = np.bincount(np.concatenate(cells), minlength=height * width)
        total += count
        is_more = count > most
        code[is_more] = one
        most[is_more] = count[is_more]
    full = max(float(np.quantile(total[total > 0], 0.9)), 1.0)
    level = np.clip(np.ceil(np.log1p(total) / np.log1p(full) * len(STEPS)), 1, len(STEPS)) - 1
    indexed = np.where(total > 0, 1 + code * len(STEPS) + level, 0).astype(np.uint8)
    palette = [(0, 0, 0, 0)]
    for one in range(MOST_COLOURS + 1):
        palette += [(*hue(one if one < MOST_COLOURS else -1), step) for step in STEPS]
    stream = io.BytesIO()
    save_indexed(stream, indexed.reshape(shape), palette)
    return data_url(stream.getvalue(), "image/png")
