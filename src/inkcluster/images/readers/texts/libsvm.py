"""Reads the format of libsvm: a label and pairs of an index and a value in each line."""

from __future__ import annotations

import io
import math
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.readers.arrays.turning import MIN_COLOUR_VALUES, fits, in_colour
from inkcluster.images.readers.evidence import MAX_SAMPLED_IMAGES
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import MAX_TYPED_RATIO, check_unpacked, reading, regular_file
from inkcluster.images.readers.texts.dialect import MAX_COLUMNS
from inkcluster.images.readers.texts.lines import Lines, lines_of
from inkcluster.progress import current

MAX_BLANK_SHARE = 0.25
"""How much of the end of every image may be blank for a square to be assumed."""
MIN_SAMPLED_IMAGES, MAX_SAMPLED_VALUES = 4, 500_000
"""How much of the file the length of rows is found from."""
MIN_SIDE = 4
"""Smaller squares are not assumed."""
CLEARLY_LESS = 0.9
"""Another length of rows is taken if values below each other then differ by this share at most."""
_ROWS_AT_ONCE = 2_000

Sparse = Any  # SciPy's matrices of compressed rows


def read_libsvm(path: Path, asked: Asked) -> Found:
    """Read a libsvm file with an image a line, plain or packed.

    Indices count from 1, or from 0 where there is a 0. The highest index decides how many pixels
    an image has, since the file does not say; blank pixels at its end are missing from the file, so
    the square is assumed in which values below each other differ least, and said; a
    shape decides otherwise.
    """
    held = regular_file(path)
    with reading(path, "a libsvm file"):
        with (
            current().task(f"reading {path.name}", held) as advance,
            lines_of(path, advance=advance) as lines,
        ):
            parts, labels = _parts(lines)
        if not parts:
            raise BadInputError(f"{path} is a table without rows.")
        least = min((int(part.indices.min()) for part in parts if part.nnz), default=1)
        first = 0 if least == 0 else 1
        count = max((int(part.indices.max()) for part in parts if part.nnz), default=0) + 1 - first
        if not 0 < count <= MAX_COLUMNS:
            raise BadInputError(
                f"{path}: the highest index is {count:,}; images of 1 to {MAX_COLUMNS:,} values are read."
            )
        n = sum(part.shape[0] for part in parts)
        check_unpacked(path, n * count, held, MAX_TYPED_RATIO)
        width, said = _width(count, parts, first, asked, path)
        whole = all(
            ((part.data >= 0) & (part.data <= 255) & (part.data % 1 == 0)).all() for part in parts
        )
        kind = np.dtype(np.uint8 if whole else np.float64)
        check_unpacked(path, n * width * kind.itemsize, held, MAX_TYPED_RATIO * kind.itemsize)
        pixels = np.zeros((n, width), kind)
        done = 0
        for part in parts:
            rows = np.repeat(np.arange(done, done + part.shape[0]), np.diff(part.indptr))
            pixels[rows, part.indices - first] = part.data
            done += part.shape[0]
        ready: NDArray[Any] = pixels
        if first:
            said = [*said, "Indices were taken to count from 1, since none is 0."]
        colour = in_colour(pixels, asked.shape)
        if colour is not None:
            ready, said = colour[0], [*said, *colour[1]]
        own = asked.labels if asked.labels is not None else np.concatenate(labels)
        return Found(ready, own, tuple(said), what="a libsvm file",
                     labels_from="" if asked.labels is not None else "the first number of each line")  # fmt: skip


def _parts(lines: Lines) -> tuple[list[Sparse], list[NDArray[Any]]]:
    """The rows as sparse matrices whose columns are the file's indices, and their labels."""
    from sklearn.datasets import load_svmlight_file

    parts, labels = [], []
    while chunk := list(islice(lines, _ROWS_AT_ONCE)):
        text = io.BytesIO("".join(chunk).encode())
        matrix, own = load_svmlight_file(text, dtype=np.float64, zero_based=True)
        parts.append(matrix)
        labels.append(own)
    return parts, labels


def _width(
    count: int, parts: list[Sparse], first: int, asked: Asked, path: Path
) -> tuple[int, list[str]]:
    """How many values a row has if the highest index is the `count`-th, and what to say of it."""
    if asked.shape is not None:
        pixels = math.prod(asked.shape)
        width = next((own for own in (pixels, 3 * pixels) if count <= own), pixels)
        if count > width:
            h, w = asked.shape
            raise BadInputError(
                f"{path}: the highest index is {count:,}, beyond the {pixels:,} pixels of {h} × {w}."
            )
        return width, []
    if count % 3 == 0 and count >= MIN_COLOUR_VALUES and fits(count // 3, None):
        return count, []
    least = math.isqrt(count - 1) + 1
    some = min(MAX_SAMPLED_IMAGES, max(MIN_SAMPLED_IMAGES, MAX_SAMPLED_VALUES // count))
    side = _row_length(_laid_out(parts[0][:some], count, first), least)
    if least < MIN_SIDE or side < least or side * side - count > MAX_BLANK_SHARE * side * side:
        seen = f"{-(-count // side)}x{side}"
        raise BadInputError(
            f"{path}: the highest index is {count:,}, which does not say how large the images are; give "
            f"their height and width, such as --shape {seen}."
        )
    return side * side, [
        f"Images of {side} × {side} were assumed from the highest index; --shape HxW decides."
    ]


def _laid_out(rows: Sparse, width: int, first: int) -> NDArray[np.float64]:
    dense = np.zeros((rows.shape[0], width))
    at = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    dense[at, rows.indices - first] = rows.data
    return dense


def _row_length(flat: NDArray[np.float64], least: int) -> int:
    """After how many values a picture's next row begins: `least`, unless another fits clearly better.

    A value differs least from the one below it, so the mean difference between values that lie a
    row's length apart has its minimum there, and a sharp one.
    """
    lengths = [n for n in range(max(2, least * 2 // 3), least * 3 // 2 + 1) if n < flat.shape[1]]
    if least not in lengths:
        return least
    differ = {n: float(np.abs(flat[:, n:] - flat[:, :-n]).mean()) for n in lengths}
    best = min(lengths, key=lambda n: differ[n])
    return best if differ[best] < CLEARLY_LESS * differ[least] else least
