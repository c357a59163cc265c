"""Places images by those that were clustered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape import neighbors
from inkcluster.cluster.shape.graph import gaussian_shares
from inkcluster.cluster.shape.neighbors import Lists, Shapes
from inkcluster.cluster.shape.plan import PLACED_TOGETHER, WALK_NEIGHBORS
from inkcluster.cluster.shape.preparation.prepare import Preparation
from inkcluster.compute.threads import one_blas_thread, pieces
from inkcluster.progress import current

Shares = NDArray[np.float64]


def place(
    shapes: Shapes,
    preparation: Preparation,
    pixels: NDArray[Any],
    k: int,
    known: tuple[NDArray[np.intp], Shares],
) -> tuple[Lists, Shares]:
    """The `k` images of `shapes` in which each of other images is found best, and its memberships.

    `known` are the rows (n,) of those images, which stand for them in the lists, and the memberships
    (rows, c), from which the others' are taken.
    """
    order, shares = known
    kept = min(max(WALK_NEIGHBORS, k), len(order))
    with one_blas_thread():  # held once: each part would take and lift the limit again
        new = neighbors.shapes_of(pixels, preparation, shapes.views)
        found = neighbors.found_in(shapes, new, kept)
    near = Lists(order[found.rows].astype(np.int32), found.distances)
    nearest = near.nearest(WALK_NEIGHBORS)
    weights = gaussian_shares(nearest)
    same = nearest.distances == 0  # an image that is there already is placed by itself alone
    found = same.any(axis=1)
    weights[found] = same[found] / same[found].sum(axis=1, keepdims=True)
    theirs = np.einsum("mk,mkc->mc", weights, shares[nearest.rows])
    return near.nearest(k), np.asarray(theirs)


def place_all(
    shapes: Shapes, preparation: Preparation, pixels: NDArray[Any], near: Lists,
    known: tuple[NDArray[np.intp], Shares],
) -> tuple[Lists, Shares]:  # fmt: skip
    """Neighbours and memberships of all images (n, h, w), in their order.

    `near` and `known` are the lists, rows and memberships of those that were clustered, in the order
    of their rows in `known`; the neighbours of all others are among these.
    """
    (n, _, _), k = pixels.shape, near.rows.shape[1]
    order, own = known
    rows, far, shares = np.empty((n, k), np.int32), np.empty((n, k)), np.empty((n, own.shape[1]))
    rows[order] = np.where(near.rows >= 0, order[near.rows], -1)
    far[order], shares[order] = near.distances, own
    rest = np.setdiff1d(np.arange(n), order)
    with current().task("images placed", len(rest)) as advance:
        for part in pieces(len(rest), PLACED_TOGETHER):
            some = rest[part]
            lists, shares[some] = place(shapes, preparation, pixels[some], k, (order, shares))
            rows[some], far[some] = lists.rows, lists.distances
            advance(len(some))
    return Lists(rows, far), shares
