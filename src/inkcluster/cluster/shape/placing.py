"""Places images by those that were clustered, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape import neighbors
from inkcluster.cluster.shape.graph import gaussian_shares
from inkcluster.cluster.shape.neighbors import Lists, Shapes
from inkcluster.cluster.shape.plan import (
    PLACED_TOGETHER,
    WALK_NEIGHBORS,
    bytes_on_worker,
    fingerprints,
)
from inkcluster.cluster.shape.preparation.prepare import SAMPLE, Choices, Preparation, learn
from inkcluster.compute.dasked.arrays import check_chunks
from inkcluster.compute.dasked.clients import current_client
from inkcluster.compute.threads import one_blas_thread, pieces
from inkcluster.progress import SILENT, current, listening

JUDGED_TOGETHER = 65_536
"""Images whose confidence and score are worked out at a time."""
Shares = NDArray[np.float32]
Rows = NDArray[np.intp]
Then = Callable[[Lists, Shares], Any]
"""What is wanted of the neighbours and memberships of some images."""
MIN_SPREAD = 32_768
"""Images from which the workers of a Dask cluster place them; fewer are placed sooner than sent for."""


class Known(NamedTuple):
    """The images that were clustered, by which others are placed.

    Attributes
    ----------
    shapes, preparation
        The images, and how others are made ready for comparison with them.
    links : ndarray of shape (m, q), int32
        The neighbours of each, as places among the m; -1 where there are fewer.
    order : ndarray of shape (m,)
        The row of each in the whole set, and so in lists and in `shares`.
    shares : ndarray of shape (n, c)
        Memberships, of which those in the rows `order` are read.
    """

    shapes: Shapes
    preparation: Preparation
    links: NDArray[np.int32]
    order: Rows
    shares: Shares


def known_by(
    pixels: NDArray[Any],
    warp: int,
    choices: Mapping[str, Any],
    links: NDArray[np.int32],
    shares: Shares,
) -> Known:
    """What places others by images (n, h, w) that were clustered before, prepared as then.

    `links` (n, q) are their neighbours, and `shares` (n, c) their memberships.
    """
    order = np.argsort(fingerprints(pixels, choices["polarity"]), kind="stable")
    some = pixels[order[:: max(1, len(pixels) // SAMPLE)]]
    preparation = learn(some, warp, Choices(**choices))
    shapes = neighbors.shapes_of(pixels, preparation)
    return Known(shapes, preparation, links, np.arange(len(pixels)), shares)


def links_of(shapes: Shapes, order: Rows, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """The neighbours' places among those clustered, from their `rows` (n, q) in the whole set."""
    if "links" not in shapes.ready:
        place = np.full(len(rows) + 1, -1, np.int32)  # its last entry is that of none
        place[order] = np.arange(len(order))
        shapes.ready["links"] = place[rows[order]]
    return shapes.ready["links"]


def place(known: Known, pixels: NDArray[Any], k: int) -> tuple[Lists, Shares]:
    """The `k` images in which each of other images is found best, and its memberships."""
    kept = min(max(WALK_NEIGHBORS, k), len(known.order))
    with one_blas_thread(), listening(SILENT):  # held once; the whole is what is told of
        new = neighbors.shapes_of(pixels, known.preparation, known.shapes.views)
        found = neighbors.found_in(known.shapes, new, kept, known.links)
    near = Lists(known.order[found.rows].astype(np.int32), found.distances)
    nearest = near.nearest(WALK_NEIGHBORS)
    weights = gaussian_shares(nearest)
    same = nearest.distances == 0  # an image that is there already is placed by itself alone
    there = same.any(axis=1)
    weights[there] = same[there] / same[there].sum(axis=1, keepdims=True)
    theirs = np.einsum("mk,mkc->mc", weights, known.shares[nearest.rows])
    return near.nearest(k), theirs.astype(np.float32)


def both(near: Lists, shares: Shares) -> tuple[Lists, Shares]:
    """All that is known of images placed."""
    return near, shares


def memberships(near: Lists, shares: Shares) -> Shares:
    """How much of their neighbours belongs to each cluster."""
    del near
    return shares


def labels(near: Lists, shares: Shares) -> NDArray[np.int32]:
    """The cluster to which most of their neighbours belong."""
    del near
    return np.asarray(shares.argmax(axis=1), np.int32)


def place_and(k: int, then: Then, known: Known, pixels: NDArray[Any]) -> Any:
    """What `then` makes of what :func:`place` says."""
    return then(*place(known, pixels, k))


