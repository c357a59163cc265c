"""Deskewing: images sheared upright and centred, by their second moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 1024
"""Images at a time."""


def deskew(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """Shear each image so that its ink stands upright, and move its centre of mass to the middle.

    The slant is the covariance of the two coordinates, weighted by the pixels, over the vertical
    variance; rows move along it, by linear interpolation. What leaves the image is lost, what comes
    in is 0, so that the background has to be 0. An image without ink stays as it is.

    Parameters
    ----------
    pixels : ndarray of shape (n, h, w)
        Not negative; larger is more ink.

    Returns
    -------
    ndarray of shape (n, h, w), float32
        In the units of `pixels`.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
    recognition", for deskewing by moments.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.features import deskew
    >>> slanted = np.eye(5)[None, ::-1] * 9
    >>> deskew(slanted)[0].astype(int)
    array([[0, 0, 9, 0, 0],
           [0, 0, 9, 0, 0],
           [0, 0, 9, 0, 0],
           [0, 0, 9, 0, 0],
           [0, 0, 9, 0, 0]])
    """
    out = np.empty(pixels.shape, np.float32)
    for start in range(0, len(pixels), BLOCK):
        out[start : start + BLOCK] = _deskewed(pixels[start : start + BLOCK].astype(np.float32))
    return out


@dataclass(frozen=True)
class Moments:
    """Where the ink of n images is: its centre, its variances and its slant, each (n,)."""

    there: NDArray[np.bool_]  # whether there is ink
    down: NDArray[np.float64]  # the middle of the image where there is none
    right: NDArray[np.float64]
    down_variance: NDArray[np.float64]
    right_variance: NDArray[np.float64]
    slant: NDArray[np.float64]  # pixels to the right for a pixel down


def moments(pixels: NDArray[np.float32]) -> Moments:
    """The first and second moments of images (n, h, w), not negative."""
    _, height, width = pixels.shape
    y, x = np.arange(height), np.arange(width)
    rows, columns = pixels.sum(axis=2, dtype=np.float64), pixels.sum(axis=1, dtype=np.float64)
    mass = rows.sum(axis=1)
    ink = mass > 0
    mass[~ink] = 1
    down, right = rows @ y / mass, columns @ x / mass
    variance = rows @ (y * y) / mass - down**2
    covariance = (pixels.astype(np.float64) @ x) @ y / mass - down * right
    tall = ink & (variance > 1e-9 * height**2)  # ink in one row has no slant
    return Moments(
        ink,
        np.where(ink, down, (height - 1) / 2),
        np.where(ink, right, (width - 1) / 2),
        variance,
        columns @ (x * x) / mass - right**2,
        np.where(tall, covariance / np.where(tall, variance, 1), 0),
    )


def sheared(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shear images (n, h, w) upright about their centres of mass, which stay where they are."""
    ink = moments(pixels)
    rows = np.arange(pixels.shape[1]) - ink.down[:, None]
    return _moved(pixels, ink.slant[:, None] * rows, axis=2)


def _deskewed(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    _, height, width = pixels.shape
    ink = moments(pixels)
    down_by = np.repeat((ink.down - (height - 1) / 2)[:, None], width, axis=1)
    rows = np.arange(height) - (height - 1) / 2
    right_by = (ink.right - (width - 1) / 2)[:, None] + ink.slant[:, None] * rows
    return _moved(_moved(pixels, down_by, axis=1), right_by, axis=2)


def _moved(pixels: NDArray[np.float32], by: NDArray[np.float64], axis: int) -> NDArray[np.float32]:
    """Lines along `axis` (1: columns, 2: rows) taken from `by` (n, lines) pixels further on."""
    length = pixels.shape[axis]
    whole = np.floor(by)
    along = np.arange(length)[None, :, None] if axis == 1 else np.arange(length)[None, None]
    lines = (slice(None), None) if axis == 1 else (slice(None), slice(None), None)
    place = along + whole.astype(np.int64)[lines]
    part = (by - whole).astype(np.float32)[lines]
    return (1 - part) * _taken(pixels, place, axis) + part * _taken(pixels, place + 1, axis)


def _taken(pixels: NDArray[np.float32], place: NDArray[np.int64], axis: int) -> NDArray[np.float32]:
    length = pixels.shape[axis]
    found = np.take_along_axis(pixels, np.clip(place, 0, length - 1), axis)
    return np.where((place >= 0) & (place < length), found, np.float32(0))
