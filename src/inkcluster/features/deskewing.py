"""Deskewing: images sheared upright and centred, by their second moments."""

from __future__ import annotations

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


def _deskewed(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
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
    slant = np.where(tall, covariance / np.where(tall, variance, 1), 0)
    down_by = np.where(ink, down - (height - 1) / 2, 0)
    right_by = np.where(ink, right - (width - 1) / 2, 0)
    straight = _moved(pixels, np.repeat(down_by[:, None], width, axis=1), axis=1)
    return _moved(straight, right_by[:, None] + slant[:, None] * (y - (height - 1) / 2), axis=2)


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