def each_placed(
    known: Known, pixels: NDArray[Any], k: int, parts: Sequence[slice | Rows], then: Then
) -> Iterator[Any]:
    """What `then` makes of what :func:`place` says of each part of the images, in order.

    While a ``distributed.Client`` is current its workers do it, if there are many images.
    """
    each = partial(place_and, k, then)
    client = current_client() if sum(map(how_many, parts)) >= MIN_SPREAD else None
    if client is None:
        yield from (each(known, pixels[some]) for some in parts)
        return
    from inkcluster.compute.dasked.parts import in_turn

    need = bytes_on_worker(known.shapes, known.preparation, pixels[0].nbytes, known.shares.shape[1])
    yield from in_turn(client, each, known, pixels, parts, need=need)


def how_many(part: slice | Rows) -> int:
    """How many images are meant."""
    return int(part.stop - part.start) if isinstance(part, slice) else len(part)


def placed(
    known: Known, pixels: NDArray[Any], k: int, then: Then, rows: Rows | None = None
) -> Iterator[tuple[slice | Rows, Any]]:
    """The images `rows` of `pixels`, or all, a part at a time: which, and as :func:`each_placed`."""
    n = len(pixels) if rows is None else len(rows)
    parts = [p if rows is None else rows[p] for p in pieces(n, PLACED_TOGETHER)]
    with current().task("images placed", n) as advance:
        each = each_placed(known, pixels, k, parts, then)
        for some, found in zip(parts, each, strict=True):
            yield some, found
            advance(how_many(some))


def place_all(
    known: Known, order: Rows, pixels: NDArray[Any], near: Lists, ends: NDArray[np.intp]
) -> tuple[Lists, Shares, list[NDArray[np.int32]]]:
    """Neighbours and memberships of all images (n, h, w), and the cluster of each at other levels.

    `order` are the rows of those that were clustered, and `near` their lists. `known` has places for
    rows: its shares (m, c) are the memberships, then those at each other level, from `ends` on. Of
    these only the clusters are kept: memberships of millions of images are the most that is held.
    """
    (n, _, _), k = pixels.shape, near.rows.shape[1]
    rows, far = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    rows[order] = np.where(near.rows >= 0, order[near.rows], -1)
    far[order] = near.distances
    shares = np.empty((n, ends[0] if len(ends) else known.shares.shape[1]), np.float32)
    others = [np.empty(n, np.int32) for _ in ends]

    def enter(some: Rows, found: Shares) -> None:
        shares[some], *rest = np.split(found, ends, axis=1)
        for level, one in zip(others, rest, strict=True):
            level[some] = one.argmax(axis=1)

    enter(order, known.shares)
    is_left = np.ones(n, bool)
    is_left[order] = False
    for some, (lists, found) in placed(known, pixels, k, both, np.flatnonzero(is_left)):
        rows[some], far[some] = order[lists.rows], lists.distances
        enter(np.asarray(some), found)
    return Lists(rows, far), shares, others


def lazily(each: Callable[[Any], NDArray[Any]], X: Any, width: int | None = None) -> Any:
    """What `each` says of the images in every chunk of a dask array, a number or `width` for each."""
    check_chunks(X)
    one = np.empty(0, np.int32)
    empty: NDArray[Any] = one if width is None else np.empty((0, width), np.float32)

    def of_chunk(images: NDArray[Any]) -> NDArray[Any]:
        return each(images) if len(images) else empty

    dropped = [*range(1 + (width is not None), X.ndim)]
    chunks = None if width is None else (X.chunks[0], (width,))
    return X.map_blocks(of_chunk, drop_axis=dropped, dtype=empty.dtype, chunks=chunks, meta=empty)


def judged(
    shares: Shares, near: Lists
) -> tuple[Rows, NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """The clusters by decreasing size, and each image's cluster, confidence and outlier score.

    The columns of `shares` (n, k) are put into that order in place: nothing else is as large.
    """
    n, k = shares.shape
    blocks = pieces(n, JUDGED_TOGETHER)
    labels = np.empty(n, np.int32)
    for part in blocks:
        labels[part] = shares[part].argmax(axis=1)
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    far, confidence, scores = np.empty((3, n))
    for part in blocks:
        own = shares[part] = shares[part][:, order]
        labels[part] = own.argmax(axis=1)
        top = np.sort(own, axis=1)
        confidence[part] = np.clip(top[:, -1] - (top[:, -2] if k > 1 else 0.0), 0, 1)
        there = near.rows[part] >= 0
        whole = np.where(there, near.distances[part], 0).sum(axis=1, dtype=np.float64)
        far[part] = whole / np.maximum(there.sum(axis=1), 1)
    for part in blocks:
        theirs = np.where(near.rows[part] >= 0, far[near.rows[part]], np.nan)
        around = np.nanmedian(theirs, axis=1)
        scores[part] = np.where(around > 0, far[part] / np.where(around > 0, around, 1), 1.0)
    return order, labels, confidence, scores
