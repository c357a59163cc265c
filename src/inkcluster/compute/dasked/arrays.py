"""Dask arrays of points: what is refused of them, and how their chunks are cut."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError


def is_dask(X: Any) -> bool:
    """Whether X is a dask array; Dask is not imported for the answer."""
    arrays = sys.modules.get("dask.array")
    return arrays is not None and isinstance(X, arrays.Array)


def check_chunks(X: Any, what: str = "X") -> None:
    """Refuse a dask array that is not a list of blocks of whole rows of numbers.

    Raises
    ------
    BadInputError
        Saying what to call.
    """
    if X.ndim not in (2, 3):
        raise BadInputError(
            f"{what} has {X.ndim} dimensions; points (n, d) or images (n, h, w) are read."
        )
    if X.dtype.kind not in "buif":
        raise BadInputError(
            f"{what} must hold real numbers, not {X.dtype}; convert it with its astype."
        )
    if isinstance(X._meta, np.ma.MaskedArray):
        raise BadInputError(
            f"{what} is masked; fill it with dask.array.ma.filled, or leave out the rows with masked values."
        )
    if any(math.isnan(size) for sizes in X.chunks for size in sizes):
        raise BadInputError(
            f"The chunks of {what} have unknown sizes; call its method compute_chunk_sizes() first."
        )
    if any(len(sizes) > 1 for sizes in X.chunks[1:]):
        full = ", ".join(f"{axis}: -1" for axis in range(1, X.ndim))
        raise BadInputError(
            f"The chunks of {what} divide its features, and a row is read whole; call "
            f"{what}.rechunk({{0: 'auto', {full}}}) first, which moves the data once."
        )
    if 0 in X.shape:
        raise BadInputError(f"{what} is empty: its shape is {X.shape}.")


def row_sizes(sizes: Sequence[int], unit: int) -> tuple[int, ...]:
    """Sizes of chunks (n in all) with each end moved to the nearest multiple of `unit` rows.

    Examples
    --------
    >>> row_sizes([300, 0, 500, 7], 256)
    (256, 512, 39)
    """
    ends = np.cumsum(sizes)
    n = int(ends[-1])
    moved = np.unique(np.append(np.minimum((ends[:-1] + unit // 2) // unit * unit, n), n))
    return tuple(int(size) for size in np.diff(moved, prepend=0) if size)


def by_rows(X: Any, unit: int) -> Any:
    """X in chunks of whole multiples of `unit` rows but for the last; only edges of chunks move."""
    sizes = row_sizes(X.chunks[0], unit)
    return X if sizes == X.chunks[0] else X.rechunk({0: sizes})
