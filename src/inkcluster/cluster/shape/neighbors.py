"""Each image's nearest under the distortion model, among those that cheap views propose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.prepare import (
    Fields,
    Preparation,
    in_blocks,
    pair_distances,
    sobel,
    whole_gradients,
)
from inkcluster.errors import BadInputError

CANDIDATES = 30
"""Neighbours taken from each cheap view."""
CLOSE = 5
"""Neighbours whose neighbours are looked at, too."""
VIEW_SAMPLE = 8192
"""Images from which a view learns its directions."""
COORDINATES = 64
"""Principal directions of a view that are searched."""
POOLING = 2
"""Pixels between the places at which a view looks, and the width of its look is in proportion."""

Look = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Lists:
    """The nearest images of each, by one direction of the distance.

    Attributes
    ----------
    rows : ndarray of shape (n, k), int32
        Ascending in distance, -1 where there are fewer than k.
    distances : ndarray of shape (n, k), float64
        Infinite where there are fewer.
    """

    rows: NDArray[np.int32]
    distances: NDArray[np.float64]

    def nearest(self, k: int) -> Lists:
        """The `k` nearest alone."""
        return Lists(self.rows[:, :k], self.distances[:, :k])

    def put_back(self, order: NDArray[np.intp]) -> Lists:
        """The lists of images that were taken in this `order`, in their own."""
        back = np.argsort(order)
        rows = np.where(self.rows >= 0, order[self.rows], -1).astype(np.int32)
        return Lists(rows[back], self.distances[back])


@dataclass(frozen=True)
class Shapes:
    """Images ready to be compared.

    Attributes
    ----------
    fields : Fields
        For the distance.
    views : tuple of View
        Of the edges of the upright images, and of the pixels as they were.
    places : tuple of ndarray of shape (n, q)
        Coordinates in these.
    """

    fields: Fields
    views: tuple[View, View]
    places: tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Neighbors:
    """Lists by how well an image is found in others, and by how well others are found in it."""

    forward: Lists
    backward: Lists


def check_number(n_neighbors: object) -> None:
    """Refuse what is no number of neighbours."""
    if not isinstance(n_neighbors, int | np.integer) or n_neighbors < 1:
        raise BadInputError(f"n_neighbors must be a whole number from 1, not {n_neighbors!r}.")


def shapes_of(
    pixels: NDArray[np.generic], preparation: Preparation, views: tuple[View, View] | None = None
) -> Shapes:
    """Prepare images (n, h, w) for comparison."""
    resized = preparation.resize(pixels)
    upright = preparation.straighten(resized)
    views = (View(upright, edges), View(resized, plain)) if views is None else views
    fields = Fields(whole_gradients(upright, preparation.unit), preparation.warp)
    return Shapes(fields, views, (views[0](upright), views[1](resized)))


def find(shapes: Shapes, k: int) -> Neighbors:
    """The `k` nearest of each image among the candidates that are found."""
    n = len(shapes.fields)
    wanted = min(max(CANDIDATES, k), n - 1)
    near = np.hstack([nearest_neighbors(places, wanted)[1] for places in shapes.places])
    pairs = unordered(np.repeat(np.arange(n), near.shape[1]), near.ravel(), n)
    forward, backward = pair_distances(shapes.fields, pairs // n, pairs % n)
    close = nearest(pairs, forward, backward, n, CLOSE).rows
    more = without(of_neighbors(close, n), pairs)
    if len(more):
        there, back = pair_distances(shapes.fields, more // n, more % n)
        pairs = np.concatenate([pairs, more])
        order = np.argsort(pairs, kind="stable")
        pairs = pairs[order]
        forward = np.concatenate([forward, there])[order]
        backward = np.concatenate([backward, back])[order]
    return Neighbors(
        nearest(pairs, forward, backward, n, k), nearest(pairs, backward, forward, n, k)
    )


def nearest(
    pairs: NDArray[np.int64],
    forward: NDArray[np.int64],
    backward: NDArray[np.int64],
    n: int,
    k: int,
) -> Lists:
    """The `k` nearest of each image by its distance to others, ties to the lower row."""
    i, j = pairs // n, pairs % n
    return ranked(
        np.concatenate([i, j]), np.concatenate([j, i]), np.concatenate([forward, backward]), n, k
    )


def ranked(
    of: NDArray[np.int64],
    to: NDArray[np.int64],
    distances: NDArray[np.int64],
    n: int,
    k: int,
) -> Lists:
    """Lists of the `k` nearest, from the rows `of`, `to` and the distances of pairs.

    Image, distance and neighbour are packed into one number, so that one sort does.
    """
    low = max(1, int(to.max(initial=0)).bit_length())
    bits = 62 - low - n.bit_length()
    spare = max(0, int(distances.max(initial=0)).bit_length() - bits)  # for very many images
    width = max(1, int(distances.max(initial=0)).bit_length() - spare)
    packed = (of << (width + low)) | ((distances >> spare) << low) | to
    packed.sort()
    owner = packed >> (width + low)
    rank = np.arange(len(packed)) - np.searchsorted(owner, np.arange(n))[owner]
    kept = packed[rank < k]
    owner, rank = owner[rank < k], rank[rank < k]
    rows = np.full((n, k), -1, np.int32)
    far = np.full((n, k), np.inf)
    rows[owner, rank] = kept & ((1 << low) - 1)
    far[owner, rank] = ((kept >> low) & ((1 << width) - 1)) << spare
    return Lists(rows, far)


def found_in(shapes: Shapes, new: Shapes, k: int) -> Lists:
    """The `k` of `shapes` in which each new image is found best, among their candidates."""
    m, n = len(new.fields), len(shapes.fields)
    wanted = min(max(CANDIDATES, k), n)
    near = np.hstack(
        [
            nearest_neighbors(places, wanted, queries=others)[1]
            for places, others in zip(shapes.places, new.places, strict=True)
        ]
    )
    pairs = np.unique(np.repeat(np.arange(m) * n, near.shape[1]) + near.ravel())
    of, to = pairs // n, pairs % n
    forward, _ = pair_distances(new.fields, of, to, shapes.fields)
    return ranked(of, to, forward, m, k)


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
        some = look(images[:: max(1, len(images) // VIEW_SAMPLE)])
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
