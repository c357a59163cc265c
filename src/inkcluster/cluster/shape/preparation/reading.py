"""Reads what a person gives `ShapeClustering` as images."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import validate_data

from inkcluster.cluster.shape.preparation.prepare import image_shape
from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.images import ImageSet

UNIT_SHARE = 0.07
"""Images are in another unit if their pixels span less than this share of the range of those fitted (0 to 1
beside 0 to 255, for instance), or reach beyond it by more than the range divided by this share."""
UNIT_IMAGES = 4096
"""Number of images, the first ones, whose pixels are looked at."""


def read_pixels(model: Any, X: ImageSet | ArrayLike, *, reset: bool) -> NDArray[Any]:
    """Images (n, h, w), of the dtype given where it is uint8 or float32."""
    shape = model.image_shape
    refuse_masked(X, "X")
    rows: Any = _array(X) if isinstance(X, list | tuple) else X
    own = None
    if isinstance(X, ImageSet):
        own, rows = X.shape, X.flat()
    elif getattr(rows, "ndim", 2) == 3:
        images = np.asarray(rows)
        own, rows = images.shape[1:], images.reshape(len(images), prod(images.shape[1:]))
    elif getattr(rows, "ndim", 2) > 3:
        raise BadInputError(
            f"Images of shape {np.asarray(rows).shape[1:]}; give grey ones, an array of shape "
            "(n, height, width): the mean over the colours, for instance."
        )
    if own is not None:
        if shape is not None and tuple(np.ravel(shape)) != own:
            raise BadInputError(
                f"Images of {own[0]} × {own[1]} pixels, but image_shape={shape!r}; leave it out, or give rows."
            )
        shape = own
    kept = getattr(rows, "dtype", None) in (np.uint8, np.float32)
    rows = validate_data(
        model, rows, dtype=None if kept else np.float64, order="C", reset=reset,
        ensure_min_samples=2 if reset else 1,
    )  # fmt: skip
    if reset:
        model._shape = image_shape(shape, rows.shape[1])
    elif isinstance(shape, tuple) and image_shape(shape, rows.shape[1]) != model._shape:
        raise BadInputError(
            f"Images of {shape[0]} × {shape[1]} pixels, but the clusters were found among "
            f"images of {model._shape[0]} × {model._shape[1]}."
        )
    pixels = np.asarray(rows).reshape(len(rows), *model._shape)
    if not reset and model.n_clusters_ > 1:
        _check_unit(pixels, model._preparation.low, model._preparation.high)
    return pixels


def _check_unit(pixels: NDArray[Any], low: float, high: float) -> None:
    """Refuse images (n, h, w) in another unit than those fitted, which ran from `low` to `high`.

    Blank images, whose pixels are all the same, are in any.
    """
    some = pixels[:UNIT_IMAGES]
    least, most = float(some.min()), float(some.max())
    span, found = abs(high - low), most - least
    beyond = max(most - max(low, high), min(low, high) - least)
    if least < most and (found < UNIT_SHARE * span or beyond > span / UNIT_SHARE):
        raise BadInputError(
            f"The pixels run from {least:.5g} to {most:.5g}, and those of the images fitted from "
            f"{min(low, high):.5g} to {max(low, high):.5g}; give both in the same unit."
        )


def _array(images: list[Any] | tuple[Any, ...]) -> NDArray[Any]:
    try:
        return np.asarray(images)
    except ValueError as error:
        raise BadInputError(
            "Not all images, or rows, have the same size; bring them to one."
        ) from error
