"""Brings pictures to bytes of one depth, on one background, and of one size."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import Scale, scale_of, scaled, value_range
from inkcluster.images.describing import border
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES, size
from inkcluster.images.readers.pictures.frames import Picture, PictureError, pictures_in
from inkcluster.words import several

__all__ = ["PictureError", "about_sizes", "as_bytes", "decode", "unify"]

_WHITE = 255
MAX_PIXELS = 96 * 96
"""Of pictures whose size nobody chose: each pixel is a feature, and a thumbnail shows no more."""
MIN_CUT_RANGE = 64
"""16-bit colour whose upper bytes stay below this holds 14 bits at most, most of them cut off."""


def decode(stream: IO[bytes]) -> tuple[NDArray[np.uint8], bool]:
    """One picture, or the first of several in a file, as grey bytes; and whether it had colour.

    It is brought to bytes by itself, see :func:`as_bytes`.

    Raises
    ------
    PictureError
        If it is broken or has too many pixels.
    """
    picture = next(pictures_in(stream))
    try:
        grey, _ = as_bytes([picture], "the picture")
    except BadInputError as error:
        raise PictureError(str(error)) from error
    return grey[0], picture.had_colour


def as_bytes(pictures: list[Picture], where: str) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """All pictures as bytes, and what was done to them; `pictures` is emptied on the way.

    Whole values of more than 8 bits, and fractions, are scaled as
    :func:`~inkcluster.images.check.check_pixels` scales arrays: by the range of all of them together.
    Transparent pixels become white where the ink of all pictures is dark, and black where it is light.
    """
    scales: dict[np.dtype[Any], Scale] = {}
    said: list[str] = []
    for dtype in sorted({p.grey.dtype for p in pictures} - {np.dtype(np.uint8)}, key=str):
        deep = [p.grey for p in pictures if p.grey.dtype == dtype]
        low, high, whole = _range(deep, where)
        scale = scale_of(dtype, low, high, whole)
        if scale is None:
            raise BadInputError(
                f"{where}: pixel values run from {low:g} to {high:g}, outside 0–255; "
                "scale them to 0–255."
            )
        scales[dtype] = scale
        said += scale.says
        if dtype.kind == "u" and high <= _WHITE:
            said.append(
                f"Pictures of 16 bits hold values up to {high:.0f}, which were kept as bytes."
            )
    _check_cut(pictures, where)
    background, about = _background(pictures)
    said += about
    found = []
    pictures.reverse()
    while pictures:
        picture = pictures.pop()
        dtype = picture.grey.dtype
        grey = scaled(picture.grey, scales[dtype]) if dtype in scales else picture.grey
        found.append(grey if picture.alpha is None else _laid(grey, picture.alpha, background))
    return found, said


def _range(arrays: list[NDArray[np.generic]], where: str) -> tuple[float, float, bool]:
    ranges = [value_range(array, where) for array in arrays]
    lows, highs, whole = zip(*ranges, strict=True)
    return min(lows), max(highs), all(whole)


def _check_cut(pictures: list[Picture], where: str) -> None:
    cut = [int(p.grey.max()) for p in pictures if p.is_cut]
    if cut and max(cut) < MIN_CUT_RANGE:
        raise BadInputError(
            f"{where}: pictures with 16 bits a colour use the lower 14 at most, of which the lowest "
            "8 cannot be read; save them as 8-bit pictures."
        )


def _background(pictures: list[Picture]) -> tuple[int, list[str]]:
    """What transparent pixels become: the opposite of the ink, the mean of what is opaque."""
    see_through = [p for p in pictures if p.alpha is not None]
    if not see_through:
        return _WHITE, []
    ink = weight = 0.0
    for picture in see_through:
        assert picture.alpha is not None
        top = _WHITE if picture.grey.dtype == np.uint8 else max(float(picture.grey.max()), 1e-9)
        alpha = picture.alpha.astype(np.float64)
        ink += float((picture.grey / top * alpha).sum())
        weight += float(alpha.sum())
    is_light = weight > 0 and ink > weight / 2
    count = several(len(see_through), "picture")
    colour, other = ("black", "light") if is_light else ("white", "dark")
    return (0 if is_light else _WHITE), [
        f"Transparent pixels of {count} were laid on {colour}, since the ink is {other}."
    ]


def _laid(grey: NDArray[np.uint8], alpha: NDArray[np.uint8], background: int) -> NDArray[np.uint8]:
    share = alpha / _WHITE
    laid: NDArray[np.uint8] = np.rint(grey * share + background * (1 - share)).astype(np.uint8)
    return laid


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
    h, w = shape or _size([(int(p.shape[0]), int(p.shape[1])) for p in pictures])
    if h < 1 or w < 1:
        raise BadInputError(f"{where}: pictures cannot be given the size {h} × {w}.")
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
            target[...] = _fitted(picture, h, w)
            resized += 1
    return out, resized


def about_sizes(resized: int, pixels: NDArray[np.uint8]) -> str:
    """The sentence that says how many of the pictures :func:`unify` scaled, and to which size."""
    total, h, w = pixels.shape
    count = (
        f"All {several(total, 'picture')}" if resized == total > 1 else several(resized, "picture")
    )
    were = "was" if resized == 1 else "were"
    return f"{count} {were} scaled to fit {h} × {w}, proportions kept; --shape HxW gives all another size."


def _size(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Height and width for pictures of these sizes.

    Examples
    --------
    >>> _size([(28, 28), (28, 28), (9, 9)]), _size([(10, 20), (20, 20), (30, 50)])
    ((28, 28), (20, 20))
    >>> _size([(3000, 4000)])
    (83, 111)
    """
    commonest, count = Counter(sizes).most_common(1)[0]
    if 2 * count > len(sizes):
        h, w = commonest
    else:
        h, w = (round(float(np.median(side))) for side in zip(*sizes, strict=True))
    by = min(1.0, math.sqrt(MAX_PIXELS / (h * w)))
    return max(1, round(h * by)), max(1, round(w * by))


def _fitted(picture: NDArray[np.uint8], h: int, w: int) -> NDArray[np.uint8]:
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
