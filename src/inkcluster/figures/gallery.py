"""`Gallery`: rows of pictures with captions, drawn as one mosaic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing.mosaic import LIGHT_ON_DARK, Mosaic, ink

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_MAX_COLUMNS = 15
_MIN_COLUMNS = 10
_GAP = 0.07
_CAPTION = 0.19
_MARGIN = 0.08


@dataclass(frozen=True)
class GalleryRow:
    """One row: what it is called, which pictures stand in it, and what is written under each.

    Parameters
    ----------
    label : str
        At the left of the row; a second line may follow after a line break.
    where : sequence of int
        Indices into the gallery's pictures.
    captions : sequence of str
        One for each of `where`, or none at all.
    """

    label: str
    where: Sequence[int]
    captions: Sequence[str] = field(default=())


@dataclass(frozen=True, eq=False)
class Gallery(Head):
    """Rows of pictures: members of clusters, noise, a contact sheet.

    Parameters
    ----------
    name, title, says : str
    pixels : ndarray of shape (m, h, w)
        The pictures, in units up to `peak`.
    rows : sequence of GalleryRow
        A row of more than fifteen pictures goes on in the next line.
    ink : {"light on dark", "dark on light", "picture"}
        Which pixels are the strokes.
    peak : float
        The value of full ink, or of bare paper when dark on light.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import Gallery, GalleryRow
    >>> rows = [GalleryRow("cluster 0", [1, 0], ["seven", "seven"]), GalleryRow("noise", [2])]
    >>> gallery = Gallery("members", "Members", "Two sevens.", np.zeros((3, 8, 8)), rows)
    >>> gallery.frame()[["row", "position", "index", "caption"]].values.tolist()
    [['cluster 0', 0, 1, 'seven'], ['cluster 0', 1, 0, 'seven'], ['noise', 0, 2, '']]
    """

    pixels: NDArray[Any]
    rows: Sequence[GalleryRow]
    ink: str = LIGHT_ON_DARK
    peak: float = 255.0

    def frame(self) -> pd.DataFrame:
        """One row for each picture shown: row, position in it, index into the pictures, caption."""
        shown = [
            (row.label, position, int(index), _caption(row, position))
            for row in self.rows
            for position, index in enumerate(row.where)
        ]
        return pd.DataFrame(shown, columns=["row", "position", "index", "caption"])

    @theme.styled
    def plot(self) -> Picture:
        """Labels at the left, pictures in rows, captions under them."""
        labels = [[text.clean(part) for part in row.label.split("\n")[:2]] for row in self.rows]
        left = min(text.widest([part for two in labels for part in two], theme.SMALL), 1.7)
        left += 2 * _MARGIN if left else _MARGIN
        longest = max((len(row.where) for row in self.rows), default=0)
        columns = min(max(longest, 1), _MAX_COLUMNS)
        room = theme.WIDTH - left - _MARGIN
        side = room / max(columns, _MIN_COLUMNS) - _GAP
        captioned = any(any(row.captions) for row in self.rows)
        shape = (int(self.pixels.shape[1]), int(self.pixels.shape[2]))
        lines_of = [max(1, -(-len(row.where) // columns)) for row in self.rows]
        mosaic = Mosaic(
            left=left,
            top=_MARGIN,
            columns=columns,
            lines=max(1, sum(lines_of)),
            shape=shape,
            side=side,
            gap=_GAP,
            line_gap=_CAPTION if captioned else _GAP + 0.03,
        ).within(room)
        below = _CAPTION if captioned else _MARGIN
        picture, axes = theme.page(theme.WIDTH, mosaic.size[1] + _MARGIN + below)
        places: list[tuple[int, int]] = []
        indices: list[int] = []
        small: dict[str, Any] = {"size": theme.TINY, "color": theme.MUTED, "va": "top"}
        first = 0
        for row, label, lines in zip(self.rows, labels, lines_of, strict=True):
            _, top, _, height = mosaic.box(first, 0)
            for i, part in enumerate(label):
                at = top + height / 2 + 0.15 * (i - (len(label) - 1) / 2)
                colour = theme.MUTED if i else theme.INK
                axes.text(_MARGIN, at, part, size=theme.SMALL, color=colour, va="center")
            for position, index in enumerate(row.where):
                place = (first + position // columns, position % columns)
                places.append(place)
                indices.append(int(index))
                x, y, width, height = mosaic.box(*place)
                room_for = max(4, int(1.15 * (width + _GAP) / (0.55 * theme.TINY / 72)))
                caption = text.clean(_caption(row, position), min(room_for, text.LONGEST))
                if caption:
                    axes.text(x + width / 2, y + height + 0.035, caption, ha="center", **small)
            first += lines
        chosen = self.pixels[np.asarray(indices, np.intp)]
        mosaic.draw(axes, ink(chosen, peak=self.peak, polarity=self.ink), places)
        return picture


def _caption(row: GalleryRow, position: int) -> str:
    return str(row.captions[position]) if position < len(row.captions) else ""
