"""Builds the hierarchies of the plan and of questions 3, 4 and 6, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import TooLittleMemoryError
from inkcluster.study.run.step import step
from inkcluster.study.steps import samples
from inkcluster.study.steps.samples import Sample

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

USES = ("linkage_sample", *samples.SAMPLE_USES)
"""The plan's values that :func:`build` depends on."""
FALLBACK = 5000
"""Images in the sample that is linked where all of them do not fit into memory."""
TOGETHER = ("centroid", "median")
"""Methods that merge on one thread in little memory: they are built side by side."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """One linkage of the raw pixels.

    Parameters
    ----------
    method : str
    sample : Sample
        All images in their own order, or some of them.
    Z : ndarray of shape (m - 1, 4)
    refused : (int, int, int) or None
        Where the images asked for did not fit into memory: their number, the bytes that they
        need, and the bytes available.
    """

    method: str
    sample: Sample
    Z: NDArray[np.float64]
    refused: tuple[int, int, int] | None = None

    @property
    def index(self) -> NDArray[np.int64]:
        """Which images, shape (m,)."""
        return self.sample.index

    def __len__(self) -> int:
        return len(self.sample)


def build(images: ImageSet, plan: Plan, desk: Desk, method: str) -> Hierarchy:
    """Build a hierarchy of the plan's `linkage_sample` images; labels are not read.

    Returns
    -------
    Hierarchy
        Of 5,000 images drawn at random where those asked for do not fit into memory.

    Raises
    ------
    TooLittleMemoryError
        If not even those fit.
    """
    wanted = plan.linkage_sample
    try:
        return _of(_drawn(images, wanted, plan), desk, method)
    except TooLittleMemoryError as error:
        if wanted <= FALLBACK:
            raise
        fewer = _of(_drawn(images, FALLBACK, plan), desk, method)
        return replace(fewer, refused=(wanted, error.need, error.have))


def build_all(
    images: ImageSet, plan: Plan, desk: Desk, methods: Sequence[str]
) -> dict[str, Hierarchy]:
    """Several hierarchies, as :func:`build` makes each of them."""
    trees = {}
    with desk.progress.task("linkages", total=len(methods)) as advance:
        for method in methods:
            trees[method] = build(images, plan, desk, method)
            advance(1)
    return trees


def of_pixels(sample: Sample, desk: Desk, method: str) -> NDArray[np.float64]:
    """The hierarchy of a sample's raw pixels.

    Raises
    ------
    TooLittleMemoryError
        If it does not fit into memory.
    """
    methods = TOGETHER if method in TOGETHER else (method,)
    return linkage(sample.images.flat(), desk, sample=sample, space=RAW, methods=methods)[method]


RAW = {"space": "raw pixels"}


@step()
def linkage(
    vectors: NDArray[Any],
    desk: Desk,
    *,
    sample: Sample,
    space: Mapping[str, Any],
    methods: tuple[str, ...],
) -> dict[str, NDArray[np.float64]]:
    """The hierarchies of a sample's `vectors` (m, d) in `space` by each of `methods`."""
    from inkcluster.cluster import hierarchy

    return hierarchy.linkages(vectors, methods)


@step()
def small_ward(desk: Desk, *, sample: Sample) -> dict[str, NDArray[np.float64]]:
    """Ward's hierarchy of the raw pixels of a small sample, by the faster of two engines."""
    from inkcluster.cluster.linkage.choose import quick_ward

    return {"Z": quick_ward(sample.images.flat())}


def numbered(Z: NDArray[np.float64], k: int) -> NDArray[np.int32]:
    """Labels (m,) of the hierarchy `Z` cut into `k`, numbered as scikit-learn numbers them."""
    from inkcluster.cluster.linkage.agglomerative import numbered as as_numbered

    return as_numbered(k, Z[:, :2].astype(np.intp)).astype(np.int32)


def _of(sample: Sample, desk: Desk, method: str) -> Hierarchy:
    return Hierarchy(method, sample, of_pixels(sample, desk, method))


def _drawn(images: ImageSet, n: int, plan: Plan) -> Sample:
    """All images in their own order, each once, or `n` drawn at random."""
    return Sample.whole(images) if n == len(images) else samples.draw(images, n, plan)
