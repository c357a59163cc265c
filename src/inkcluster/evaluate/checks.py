"""Checks the arrays that evaluations take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.clustering import NOISE
from inkcluster.errors import BadInputError, refuse_masked


def vectors(X: Any, what: str = "X") -> NDArray[Any]:
    """`X` as a real, finite array of shape (n, d), n, d ≥ 1; images (n, h, w) are flattened."""
    refuse_masked(X, what)
    array = _array(X, what)
    if array.ndim == 3:
        array = array.reshape(len(array), -1)
    if array.ndim != 2 or 0 in array.shape:
        raise BadInputError(
            f"{what} has the shape {array.shape}; give a table with one row for each point and "
            "at least one row and one column."
        )
    if array.dtype.kind == "O":
        from inkcluster.compute.magnitude import real_array

        array = real_array(array, what)
    if array.dtype.kind not in "buif":
        raise BadInputError(f"{what} holds {array.dtype} values; give real numbers.")
    if array.dtype.kind == "f" and not _all_finite(array):
        raise BadInputError(
            f"{what} holds NaN or infinite values; remove or fill these rows before judging them."
        )
    return array


def cluster_numbers(labels: Any, n: int | None = None, what: str = "labels") -> NDArray[np.int64]:
    """Check that `labels` are cluster numbers 0, 1, … or -1 for noise, shape (n,)."""
    array = label_array(labels, what)
    check_length(array, n, what)
    if array.dtype.kind not in "buif" or (
        array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.floor(array))).all()
    ):
        raise BadInputError(
            f"{what} must be whole numbers from 0 (noise {NOISE}); number the clusters first."
        )
    numbers = array.astype(np.int64)
    if numbers.min() < NOISE:
        raise BadInputError(
            f"{what} holds {numbers.min()}; clusters are numbered from 0 and noise is {NOISE}."
        )
    if numbers.max() > 2**31 - 2:
        raise BadInputError(f"{what} holds {numbers.max()}; number the clusters 0, 1, 2, … first.")
    return numbers


def label_array(labels: Any, what: str) -> NDArray[Any]:
    """`labels` as an array; refuses masks and lists within lists of several lengths."""
    refuse_masked(labels, what)
    return _array(labels, what)


def _array(values: Any, what: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError as error:  # rows of several lengths
        raise BadInputError(
            f"{what} cannot be made an array ({error}); give rows of one length."
        ) from error


def check_length(array: NDArray[Any], n: int | None, what: str) -> None:
    """Check that `array` has one dimension and one label for each of `n` points, at least one."""
    if array.ndim != 1 or len(array) == 0:
        raise BadInputError(
            f"{what} has the shape {array.shape}; give one label for each point, at least one."
        )
    if n is not None and len(array) != n:
        raise BadInputError(f"{what} has {len(array):,} entries for {n:,} points; give one each.")


def whole(value: Any, least: int, what: str) -> int:
    """`value` as a whole number of at least `least`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise BadInputError(f"{what} is {value!r}; give a whole number of at least {least}.")
    if value < least:
        raise BadInputError(f"{what} is {value}; it must be at least {least}.")
    return int(value)


def rising_curve(curve: Any) -> NDArray[np.float64]:
    """Check that `curve` has at least three finite values that never fall and are not all equal."""
    values = np.asarray(curve, dtype=np.float64)
    if values.ndim != 1 or len(values) < 3:
        raise BadInputError(f"A curve of shape {values.shape} has no knee; give at least 3 values.")
    if not np.isfinite(values).all():
        raise BadInputError("The curve holds NaN or infinite values; leave these out.")
    if (np.diff(values) < 0).any():
        raise BadInputError("The curve falls somewhere; sort its values upwards first.")
    if values[0] == values[-1]:
        raise BadInputError("The curve is constant, so it has no knee.")
    return values


def _all_finite(array: NDArray[Any]) -> bool:
    # Block by block, so that the mask of a large memory map never exists at once.
    step = max(1, (1 << 24) // array.shape[1])
    return all(
        bool(np.isfinite(array[start : start + step]).all()) for start in range(0, len(array), step)
    )


def check_hierarchy(Z: Any) -> NDArray[np.float64]:
    """Check that `Z` is a hierarchy as SciPy stores it, shape (n - 1, 4)."""
    from scipy.cluster.hierarchy import is_valid_linkage

    try:
        tree = np.asarray(Z, dtype=np.float64)
    except (TypeError, ValueError):
        tree = np.empty(0)
    if tree.ndim != 2 or not np.isfinite(tree).all() or not is_valid_linkage(tree):
        raise BadInputError(
            "Z is not a hierarchy; give the (n - 1, 4) matrix that SciPy's linkage returns."
        )
    return tree
