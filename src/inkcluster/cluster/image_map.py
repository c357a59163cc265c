"""A map of images in two dimensions from their neighbours, by UMAP's layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from inkcluster.cluster.shape.graph import sparse_of
from inkcluster.compute.threads import in_threads, kept_threads, pieces
from inkcluster.errors import BadInputError
from inkcluster.progress import current

A, B = 1.577, 0.895
"""Similarity in the plane is 1 / (1 + A d^2B); UMAP's values for ``min_dist=0.1``, ``spread=1``."""
ROUNDS = 200
"""Rounds of the descent."""
STEPS = 200
"""Steps of the random walk that averages the start."""
EXTENT = 10.0
"""Half the width of the start, in the units of the map."""
FARTHEST_FORCE = 64
"""Distance from which forces stay the same; there is nearly none any more."""
MOVED_TOGETHER = 8192
"""Images moved by one thread at a time; results do not depend on it."""


def image_map(
    neighbors: ArrayLike, distances: ArrayLike, start: ArrayLike, *, random_state: int = 0
) -> NDArray[np.float32]:
    """Place images in the plane so that neighbours stay near each other.

    The objective and its descent are UMAP's (McInnes, Healy & Melville 2018): the neighbours become
    a weighted graph, edges attract in proportion to their weight, and images drawn at random repel.
    The descent starts from the coordinates `start`, averaged by a random walk along the neighbours,
    so that neighbours start together even where the graph is not connected.

    Parameters
    ----------
    neighbors : array-like of shape (n, k), int
        Rows of each image's neighbours, nearest first, itself not among them; -1 for none.
    distances : array-like of shape (n, k)
        How far they are, ascending; read where there is a neighbour.
    start : array-like of shape (n, 2)
        Rough coordinates: the first two principal components, say.
    random_state : int
        Seeds the draws of the images that repel.

    Returns
    -------
    ndarray of shape (n, 2), float32
        The same on any number of threads.

    Raises
    ------
    BadInputError
        If the shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.image_map import image_map
    >>> ring = (np.arange(40)[:, None] + [1, -1]) % 20 + 20 * (np.arange(40)[:, None] >= 20)
    >>> start = np.repeat([[0.0, 0.0], [9.0, 9.0]], 20, axis=0)
    >>> places = image_map(ring, np.ones((40, 2)), start)
    >>> bool(np.linalg.norm(places[:20].mean(axis=0) - places[20:].mean(axis=0)) > 1)
    True
    """
    rows, far, first = _checked(neighbors, distances, start)
    graph = fuzzy_graph(rows, far)
    places = _first_places(graph, first, random_state)
    return _descend(places, graph.tocsr(), random_state) if graph.nnz else places


def fuzzy_graph(rows: NDArray[np.int64], far: NDArray[np.float64]) -> sp.coo_matrix:
    """UMAP's weights, symmetric, shape (n, n).

    Each image's nearest neighbour weighs 1, and the weights of its k add up to log2 k; the two
    weights of an edge are joined as the probability that at least one of two events happens.
    """
    there = rows >= 0
    beyond = np.where(there, far - np.where(there[:, :1], far[:, :1], 0), np.inf)
    scale = _scales(beyond, np.log2(rows.shape[1] + 1))
    one = sparse_of(np.exp(-beyond / scale[:, None]), rows)
    other = one.T.tocsr()
    joined: sp.coo_matrix = (one + other - one.multiply(other)).tocoo()
    return joined


def _scales(beyond: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """The scale of each row (n, k) at which its weights add up to `total`, by bisection."""
    finite = np.isfinite(beyond)
    usual = float(beyond[finite].mean()) if finite.any() else 1.0
    low = np.full(len(beyond), 1e-3 * (usual or 1.0))
    high = np.full(len(beyond), 1e3 * (usual or 1.0))
    for _ in range(40):
        middle = np.sqrt(low * high)
        more = np.exp(-beyond / middle[:, None]).sum(axis=1) > total
        high, low = np.where(more, middle, high), np.where(more, low, middle)
    return np.asarray(np.sqrt(low * high))


def _first_places(
    graph: sp.coo_matrix, start: NDArray[np.float64], random_state: int
) -> NDArray[np.float32]:
    """The coordinates averaged along the graph, as wide as the map, with a little noise."""
    degree = np.asarray(graph.sum(axis=1)).ravel()
    step = sp.diags_array(1 / np.where(degree > 0, degree, 1)) @ graph.tocsr()
    alone = degree <= 0
    places = start - start.mean(axis=0)
    with current().task("start of the map", STEPS) as done:
        for _ in range(STEPS):
            places = np.where(alone[:, None], places, (step @ places + places) / 2)
            done(1)
    places = places - places.mean(axis=0)
    places *= EXTENT / max(float(np.abs(places).max(initial=0)), 1e-12)
    noise = np.random.default_rng(random_state).normal(0, 0.01, places.shape)
    return np.ascontiguousarray(places + noise, dtype=np.float32)


def _descend(
    places: NDArray[np.float32], graph: sp.csr_matrix, random_state: int
) -> NDArray[np.float32]:
    """Move `places` (n, 2) in rounds of ever shorter steps.

    UMAP moves both ends of an edge, each edge twice a round. Here an image is moved by its own edges
    alone, twice as strongly, while the others wait: that can be shared out, in any way, with one result.
    """
    from inkcluster.kernels.shape import layout as kernels

    graph.data[graph.data < graph.data.max() / ROUNDS] = 0
    graph.eliminate_zeros()
    every = (graph.data.max() / graph.data).astype(np.float32)
    starts, tails = graph.indptr.astype(np.int32), graph.indices.astype(np.int32)
    due = every.copy()
    distance = (np.arange(FARTHEST_FORCE * kernels.PER_UNIT) + 0.5) / kernels.PER_UNIT
    near = 1 + A * distance ** (2 * B)
    pull = (-4 * A * B * distance ** (2 * B - 2) / near).astype(np.float32)
    push = (2 * B / ((0.001 + distance**2) * near)).astype(np.float32)
    seed = np.random.default_rng(random_state).integers(2**63, dtype=np.uint64)
    parts = pieces(len(places), MOVED_TOGETHER)
    with current().task("map", ROUNDS) as done, kept_threads():
        for now in range(ROUNDS):
            rate, after = np.float32(1.0 - now / ROUNDS), np.empty_like(places)

            def work(
                part: slice,
                *,
                before: NDArray[np.float32] = places,
                after: NDArray[np.float32] = after,
                now: int = now,
                rate: np.float32 = rate,
            ) -> None:
                kernels.move(
                    before, after, starts, tails, every, due,
                    seed, now, rate, pull, push, part.start, part.stop,
                )  # fmt: skip

            for _ in in_threads(work, parts):
                pass
            places = after
            done(1)
    return places


def _checked(
    neighbors: ArrayLike, distances: ArrayLike, start: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    rows, far = np.asarray(neighbors, np.int64), np.asarray(distances, np.float64)
    first: Any = np.asarray(start, np.float64)
    if rows.ndim != 2 or far.shape != rows.shape:
        raise BadInputError(
            f"neighbors have the shape {rows.shape} and distances {far.shape}; give both as (n, k)."
        )
    if first.shape != (len(rows), 2):
        raise BadInputError(
            f"start has the shape {first.shape}; give two coordinates for each of {len(rows):,} images."
        )
    if rows.size and (rows.max() >= len(rows) or rows.min() < -1):
        raise BadInputError(f"neighbors name rows beyond the {len(rows):,} images.")
    return rows, far, first
