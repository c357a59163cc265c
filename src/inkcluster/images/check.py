"""Checks the arrays that a file holds and converts them to an `ImageSet`, for every way in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.images.describing import one_line
from inkcluster.images.hash import blocks
from inkcluster.images.imageset import ImageSet
from inkcluster.images.labelling import check_labels
from inkcluster.images.readers.found import Found

_BLOCK_BYTES = 1 << 25
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
_WHITE = 255
SAYS_GREY = "Colour was converted to grey."
MAX_SIDE = 2**31
"""No image is as high or wide, and what is counted from larger sides fits into no number."""
MIN_SIGNED_REACH = 0.5
"""Values from -1 to 1 are a scale of their own only if they reach this far on both sides of 0."""


def image_set(
    found: Found, *, where: str, name: str, shape: tuple[int, int] | None = None
) -> ImageSet:
    """Check and convert what was read.

    `pixels` are (n, h·w), (n, h, w), or with a channel axis (n, h, w, c) or (n, c, h, w), c in 1, 3, 4;
    uint8 is not copied. `where` names the source in sentences. `shape` (height, width) is needed
    where rows are not of square length. The reader's notices come before those of the conversion.
    Errors are those of :func:`check_pixels` and :func:`~inkcluster.images.labelling.check_labels`.
    """
    ready, said = check_pixels(found.pixels, where, shape or found.shape)
    known = check_labels(found.labels, len(ready), where)
    said = [*found.notices, *found.converted, *said]
    return ImageSet(
        ready, known, name, where, tuple(said), found.names, found.what, found.labels_from
    )


def check_pixels(
    array: Any, where: str, shape: tuple[int, int] | None = None
) -> tuple[NDArray[np.uint8], list[str]]:
    """Pixels as uint8 of shape (n, h, w), and a sentence for each thing that was changed.

    Whole values in 0–255 stay as they are. Booleans become 0 and 255; fractions in [0, 1] are
    multiplied by 255; values from -1 to 1 that reach beyond both halves are moved and scaled to
    0–255; other fractions in 0–255 are rounded; uint16 with values above 255 is divided
    by the largest value of its depth (10, 12, 14 or 16 bits, the least that holds its maximum);
    colour becomes grey by ITU-R BT.601, transparency is laid on white.

    Raises
    ------
    BadInputError
        If values are not numbers, not finite (how many, and where the first is) or outside 0–255,
        or if the array does not hold images.
    """
    refuse_masked(array, f"{where}: pixels")
    try:
        array = np.asanyarray(array)
    except ValueError as error:
        raise BadInputError(f"{where}: pixels must be images of one size ({error}).") from error
    if isinstance(array, np.matrix | np.ma.MaskedArray):
        array = np.asarray(array)
    if array.dtype.kind not in "biuf":
        raise BadInputError(
            f"{where}: pixels must be numbers, but the array holds {_kind(array.dtype)}."
        )
    images = as_images(array, where, shape)
    if images.ndim == 3:
        return _as_uint8(images, where)
    ready, said = _as_uint8(images.reshape(*images.shape[:2], -1), where)
    return grey(ready.reshape(images.shape)), [*said, SAYS_GREY]


def checked_shape(shape: Any) -> tuple[int, int]:
    """`shape` as two whole numbers.

    Raises
    ------
    BadInputError
        If it is anything else, such as text.
    """
    try:
        sides = [int(side) for side in shape] if not isinstance(shape, str) else []
        right = len(sides) == 2 and all(a == b for a, b in zip(sides, shape, strict=True))
        right = right and max(map(abs, sides)) <= MAX_SIDE
    except (TypeError, ValueError, OverflowError):
        right = False
    if not right:
        raise BadInputError(
            "shape must be a height and a width, such as (28, 20), not "
            f"{one_line(_shown(shape), 60)}."
        )
    return sides[0], sides[1]


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # a number with more digits than Python writes
        return "this"


def image_shape(n_values: int, where: str, shape: tuple[int, int] | None = None) -> tuple[int, int]:
    """The height and width of images of `n_values` pixels: those given, or a square's."""
    if shape is not None:
        h, w = (int(side) for side in shape)
        if h < 1 or w < 1 or h * w != n_values:
            raise BadInputError(
                f"{where}: images of {n_values:,} pixels cannot have the shape {h} × {w}."
            )
        return h, w
    side = math.isqrt(n_values)
    if side * side != n_values or not side:
        raise BadInputError(
            f"{where}: images of {n_values:,} pixels are not square; give their height and width, "
            "such as --shape 28x20."
        )
    return side, side


def as_images(array: NDArray[Any], where: str, shape: tuple[int, int] | None) -> NDArray[Any]:
    """The array as (n, h, w) or (n, h, w, 3 or 4), a view where it can be; refuses other shapes."""
    if not array.size:
        raise BadInputError(f"{where}: there is no image in an array of shape {array.shape}.")
    if array.ndim == 2:
        return array.reshape(len(array), *image_shape(array.shape[1], where, shape))
    if array.ndim == 4 and array.shape[3] not in (1, 3, 4) and array.shape[1] in (1, 3, 4):
        array = np.moveaxis(array, 1, 3)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim != 3 and (array.ndim != 4 or array.shape[3] not in (3, 4)):
        raise BadInputError(
            f"{where}: an array of shape {array.shape} does not hold images; "
            "it must be (n, height·width) or (n, height, width)."
        )
    if shape is not None and array.shape[1:3] != tuple(shape):
        raise BadInputError(
            f"{where}: the images are {array.shape[1]} × {array.shape[2]}, "
            f"not {shape[0]} × {shape[1]} as was asked."
        )
    return array


