"""Pairs of images worth a distance: near in a cheap view, then neighbours of neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.distortion import in_blocks, sobel

Look = Callable[[NDArray[np.float32]], NDArray[np.float32]]
SAMPLE = 8192
"""Images from which a view learns its directions."""
COORDINATES = 64
"""Principal directions of a view that are searched."""
POOLING = 2
"""Pixels between the places at which the view looks, and the width of its look is in proportion."""


class View:
    """A cheap view of images: their principal directions, as something looks at them.

    Parameters
    ----------
    images : ndarray of shape (n, h, w)
        Prepared images from which the directions are learned.
    look : callable
        Rows (n, d) of images; a function of this module, so that a view can be pickled.
    """

    def __init__(self, images: NDArray[np.float32], look: Look) -> None:
        self.look = look
        some = look(images[:: max(1, len(images) // SAMPLE)])
        self.mean = some.mean(axis=0, dtype=np.float64).astype(np.float32)
        centred = some - self.mean
        self.directions = np.ascontiguousarray(_principal(centred)[:, :COORDINATES], np.float32)

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Coordinates (n, q) of prepared images."""
        out = np.empty((len(images), self.directions.shape[1]), np.float32)

        def work(part: slice) -> None:
            out[part] = (self.look(images[part]) - self.mean) @ self.directions

        in_blocks(work, len(images), "views")
        return out


def _principal(centred: NDArray[np.float32]) -> NDArray[np.float64]:
    """Principal directions (d, q) of rows (n, d), the first ones first."""
    n, d = centred.shape
    if n >= d:
        return np.asarray(np.linalg.eigh((centred.T @ centred).astype(np.float64))[1][:, ::-1])
    # few images of many pixels: the same directions from the products of images
    variances, shares = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    some = variances > 1e-6 * max(float(variances[-1]), 1e-300)
    directions = centred.T @ (shares[:, some] / np.sqrt(variances[some]))
    return np.asarray(directions[:, ::-1] if some.any() else np.eye(d, 1))


def plain(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pixels as they are."""
    return images.reshape(len(images), -1)


def edges(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much edge there is of each direction about each place.

    The gradients' positive and negative parts, blurred and thinned out. Of the views tried alone it
    misses the fewest of the distortion model's neighbours.
    """
    down, right = _looks(images.shape[1]), _looks(images.shape[2])
    steep = sobel(images)
    both = np.concatenate([np.maximum(steep, 0), np.maximum(-steep, 0)], axis=1)
    pooled: NDArray[np.float32] = (down.T @ (both @ right)).astype(np.float32, copy=False)
    return pooled.reshape(len(images), -1)


def _looks(side: int) -> NDArray[np.float32]:
    """Weights (side, places) of the pixels about places POOLING pixels apart."""
    if side < 2 * POOLING:
        return np.eye(side, dtype=np.float32)
    places = np.arange((side + 1) // POOLING) * POOLING + (POOLING - 1) / 2
    gaps = (np.arange(side)[:, None] - places) / (0.75 * POOLING)
    return np.exp(-(gaps**2) / 2).astype(np.float32)


def unordered(i: NDArray[np.integer], j: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """Pairs as sorted numbers ``lower * n + higher``, each once, none of an image with itself."""
    low, high = np.minimum(i, j).astype(np.int64), np.maximum(i, j)
    return np.unique((low * n + high)[low != high])


def of_neighbors(lists: NDArray[np.int32], n: int) -> NDArray[np.int64]:
    """Pairs of an image and its neighbours' neighbours, and of neighbours of one image.

    `lists` (n, q) are the nearest q of each image, -1 where there are fewer.
    """
    q = lists.shape[1]
    found: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for a in range(q):
        near = lists[:, a]
        for b in range(q):
            far = np.where(near >= 0, lists[near, b], -1)
            ok = far >= 0
            found.append((np.flatnonzero(ok), far[ok]))
        for b in range(a):
            ok = (near >= 0) & (lists[:, b] >= 0)
            found.append((near[ok], lists[ok, b]))
    return unordered(
        np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found]), n
    )


def without(pairs: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the sorted `pairs` that are not among the sorted `known`."""
    if not len(known):
        return pairs
    place = np.minimum(np.searchsorted(known, pairs), len(known) - 1)
    return np.asarray(pairs[known[place] != pairs])
