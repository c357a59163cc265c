"""Grey levels of images, and which of them are ink: what is light, or what is dark."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.pairs import IMAGES_PER_BLOCK
from inkcluster.compute.threads import pieces

GREY_LEVELS = 240 * 255
"""Steps of grey. Pixels of 4 and 8 bits and per cents lie on them, so that these give the same images
in any dtype and unit."""
PARTS_OF_LEVEL = 64
MIN_BORDER = 0.2
"""How far the border's mean must be from the image's to say clearly which is ink, in the standard
deviations of its pixels. Of photographs that are cut by their border it often is not."""


def border_is_light(pixels: NDArray[np.generic]) -> bool:
    """Whether the border of images (n, h, w) is lighter than the rest, so that what is dark is ink.

    By whole numbers, so that neither the order of the images nor rounding decides.
    """
    low, high = float(pixels.min()), float(pixels.max())
    apart = 0
    for part in pieces(len(pixels), IMAGES_PER_BLOCK):
        grey = grey_levels(pixels[part], low, high)
        border = _border(grey)
        apart += int(border.sum(dtype=np.int64)) * grey[0].size
        apart -= int(grey.sum(dtype=np.int64)) * border.shape[1]
    return apart > 0


def mixed_borders(pixels: NDArray[np.generic]) -> float:
    """The share of images (n, h, w) whose border clearly says otherwise than that of most."""
    grey = _shares(grey_levels(pixels, float(pixels.min()), float(pixels.max())))
    apart = _border(grey).mean(axis=1) - grey.mean(axis=(1, 2))
    clear = MIN_BORDER * grey.std(axis=(1, 2))
    return float(min((apart > clear).mean(), (apart < -clear).mean()))


def _border(images: NDArray[Any]) -> NDArray[Any]:
    """The pixels (n, q) on the border of images (n, h, w)."""
    n = len(images)
    return np.concatenate(
        [images[:, [0, -1]].reshape(n, -1), images[:, :, [0, -1]].reshape(n, -1)], axis=1
    )


def ink_of(
    pixels: NDArray[np.generic], low: float, high: float, polarity: str
) -> NDArray[np.float32]:
    """Pixels from 0 (background) to 1 (ink)."""
    levels = grey_levels(pixels, low, high)
    if polarity == "image":  # by whole numbers: swapped light and dark give the same to the bit
        border = _border(levels)
        edge = border.sum(axis=1, dtype=np.int64) * levels[0].size
        light = edge > levels.sum(axis=(1, 2), dtype=np.int64) * border.shape[1]
        levels[light] = GREY_LEVELS - levels[light]
    return _shares(levels)


def _shares(levels: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Grey levels as shares of the highest."""
    return (levels / GREY_LEVELS).astype(np.float32)


def grey_levels(pixels: NDArray[np.generic], low: float, high: float) -> NDArray[np.uint16]:
    """Pixels as whole levels from 0 at `low` to `GREY_LEVELS` at `high`, clipped.

    With `low` and `high` swapped, `GREY_LEVELS` less these.
    """
    if low == high:
        return np.zeros(pixels.shape, np.uint16)
    if pixels.dtype == np.uint8:
        table = grey_levels(np.arange(256.0), low, high)
        return np.asarray(table[pixels])
    # halves first: the difference of two large numbers may be too large for a float
    grey = (pixels.astype(np.float64) / 2 - low / 2) / (high / 2 - low / 2)
    # to parts of a level first, so that no rounding error decides which half is rounded up
    parts = np.rint(np.clip(grey, 0, 1) * (PARTS_OF_LEVEL * GREY_LEVELS))
    return np.rint(parts / PARTS_OF_LEVEL).astype(np.uint16)
