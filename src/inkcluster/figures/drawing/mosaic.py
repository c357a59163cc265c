"""Many small pictures as one image of ink on nothing, placed to the inch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures.drawing import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LIGHT_ON_DARK = "light on dark"
PICTURE = "picture"
"""Photographs: shown as they are in any theme."""
COARSE = 16
"""Pictures of at most this many pixels a side are shown as squares, not smoothed."""


def ink(
    pixels: NDArray[Any], *, peak: float = 255.0, polarity: str = LIGHT_ON_DARK
) -> NDArray[np.uint8]:
    """Opacity of the ink, 0 to 255, of pictures (…, h, w) whose values run from 0 to `peak`.

    What is bright is ink in pictures "light on dark", what is dark is ink in pictures "dark on
    light". Values outside are clipped; what is not finite is no ink. A ``"picture"`` is no ink but
    colours (…, h, w, 4).
    """
    scaled = np.nan_to_num(np.asarray(pixels, np.float32) / (peak or 1.0), posinf=1.0, neginf=0.0)
    scaled = np.clip(scaled, 0.0, 1.0)
    if polarity == PICTURE:
        grey = np.asarray(np.rint(scaled * 255), np.uint8)
        return np.stack([grey, grey, grey, np.full_like(grey, 255)], axis=-1)
    if polarity != LIGHT_ON_DARK:
        scaled = 1.0 - scaled
    return np.asarray(np.rint(scaled * 255), np.uint8)


@dataclass(frozen=True)
class Mosaic:
    """Places of pictures of h × w pixels in a grid, in inches from the page's top left corner.

    The gaps are whole pixels of the pictures, so that one image holds them all exactly.
    """

    left: float
    top: float
    columns: int
    lines: int
    shape: tuple[int, int]
    side: float
    gap: float
    line_gap: float

    @property
    def inch(self) -> float:
        """Inches for each pixel: the longer side of a picture is `side`."""
        return self.side / max(self.shape)

    @property
    def step(self) -> tuple[int, int]:
        """Pixels from one picture to the next, down and across."""
        h, w = self.shape
        down, across = ceil(self.line_gap / self.inch), round(self.gap / self.inch)
        return h + max(1, down), w + max(1, across)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole, in inches, without the last gaps."""
        down, across = self.step
        h, w = self.shape
        width, height = (self.columns - 1) * across + w, (self.lines - 1) * down + h
        return width * self.inch, height * self.inch

    def within(self, room: float) -> Mosaic:
        """The same, its pictures made smaller until the whole is at most `room` inches wide."""
        mosaic = self
        while mosaic.size[0] > room + 1e-9:
            mosaic = replace(mosaic, side=mosaic.side * 0.99)
        return mosaic

    def box(self, line: int, column: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of one picture."""
        (down, across), (h, w), inch = self.step, self.shape, self.inch
        corner = self.left + column * across * inch, self.top + line * down * inch
        return *corner, w * inch, h * inch

    def draw(self, axes: Axes, opacity: NDArray[np.uint8], places: list[tuple[int, int]]) -> None:
        """Draw pictures (m, h, w) of ink at `places` (line, column): tiles, and one image."""
        if not places:
            return
        down, across = self.step
        h, w = self.shape
        size = (self.lines - 1) * down + h, (self.columns - 1) * across + w
        whole = np.zeros((*size, *opacity.shape[3:]), np.uint8)
        for picture, (line, column) in zip(opacity, places, strict=True):
            y, x = line * down, column * across
            whole[y : y + h, x : x + w] = picture
        tiles(axes, [self.box(*place) for place in places], theme.TILE)
        box = (self.left, self.top, *self.size)
        show_ink(axes, whole, box, coarse=max(self.shape) <= COARSE)


def tiles(
    axes: Axes, boxes: list[tuple[float, float, float, float]], colour: str, **style: Any
) -> None:
    """Draw rectangles (left, top, width, height) of one colour as one collection."""
    corners = [
        [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        for x, y, width, height in boxes
    ]
    theme.add_polygons(axes, corners, colour, **{"zorder": 1.0, **style})


def picture_row(
    axes: Axes,
    opacity: NDArray[np.uint8],
    middles: NDArray[np.float64],
    top: float,
    side: float,
    *,
    name: str | None = None,
) -> None:
    """Draw pictures (m, h, w) of ink in a row, on tiles, their longer side `side` inches long.

    `name` makes the ids of each picture and its tile in an SVG, from its number and from which it is.
    """
    h, w = opacity.shape[1:3]
    inch = side / max(h, w)
    for i, x in enumerate(middles.tolist()):
        box = (x - w * inch / 2, top, w * inch, h * inch)
        tiles(axes, [box], theme.TILE, gid=name and name.format(i, "tile"))
        show_ink(axes, opacity[i], box, gid=name and name.format(i, "picture"))


def show_ink(
    axes: Axes,
    opacity: NDArray[np.uint8],
    box: tuple[float, float, float, float],
    *,
    coarse: bool | None = None,
    gid: str | None = None,
) -> None:
    """Draw opacities (h, w) as black ink, or colours (h, w, 4), in a box of an axes that measures downwards.

    The pixels of `coarse` pictures (by default the small ones) show as squares; others are smoothed.
    `gid` is the id of a group round it in an SVG.
    """
    from matplotlib.image import AxesImage

    if coarse is None:
        coarse = max(opacity.shape[:2]) <= COARSE
    is_ink = opacity.ndim == 2

    class InkImage(AxesImage):
        """In an SVG, the pixels as they are, in a group whose name tells how to show them."""

        def draw(self, renderer: Any) -> None:
            if renderer.option_scale_image():
                self.set_interpolation("none")
            else:
                self.set_interpolation("nearest" if coarse else "bilinear")
            group = ("ink" if is_ink else PICTURE) + ("-coarse" if coarse else "")
            if gid:
                renderer.open_group("picture", gid)
            renderer.open_group(group)
            super().draw(renderer)
            renderer.close_group(group)
            if gid:
                renderer.close_group("picture")

    rgba = np.zeros((*opacity.shape[:2], 4), np.uint8) if is_ink else opacity
    if is_ink:
        rgba[..., 3] = opacity
    left, top, width, height = box
    image = InkImage(axes, extent=(left, left + width, top + height, top), origin="upper")
    image.set_data(rgba)
    image.set_zorder(2.0)
    axes.add_image(image)
