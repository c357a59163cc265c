"""Pixels as they are, scaled to [0, 1], or standardised: scikit-learn's scalers over images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from inkcluster.errors import BadInputError
from inkcluster.features.base import Features, Vectors


class Pixels(Features):
    """The pixels themselves, 0 to 255, as floats.

    Parameters
    ----------
    dtype : dtype
        float64 or float32.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import ImageSet
    >>> from inkcluster.features import Pixels
    >>> Pixels().fit_transform(ImageSet(np.full((1, 1, 2), 9, np.uint8)))
    array([[9., 9.]])
    """

    name = "unscaled pixels"

    def __init__(self, dtype: DTypeLike = np.float64) -> None:
        self.dtype = np.dtype(dtype)

    def _fit(self, rows: NDArray[np.uint8]) -> None:
        del rows

    def _transform(self, rows: NDArray[np.uint8]) -> Vectors:
        return rows.astype(self.dtype)

    def _inverse(self, vectors: Vectors) -> Vectors:
        return vectors


class _Scaled(Features):
    """A scikit-learn scaler over the rows."""

    def __init__(self, dtype: DTypeLike = np.float64) -> None:
        self.dtype = np.dtype(dtype)

    def _scaler(self) -> Any:
        raise NotImplementedError

    def _fit(self, rows: NDArray[np.uint8]) -> None:
        self.scaler_ = self._scaler().fit(rows.astype(self.dtype))

    def _transform(self, rows: NDArray[np.uint8]) -> Vectors:
        return np.asarray(self.scaler_.transform(rows.astype(self.dtype)))

    def _inverse(self, vectors: Vectors) -> Vectors:
        return np.asarray(self.scaler_.inverse_transform(np.array(vectors)))  # it works in place


class MinMax(_Scaled):
    """Each pixel scaled to [0, 1] by its own least and greatest value over the set.

    Parameters
    ----------
    dtype : dtype
        float64 or float32.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import ImageSet
    >>> from inkcluster.features import MinMax
    >>> tiny = ImageSet(np.array([[[0, 10]], [[5, 30]]], np.uint8))
    >>> scaled = MinMax().fit(tiny)
    >>> scaled.transform(tiny)
    array([[0., 0.],
           [1., 1.]])
    >>> scaled.pictures(np.array([[0.5, 0.5]]))
    array([[[ 2.5, 20. ]]])
    """

    name = "pixels scaled to [0, 1]"

    def _scaler(self) -> Any:
        from sklearn.preprocessing import MinMaxScaler

        return MinMaxScaler(copy=False)


class Standard(_Scaled):
    """Each pixel centred and divided by its standard deviation over the set.

    Parameters
    ----------
    dtype : dtype
        float64 or float32.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import ImageSet
    >>> from inkcluster.features import Standard
    >>> Standard().fit_transform(ImageSet(np.array([[[0, 1]], [[4, 1]]], np.uint8)))
    array([[-1.,  0.],
           [ 1.,  0.]])
    """

    name = "standardised pixels"

    def _scaler(self) -> Any:
        from sklearn.preprocessing import StandardScaler

        return StandardScaler()


SCALINGS = {"minmax": MinMax, "standard": Standard, "none": Pixels}


def make(scaling: str, dtype: DTypeLike = np.float64) -> Features:
    """Make the features that a setting names: ``"minmax"``, ``"standard"`` or ``"none"``.

    Examples
    --------
    >>> from inkcluster.features import make
    >>> make("standard").name
    'standardised pixels'
    """
    if scaling not in SCALINGS:
        raise BadInputError(
            f"There is no scaling {scaling!r}; choose one of {', '.join(SCALINGS)}."
        )
    return SCALINGS[scaling](dtype)
