"""Turns the axis that counts the images to the front, and rows into pictures in colour."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.evidence import (
    MAX_SAMPLED_IMAGES,
    MIN_ROUGHNESS_GAP,
    clearly_smoother,
    roughness,
)

MAX_ROUGHNESS = 0.85
"""Columns are read as images, where rows cannot be, if they are at least this smooth."""
MIN_COLOUR_VALUES = 192
"""Rows of fewer values (3 × 8 × 8) are not taken for colour."""
MIN_LABELLED_VALUES = 17
"""Rows of fewer values (4 × 4 and a label) are not taken for pixels and a label."""
MAX_CUBE_CLASSES = 100
"""A cube with more entries on that axis is not taken for pixels × images × classes."""
Shape = tuple[int, int] | None
Turned = tuple[NDArray[Any], list[str]]


def fits(count: int, shape: Shape) -> bool:
    """Whether `count` values make an image: of `shape`, or else a square of at least 2 × 2."""
    if shape is not None:
        return count == math.prod(shape)
    return count > 1 and math.isqrt(count) ** 2 == count


def images_first(
    pixels: NDArray[Any], n: int | None, shape: Shape, from_matlab: bool, values: int | None
) -> Turned:
    """Turn the axis that counts the images to the front; a view, and what to say of the choice.

    `n` is the number of labels and `values` that of an image's pixels, where they are known.
    """
    if pixels.ndim == 2:
        return _rows(pixels, n, shape, from_matlab, values)
    first, last = pixels.shape[0], pixels.shape[-1]
    turned = np.moveaxis(pixels, -1, 0)
    said: list[str] = []
    if n is not None and (first == n) != (last == n):
        at_end = last == n
    elif shape is not None and (pixels.shape[1:3] == shape) != (pixels.shape[:2] == shape):
        at_end = pixels.shape[:2] == shape
    elif pixels.ndim == 3 and (pixels.shape[1] == last) != (first == pixels.shape[1]):
        at_end = first == pixels.shape[1]  # two equal sides are the image's
    elif pixels.ndim == 3:
        smoother = clearly_smoother(turned, pixels)
        at_end = from_matlab if smoother is None else smoother
        said = [f"The {'last' if at_end else 'first'} axis counts the images; --shape HxW decides."]
    else:
        at_end = from_matlab
    return turned if at_end else pixels, said


def _rows(
    pixels: NDArray[Any], n: int | None, shape: Shape, from_matlab: bool, values: int | None
) -> Turned:
    """A matrix with the images in its rows: they are, unless something says otherwise."""
    rows, columns = pixels.shape
    in_rows, in_columns = _likelihood(columns, shape), _likelihood(rows, shape)
    said = []
    if n is not None and (rows == n) != (columns == n):
        turn = columns == n
    elif values is not None and (rows == values) != (columns == values):
        turn = rows == values
    elif in_rows == in_columns == 2:
        return _of_two_squares(pixels, from_matlab)
    elif from_matlab or shape is not None:
        turn = in_columns > in_rows
    else:
        turn = in_columns == 2 and roughness(_pictures(pixels.T)) <= MAX_ROUGHNESS
        if turn:
            said = [f"The {columns:,} columns were read as images; --shape HxW decides."]
    return (pixels.T if turn else pixels), said


def _of_two_squares(pixels: NDArray[Any], from_matlab: bool) -> Turned:
    rows, columns = pixels.shape
    smoother = clearly_smoother(_pictures(pixels), _pictures(pixels.T))
    # by MATLAB's habit there are more images than pixels
    turn = from_matlab and rows < columns if smoother is None else not smoother
    if smoother and not turn:
        return pixels, []
    read, count = ("columns", columns) if turn else ("rows", rows)
    if rows == columns:
        said = f"The {count:,} {read} were read as images; transpose the array if that is wrong."
    else:
        side = math.isqrt(columns if turn else rows)
        other = "rows" if turn else "columns"
        said = f"The {count:,} {read} were read as images; --shape {side}x{side} takes the {other}."
    return (pixels.T if turn else pixels), [said]


def _likelihood(count: int, shape: Shape) -> int:
    """2 if `count` values make an image, 1 if they make one in colour or with a label, else 0."""
    if fits(count, shape):
        return 2
    in_colour = count >= MIN_COLOUR_VALUES and count % 3 == 0 and fits(count // 3, shape)
    return int(in_colour or (count >= MIN_LABELLED_VALUES and fits(count - 1, shape)))


def classes_apart(pixels: NDArray[Any], shape: Shape) -> tuple[NDArray[Any], int] | None:
    """A cube of pixels × images × classes as rows, class after class, and the number of classes.

    Classes are the last axis, or the first (classes × images × pixels). None if the cube reads
    at least as well as pictures.
    """
    if pixels.ndim != 3 or len(set(pixels.shape)) < 3:
        return None
    cubes = []
    for order in ((2, 1, 0), (2, 0, 1), (0, 1, 2), (0, 2, 1)):
        cube = pixels.transpose(order)
        classes, _, values = cube.shape
        if 2 <= classes <= MAX_CUBE_CLASSES and values >= 16 and fits(values, shape):
            cubes.append(cube)
    if not cubes or (shape is not None and shape in (pixels.shape[1:], pixels.shape[:2])):
        return None
    best = min(cubes, key=_cube_roughness)
    pictures = min(roughness(pixels), roughness(np.moveaxis(pixels, -1, 0)))
    if shape is None and pictures - _cube_roughness(best) < MIN_ROUGHNESS_GAP:
        return None
    return best.reshape(-1, best.shape[2]), len(best)


def _cube_roughness(cube: NDArray[Any]) -> float:
    images = cube[:, :: max(1, cube.shape[1] * len(cube) // MAX_SAMPLED_IMAGES)]
    return roughness(_pictures(images.reshape(-1, cube.shape[2])))


def in_colour(rows: NDArray[Any], shape: Shape) -> Turned | None:
    """Rows of three values a pixel as (n, 3, h, w) or (n, h, w, 3): the smoother of the two."""
    n, values = rows.shape
    if fits(values, shape) or values % 3 or not fits(values // 3, shape):
        return None
    if shape is None and values < MIN_COLOUR_VALUES:
        return None
    h, w = shape or (math.isqrt(values // 3),) * 2
    sample = rows[:: max(1, n // MAX_SAMPLED_IMAGES)]
    channel_first = sample.reshape(-1, h, w)
    channel_last = np.moveaxis(sample.reshape(-1, h, w, 3), 3, 1).reshape(-1, h, w)
    if roughness(channel_first) <= roughness(channel_last):
        return rows.reshape(n, 3, h, w), [f"Rows of {values:,} values are colour, channel first."]
    return rows.reshape(n, h, w, 3), [f"Rows of {values:,} values are colour, channel last."]


def _pictures(rows: NDArray[Any]) -> NDArray[Any]:
    """A sample of rows of square images as (n, side, side)."""
    side = math.isqrt(rows.shape[1])
    return rows[:: max(1, len(rows) // MAX_SAMPLED_IMAGES)].reshape(-1, side, side)
