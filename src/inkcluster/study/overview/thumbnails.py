"""Thumbnails of images, many on a sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.shrinking import fitting, shrink, stretched

MOST_PIXELS = 64_000_000
"""Pixels of all thumbnails together; the images are made smaller until they fit."""
SIDES = 16, 96
"""The least and the most pixels of a thumbnail's longer side."""
FEW_PIXELS = 16_000_000
"""Up to so many pixels every shade is kept; beyond, 16."""
SHEET = 64
"""Thumbnails across a sheet, and the most down."""


@dataclass(frozen=True, eq=False)
class Sheets:
    """PNG files with thumbnails in rows from left to right, all of one size."""

    rows: NDArray[np.int64]  # (m,), the images shown, ascending
    tile: tuple[int, int]  # height and width in pixels
    shades: int  # 16 or 256
    files: list[bytes]  # each of SHEET × SHEET thumbnails; the last may be shorter


def size(shape: tuple[int, int], m: int) -> tuple[int, int]:
    """Height and width of thumbnails of `m` images of this shape: their own if that is small enough.

    Examples
    --------
    >>> size((28, 28), 70_000), size((200, 100), 1_000), size((28, 28), 1_000_000)
    ((28, 28), (96, 48), (16, 16))
    """
    least, most = SIDES
    return fitting(shape, min(max(int((MOST_PIXELS / max(m, 1)) ** 0.5), least), most))


def draw(pixels: NDArray[np.uint8], rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The sheets of the images at `rows`, as arrays."""
    tile = size(pixels.shape[1:], len(rows))
    shades = 256 if len(rows) * tile[0] * tile[1] <= FEW_PIXELS else 16
    files = list(_files(pixels, rows, tile, shades, int(pixels.max())))
    return {
        "rows": rows,
        "tile": np.array(tile, np.int64),
        "shades": np.array(shades, np.int64),
        "files": np.frombuffer(b"".join(files), np.uint8),
        "ends": np.cumsum([len(one) for one in files], dtype=np.int64),
    }


def read(arrays: Any, n: int) -> Sheets:
    """The sheets in `arrays` of :func:`draw`, of a set of `n`; ValueError if they are none."""
    rows, tile, shades, files, ends = (
        arrays[name] for name in ("rows", "tile", "shades", "files", "ends")
    )
    ascending = rows.ndim == 1 and bool(np.all(np.diff(rows) > 0))
    inside = len(rows) > 0 and rows[0] >= 0 and rows[-1] < n
    whole = len(ends) == -(-len(rows) // SHEET**2) and np.all(np.diff(ends, prepend=0) > 0)
    if not (ascending and inside and whole and ends[-1] == len(files) and tile.shape == (2,)):
        raise ValueError("no sheets of thumbnails")
    content, stops = files.tobytes(), ends.tolist()
    split = [content[a:b] for a, b in zip([0, *stops[:-1]], stops, strict=True)]
    return Sheets(rows, (int(tile[0]), int(tile[1])), int(shades), split)


def _files(
    pixels: NDArray[np.uint8],
    rows: NDArray[np.int64],
    tile: tuple[int, int],
    shades: int,
    peak: int,
) -> Iterator[bytes]:
    height, width = tile
    for start in range(0, len(rows), SHEET**2):
        some = stretched(shrink(pixels[rows[start : start + SHEET**2]], tile), peak)
        down = -(-len(some) // SHEET)
        sheet = np.zeros((down * SHEET, height, width), np.uint8)
        sheet[: len(some)] = some
        joined = sheet.reshape(down, SHEET, height, width).swapaxes(1, 2)
        yield _png(joined.reshape(down * height, SHEET * width), shades)


def _png(sheet: NDArray[np.uint8], shades: int) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    if shades == 16:
        step = 17
        picture = Image.fromarray(((sheet.astype(np.uint16) + step // 2) // step).astype(np.uint8))
        picture.putpalette([value * step for value in range(16) for _ in "rgb"])
        picture.save(stream, "PNG", bits=4, compress_level=6)
    else:
        Image.fromarray(sheet).save(stream, "PNG", compress_level=6)
    return stream.getvalue()
