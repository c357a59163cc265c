"""Numbers so large, or so small, that the squares of their distances leave the range of floats."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from inkcluster.errors import BadInputError

USUAL = 1e-8, 1e12
"""Where the largest number of some points lies between these, squares fit into float32 and float64."""
GREATEST = float(np.finfo(np.float64).max)
LEAST = 1e-146
"""Squares of smaller numbers have lost digits, or all of them, in float64."""


def largest(*arrays: Any) -> float:
    """The largest absolute value in dense or sparse arrays, without a copy of them; 0 if none."""
    most = 0.0
    for array in arrays:
        values = cast(Any, array).tocoo().data if issparse(array) else array
        if values.size:
            most = max(most, abs(float(values.max())), abs(float(values.min())))
    return most


def check_squares(X: Any, terms: int = 1, least: float = LEAST) -> None:
    """Refuse points of which squared distances, or the sum of `terms` of them, leave float64.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n, d), finite
    terms : int
    least : float
        What the largest value must reach, unless all are 0.

    Raises
    ------
    BadInputError
        Naming the largest value.
    """
    if X.dtype.kind in "bu":
        return
    # a difference is at most twice the largest value, and there are d of them in a sum
    reach = np.sqrt(GREATEST / terms / X.shape[1]) / 2
    most = largest(X)
    if most > reach:
        raise BadInputError(
            f"X holds values as large as {most:.3g}, and squared distances between such points are "
            f"beyond float64; values here may go up to {reach:.2g}: divide X by a constant."
        )
    if 0 < most < least:
        raise BadInputError(
            f"X holds no value larger than {most:.3g}, and squared distances between such points "
            f"vanish in float64: multiply X by a constant, so that some value is {least:.0e} or more."
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
    if most == 0 or USUAL[0] < most < USUAL[1]:
        return 0
    return int(np.frexp(most)[1])


def roomy(X: Any) -> Any:
    """`X` in float64 if it is in float32 and its squares may not fit there; else itself."""
    if X.dtype != np.float32 or USUAL[0] < largest(X) < USUAL[1]:
        return X
    return X.astype(np.float64)


def scaled(X: NDArray[Any], exponent: int) -> NDArray[Any]:
    """`X` times a power of two, of the same dtype; itself if that is 1."""
    return X if exponent == 0 else np.asarray(np.ldexp(X, exponent))
