"""Decides over a whole set how its pictures become bytes: from what each is, without its pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import Scale, scale_of, scaled, value_range
from inkcluster.images.readers.pictures.frames import Picture
from inkcluster.words import several

MIN_CUT_RANGE = 64
"""16-bit colour whose upper bytes stay below this holds 14 bits at most, most of them cut off."""
FACTS = np.dtype([
    ("h", "<u4"), ("w", "<u4"), ("kind", "u1"), ("coloured", "?"), ("more", "?"), ("cut", "<i2"),
    ("alpha", "?"), ("low", "<f4"), ("high", "<f4"), ("whole", "?"), ("ink", "<f8"), ("weight", "<f8"),
])  # fmt: skip
"""What is known of a picture: its size, the place of its type in KINDS, whether it had colour, more frames,
or transparent pixels; of one whose 16 bits were cut the largest byte, else -1; of deep ones the range
of the values; of transparent ones the ink and the weight of what is opaque."""
KINDS: tuple[np.dtype[Any], ...] = (np.dtype(np.uint8), np.dtype(np.float32), np.dtype(np.uint16))
_WHITE = 255


@dataclass(frozen=True)
class Tone:
    """How pictures become bytes: a scale for each deep type, and what transparent pixels become."""

    scales: Mapping[np.dtype[Any], Scale]
    background: int = _WHITE

    def bytes_of(self, picture: Picture) -> NDArray[np.uint8]:
        """The picture as bytes."""
        grey = picture.grey
        if grey.dtype in self.scales:
            grey = scaled(grey, self.scales[grey.dtype])
        return grey if picture.alpha is None else _laid(grey, picture.alpha, self.background)


def facts_of(picture: Picture) -> tuple[Any, ...]:
    """The entries of :data:`FACTS`."""
    grey = picture.grey
    kind = KINDS.index(grey.dtype)
    low, high, whole = value_range(grey, "the picture") if kind else (0.0, 0.0, True)
    ink = weight = 0.0
    if picture.alpha is not None:
        top = max(high, 1e-9) if kind else _WHITE
        alpha = picture.alpha.astype(np.float64)
        ink, weight = float((grey / top * alpha).sum()), float(alpha.sum())
    cut = int(grey.max()) if picture.is_cut else -1
    about = picture.had_colour, picture.has_more, cut, picture.alpha is not None
    return (*grey.shape, kind, *about, low, high, whole, ink, weight)


def tone_of(facts: NDArray[Any], where: str) -> tuple[Tone, list[str]]:
    """How the pictures of these :data:`FACTS` become bytes, and what to say of it.

    Whole values of more than 8 bits, and fractions, are scaled as
    :func:`~inkcluster.images.check.check_pixels` scales arrays: by the range of all of them together.
    Transparent pixels become white where the ink of all pictures is dark, and black where it is light.

    Raises
    ------
    BadInputError
        If values lie outside 0–255, or the lower bytes of 16-bit colour would be needed.
    """
    scales: dict[np.dtype[Any], Scale] = {}
    said: list[str] = []
    for kind, dtype in enumerate(KINDS[1:], 1):
        deep = facts[facts["kind"] == kind]
        if not len(deep):
            continue
        low, high = float(deep["low"].min()), float(deep["high"].max())
        scale = scale_of(dtype, low, high, bool(deep["whole"].all()))
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
    if -1 < facts["cut"].max() < MIN_CUT_RANGE:
        raise BadInputError(
            f"{where}: pictures with 16 bits a colour use the lower 14 at most, of which the lowest "
            "8 cannot be read; save them as 8-bit pictures."
        )
    background, about = _background(facts[facts["alpha"]])
    return Tone(scales, background), [*said, *about]


def _background(see_through: NDArray[Any]) -> tuple[int, list[str]]:
    """What transparent pixels become: the opposite of the ink, the mean of what is opaque."""
    if not len(see_through):
        return _WHITE, []
    ink, weight = math.fsum(see_through["ink"]), math.fsum(see_through["weight"])
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
