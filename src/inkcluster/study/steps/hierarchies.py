"""Builds the hierarchies of the plan and of questions 3, 4 and 6, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import TooLittleMemoryError
from inkcluster.study.run.step import step
from inkcluster.study.steps.samples import FALLBACK, SAMPLE_USES, Sample, draw

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

USES = ("linkage_sample", *SAMPLE_USES)
"""The plan's values that :func:`build` depends on."""
TOGETHER = ("centroid", "median")
"""Methods that merge on one thread in little memory: they are built side by side."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """One linkage of the raw pixels.

    `refused` is the number of the images asked for, the bytes that they need, and the bytes
    available, where they did not fit into memory.
    """

    method: str
    sample: Sample  # all images in their own order, or some of them
    Z: NDArray[np.float64]  # (m - 1, 4)
    refused: tuple[int, int, int] | None = None

    @property
    def index(self) -> NDArray[np.int64]:
        """Which images, shape (m,)."""
        return self.sample.index

    def __len__(self) -> int:
        return len(self.sample)


def build(images: ImageSet, plan: Plan, desk: Desk, method: str) -> Hierarchy:
    """Build a hierarchy of the plan's `linkage_sample` images; labels are not read.

    Of 5,000 images where those asked for do not fit into memory; TooLittleMemoryError if not even
    these fit.
    """
    wanted = plan.linkage_sample
    sample = Sample.whole(images) if wanted == len(images) else draw(images, wanted, plan)
    try:
        return Hierarchy(method, sample, of_pixels(sample, desk, method))
    except TooLittleMemoryError as error:
        if wanted <= FALLBACK:
            raise
        refused = wanted, error.need, error.have
    sample = draw(images, FALLBACK, plan)
    return Hierarchy(method, sample, of_pixels(sample, desk, method), refused)


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
    """The hierarchy of a sample's raw pixels; TooLittleMemoryError if it is too large."""
    methods = TOGETHER if method in TOGETHER else (method,)
    space = {"space": "raw pixels"}
    return linkage(sample.images.flat(), desk, sample=sample, space=space, methods=methods)[method]


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
    """Ward's hierarchy of the raw pixels of a small sample."""
    from inkcluster.cluster.hierarchy import ward

    return {"Z": ward(sample.images.flat())}


def numbered(Z: NDArray[np.float64], k: int) -> NDArray[np.int32]:
    """Labels (m,) of the hierarchy `Z` cut into `k`, numbered as scikit-learn numbers them."""
    from inkcluster.cluster.linkage.agglomerative import numbered as as_numbered

    return as_numbered(k, Z[:, :2].astype(np.intp)).astype(np.int32)
