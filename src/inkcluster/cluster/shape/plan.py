"""Fingerprints that order the images, the sample that is clustered, and the memory that it takes."""

from __future__ import annotations

from bisect import bisect_right
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.graph import eigenvectors_needed, is_dense
from inkcluster.cluster.shape.neighbors import (
    EXPANDED_NEIGHBORS,
    MAX_COORDINATES,
    MIN_CANDIDATES,
    Shapes,
)
from inkcluster.cluster.shape.pairs import IMAGES_PER_BLOCK
from inkcluster.cluster.shape.partition import most_small_clusters
from inkcluster.cluster.shape.preparation.ink import GREY_LEVELS, border_is_light, grey_levels
from inkcluster.cluster.shape.preparation.prepare import Preparation
from inkcluster.compute.dasked.tasks import PROCESS_BYTES
from inkcluster.compute.memory import SPARE, budget, refuse, require
from inkcluster.compute.threads import pieces
from inkcluster.errors import BadInputError
from inkcluster.kernels.shape.distortion import LANES, LEAD
from inkcluster.progress import current

PAIR_BYTES = 168
"""Bytes for a pair while the nearest are ranked: both ways, rows, distances and what packs them."""
LINK_BYTES = 60
"""Bytes for a link while a graph is made: its entry, its mirror image and their sum."""
MERGE_BYTES = 128
"""Bytes for a pair of small clusters: its links in each of their sets, and what merges them."""
WALK_NEIGHBORS = 5
"""Neighbours to which the random walk that smooths the clusters may go, and that place other images."""
PLACED_TOGETHER = 4096
"""Images placed at a time; results do not depend on it."""
BOOKKEEPING_BYTES = 60
"""Bytes for an image beside its memberships and its list: fingerprint, order, label, two scores."""
MIN_PLACED_CLUSTERS = 30
"""Number of clusters for which memory is planned where it is not known."""
MIN_SAMPLE = 500
"""A smaller sample is not offered."""


