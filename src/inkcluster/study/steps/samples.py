"""The samples that density and comparison are worked out on, and their PCA-whitened vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Finding, Level

if TYPE_CHECKING:
    from inkcluster.features import PCA
    from inkcluster.images import ImageSet
    from inkcluster.study.settings.plan import Plan

SAMPLE_USES = ("seed", "replace")
WHITENING_USES = ("components", "svd_solver", *SAMPLE_USES)
MOST_PIXELS_EXACT = 4096


@dataclass(frozen=True, eq=False)
class Sample:
    """Images drawn for a question.

    Parameters
    ----------
    index : ndarray of shape (n,), int64
        Where they stand in the whole set.
    images : ImageSet
        The images, with their labels where there are any.
    total : int
        The size of the whole set.
    """

    index: NDArray[np.int64]
    images: ImageSet
    total: int

    def __len__(self) -> int:
        return len(self.index)

    def finding(self, what: str) -> tuple[Finding, ...]:
        """S3 where the sample does not hold every image of the set; else nothing."""
        n, distinct = len(self), len(np.unique(self.index))
        if distinct == self.total:
            return ()
        twice = "" if distinct == n else f" with replacement ({distinct:,} different ones)"
        words = f"{what} rests on {n:,} of the {self.total:,} images, drawn at random{twice}."
        return (Finding("S3", Level.NOTICE, words),)


def draw(images: ImageSet, n: int, plan: Plan) -> Sample:
    """Draw `n` of the images with the plan's seed, with or without replacement as it says.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> images = ImageSet(np.zeros((9, 2, 2), np.uint8))
    >>> sample = draw(images, 4, SimpleNamespace(seed=69, replace=False))
    >>> len(sample), [f.sentence for f in sample.finding("The map")]
    (4, ['The map rests on 4 of the 9 images, drawn at random.'])
    """
    from inkcluster.images import sample_index

    index = sample_index(len(images), n, plan.seed, replace=plan.replace)
    return Sample(index, images.take(index), len(images))


def whitened(
    images: ImageSet, plan: Plan, solver: str | None = None
) -> tuple[PCA, NDArray[np.floating[Any]]]:
    """The principal components of the raw pixels, each divided by its standard deviation.

    Parameters
    ----------
    images : ImageSet
        What the components are learnt from; a small set has fewer than the plan asks for.
    plan : Plan
        Its `components`, `svd_solver` and `seed` are used.
    solver : str, optional
        Another solver than the plan's.

    Returns
    -------
    PCA, ndarray of shape (n, components)
    """
    from inkcluster.features import PCA

    height, width = images.shape
    kept = min(plan.components, len(images), height * width)
    pca = PCA(kept, whiten=True, svd_solver=solver or plan.svd_solver, seed=plan.seed)
    return pca, pca.fit_transform(images)


def other_solver(images: ImageSet, plan: Plan) -> str | None:
    """The solver to hold against the plan's: the exact one for the randomised, and the reverse.

    None where an image has so many pixels that the exact one would take too long.
    """
    height, width = images.shape
    if plan.svd_solver != "randomized":
        return "randomized"
    return "covariance_eigh" if height * width <= MOST_PIXELS_EXACT else None
