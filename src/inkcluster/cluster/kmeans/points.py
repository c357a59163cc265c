"""Checks the points that k-means is given, and leaves large ones where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import validate_data

from inkcluster.compute.magnitude import check_squares
from inkcluster.compute.memory import require
from inkcluster.errors import refuse_masked

KEPT = (np.uint8, np.float32, np.float64)
"""The types of points that are read as they are."""


def read(model: Any, X: Any, *, reset: bool) -> NDArray[Any]:
    """The points of X as (n, d) in C order, of a type in `KEPT`: X itself, or a view, where it can be.

    Images (n, h, w) are read as (n, h·w).

    Raises
    ------
    ValueError
        For invalid points, in scikit-learn's words.
    TooLittleMemoryError
        If X has to be converted and the copy does not fit into the `memory_limit` of the model.
    """
    refuse_masked(X, "X")
    if isinstance(X, np.ndarray):
        kept = X.dtype in KEPT and X.flags.c_contiguous
        if not kept and X.dtype.kind in "buif":
            size = X.itemsize if X.dtype in KEPT else 8
            instead = "give it in C order as uint8, float32 or float64, which is not copied"
            require(
                "A copy of X", len(X) if X.ndim else 1, X.size * size, model.memory_limit, instead
            )
        if X.ndim == 3 and X.size:
            X = X.reshape(len(X), -1)
    grey = getattr(X, "dtype", None) == np.uint8
    dtype = np.uint8 if grey else [np.float64, np.float32]
    points: NDArray[Any] = validate_data(model, X, dtype=dtype, order="C", reset=reset)
    check_squares(points, len(points), least=0.0)
    return points
