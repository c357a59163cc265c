"""Each image's nearest under the distortion model, in either direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.candidates import View, edges, of_neighbors, plain, unordered, without
from inkcluster.cluster.shape.distortion import Fields, pair_distances, whole_gradients
from inkcluster.cluster.shape.prepare import Preparation
from inkcluster.errors import BadInputError

CANDIDATES = 30
"""Neighbours taken from each cheap view."""
CLOSE = 5
"""Neighbours whose neighbours are looked at."""
ROUNDS = 1
"""How often neighbours of neighbours are looked at."""


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
    for _ in range(ROUNDS):
        close = nearest(pairs, forward, backward, n, CLOSE).rows
        more = without(of_neighbors(close, n), pairs)
        if not len(more):
            break
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
