"""Prepares images for comparison, and measures pairs under the image distortion model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.magnitude import exponent_of, scaled
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces
from inkcluster.errors import BadInputError
from inkcluster.features.deskewing import deskew
from inkcluster.kernels.shape import distortion as kernels
from inkcluster.progress import current

INK_RADIUS = 6.75
"""Root mean square distance of the ink from its centre after resizing, in pixels."""
MIN_RESIZE_FACTOR = 1.35
"""Images whose radius differs by less than this factor are not resized."""
MIN_SIDE = 5
"""Images with a shorter side have no shape to deform: they are compared pixel by pixel."""
MAX_SIDE = 64
"""The longest side after resizing, in pixels."""
MAX_WARP = 8
"""The largest displacement of a pixel, in pixels."""
SAMPLE = 4096
"""Number of images from which the preparation is learned."""
UNCUT_SHARE = 0.84
"""Share of the gradients other than 0 that lie below the cut-off."""
GREY_LEVELS = 240 * 255
"""Steps of grey. Pixels of 4 and 8 bits and per cents lie on them, so that these give the same images
in any dtype and unit."""
STEPS = kernels.STEPS
IMAGES_PER_BLOCK = 1024
PAIRS_PER_PIECE = 16384


@dataclass(frozen=True)
class Preparation:
    """How every image is prepared, learned from a sample.

    Attributes
    ----------
    low, high : float
        The values that become 0 (background) and 1; `low` may be the greater.
    rows, columns : ndarray of shape (size, side)
        Weights that resize an image's rows and columns.
    warp : int
        The largest displacement of a pixel.
    upright : bool
        Whether images are deskewed.
    unit : float
        The gradient that counts as one step.
    """

    low: float
    high: float
    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    warp: int
    upright: bool
    unit: float

    def resize(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
        """Images (n, h, w) in one polarity and size, from 0 to 1."""
        size = (len(self.rows), len(self.columns))

        def resized(block: NDArray[np.generic]) -> NDArray[np.float32]:
            grey = _grey(block, self.low, self.high)
            same = size == block.shape[1:]
            return grey if same else np.asarray(self.rows @ grey @ self.columns.T)

        return in_blocks(
            resized, pixels, np.empty((len(pixels), *size), np.float32), "resized images"
        )

    def straighten(self, resized: NDArray[np.float32]) -> NDArray[np.float32]:
        """Resized images, deskewed if `upright`."""
        if not self.upright:
            return resized
        return in_blocks(deskew, resized, np.empty_like(resized), "upright images")


def learn(pixels: NDArray[np.generic], warp: int, upright: bool) -> Preparation:
    """Learn from images (n, h, w) how to prepare them and others like them."""
    some = pixels[:: max(1, len(pixels) // SAMPLE)]
    low, high = _ends(some)
    grey = _grey(some, low, high)
    _, height, width = pixels.shape
    if min(height, width) < MIN_SIDE:
        rows, columns = np.eye(height, dtype=np.float32), np.eye(width, dtype=np.float32)
        warp, upright = 0, False
    else:
        scale, margin = _scale(grey), _margin(grey)
        rows, columns = _resizing(height, scale, margin), _resizing(width, scale, margin)
    first = Preparation(low, high, rows, columns, warp, upright, unit=1.0)
    return replace(first, unit=unit_of(first.straighten(first.resize(some))[::4]))


def _ends(pixels: NDArray[np.generic]) -> tuple[float, float]:
    """The values of background and ink; the border shows which end of the range is background."""
    least, most = float(pixels.min()), float(pixels.max())
    exponent = exponent_of(pixels)  # so that no sum overflows
    grey = scaled(pixels, -exponent)
    edge = np.concatenate([grey[:, [0, -1]].ravel(), grey[:, :, [0, -1]].ravel()])
    light = float(edge.mean(dtype=np.float64)) > float(grey.mean(dtype=np.float64))
    return (most, least) if light else (least, most)


def _grey(pixels: NDArray[np.generic], low: float, high: float) -> NDArray[np.float32]:
    """Pixels scaled from 0 (background) to 1, clipped, rounded to grey levels."""
    return (grey_levels(pixels, low, high) / GREY_LEVELS).astype(np.float32)


def grey_levels(pixels: NDArray[np.generic], low: float, high: float) -> NDArray[np.uint16]:
    """Pixels as whole levels from 0 at `low` to `GREY_LEVELS` at `high`, clipped."""
    if low == high:
        return np.zeros(pixels.shape, np.uint16)
    # halves first: the difference of two large numbers may be too large for a float
    grey = (pixels.astype(np.float64) / 2 - low / 2) / (high / 2 - low / 2)
    return np.rint(np.clip(grey, 0, 1) * GREY_LEVELS).astype(np.uint16)


def _scale(grey: NDArray[np.float32]) -> float:
    """The factor that gives the ink a radius of about `INK_RADIUS`; 1 if it has that already."""
    _, height, width = grey.shape
    y, x = np.arange(height), np.arange(width)
    rows, columns = grey.sum(axis=2, dtype=np.float64), grey.sum(axis=1, dtype=np.float64)
    mass = rows.sum(axis=1)
    ink = mass > 0
    if not ink.any():
        return 1.0
    rows, columns, mass = rows[ink], columns[ink], mass[ink]
    spread = rows @ (y * y) / mass - (rows @ y / mass) ** 2
    spread += columns @ (x * x) / mass - (columns @ x / mass) ** 2
    radius = float(np.sqrt(max(float(np.median(spread)), 0.0)))
    scale = INK_RADIUS / max(radius, 0.5)
    if 1 / MIN_RESIZE_FACTOR <= scale <= MIN_RESIZE_FACTOR:
        scale = 1.0
    return float(min(scale, MAX_SIDE / max(height, width)))


def _margin(grey: NDArray[np.float32]) -> float:
    """The margin to add on each side, as a share of the side; 0 where no ink is on the border."""
    edge = grey[:, [0, -1]].mean(dtype=np.float64) + grey[:, :, [0, -1]].mean(dtype=np.float64)
    return 0.125 if edge > 0.02 * float(grey.mean(dtype=np.float64)) else 0.0


def _resizing(side: int, scale: float, margin: float) -> NDArray[np.float32]:
    """Weights (size, side): linear interpolation, or the mean of the pixels that fall on one."""
    inner = max(1, round(side * scale))
    border = round(inner * margin)
    if inner == side and border == 0:
        return np.eye(side, dtype=np.float32)
    places = (np.arange(-border, inner + border) + 0.5) * side / inner - 0.5
    reach = max(1.0, side / inner)
    weights = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(side)) / reach)
    return np.asarray(weights / reach, dtype=np.float32)


def unit_of(images: NDArray[np.generic]) -> float:
    """The gradient of one step, such that `UNCUT_SHARE` of those of images (n, h, w) are not cut."""
    steep = np.abs(sobel(images))
    steep = steep[steep > 0]
    return float(np.quantile(steep, UNCUT_SHARE) / STEPS) if steep.size else 1.0


def check_warp(warp: object) -> None:
    """Refuse a `warp` that is not a whole number in range."""
    if not isinstance(warp, int | np.integer) or not 0 <= warp <= MAX_WARP:
        raise BadInputError(f"warp must be a whole number from 0 to {MAX_WARP}, not {warp!r}.")


def sobel(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """Sobel gradients (n, 2, h, w) of images (n, h, w), right and down; the border is 0."""
    around = np.pad(pixels.astype(np.float32), ((0, 0), (1, 1), (1, 1)))
    right = around[:, :, 2:] - around[:, :, :-2]
    down = around[:, 2:] - around[:, :-2]
    return np.stack(
        [
            right[:, :-2] + 2 * right[:, 1:-1] + right[:, 2:],
            down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:],
        ],
        axis=1,
    )


def whole_gradients(pixels: NDArray[np.generic], unit: float) -> NDArray[np.int8]:
    """Sobel gradients (n, 2, h, w) as whole multiples of `unit`, cut off at `STEPS`."""
    out = np.empty((len(pixels), 2, *pixels.shape[1:]), np.int8)
    return in_blocks(
        lambda block: np.clip(np.rint(sobel(block) / np.float32(unit)), -STEPS, STEPS),
        pixels, out, "gradients",
    )  # fmt: skip


def in_blocks(
    step: Callable[[NDArray[Any]], NDArray[Any]], images: NDArray[Any], out: NDArray[Any], what: str
) -> NDArray[Any]:
    """Fill `out` with `step` of blocks of `images`, in threads, with one BLAS thread each."""

    def work(part: slice) -> None:
        out[part] = step(images[part])

    with one_blas_thread(), current().task(what, len(images)) as advance:
        for count in in_threads(work, pieces(len(images), IMAGES_PER_BLOCK)):
            advance(count)
    return out


class Fields:
    """Gradients (n, 2, h, w) from -`STEPS` to `STEPS` in the kernel's layout, for one `warp`."""

    def __init__(self, gradients: NDArray[np.int8], warp: int) -> None:
        n, _, height, width = gradients.shape
        lanes = kernels.LANES
        self.height, self.width, self.warp = height, width, warp
        self.stride = -(-(width + warp + 1) // lanes) * lanes
        self.values = np.zeros((n, 2, height * self.stride + 2 * kernels.LEAD), np.int8)
        inner = self.values[:, :, kernels.LEAD : -kernels.LEAD]
        inner.reshape(n, 2, height, self.stride)[..., :width] = gradients
        blocks = pieces(n, IMAGES_PER_BLOCK)
        ink = np.concatenate([gradients[part].any(axis=(1, 3)) for part in blocks])
        some = ink.any(axis=1)
        first, after = ink.argmax(axis=1), height - ink[:, ::-1].argmax(axis=1)
        self.rows = np.stack([np.where(some, first, height), np.where(some, after, 0)], axis=1)

    def __len__(self) -> int:
        return len(self.values)


def pair_distances(
    images: Fields,
    i: NDArray[np.integer],
    j: NDArray[np.integer],
    others: Fields | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distances from `images[i]` to `others[j]` (by default of the same images), and back.

    Sums of squared whole steps, hence whole numbers. Fastest when sorted by `i`.
    """
    others = images if others is None else others
    a: NDArray[np.int32] = np.ascontiguousarray(i, np.int32)
    b: NDArray[np.int32] = np.ascontiguousarray(j, np.int32)
    forward, backward = np.empty(len(i), np.int64), np.empty(len(i), np.int64)

    def work(part: slice) -> None:
        scratch = kernels.scratch(images.height, images.stride, images.warp)
        kernels.distances(
            images.values, images.rows, others.values, others.rows, a[part], b[part],
            images.width, images.stride, images.warp, scratch, forward[part], backward[part],
        )  # fmt: skip

    with current().task("distortion distances", len(i)) as advance:
        for count in in_threads(work, pieces(len(i), PAIRS_PER_PIECE)):
            advance(count)
    return forward, backward
