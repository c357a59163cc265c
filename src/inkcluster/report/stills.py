"""Draws still pictures of images: they show the groups where no script runs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.report.inline import data_url

PICTURE = "picture"
SHADES = 16
"""Shades of ink; photographs keep all of theirs."""
SIDE = 48
"""The longest side in pixels of an image among many."""
PAD = 0.05
"""Space around an image among many, as a share of its side."""
COARSE = 16
"""Images of at most this many pixels a side are shown as squares, not smoothed."""


@dataclass(frozen=True)
class Still:
    """A PNG of one or many images: black ink on transparency, or a photograph (`kind`)."""

    url: str
    kind: str  # "ink" or "picture", and "coarse" where pixels show as squares
    across: int
    down: int
    rows: tuple[int, ...] = ()  # the images it shows

    @property
    def listed(self) -> str:
        """Its images, for the script."""
        return " ".join(map(str, self.rows))


def still(
    pixels: NDArray[np.uint8], look: str, across: int = 1, rows: tuple[int, ...] = ()
) -> Still:
    """Images (m, h, w) from 0 to 255 as one picture, `across` in a row.

    `look` is what :func:`inkcluster.images.describing.appearance` says of them.
    """
    m, h, w = pixels.shape
    across = max(1, min(across, m))
    down = max(1, -(-m // across))
    shown = pixels if look in (PICTURE, "light on dark") else 255 - pixels
    pad = max(1, round(max(h, w) * PAD)) if m > 1 else 0
    kind = PICTURE if look == PICTURE else "ink"
    both = np.zeros((down * across, h + 2 * pad, w + 2 * pad, 2), np.uint8)
    both[:m, pad : pad + h, pad : pad + w, 0] = shown
    both[:m, pad : pad + h, pad : pad + w, 1] = 255
    size = down * both.shape[1], across * both.shape[2], 2
    joined = both.reshape(down, across, *both.shape[1:]).swapaxes(1, 2).reshape(size)
    if max(h, w) <= COARSE:
        kind += " coarse"
    return Still(_png(joined, photo=look == PICTURE), kind, across, down, rows)


def shrunk(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images no larger than :data:`SIDE`."""
    from inkcluster.shrinking import shrink

    h, w = pixels.shape[1:]
    by = min(1.0, SIDE / max(h, w))
    return shrink(pixels, (max(1, round(h * by)), max(1, round(w * by))))


def _png(grey: NDArray[np.uint8], *, photo: bool) -> str:
    """Pixels (h, w, 2) with their opacity, which ink does not need: where there is no ink, it has none."""
    from PIL import Image

    stream = io.BytesIO()
    values = np.ascontiguousarray(grey[..., 0])
    if photo:
        whole = bool((grey[..., 1] == 255).all())
        Image.fromarray(values if whole else grey).save(stream, "PNG", optimize=True)
        return data_url(stream.getvalue(), "image/png")
    step = 255 // (SHADES - 1)
    indexed = ((values.astype(np.uint16) + step // 2) // step).astype(np.uint8)
    save_indexed(stream, indexed, [(0, 0, 0, i * step) for i in range(SHADES)])
    return data_url(stream.getvalue(), "image/png")


def save_indexed(
    stream: Any, indexed: NDArray[np.uint8], palette: list[tuple[int, int, int, int]]
) -> None:
    """Write a PNG whose pixels are numbers in a palette of colours with opacity."""
    from PIL import Image

    picture = Image.fromarray(indexed)
    picture.putpalette([value for colour in palette for value in colour[:3]])
    opacity = bytes(colour[3] for colour in palette)
    bits = 4 if len(palette) <= 16 else 8
    picture.save(stream, "PNG", bits=bits, transparency=opacity, optimize=False, compress_level=9)
