"""The images of a run as pictures: from its thumbnails, or from the data."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.shrinking import shrink
from inkcluster.study.overview.overview import kept
from inkcluster.study.overview.thumbnails import SHEET, Sheets, size

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.run import Run


class Pictures(Protocol):
    """Small grey images by number."""

    tile: tuple[int, int]

    def of(self, rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The pictures (m, h, w) of images `rows` (m,)."""


def of_run(run: Run) -> FromSheets:
    """The thumbnails of a run; BadInputError if they do not show every image."""
    overview = kept(run)
    if overview is None or len(overview.sheets.rows) < run.data.n:
        shown = 0 if overview is None else len(overview.sheets.rows)
        raise BadInputError(
            f"{run.path} keeps small pictures of {shown:,} of its {run.data.n:,} images; give the images "
            "with --data DATA."
        )
    return FromSheets(overview.sheets)


class FromSheets:
    """Pictures cut from a run's sheets, which are decoded when they are first needed."""

    def __init__(self, sheets: Sheets) -> None:
        self.tile = sheets.tile
        self._files = sheets.files
        self._n = len(sheets.rows)
        self._decoded: dict[int, NDArray[np.uint8]] = {}

    def of(self, rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The pictures (m, h, w) of images `rows` (m,)."""
        sheet, place = np.divmod(np.asarray(rows, np.int64), SHEET * SHEET)
        found = np.empty((len(sheet), *self.tile), np.uint8)
        for number in np.unique(sheet).tolist():
            mine = sheet == number
            found[mine] = self._sheet(number)[place[mine]]
        return found

    def all(self) -> NDArray[np.uint8]:
        """All pictures (n, h, w)."""
        return np.concatenate([self._sheet(i) for i in range(len(self._files))])[: self._n]

    def _sheet(self, number: int) -> NDArray[np.uint8]:
        if number not in self._decoded:
            from PIL import Image

            height, width = self.tile
            with Image.open(io.BytesIO(self._files[number])) as opened:
                pixels = np.asarray(opened.convert("L"), np.uint8)
            down = pixels.shape[0] // height
            tiles = pixels.reshape(down, height, SHEET, width).swapaxes(1, 2)
            self._decoded[number] = tiles.reshape(-1, height, width)
        return self._decoded[number]


class FromData:
    """Pictures of the images themselves, made smaller when they are asked for."""

    def __init__(self, images: ImageSet) -> None:
        self._pixels = images.pixels
        self.tile = size(images.shape, 1)

    def of(self, rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The pictures (m, h, w) of images `rows` (m,)."""
        return shrink(np.ascontiguousarray(self._pixels[rows]), self.tile)


def png(picture: NDArray[np.uint8]) -> bytes:
    """One picture (h, w) as a PNG file."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
