"""Many points as one raster of colours, and room beside them for pictures."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PER_INCH = 90
"""Dots of the raster an inch."""
GOLDEN = 0.61803398875
CELL = 0.04
"""Inches of a cell of :class:`Room`."""


def hue(cluster: int) -> tuple[int, int, int]:
    """A colour that stands out on light and on dark paper; grey for noise.

    Neighbouring numbers have far hues; yellows and greens are made darker and blues lighter, as the
    eye sees them.
    """
    if cluster < 0:
        return (140, 148, 160)
    turn = (0.58 + cluster * GOLDEN) % 1.0
    light = (0.52, 0.44, 0.60)[(cluster // 5) % 3] - (0.1 if 0.1 < turn < 0.5 else 0.0)
    light += 0.12 if 0.62 < turn < 0.82 else 0.0
    red, green, blue = colorsys.hls_to_rgb(turn, light, 0.62)
    return (round(255 * red), round(255 * green), round(255 * blue))


def raster(
    axes: Axes,
    spots: NDArray[np.float64],
    labels: NDArray[Any],
    box: tuple[float, float, float, float],
) -> NDArray[np.float64]:
    """Draw points at `spots` (n, 2), in inches from the top left corner of `box`, as one image.

    A spot's colour is the mean of its points' colours; its opacity grows with their number. Returns
    the places on the page that have colour, shape (m, 2), in inches.
    """
    from matplotlib.image import AxesImage

    left, top, width, height = box
    radius = 2 if len(spots) <= 3000 else 1 if len(spots) <= 20_000 else 0  # in dots
    pad = radius + 1
    across, down = (int(np.ceil(x * PER_INCH)) + 1 + 2 * pad for x in (width, height))
    column, row = (np.rint(spots[:, axis] * PER_INCH).astype(np.int64) + pad for axis in (0, 1))
    clusters, code = np.unique(labels, return_inverse=True)
    colours = np.array([hue(int(c)) for c in clusters], np.float64)
    count = np.zeros((down, across))
    mixed = np.zeros((down, across, 3))
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dy * dy + dx * dx > (radius + 0.4) ** 2:
                continue
            cell = (row + dy) * across + column + dx
            count += np.bincount(cell, minlength=down * across).reshape(down, across)
            for channel in range(3):
                weight = colours[code, channel]
                sums = np.bincount(cell, weight, minlength=down * across)
                mixed[..., channel] += sums.reshape(down, across)
    seen = count > 0
    rgba = np.zeros((down, across, 4), np.uint8)
    rgba[seen, :3] = np.rint(mixed[seen] / count[seen, None])
    # ten steps of opacity, so that the picture compresses well
    dense = np.log1p(count) / np.log1p(max(float(np.quantile(count[seen], 0.98)), 1.0))
    rgba[..., 3] = np.where(seen, 255 * np.ceil(10 * np.clip(dense, 0.4, 1)) / 10, 0)
    image = AxesImage(axes, interpolation="none", origin="upper")
    edge = pad + 0.5
    image.set_data(rgba)
    right, bottom = left + (across - edge) / PER_INCH, top + (down - edge) / PER_INCH
    image.set_extent((left - edge / PER_INCH, right, bottom, top - edge / PER_INCH))
    image.set_zorder(1.0)
    axes.add_image(image)
    y, x = np.nonzero(seen)
    return np.column_stack([left + (x - pad) / PER_INCH, top + (y - pad) / PER_INCH])


class Room:
    """The free cells of a page, each :data:`CELL` inches: pictures are put where no points are."""

    def __init__(self, covered: NDArray[np.float64], width: float, height: float) -> None:
        self.taken = np.zeros((int(height / CELL) + 1, int(width / CELL) + 1))
        cell = np.clip((covered / CELL).astype(np.int64), 0, None)
        inside = (cell[:, 1] < self.taken.shape[0]) & (cell[:, 0] < self.taken.shape[1])
        self.taken[cell[inside, 1], cell[inside, 0]] = 1

    def place(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Left and top of a box that covers as little as possible and is near to (x, y); it is taken then."""
        wide, high = int(np.ceil(width / CELL)) + 1, int(np.ceil(height / CELL)) + 1
        sums = np.pad(self.taken, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
        cost = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        tops, lefts = np.mgrid[: cost.shape[0], : cost.shape[1]]
        away = np.hypot((tops + high / 2) * CELL - y, (lefts + wide / 2) * CELL - x)
        total = cost + 12 * away
        top, left = np.unravel_index(int(total.argmin()), total.shape)
        self.taken[top : top + high, left : left + wide] = 9
        return float(left * CELL + CELL / 2), float(top * CELL + CELL / 2)
