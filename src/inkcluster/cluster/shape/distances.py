"""The image distortion model on its own: distances of pairs, and nearest images by them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.cluster.shape import neighbors
from inkcluster.cluster.shape import pairs as measure
from inkcluster.cluster.shape.plan import check_memory, check_start, fingerprints
from inkcluster.cluster.shape.preparation import prepare
from inkcluster.cluster.shape.preparation.decision import asked, decided, for_number, usual
from inkcluster.compute.magnitude import check_squares, exponent_of, scaled
from inkcluster.errors import BadInputError, refuse_masked

TERMS = 9 * 2 * 8**2
"""Squares of gradients for a pixel, in those of a difference of two pixels."""


def distortion_distances(
    images: ArrayLike,
    pairs: ArrayLike,
    others: ArrayLike | None = None,
    *,
    warp: int = 2,
    unit: float | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances of pairs of images under the image distortion model, in both directions.

    Every pixel of one image, seen with the gradients of the 3 × 3 pixels around it, takes its best
    place in the other, at most `warp` pixels away in each direction; the squared differences of the
    gradients there are summed. Images are taken as they are: `deskew` them before, if need be.

    Parameters
    ----------
    images : array-like of shape (n, h, w), real and finite
    pairs : array-like of shape (p, 2), whole numbers
        Rows of `images`, and of `others`. Fastest if sorted.
    others : array-like of shape (m, h, w), optional
        `images` if left out.
    warp : int
        How far a pixel may look, 0 to 8 pixels. With 0, the distance is that of images that do not
        deform, and no wider warp gives a larger one.
    unit : float, optional
        Gradients (Sobel's, in units of the pixels) are rounded to whole multiples of it and cut off
        at 30 of them. Left out, 0.84 of the images' gradients that are not 0 are below the cut.

    Returns
    -------
    forward : ndarray of shape (p,), float64
        How far each pair's first image is from its best places in the second, in squared units of
        the gradients, summed over pixels, their 3 × 3 surroundings and two directions.
    backward : ndarray of shape (p,), float64
        The second's in the first.

    Raises
    ------
    BadInputError
        For images, pairs or a warp that cannot be used.

    References
    ----------
    Keysers, Deselaers, Gollan & Ney (2007), "Deformation models for image recognition", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 29(8).

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster import distortion_distances
    >>> bars = np.zeros((3, 8, 8))
    >>> bars[0, 1:7, 2:4], bars[1, 1:7, 3:5], bars[2, 3:5, 1:7] = 1, 1, 1  # the second is shifted
    >>> forward, backward = distortion_distances(bars, [[0, 1], [0, 2]], warp=1)
    >>> bool(forward[0] == 0), bool(forward[1] > 0)
    (True, True)
    """
    one = _images(images, "images")
    two = one if others is None else _images(others, "others")
    if one.shape[1:] != two.shape[1:]:
        raise BadInputError(
            f"Images of {one.shape[1]} × {one.shape[2]} pixels and others of {two.shape[1]} × "
            f"{two.shape[2]}; give images of one size."
        )
    measure.check_warp(warp)
    rows = _pairs(pairs, len(one), len(two))
    if unit is not None and not (np.isfinite(unit) and unit > 0):
        raise BadInputError(f"unit must be a positive number, not {unit!r}.")
    exponent = exponent_of(one, two)  # so that gradients neither overflow nor vanish
    one, two = scaled(one, -exponent), scaled(two, -exponent)
    some = one[:: max(1, len(one) // prepare.SAMPLE)]
    step = (
        measure.unit_of(measure.sobel(some)) if unit is None else float(np.ldexp(unit, -exponent))
    )
    fields = [measure.Fields(measure.whole_gradients(of, step), int(warp)) for of in (one, two)]
    found = measure.pair_distances(fields[0], rows[:, 0], rows[:, 1], fields[1])
    forward, backward = (np.ldexp(of * step**2, 2 * exponent) for of in found)
    return forward, backward


def shape_neighbors(
    images: ArrayLike,
    n_neighbors: int = 7,
    *,
    warp: int = 2,
    centre: bool | str = "auto",
    shear: bool | str = "auto",
    size: str = "auto",
    polarity: str = "auto",
    contrast: str = "auto",
    deskew: bool | None = None,
    memory_limit: int | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Each image's nearest under the image distortion model, itself not among them.

    What :class:`~inkcluster.cluster.shape.ShapeClustering` builds its graph from. Images are
    prepared as there; those near in one of two cheap views (the pixels, and the pooled edges), and
    neighbours of neighbours, are compared. A near image that none of these proposes is missed.

    Parameters
    ----------
    images : array-like of shape (n, h, w), real and finite
    n_neighbors : int
    warp : int
        How far a pixel may look, 0 to 8 pixels of an image with ink of the size of MNIST's digits.
    centre, shear, size, polarity, contrast, deskew
        As in :class:`~inkcluster.cluster.shape.ShapeClustering`.
    memory_limit : int, optional
        Bytes that may be taken, beside the images; what the machine has free if left out.

    Returns
    -------
    distances : ndarray of shape (n, k), float64
        Ascending, in squared steps of the gradients; infinite where there are fewer than k.
    rows : ndarray of shape (n, k), int32
        The images in which each is found best; -1 where there are fewer. k is `n_neighbors`, or
        n - 1 if that is less.

    Raises
    ------
    BadInputError
        For images or parameters that cannot be used.
    TooLittleMemoryError
        If more bytes are needed than `memory_limit`.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster import shape_neighbors
    >>> bars = np.zeros((4, 8, 8))
    >>> bars[:2, 1:7, 3:5], bars[2:, 3:5, 1:7] = 1, 1
    >>> shape_neighbors(bars, 1, deskew=False)[1].ravel().tolist()
    [1, 0, 3, 2]
    """
    pixels = _images(images, "images")
    n = len(pixels)
    if n < 2:
        raise BadInputError("One image has no neighbours; give two or more.")
    neighbors.check_number(n_neighbors)
    measure.check_warp(warp)
    wanted = asked({
        "centre": centre, "shear": shear, "size": size, "polarity": polarity, "contrast": contrast,
        "deskew": deskew,
    })  # fmt: skip
    wanted = for_number(wanted, n)
    check_start(n)
    prints = fingerprints(pixels, polarity)
    order = np.argsort(prints, kind="stable")  # the images' own, as in the clustering
    some = pixels[order[:: max(1, n // prepare.SAMPLE)]]
    preparation = prepare.learn(some, int(warp), usual(some, wanted))
    kept = min(n - 1, int(n_neighbors))
    check_memory(pixels, preparation, kept, 0, memory_limit)
    preparation, _ = decided(some, preparation, wanted)
    near, _ = neighbors.find(neighbors.shapes_of(pixels[order], preparation), kept)
    lists = near.put_back(order)
    return lists.distances, lists.rows


def _images(images: ArrayLike, name: str) -> NDArray[np.generic]:
    refuse_masked(images, name)
    array = np.asarray(images)
    if array.ndim != 3 or array.dtype.kind not in "buif" or not array.size:
        raise BadInputError(
            f"{name} must be an array of numbers of shape (n, height, width), not {array.dtype} of "
            f"shape {array.shape}."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BadInputError(f"{name} contain NaN or infinity; replace or leave out these images.")
    check_squares(array.reshape(len(array), -1), TERMS)
    return array


def _pairs(pairs: ArrayLike, n: int, m: int) -> NDArray[np.integer]:
    rows = np.asarray(pairs)
    if rows.ndim != 2 or rows.shape[1] != 2 or rows.dtype.kind not in "ui":
        raise BadInputError(
            f"pairs must be whole numbers of shape (p, 2), not {rows.dtype} of shape {rows.shape}."
        )
    if len(rows) and (rows.min() < 0 or rows[:, 0].max() >= n or rows[:, 1].max() >= m):
        raise BadInputError(f"pairs name images that are not there: there are {n} and {m}.")
    return rows
