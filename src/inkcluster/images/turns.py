"""Turns images that lie on their side, stand on their head or are mirrored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.imageset import ImageSet

TURNS: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    "transpose": ("transposed", lambda images: images.swapaxes(1, 2)),
    "left": ("turned left by a quarter", lambda images: images.swapaxes(1, 2)[:, ::-1]),
    "right": ("turned right by a quarter", lambda images: images.swapaxes(1, 2)[:, :, ::-1]),
    "half": ("turned by a half", lambda images: images[:, ::-1, ::-1]),
    "flip": ("turned upside down", lambda images: images[:, ::-1]),
    "mirror": ("mirrored left to right", lambda images: images[:, :, ::-1]),
}
"""For each way to turn: what it does to the images, in words and on an array (n, h, w)."""


def turned(images: ImageSet, how: str) -> ImageSet:
    """The set with every image turned; a notice says so.

    Parameters
    ----------
    how : str
        A key of :data:`TURNS`: ``"transpose"`` swaps rows and columns, as EMNIST's files need.

    Raises
    ------
    BadInputError
        If `how` is none of them.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> from inkcluster.images.turns import turned
    >>> stroke = ImageSet(np.array([[[1, 2, 3]]], np.uint8))
    >>> turned(stroke, "left").pixels.tolist()
    [[[3], [2], [1]]]
    """
    if how not in TURNS:
        raise BadInputError(f"Images cannot be turned by {how!r}; give one of {', '.join(TURNS)}.")
    words, turn = TURNS[how]
    pixels = np.ascontiguousarray(turn(images.pixels))
    return replace(images, pixels=pixels, notices=(*images.notices, f"The images were {words}."))