def _as_uint8(array: NDArray[Any], where: str) -> tuple[NDArray[np.uint8], list[str]]:
    if array.dtype == np.uint8:
        return array, []
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(_WHITE), list(OF_BOOLEANS.says)
    low, high, whole = value_range(array, where)
    scale = scale_of(array.dtype, low, high, whole)
    if scale is None:
        raise outside(where, low, high, first_bad(array, is_outside))
    return scaled(array, scale), list(scale.says)


@dataclass(frozen=True)
class Scale:
    """How values become bytes: plus `offset`, times `factor`, rounded; None for whole bytes."""

    factor: float | None = None
    offset: float = 0.0
    says: tuple[str, ...] = ()


OF_BOOLEANS = Scale(_WHITE, says=("False and True became 0 and 255.",))


def scale_of(dtype: np.dtype[Any], low: float, high: float, whole: bool) -> Scale | None:
    """How values from `low` to `high` become bytes, see :func:`check_pixels`; None if they cannot."""
    if dtype.kind == "u" and dtype.itemsize == 2 and high > _WHITE:
        depth = next(bits for bits in (10, 12, 14, 16) if high < 1 << bits)
        says = f"Pixel values up to {high:,.0f} were scaled as {depth}-bit images to bytes."
        return Scale(_WHITE / ((1 << depth) - 1), says=(says,))
    if -1 <= low <= -MIN_SIGNED_REACH and MIN_SIGNED_REACH <= high <= 1:
        return Scale(_WHITE / 2, 1.0, ("Pixel values between -1 and 1 were scaled to bytes.",))
    if low < 0 or high > _WHITE:
        return None
    if dtype.kind == "f" and 0 < high <= 1:
        return Scale(_WHITE, says=("Pixel values between 0 and 1 were scaled to bytes.",))
    return Scale() if whole else Scale(1.0, says=("Fractional pixel values were rounded.",))


@dataclass
class Range:
    """The least and the greatest of the values in :meth:`add`, whether all are whole, how many no numbers."""

    low: float = math.inf
    high: float = -math.inf
    whole: bool = True
    missing: int = 0

    def add(self, values: NDArray[Any]) -> None:
        """Take in more values."""
        if values.dtype.kind == "f":
            self.missing += int(is_missing(values).sum())
            self.whole = self.whole and not self.missing and bool((values == np.rint(values)).all())
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))


def value_range(array: NDArray[Any], where: str) -> tuple[float, float, bool]:
    """Least and greatest value and whether all are whole; refuses NaN and infinity."""
    found = Range()
    for block in blocks(array, _BLOCK_BYTES):
        found.add(block)
    if found.missing:
        raise not_finite(where, found.missing, first_bad(array, is_missing))
    return found.low, found.high, found.whole


def is_missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are NaN or infinite."""
    found: NDArray[np.bool_] = ~np.isfinite(values)
    return found


def is_outside(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are no bytes."""
    found: NDArray[np.bool_] = (values < 0) | (values > _WHITE)
    return found


def not_finite(where: str, missing: int, first: str) -> BadInputError:
    """The sentence for `missing` values, the `first` of which :func:`first_bad` names."""
    are = "value is" if missing == 1 else "values are"
    return BadInputError(
        f"{where}: {missing:,} pixel {are} not finite (the first: {first}); fill or leave out those images."
    )


def outside(where: str, low: float, high: float, first: str) -> BadInputError:
    """The sentence for values from `low` to `high`, some of which are no bytes."""
    return BadInputError(
        f"{where}: pixel values run from {low:g} to {high:g}, outside 0–255 (the first: {first}); "
        "scale them to 0–255."
    )


def first_bad(
    array: NDArray[Any], bad: Callable[[NDArray[Any]], NDArray[np.bool_]], seen: int = 0
) -> str:
    """The first bad value of images (n, h, w) and its place; `seen` images lie before them."""
    for block in blocks(array, _BLOCK_BYTES):
        found = bad(block)
        if found.any():
            i, r, c = (int(v) for v in np.argwhere(found)[0])
            return f"{block[i, r, c]:g} in image {seen + i:,}, row {r}, column {c}"
        seen += len(block)
    raise AssertionError("no value is bad")


def scaled(array: NDArray[Any], scale: Scale) -> NDArray[np.uint8]:
    """The array as bytes."""
    out = np.empty(array.shape, np.uint8)
    done = 0
    for block in blocks(array, _BLOCK_BYTES):
        values = block
        if scale.factor is not None:
            values = np.rint((block.astype(np.float64) + scale.offset) * scale.factor)
        out[done : done + len(block)] = values
        done += len(block)
    return out


def grey(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (n, h, w, 3 or 4) in colour, the fourth channel opacity, as (n, h, w)."""
    out = np.empty(colour.shape[:3], np.uint8)
    done = 0
    for block in blocks(colour, _BLOCK_BYTES // 8):
        values = block[..., :3] @ _LUMA
        if block.shape[3] == 4:
            alpha = block[..., 3] / _WHITE
            values = values * alpha + _WHITE * (1 - alpha)
        out[done : done + len(block)] = np.rint(values)
        done += len(block)
    return out


def _kind(dtype: np.dtype[Any]) -> str:
    names = {"O": "Python objects", "U": "text", "S": "text", "T": "text", "c": "complex numbers"}
    return names.get(dtype.kind, str(dtype))
