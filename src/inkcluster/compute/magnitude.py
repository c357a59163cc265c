"""Scales points, or refuses them, whose squared distances would overflow or vanish."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from inkcluster.errors import BadInputError, refuse_masked

MIN_PLAIN, MAX_PLAIN = 1e-8, 1e12
"""Bounds of the largest value of points whose squares fit into float32 and float64 as they are."""
MAX_FLOAT64 = float(np.finfo(np.float64).max)
MIN_SQUARABLE = 1e-146
"""Squares of smaller values lose digits, or vanish, in float64."""


def real_array(values: Any, what: str) -> NDArray[Any]:
    """`values` as uint8, float32 or float64: the first two are not copied, all else is converted.

    Raises
    ------
    BadInputError
        If they are masked, sparse, complex, of several lengths, or no numbers.

    Examples
    --------
    >>> real_array([[1, 2]], "X").dtype
    dtype('float64')
    >>> real_array([[1j]], "X")
    Traceback (most recent call last):
    ...
    inkcluster.errors.BadInputError: X must hold real numbers, not complex128.
    """
    refuse_masked(values, what)
    if issparse(values):
        raise BadInputError(f"{what} must be dense; convert it with its method toarray().")
    try:
        array = np.asarray(values)
        if array.dtype.kind in "cV":
            held = "records" if array.dtype.kind == "V" else array.dtype
            raise BadInputError(f"{what} must hold real numbers, not {held}.")
        if array.dtype not in (np.float32, np.float64, np.uint8):
            array = np.asarray(array, np.float64)
    except BadInputError:
        raise
    except (TypeError, ValueError) as error:
        raise BadInputError(f"{what} must be an array of numbers ({error}).") from error
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def largest(*arrays: Any) -> float:
    """The largest absolute value in dense or sparse arrays, found without a copy; 0 for none.

    NaN if any value is.
    """
    most = 0.0
    for array in arrays:
        values = cast(Any, array).tocoo().data if issparse(array) else array
        if values.size:
            most = float(np.maximum(most, max(abs(float(values.max())), abs(float(values.min())))))
    return most


def check_squares(X: Any, terms: int = 1, least: float = MIN_SQUARABLE) -> None:
    """Refuse points whose squared distances, or sums of `terms` of them, leave float64.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n, d), finite
    terms : int
    least : float
        The smallest value allowed for the largest, unless all are 0.

    Raises
    ------
    BadInputError
        Naming the largest value.
    """
    if X.dtype.kind in "bu":
        return
    # a difference is at most twice the largest value, and there are d of them in a sum
    reach = np.sqrt(MAX_FLOAT64 / terms / X.shape[1]) / 2
    most = largest(X)
    if not np.isfinite(most):
        raise BadInputError("X holds NaN or infinite values; fill them or leave out their rows.")
    if most > reach:
        raise BadInputError(
            f"X holds values as large as {most:.3g}, and squared distances between such points are "
            f"beyond float64; divide X by a constant, so that no value is over {reach:.2g}."
        )
    if 0 < most < least:
        raise BadInputError(
            f"X holds no value larger than {most:.3g}, and squared distances between such points "
            f"vanish in float64; multiply X by a constant, so that some value is {least:.0e} or more."
        )


def exponent_of(*arrays: NDArray[Any]) -> int:
    """The power of two to divide points by, so that no square of theirs overflows or vanishes.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.compute.magnitude import exponent_of
    >>> exponent_of(np.array([[0.0, 255.0]])), exponent_of(np.array([[3e30, -5e30]]))
    (0, 102)
    """
    most = largest(*arrays)
    if most == 0 or MIN_PLAIN < most < MAX_PLAIN:
        return 0
    return int(np.frexp(most)[1])


def roomy(X: Any) -> Any:
    """`X`, converted to float64 if it is float32 and its squares may not fit."""
    if X.dtype != np.float32 or MIN_PLAIN < largest(X) < MAX_PLAIN:
        return X
    return X.astype(np.float64)


def scaled(X: NDArray[Any], exponent: int) -> NDArray[Any]:
    """`X` times two to the power of `exponent`, of the same dtype; `X` itself if that is 1."""
    return X if exponent == 0 else np.asarray(np.ldexp(X, exponent))
