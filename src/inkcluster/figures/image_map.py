"""`ImageMap`: every image a point in the plane, coloured by cluster, with pictures beside the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing.mosaic import LIGHT_ON_DARK, ink, show_ink, tiles
from inkcluster.figures.drawing.scatter import Room, raster

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

_EDGE = 0.62
"""Inches around the points, where pictures may stand too."""
_SIDE, _SMALL_SIDE = 0.46, 0.3
_CAPTION = 0.16
_MAX_HEIGHT = 7.6


@dataclass(frozen=True, eq=False)
class ImageMap(Head):
    """Points in the plane, one for each image, and pictures of what stands where.

    Parameters
    ----------
    name, title, says : str
    places : ndarray of shape (n, 2)
    labels : ndarray of shape (n,), int
        Clusters, which give points their colours; -1 for noise.
    pictures : ndarray of shape (m, h, w)
        In units up to `peak`: what is shown beside points.
    at : ndarray of shape (m, 2)
        Which place each picture belongs to.
    captions : sequence of str
        One for each picture; those without words are drawn smaller.
    ink : {"light on dark", "dark on light", "picture"}
        Which pixels are the strokes.
    peak : float
        The value of full ink, or of bare paper when dark on light.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import ImageMap
    >>> places = np.array([[0.0, 0.0], [1.0, 2.0]])
    >>> shown = (np.ones((1, 8, 8)), places[:1], ["#0"])
    >>> ImageMap("map", "Map", "Two.", places, [0, 1], *shown).frame()
         x     y  cluster  images
    0  0.0  0.00        0       1
    1  1.0  1.99        1       1
    """

    places: NDArray[Any]
    labels: NDArray[Any] | Sequence[int]
    pictures: NDArray[Any]
    at: NDArray[Any]
    captions: Sequence[str] = ()
    ink: str = LIGHT_ON_DARK
    peak: float = 255.0

    def frame(self) -> pd.DataFrame:
        """One row for each spot of the picture: where it is, its cluster, how many images.

        Spots are squares of the map, 200 along its longer side, with the cluster of most of their
        images.
        """
        places, labels = np.asarray(self.places, np.float64), np.asarray(self.labels)
        low, extent = places.min(axis=0), float(np.ptp(places, axis=0).max()) or 1.0
        cell = np.minimum(((places - low) / extent * 200).astype(np.int64), 199)
        spots = pd.DataFrame({"x": cell[:, 0], "y": cell[:, 1], "cluster": labels})
        counts = spots.value_counts().rename("images").reset_index()
        counts = counts.sort_values(["images", "cluster"], ascending=[False, True])
        total = counts.groupby(["x", "y"], as_index=False)["images"].sum()
        most = counts.drop_duplicates(["x", "y"])[["x", "y", "cluster"]]
        found = most.merge(total, on=["x", "y"]).sort_values(["x", "y"], ignore_index=True)
        found[["x", "y"]] = low + found[["x", "y"]] * extent / 200
        return found[["x", "y", "cluster", "images"]]

    @theme.styled
    def plot(self) -> Picture:
        """A raster of the points; lines lead from pictures to where they belong."""
        places = np.asarray(self.places, np.float64)
        low, high = places.min(axis=0), places.max(axis=0)
        span = np.maximum(high - low, 1e-9 + 0.02 * float((high - low).max()))
        room = theme.WIDTH - 2 * _EDGE
        inch = min(room / span[0], (_MAX_HEIGHT - 2 * _EDGE) / span[1])
        size = span * inch
        left = (theme.WIDTH - size[0]) / 2
        picture, axes = theme.page(theme.WIDTH, float(size[1]) + 2 * _EDGE)
        spots = (places - low) * inch
        spots[:, 1] = size[1] - spots[:, 1]  # y points up
        box = (float(left), _EDGE, float(size[0]), float(size[1]))
        covered = raster(axes, spots, np.asarray(self.labels), box)
        targets = (np.asarray(self.at, np.float64).reshape(-1, 2) - low) * inch
        targets[:, 1] = size[1] - targets[:, 1]
        targets += [left, _EDGE]
        self._pictures(axes, targets, covered)
        return picture

    def _pictures(self, axes: Axes, targets: NDArray[np.float64], covered: NDArray[Any]) -> None:
        room = Room(covered, axes.get_xlim()[1], axes.get_ylim()[0])
        shape = self.pictures.shape[1:]
        opacity = ink(self.pictures, peak=self.peak, polarity=self.ink)
        for i, (x, y) in enumerate(targets.tolist()):
            caption = text.clean(self.captions[i], 18) if i < len(self.captions) else ""
            side = _SIDE if caption else _SMALL_SIDE
            wide, high = (side * shape[axis] / max(shape) for axis in (1, 0))
            words = text.width(caption, theme.TINY) if caption else 0.0
            whole = (max(wide, words), high + (_CAPTION if caption else 0.0))
            left, top = room.place(x, y, *whole)
            picture = (left + (whole[0] - wide) / 2, top, wide, high)
            middle = (picture[0] + wide / 2, top + high / 2)
            axes.plot([x, middle[0]], [y, middle[1]], color=theme.MUTED, linewidth=0.8, zorder=1.5)
            tiles(axes, [picture], theme.TILE, zorder=1.8, edgecolors=theme.MUTED, linewidths=0.5)
            show_ink(axes, opacity[i], picture)
            if caption:
                paper = {"facecolor": theme.PAPER, "edgecolor": "none", "pad": 0.6}
                style: dict[str, Any] = {"ha": "center", "va": "top", "zorder": 4, "bbox": paper}
                at = left + whole[0] / 2, top + high + 0.03
                axes.text(*at, caption, size=theme.TINY, **style)
