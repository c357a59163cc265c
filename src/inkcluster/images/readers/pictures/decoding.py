"""Brings pictures to bytes of one depth, on one background, and of one size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import IO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import border
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, size
from inkcluster.images.readers.pictures.frames import Picture, PictureError, pictures_in
from inkcluster.images.readers.pictures.toning import FACTS, Tone, facts_of, tone_of
from inkcluster.words import several

__all__ = ["PictureError", "about_sizes", "as_bytes", "common_size", "decode", "fitted", "unify"]

MAX_PIXELS = 96 * 96
"""Of pictures whose size nobody chose: each pixel is a feature, and a thumbnail shows no more."""


def decode(stream: IO[bytes]) -> tuple[NDArray[np.uint8], bool]:
    """One picture, or the first of several in a file, as grey bytes; and whether it had colour.

    It is brought to bytes by itself, see :func:`~inkcluster.images.readers.pictures.toning.tone_of`.

    Raises
    ------
    PictureError
        If it is broken or has too many pixels.
    """
    picture = next(pictures_in(stream))
    try:
        tone, _ = tone_of(np.array([facts_of(picture)], FACTS), "the picture")
    except BadInputError as error:
        raise PictureError(str(error)) from error
    return tone.bytes_of(picture), picture.had_colour


def as_bytes(pictures: list[Picture], tone: Tone) -> list[NDArray[np.uint8]]:
    """All pictures as bytes; `pictures` is emptied on the way."""
    found = []
    pictures.reverse()
    while pictures:
        found.append(tone.bytes_of(pictures.pop()))
    return found


def unify(
    pictures: Sequence[NDArray[np.uint8]],
    shape: tuple[int, int] | None = None,
    where: str = "the pictures",
) -> tuple[NDArray[np.uint8], int]:
    """Bring pictures to one size: uint8 (n, h, w), and how many had another size.

    The size is `shape`, or else the one that more than half of the pictures have, or else their
    median height and width; more than :data:`MAX_PIXELS` become as many, proportions kept. A
    picture of another size is scaled, its proportions kept, until it just fits (averaging where it
    shrinks, bicubic where it grows), and centred on the median grey of its own border.

    Raises
    ------
    BadInputError
        If the pictures would take too much at that size.
    """
    h, w = common_size([p.shape for p in pictures], shape, where)
    if len(pictures) * h * w > MAX_UNPACKED_BYTES and any(p.shape != (h, w) for p in pictures):
        raise BadInputError(
            f"{where}: {len(pictures):,} pictures of {h} × {w} would take "
            f"{size(len(pictures) * h * w)}; give a smaller size, such as --shape 28x28."
        )
    out = np.empty((len(pictures), h, w), np.uint8)
    resized = 0
    for target, picture in zip(out, pictures, strict=True):
        if picture.shape == (h, w):
            target[...] = picture
        else:
            target[...] = fitted(picture, h, w)
            resized += 1
    return out, resized


def about_sizes(resized: int, shape: tuple[int, ...]) -> str:
    """The sentence that says how many of the pictures :func:`unify` scaled, and to which size."""
    total, h, w = shape
    count = (
        f"All {several(total, 'picture')}" if resized == total > 1 else several(resized, "picture")
    )
    were = "was" if resized == 1 else "were"
    return f"{count} {were} scaled to fit {h} × {w}, proportions kept; --shape HxW gives all another size."


def common_size(
    sizes: ArrayLike, shape: tuple[int, int] | None = None, where: str = "the pictures"
) -> tuple[int, int]:
    """Height and width for pictures of these sizes, see :func:`unify`: `shape`, if it is given.

    Examples
    --------
    >>> common_size([(28, 28), (28, 28), (9, 9)]), common_size([(10, 20), (20, 20), (30, 50)])
    ((28, 28), (20, 20))
    >>> common_size([(3000, 4000)])
    (83, 111)
    """
    if shape is not None:
        h, w = shape
        if h < 1 or w < 1:
            raise BadInputError(f"{where}: pictures cannot be given the size {h} × {w}.")
        return h, w
    sides = np.asarray(sizes)
    found, counts = np.unique(sides, axis=0, return_counts=True)
    h, w = (round(float(side)) for side in np.median(sides, axis=0))
    if 2 * counts.max() > len(sides):
        h, w = found[counts.argmax()].tolist()
    by = min(1.0, math.sqrt(MAX_PIXELS / (h * w)))
    return max(1, round(h * by)), max(1, round(w * by))


def fitted(picture: NDArray[np.uint8], h: int, w: int) -> NDArray[np.uint8]:
    """The picture at that size, see :func:`unify`."""
    from PIL import Image

    factor = min(h / picture.shape[0], w / picture.shape[1])
    height = min(h, max(1, round(picture.shape[0] * factor)))
    width = min(w, max(1, round(picture.shape[1] * factor)))
    method = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
    scaled = np.asarray(Image.fromarray(picture).resize((width, height), method))
    out = np.full((h, w), np.uint8(np.median(border(picture[None]))), np.uint8)
    top, left = (h - height) // 2, (w - width) // 2
    out[top : top + height, left : left + width] = scaled
    return out
