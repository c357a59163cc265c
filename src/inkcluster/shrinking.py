"""Makes small pictures of images: fewer pixels, and values from 0 to 255."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def fitting(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Height and width of an image of this shape whose longer side is `side` at most.

    Examples
    --------
    >>> fitting((28, 28), 96), fitting((200, 100), 96)
    ((28, 28), (96, 48))
    """
    height, width = shape
    by = min(1.0, side / max(height, width))
    return max(1, round(height * by)), max(1, round(width * by))


def shrink(pixels: NDArray[np.uint8], tile: tuple[int, int]) -> NDArray[np.uint8]:
    """Images (m, h, w) of the size `tile`, by the mean of what each pixel covers."""
    from PIL import Image

    if pixels.shape[1:] == tile:
        return np.ascontiguousarray(pixels)
    small = [Image.fromarray(one).resize(tile[::-1], Image.Resampling.BOX) for one in pixels]
    return np.array([np.asarray(one) for one in small], np.uint8).reshape(-1, *tile)


def stretched(pixels: NDArray[Any], peak: float) -> NDArray[np.uint8]:
    """Images whose largest value is `peak`, as bytes from 0 to 255; what is below 0 becomes 0.

    Examples
    --------
    >>> import numpy as np
    >>> stretched(np.array([-1.0, 0.5, 2.0]), 2.0).tolist()
    [0, 64, 255]
    """
    if pixels.dtype == np.uint8 and peak in (0, 255):
        return pixels
    values = pixels * np.float32(255 / max(peak, 1e-12))
    found: NDArray[np.uint8] = np.rint(np.clip(values, 0, 255)).astype(np.uint8)
    return found
