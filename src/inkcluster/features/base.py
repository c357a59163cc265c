"""What features are: vectors for images, and the way back from vectors to pictures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet

Vectors = NDArray[np.floating[Any]]


class Features(ABC):
    """Learn from one set of images how to turn images into vectors, and vectors into pictures.

    Attributes
    ----------
    name : str
        What reports call it.
    shape_ : tuple of int
        Height and width of the images it was fitted on.
    """

    name: str
    shape_: tuple[int, int]

    def fit(self, images: ImageSet) -> Self:
        """Learn from `images`; their labels are not read."""
        self.shape_ = images.shape
        self._fit(images.flat())
        return self

    def transform(self, images: ImageSet) -> Vectors:
        """Turn images into vectors of shape (n, d).

        Raises
        ------
        BadInputError
            If the features were not fitted, or were fitted on images of another size.
        """
        self._check_fitted()
        if images.shape != self.shape_:
            raise BadInputError(
                f"{images.name}: images of {images.shape} pixels, but the {self.name} features "
                f"were fitted on images of {self.shape_}; fit them on these images."
            )
        return self._transform(images.flat())

    def fit_transform(self, images: ImageSet) -> Vectors:
        """Learn from `images` and turn them into vectors."""
        return self.fit(images).transform(images)

    def pictures(self, vectors: Vectors) -> Vectors:
        """Turn vectors of shape (m, d) back into pictures of shape (m, h, w), in pixel units."""
        self._check_fitted()
        rows = self._inverse(np.atleast_2d(np.asarray(vectors)))
        return rows.reshape(len(rows), *self.shape_)

    def _check_fitted(self) -> None:
        if not hasattr(self, "shape_"):
            raise BadInputError(f"The {self.name} features have not been fitted; call fit first.")

    @abstractmethod
    def _fit(self, rows: NDArray[np.uint8]) -> None: ...

    @abstractmethod
    def _transform(self, rows: NDArray[np.uint8]) -> Vectors: ...

    @abstractmethod
    def _inverse(self, vectors: Vectors) -> Vectors: ...
