"""Finds each image's nearest under the distortion model, among candidates from cheap views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.cells import Cells
from inkcluster.cluster.shape.pairs import Fields, in_blocks, pair_distances
from inkcluster.cluster.shape.preparation.prepare import Preparation
from inkcluster.errors import BadInputError

MIN_CANDIDATES = 30
"""Neighbours taken from each view, at least."""
EXPANDED_NEIGHBORS = 5
"""Nearest neighbours whose own neighbours become candidates."""
PLACED_CANDIDATES = 10
"""Neighbours taken from each view, at least, for an image that is placed among those clustered."""
VIEW_SAMPLE = 4096
"""Number of images from which a view learns its directions."""
MAX_COORDINATES = 64
"""Principal directions of a view, at most."""
POWERS = 3
"""Rounds in which the principal directions of a view are improved; candidates need no exact ones."""
POOLING_STEP = 2
"""Pixels between the places at which edges are pooled; the pooling width is in proportion."""

Look = Callable[[NDArray[Any]], NDArray[np.float32]]


@dataclass(frozen=True)
class Lists:
    """The nearest images of each image, in one direction of the distance.

    Attributes
    ----------
    rows : ndarray of shape (n, k), int32
        Nearest first; -1 where there are fewer than k.
    distances : ndarray of shape (n, k), float64, or float32 once nothing more is worked out
        Infinite where there are fewer than k.
    """

    rows: NDArray[np.int32]
    distances: NDArray[Any]

    def nearest(self, k: int) -> Lists:
        """The `k` nearest only."""
        return Lists(self.rows[:, :k], self.distances[:, :k])

    def finite_distances(self) -> NDArray[Any]:
        """The distances, 0 for missing neighbours."""
        return np.where(self.rows >= 0, self.distances, 0)

    def put_back(self, order: NDArray[np.intp]) -> Lists:
        """The lists of images sorted by `order`, in the images' original order."""
        back = np.argsort(order)
        rows = np.where(self.rows >= 0, order[self.rows], -1).astype(np.int32)
        return Lists(rows[back], self.distances[back])


@dataclass(frozen=True)
class Shapes:
    """Images ready for comparison: their gradients, two views and the coordinates (n, q) in each.

    The first view shows the edges of the upright images, the second the pixels before shearing.
    """

    fields: Fields
    views: tuple[View, View]
    places: tuple[NDArray[np.float32], NDArray[np.float32]]

    @cached_property
    def ready(self) -> dict[str, NDArray[np.int32]]:
        """What is worked out once for all queries, by name."""
        return {}

    @cached_property
    def cells(self) -> tuple[Cells, Cells]:
        """The places in each view, ready for queries."""
        return Cells(self.places[0]), Cells(self.places[1])


def check_number(n_neighbors: object) -> None:
    """Refuse a number of neighbours that is not a whole number from 1."""
    if not isinstance(n_neighbors, int | np.integer) or n_neighbors < 1:
        raise BadInputError(f"n_neighbors must be a whole number from 1, not {n_neighbors!r}.")


def shapes_of(
    pixels: NDArray[np.generic], preparation: Preparation, views: tuple[View, View] | None = None
) -> Shapes:
    """Prepare images (n, h, w) for comparison, with views learned from them unless given."""
    resized = preparation.resize(pixels)
    upright = preparation.straighten(resized)
    gradients = preparation.gradients(upright)
    views = (View(gradients, edges), View(resized, plain)) if views is None else views
    places = views[0](gradients), views[1](resized)
    return Shapes(Fields(gradients, preparation.warp), views, places)


