"""Scales points, or refuses them, whose squared distances would overflow or vanish."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from inkcluster.errors import BadInputError

MIN_PLAIN, MAX_PLAIN = 1e-8, 1e12
"""Bounds of the largest value of points whose squares fit into float32 and float64 as they are."""
MAX_FLOAT64 = float(np.finfo(np.float64).max)
MIN_SQUARABLE = 1e-146
"""Squares of smaller values lose digits, or vanish, in float64."""


def largest(*arrays: Any) -> float:
    """The largest absolute value in dense or sparse arrays, found without a copy; 0 for none."""
    most = 0.0
    for array in arrays:
        values = cast(Any, array).tocoo().data if issparse(array) else array
        if values.size:
            most = max(most, abs(float(values.max())), abs(float(values.min())))
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
