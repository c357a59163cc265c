"""Principal components of the pixels, whitened or not, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.features.base import Features, Vectors
from inkcluster.images import ImageSet

SOLVERS = ("auto", "full", "covariance_eigh", "arpack", "randomized")


class PCA(Features):
    """The leading principal components of the pixels, by scikit-learn.

    Parameters
    ----------
    n_components : int or float
        How many; a number between 0 and 1 is the share of the variance to keep.
    whiten : bool
        Divide each component by its standard deviation, so that all weigh the same.
    svd_solver : str
        One of scikit-learn's: auto, full, covariance_eigh, arpack, randomized. The trailing
        whitened components differ between an exact solver and the randomised one, enough to
        change what DBSCAN says.
    random_state : int or None
        For the randomised solver.

    Attributes
    ----------
    n_components_ : int
    explained_variance_ratio_ : ndarray of shape (n_components_,)

    References
    ----------
    Halko, Martinsson & Tropp (2011), "Finding structure with randomness", for the randomised solver.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import ImageSet
    >>> from inkcluster.features import PCA
    >>> tiny = ImageSet(np.array([[[0, 0]], [[2, 2]], [[4, 4]]], np.uint8))
    >>> pca = PCA(1, whiten=True, svd_solver="full").fit(tiny)
    >>> abs(pca.transform(tiny)).round(6).ravel().tolist()
    [1.0, 0.0, 1.0]
    >>> pca.pictures(pca.transform(tiny)).round(6)[2].tolist()
    [[4.0, 4.0]]
    """

    def __init__(
        self,
        n_components: int | float,
        *,
        whiten: bool = False,
        svd_solver: str = "auto",
        random_state: int | None = None,
    ) -> None:
        if svd_solver not in SOLVERS:
            raise BadInputError(
                f"There is no PCA solver {svd_solver!r}; choose one of {', '.join(SOLVERS)}."
            )
        self.n_components = n_components
        self.whiten = whiten
        self.svd_solver = svd_solver
        self.random_state = random_state
        self.name = "whitened principal components" if whiten else "principal components"

    def fit_transform(self, images: ImageSet) -> Vectors:
        """Fit and transform in one, as scikit-learn does it: by the left singular vectors.

        With the randomised solver these differ from the projections that :meth:`transform` gives,
        in the trailing whitened components by more than rounding.
        """
        self.shape_ = images.shape
        return np.asarray(self._fitted(images.flat(), "fit_transform"))

    def _fit(self, rows: NDArray[np.uint8]) -> None:
        self._fitted(rows, "fit")

    def _fitted(self, rows: NDArray[np.uint8], call: str) -> Any:
        from sklearn.decomposition import PCA as SklearnPCA  # noqa: N811

        most = min(rows.shape)
        if isinstance(self.n_components, int) and not 1 <= self.n_components <= most:
            raise BadInputError(
                f"{len(rows):,} images of {rows.shape[1]} pixels have 1 to {most} principal "
                f"components, not {self.n_components}."
            )
        pca: Any = SklearnPCA(
            self.n_components,
            whiten=self.whiten,
            svd_solver=self.svd_solver,
            random_state=self.random_state,
        )
        result = getattr(pca, call)(rows)
        self.pca_ = pca
        self.n_components_ = int(pca.n_components_)
        self.explained_variance_ratio_ = pca.explained_variance_ratio_
        return result

    def _transform(self, rows: NDArray[np.uint8]) -> Vectors:
        return np.asarray(self.pca_.transform(rows))

    def _inverse(self, vectors: Vectors) -> Vectors:
        return np.asarray(self.pca_.inverse_transform(vectors))
