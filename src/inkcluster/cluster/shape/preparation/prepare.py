"""Prepares images for comparison: polarity, place, size of ink, shear and contrast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.pairs import in_blocks, sobel, unit_of, whole
from inkcluster.cluster.shape.preparation.ink import ink_of
from inkcluster.errors import BadInputError
from inkcluster.features.deskewing import moments, sheared

INK_RADIUS = 6.75
"""Root mean square distance of the ink from its centre after resizing, in pixels."""
MIN_RESIZE_FACTOR = 1.35
"""Images whose radius differs by less than this factor are not resized."""
MAX_OWN_FACTOR = 2.5
"""How many times more or less than the set an image of its own size may be resized."""
MIN_SIDE = 5
"""Images with a shorter side have no shape to deform: they are compared pixel by pixel."""
MAX_SIDE = 64
"""The longest side after resizing, in pixels."""
SAMPLE = 2048
"""Number of images from which the preparation is learned."""
SURROUNDINGS = 2.0
"""Standard deviation of the weights of the surroundings of a pixel, for local contrast, in pixels."""
FLOOR = 0.5
"""What is added to the gradient of the surroundings, in those of the whole set: flat places stay flat."""


@dataclass(frozen=True)
class Choices:
    """One way to prepare images.

    Attributes
    ----------
    centre : bool
        Whether the ink's centre of mass is moved to the middle.
    shear : bool
        Whether images are sheared upright.
    size : str
        Size of ink: ``"set"`` resizes all images by one factor, ``"image"`` each by its own,
        ``"kept"`` none.
    polarity : str
        Which is ink: what is ``"light"``, what is ``"dark"``, or, for each image on its own, what
        its border is not (``"image"``).
    contrast : str
        Gradients in units of the ``"set"``, or of their ``"local"`` surroundings.
    """

    centre: bool = True
    shear: bool = True
    size: str = "set"
    polarity: str = "light"
    contrast: str = "set"


@dataclass(frozen=True)
class Preparation:
    """How every image is prepared, learned from a sample.

    Attributes
    ----------
    choices : Choices
    low, high : float
        The values that become 0 (background) and 1; `low` may be the greater.
    rows, columns : ndarray of shape (size, side)
        Weights that resize an image's rows and columns, where one factor serves all.
    scale : float
        The factor by which the set is resized.
    radius : float
        Root mean square distance of the ink from its centre, the median of the set, before resizing.
    warp : int
        The largest displacement of a pixel.
    floor : float
        What is added to the gradient of a pixel's surroundings.
    unit : float
        The gradient that counts as one step.
    """

    choices: Choices
    low: float
    high: float
    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    scale: float
    radius: float
    warp: int
    floor: float = 0.0
    unit: float = 1.0

    @property
    def places(self) -> bool:
        """Whether each image is moved or resized on its own."""
        return self.choices.centre or self.choices.size == "image"

    def resize(self, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
        """Images (n, h, w) in one polarity, place and size, from 0 to 1."""
        size = (len(self.rows), len(self.columns))

        def resized(block: NDArray[np.generic]) -> NDArray[np.float32]:
            grey = ink_of(block, self.low, self.high, self.choices.polarity)
            if self.places:
                return self._placed(grey)
            same = size == block.shape[1:]
            return grey if same else np.asarray(self.rows @ grey @ self.columns.T)

        return in_blocks(
            resized, pixels, np.empty((len(pixels), *size), np.float32), "resized images"
        )

    def shift(self, pixels: NDArray[np.generic]) -> float:
        """How far the ink of images (n, h, w) lies from the middle: the root mean square, resized.

        Infinite where there is ink on the border, such as the background of photographs: moving it
        makes edges, however little it is moved.
        """
        some = pixels[:: max(1, len(pixels) // SAMPLE)]
        grey = ink_of(some, self.low, self.high, self.choices.polarity)
        if _margin(grey):
            return np.inf
        ink = moments(grey)
        _, height, width = pixels.shape
        far = np.square(ink.down - (height - 1) / 2) + np.square(ink.right - (width - 1) / 2)
        return self.scale * float(np.sqrt(far.mean()))

    def _placed(self, grey: NDArray[np.float32]) -> NDArray[np.float32]:
        """Images (n, h, w), each moved and resized on its own."""
        ink = moments(grey)
        factor = np.full(len(grey), self.scale)
        if self.choices.size == "image":
            radius = np.sqrt(np.maximum(ink.down_variance + ink.right_variance, 0))
            own = self.radius / np.maximum(radius, self.radius / MAX_OWN_FACTOR)
            factor *= np.where(ink.there, np.maximum(own, 1 / MAX_OWN_FACTOR), 1.0)
        to = None if self.choices.centre else self.scale
        down = _weights(grey.shape[1], len(self.rows), factor, ink.down, to)
        right = _weights(grey.shape[2], len(self.columns), factor, ink.right, to)
        return np.asarray(down @ grey @ right.transpose(0, 2, 1))

    def straighten(self, resized: NDArray[np.float32]) -> NDArray[np.float32]:
        """Resized images, sheared upright if so chosen."""
        if not self.choices.shear:
            return resized
        return in_blocks(sheared, resized, np.empty_like(resized), "upright images")

    def gradients(self, upright: NDArray[np.float32]) -> NDArray[np.int8]:
        """Gradients (n, 2, h, w) of images (n, h, w), right and down, as whole steps."""
        out = np.empty((len(upright), 2, *upright.shape[1:]), np.int8)
        return in_blocks(
            lambda block: whole(self._contrasted(sobel(block)), self.unit),
            upright,
            out,
            "gradients",
        )

    def _contrasted(self, gradients: NDArray[np.float32]) -> NDArray[np.float32]:
        """Gradients in units of their surroundings' if so chosen."""
        if self.choices.contrast != "local":
            return gradients
        _, _, height, width = gradients.shape
        energy = _around(height) @ np.square(gradients).sum(axis=1) @ _around(width).T
        return np.asarray(gradients / (np.sqrt(energy) + np.float32(self.floor))[:, None])


