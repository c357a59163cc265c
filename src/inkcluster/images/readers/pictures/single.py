"""Reads a file that is a picture itself: one with pages or frames, or a sheet of equal tiles."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import regular_file
from inkcluster.images.readers.pictures.collecting import Collection, names_array, quiet
from inkcluster.progress import current


def read_picture(path: Path, asked: Asked) -> Found:
    """Read the pages of a TIFF, the frames of an animation, or the tiles of a sheet, as images.

    A sheet is cut into tiles of the shape asked for, row by row, if its sides are multiples of these.

    Raises
    ------
    BadInputError
        If it is one picture and no shape of tiles is given, or one that does not divide it.
    """
    regular_file(path)
    collection = Collection(str(path))
    with quiet(), current().task(f"reading {path.name}", 1) as advance:
        collection.add(PurePosixPath(path.name), partial(_opened, path), frames=True)
        advance(1)
    if not collection:
        raise BadInputError(
            f"{path} is a picture that cannot be read ({collection.broken[0][1]}); save it again."
        )
    has_pages = len(collection) > 1
    found = collection.finish(asked.shape if has_pages else None)
    result = Found(found.pixels, asked.labels, tuple(found.notices), what="a sheet of tiles")
    if has_pages:
        what = "a picture with several pages"
        return replace(result, names=names_array(found.names), what=what)
    _, height, width = found.pixels.shape
    if asked.shape is None:
        raise BadInputError(
            f"{path} is a single picture of {height} × {width}; give the folder it is in, or, if it "
            "is a sheet of small images side by side, their size, such as --shape 20x20."
        )
    h, w = asked.shape
    if h < 1 or w < 1 or height % h or width % w:
        raise BadInputError(
            f"{path} is a single picture of {height} × {width}, which cannot be cut into tiles of "
            f"{h} × {w}; give another --shape."
        )
    rows, columns = height // h, width // w
    tiles = found.pixels.reshape(rows, h, columns, w).transpose(0, 2, 1, 3).reshape(-1, h, w)
    said = f"The picture was cut into {rows:,} rows of {columns:,} tiles, left to right."
    notices = (*found.notices, said)
    return replace(result, pixels=np.ascontiguousarray(tiles), notices=notices)


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")
