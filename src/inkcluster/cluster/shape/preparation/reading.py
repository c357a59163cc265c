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
    return np.asarray(rows).reshape(len(rows), *model._shape)


def _array(images: list[Any] | tuple[Any, ...]) -> NDArray[Any]:
    try:
        return np.asarray(images)
    except ValueError as error:
        raise BadInputError(
            "Not all images, or rows, have the same size; bring them to one."
        ) from error