def fingerprints(pixels: NDArray[Any], polarity: object = "auto") -> NDArray[np.uint64]:
    """A hash of the grey levels of each image (n, h, w), shape (n,).

    The same in any dtype and unit, and with light and dark swapped: levels run from background to
    ink, by the border of all images unless `polarity` is ``"light"`` or ``"dark"``.
    """
    low, high = float(pixels.min()), float(pixels.max())
    if polarity == "dark" or (polarity != "light" and border_is_light(pixels)):
        low, high = high, low
    prints = np.empty(len(pixels), np.uint64)
    with current().task("images ordered", len(pixels)) as advance:
        for part in pieces(len(pixels), IMAGES_PER_BLOCK):
            bytes_, rest = np.divmod(grey_levels(pixels[part], low, high), GREY_LEVELS // 255)
            digests = []
            is_fine = np.asarray(rest.any(axis=(1, 2))).tolist()
            for whole, finer, fine in zip(bytes_.astype(np.uint8), rest, is_fine, strict=True):
                digest = blake2b(whole.data, digest_size=8)
                if fine:
                    digest.update(finer.data)
                digests.append(digest.digest())
            prints[part] = np.frombuffer(b"".join(digests), np.uint64)
            advance(len(digests))
    return prints


def different(fields: NDArray[np.int8]) -> NDArray[np.uint64]:
    """A hash (n,) of each prepared image's gradients (n, …): images with the same can not be told apart."""
    digests = [blake2b(one.tobytes(), digest_size=8).digest() for one in fields]
    return np.frombuffer(b"".join(digests), np.uint64)


def check_given(given: int, n: int, different: int, when: str = "") -> None:
    """Refuse more clusters than there are `different` images of `n`."""
    if given > different:
        raise BadInputError(
            f"n_clusters={given} of {n} images, of which {different} are different{when}; "
            f"ask for at most {different} clusters."
        )


def check_one(n: int, different: int, n_clusters: object, sample: object) -> None:
    """Refuse what does not go with one cluster, where all images clustered are the same."""
    if different > 1:
        raise BadInputError(
            f"All images of the sample are the same, of {different} different ones; give a larger "
            f"sample than {sample}."
        )
    if n_clusters not in ("auto", 1):
        raise BadInputError(
            f"All {n} images are the same; there is one cluster, not n_clusters={n_clusters}."
        )


def check_sample(sample: object) -> None:
    """Refuse a size of the sample that is neither None nor a whole number from 2."""
    whole = isinstance(sample, int | np.integer) and not isinstance(sample, bool)
    if sample is not None and (not whole or sample < 2):  # type: ignore[operator]
        raise BadInputError(f"sample must be None or a whole number from 2, not {sample!r}.")


def sampled(order: NDArray[np.intp], sample: int | None) -> NDArray[np.intp]:
    """`sample` rows evenly spaced in `order`, or all.

    In the order of fingerprints, which are as good as random, these are a random sample that any
    order of the images gives; of many equal images it holds their share.
    """
    n = len(order)
    if sample is None or sample >= n:
        return order
    return order[np.arange(sample) * n // sample]


def bytes_needed(n: int, image: int, size: tuple[int, int], *, warp: int, kept: int, k: int) -> int:
    """The most bytes that `k` clusters of `n` images take, beside the images themselves.

    `image` is the bytes of an image as given, `size` the height and width after preparation, `kept`
    the neighbours in a list.
    """
    height, width = size
    stride = -(-(width + warp + 1) // LANES) * LANES
    ready = 2 * (height * stride + 2 * LEAD) + 2 * 4 * MAX_COORDINATES
    preparing = image + 12 * height * width
    most = (
        2 * max(MIN_CANDIDATES, kept)
        + EXPANDED_NEIGHBORS * EXPANDED_NEIGHBORS
        + EXPANDED_NEIGHBORS * (EXPANDED_NEIGHBORS - 1) // 2
    )
    searching = PAIR_BYTES * min(most, n)
    eigenvectors = eigenvectors_needed(k)
    dense = is_dense(n, eigenvectors)
    cutting = 8 * (4 * eigenvectors + 6 * k) + LINK_BYTES * 6 * kept + (32 * n if dense else 0)
    small = most_small_clusters(n, k)
    return SPARE + n * (ready + max(preparing, searching, cutting)) + MERGE_BYTES * small * small


def check_start(n: int) -> None:
    """Raise TooLittleMemoryError where not even what comes before :func:`check_memory` fits."""
    require("Shape clustering", n, SPARE, None, "draw a sample")


def placing_bytes(n: int, image: int, size: tuple[int, int], *, listed: int, k: int) -> int:
    """The most bytes that `n` images take, all results included, of which others are clustered.

    `listed` are the neighbours told of each; other arguments as in :func:`bytes_needed`.
    """
    height, width = size
    block = image + 24 * height * width + 2 * PAIR_BYTES * max(MIN_CANDIDATES, listed)
    each = 4 * max(k, MIN_PLACED_CLUSTERS) + 8 * listed + BOOKKEEPING_BYTES
    return n * each + min(n, PLACED_TOGETHER) * block


def bytes_on_worker(shapes: Shapes, preparation: Preparation, image: int, k: int) -> int:
    """The most bytes that a worker takes, of one thread, that places images by those clustered.

    These are there twice while they arrive, and their places twice more while they are put into
    cells. Other arguments as in :func:`placing_bytes`.
    """
    n = len(shapes.fields)
    places = sum(one.nbytes for one in shapes.places)
    clustered = shapes.fields.values.nbytes + places + n * (4 * k + BOOKKEEPING_BYTES)
    size = (len(preparation.rows), len(preparation.columns))
    block = placing_bytes(PLACED_TOGETHER, image, size, listed=WALK_NEIGHBORS, k=k)
    return PROCESS_BYTES + 2 * clustered + 2 * places + block


def check_memory(  # noqa: PLR0917
    pixels: NDArray[Any],
    preparation: Preparation,
    kept: int,
    k: int,
    memory_limit: int | None,
    clustered: int | None = None,
    listed: int = 0,
) -> None:
    """Raise TooLittleMemoryError if more bytes are needed than `memory_limit`, or than are free.

    `clustered` images are clustered and the others placed, with `listed` neighbours each; None where
    all have to be clustered.
    """
    n, image = len(pixels), pixels[0].nbytes
    size = (len(preparation.rows), len(preparation.columns))
    some = n if clustered is None else clustered

    def needed(m: int) -> int:
        own = bytes_needed(m, image, size, warp=preparation.warp, kept=kept, k=k)
        return own + (placing_bytes(n, image, size, listed=listed or kept, k=k) if m < n else 0)

    need, have = needed(some), budget(memory_limit)
    if need <= have:
        return
    fit = 0 if clustered is None else bisect_right(range(some), have, key=needed) - 1
    instead = (
        f"sample={fit} clusters as many as fit and places the others by them"
        if fit >= MIN_SAMPLE
        else "draw a sample"
    )
    error = refuse("Shape clustering", some, need, have, instead)
    error.fit = fit if fit >= MIN_SAMPLE else 0
    raise error