def find(
    shapes: Shapes, k: int, candidates: int = MIN_CANDIDATES, expanded: int = EXPANDED_NEIGHBORS
) -> tuple[Lists, Lists]:
    """The `k` nearest candidates of each image: those it is found in best, and those found in it.

    Candidates are near in a view, or neighbours of the nearest candidates.
    """
    n = len(shapes.fields)
    wanted = min(max(candidates, k), n - 1)
    near = np.hstack([nearest_neighbors(places, wanted)[1] for places in shapes.places])
    pairs = unordered(np.repeat(np.arange(n), near.shape[1]), near.ravel(), n)
    forward, backward = pair_distances(shapes.fields, pairs // n, pairs % n)
    more = without(of_neighbors(nearest(pairs, forward, backward, n, expanded).rows, n), pairs)
    if len(more):
        there, back = pair_distances(shapes.fields, more // n, more % n)
        pairs = np.concatenate([pairs, more])
        forward, backward = np.concatenate([forward, there]), np.concatenate([backward, back])
    return nearest(pairs, forward, backward, n, k), nearest(pairs, backward, forward, n, k)


def nearest(
    pairs: NDArray[np.int64],
    forward: NDArray[np.int64],
    backward: NDArray[np.int64],
    n: int,
    k: int,
) -> Lists:
    """The `k` nearest of each image by `forward` distance, ties to the lower row."""
    ends = np.concatenate([pairs // n, pairs % n])
    others = np.roll(ends, len(pairs))
    return ranked(ends, others, np.concatenate([forward, backward]), n, k)


def ranked(
    of: NDArray[np.int64], to: NDArray[np.int64], distances: NDArray[np.int64], n: int, k: int
) -> Lists:
    """The `k` nearest of `n` images from pairs `of`, `to` and their distances.

    Image, distance and neighbour are packed into one integer, so that one sort ranks all.
    """
    low = max(1, int(to.max(initial=0)).bit_length())
    bits = 62 - low - n.bit_length()
    spare = max(0, int(distances.max(initial=0)).bit_length() - bits)  # for very many images
    width = max(1, int(distances.max(initial=0)).bit_length() - spare)
    packed = distances >> spare
    packed <<= low
    packed |= to
    packed |= of << (width + low)
    packed.sort()
    ends = np.searchsorted(packed, np.arange(n + 1) << (width + low))
    place = ends[:-1, None] + np.arange(k)
    there = place < ends[1:, None]
    kept = packed[np.minimum(place, len(packed) - 1)]
    far = ((kept >> low) & ((1 << width) - 1)) << spare
    return Lists(
        np.where(there, kept & ((1 << low) - 1), -1).astype(np.int32), np.where(there, far, np.inf)
    )


def found_in(shapes: Shapes, new: Shapes, k: int, links: NDArray[np.int32]) -> Lists:
    """The `k` images of `shapes` in which each new image is found best, among its candidates.

    Candidates are near in a view, or are `links` (n, q) of the nearest candidates: the neighbours of
    each image of `shapes`, -1 where there are fewer.
    """
    m, n = len(new.fields), len(shapes.fields)
    wanted = min(max(PLACED_CANDIDATES, k), n)
    views = zip(shapes.cells, new.places, strict=True)
    near = np.hstack([cells.nearest(places, wanted) for cells, places in views])
    first = np.arange(m)[:, None] * n
    pairs = distinct((first + near).ravel())
    far, _ = pair_distances(new.fields, pairs // n, pairs % n, shapes.fields)
    best = ranked(pairs // n, pairs % n, far, m, EXPANDED_NEIGHBORS).rows
    theirs = np.where(best[:, :, None] >= 0, links[best], -1).reshape(m, -1)
    more = without(distinct((first + theirs)[theirs >= 0]), pairs)
    further, _ = pair_distances(new.fields, more // n, more % n, shapes.fields)
    pairs, far = np.concatenate([pairs, more]), np.concatenate([far, further])
    return ranked(pairs // n, pairs % n, far, m, k)


class View:
    """Principal components of features of prepared images (n, h, w), or of their gradients.

    `look` computes the features (n, d). It is a function of this module, so that a view can be
    pickled.
    """

    def __init__(self, images: NDArray[Any], look: Look) -> None:
        self.look = look
        some = look(images[:: max(1, len(images) // VIEW_SAMPLE)])
        self.mean = some.mean(axis=0, dtype=np.float64).astype(np.float32)
        self.directions = np.ascontiguousarray(_principal(some - self.mean), np.float32)

    def __call__(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Coordinates (n, q) of prepared images or their gradients."""
        out = np.empty((len(images), self.directions.shape[1]), np.float32)
        return in_blocks(
            lambda block: (self.look(block) - self.mean) @ self.directions, images, out, "views"
        )


def _principal(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """Principal directions (d, q) of centred rows (n, d), of which q are near enough."""
    q = min(MAX_COORDINATES, *centred.shape)
    _, singular, directions = randomized_svd(centred, q, n_iter=POWERS, random_state=0)
    some = singular > 1e-3 * max(float(singular[0]), 1e-300)
    return np.asarray(directions[some].T if some.any() else np.eye(centred.shape[1], 1))


def plain(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """The pixels as features."""
    return images.reshape(len(images), -1)


def edges(gradients: NDArray[np.int8]) -> NDArray[np.float32]:
    """Gradients (n, 2, h, w) split by sign, blurred and thinned out.

    Of the views tried alone it misses the fewest of the distortion model's neighbours.
    """
    down, right = _looks(gradients.shape[2]), _looks(gradients.shape[3])
    steep = gradients.astype(np.float32)
    both = np.concatenate([np.maximum(steep, 0), np.maximum(-steep, 0)], axis=1)
    pooled: NDArray[np.float32] = (down.T @ (both @ right)).astype(np.float32, copy=False)
    return pooled.reshape(len(gradients), -1)


def _looks(side: int) -> NDArray[np.float32]:
    """Gaussian weights (side, places) of pixels around places `POOLING_STEP` pixels apart."""
    if side < 2 * POOLING_STEP:
        return np.eye(side, dtype=np.float32)
    places = np.arange((side + 1) // POOLING_STEP) * POOLING_STEP + (POOLING_STEP - 1) / 2
    gaps = (np.arange(side)[:, None] - places) / (0.75 * POOLING_STEP)
    return np.exp(-(gaps**2) / 2).astype(np.float32)


def unordered(i: NDArray[np.integer], j: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    """Pairs as sorted, distinct codes ``lower * n + higher``; none of an image with itself."""
    low, high = np.minimum(i, j).astype(np.int64), np.maximum(i, j)
    return distinct((low * n + high)[low != high])


def distinct(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The `codes`, which are sorted in place, each once; np.unique, which hashes them, takes longer."""
    codes.sort()
    first = np.ones(len(codes), bool)
    np.not_equal(codes[1:], codes[:-1], out=first[1:])
    return codes[first]


def of_neighbors(lists: NDArray[np.int32], n: int) -> NDArray[np.int64]:
    """Pairs of an image and its neighbours' neighbours, and of two neighbours of one image.

    `lists` (n, q) holds the nearest q of each image, -1 where there are fewer.
    """
    found: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for a, near in enumerate(lists.T):
        ends = [(np.arange(n), np.where(near >= 0, far[near], -1)) for far in lists.T]
        ends += [(near, other) for other in lists.T[:a]]
        for i, j in ends:
            ok = (i >= 0) & (j >= 0)
            found.append((i[ok], j[ok]))
    i, j = (np.concatenate(side) for side in zip(*found, strict=True))
    return unordered(i, j, n)


def without(pairs: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sorted `pairs` that are not among the sorted `known`, of which there is at least one."""
    place = np.minimum(np.searchsorted(known, pairs), len(known) - 1)
    return np.asarray(pairs[known[place] != pairs])