def learn(pixels: NDArray[np.generic], warp: int, choices: Choices) -> Preparation:
    """Learn from images (n, h, w) how to prepare them and others like them."""
    some = pixels[:: max(1, len(pixels) // SAMPLE)]
    low, high = float(some.min()), float(some.max())
    if choices.polarity == "dark":
        low, high = high, low
    grey = ink_of(some, low, high, choices.polarity)
    _, height, width = pixels.shape
    radius = _radius(grey)
    scale = 1.0 if choices.size == "kept" else _scale(radius, max(height, width))
    if not deforms((height, width)):
        warp = 0
    first = Preparation(
        choices, low, high, _resizing(height, scale), _resizing(width, scale), scale, radius, warp
    )
    if choices.size != "kept":
        margin = _margin(first._placed(grey) if first.places else grey)
        rows, columns = _resizing(height, scale, margin), _resizing(width, scale, margin)
        first = replace(first, rows=rows, columns=columns)
    steep = sobel(first.straighten(first.resize(some[::4])))
    if choices.contrast == "local":
        typical = float(np.sqrt(np.square(steep).sum(axis=1).mean(dtype=np.float64)))
        first = replace(first, floor=FLOOR * max(typical, 1e-9))
    return replace(first, unit=unit_of(first._contrasted(steep)))


def deforms(shape: tuple[int, int]) -> bool:
    """Whether images (h, w) are large enough to have a shape."""
    return min(shape) >= MIN_SIDE


def _radius(grey: NDArray[np.float32]) -> float:
    """Root mean square distance of the ink from its centre: the median of the images with ink."""
    ink = moments(grey)
    if not ink.there.any():
        return INK_RADIUS
    spread = float(np.median((ink.down_variance + ink.right_variance)[ink.there]))
    return max(float(np.sqrt(max(spread, 0.0))), 0.5)


def _scale(radius: float, side: int) -> float:
    """The factor that gives the ink a radius of about `INK_RADIUS`; 1 if it has that already."""
    scale = INK_RADIUS / radius
    if 1 / MIN_RESIZE_FACTOR <= scale <= MIN_RESIZE_FACTOR:
        scale = 1.0
    return float(min(scale, MAX_SIDE / side))


def _margin(grey: NDArray[np.float32]) -> float:
    """The margin to add on each side, as a share of the side; 0 where no ink is on the border."""
    edge = grey[:, [0, -1]].mean(dtype=np.float64) + grey[:, :, [0, -1]].mean(dtype=np.float64)
    return 0.125 if edge > 0.02 * float(grey.mean(dtype=np.float64)) else 0.0


def _resizing(side: int, scale: float, margin: float = 0.0) -> NDArray[np.float32]:
    """Weights (size, side): linear interpolation, or the mean of the pixels that fall on one."""
    inner = max(1, round(side * scale))
    border = round(inner * margin)
    if inner == side and border == 0:
        return np.eye(side, dtype=np.float32)
    places = (np.arange(-border, inner + border) + 0.5) * side / inner - 0.5
    reach = max(1.0, side / inner)
    weights = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(side)) / reach)
    return np.asarray(weights / reach, dtype=np.float32)


def _weights(
    side: int, size: int, factor: NDArray[np.float64], centre: NDArray[np.float64], to: float | None
) -> NDArray[np.float32]:
    """Weights (n, size, side) that resize lines by `factor` (n,) about their `centre` (n,).

    The centre comes to the middle; or, with `to`, to where it comes when all is resized by that.
    """
    middle = (size - 1) / 2
    place = middle if to is None else middle + to * (centre - (side - 1) / 2)[:, None]
    places = (np.arange(size) - place) / factor[:, None] + centre[:, None]
    reach = np.maximum(1.0, 1 / factor)[:, None, None]
    gaps = np.abs(places[:, :, None] - np.arange(side)) / reach
    return np.asarray(np.maximum(0, 1 - gaps) / reach, np.float32)


def _around(side: int) -> NDArray[np.float32]:
    """Gaussian weights (side, side) of the pixels around each; rows sum to 1."""
    gaps = (np.arange(side)[:, None] - np.arange(side)) / SURROUNDINGS
    weights = np.exp(-(gaps**2) / 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def image_shape(shape: Any, d: int) -> tuple[int, int]:
    """Height and width of rows of `d` pixels."""
    if shape is None:
        side = isqrt(d)
        return (side, side) if side * side == d else (1, d)
    sides = list(shape) if np.iterable(shape) else []
    whole = all(isinstance(side, int | np.integer) and side > 0 for side in sides)
    if len(sides) != 2 or not whole or sides[0] * sides[1] != d:
        raise BadInputError(
            f"image_shape={shape!r} does not make rows of {d} pixels; give height and width."
        )
    return int(sides[0]), int(sides[1])
