"""The samples that density and comparison are worked out on, and their PCA-whitened vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import TooLittleMemoryError
from inkcluster.study.answer import Finding
from inkcluster.study.findings import sampled, short_of_memory
from inkcluster.study.run.step import step

if TYPE_CHECKING:
    from inkcluster.features import PCA
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

Result = TypeVar("Result")
SAMPLE_USES = ("seed", "replace")
WHITENING_USES = ("components", "svd_solver", *SAMPLE_USES)
PIXELS, WHITENED = "pixels", "whitened"
_WORDS = {PIXELS: "on pixels", WHITENED: "after PCA"}
MAX_EXACT_PIXELS = 4096
FALLBACK = 5000
"""Images used where those asked for do not fit into memory."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Images drawn for a question."""

    index: NDArray[np.int64]  # (n,), where they stand in the whole set
    images: ImageSet
    total: int  # the size of the whole set

    @classmethod
    def whole(cls, images: ImageSet) -> Sample:
        """All images, in their own order."""
        return cls(np.arange(len(images)), images, len(images))

    @property
    def identity(self) -> NDArray[np.int64]:
        """What a step that works on the sample depends on."""
        return self.index

    def __len__(self) -> int:
        return len(self.index)

    def finding(self, what: str) -> tuple[Finding, ...]:
        """S3 where the sample does not hold every image of the set; else nothing."""
        return sampled(what, self.index, self.total)


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


def within_memory(
    what: str, images: ImageSet, n: int, plan: Plan, work: Callable[[Sample], Result]
) -> tuple[Result, tuple[Finding, ...]]:
    """Do `work` on a sample of `n` images, or of 5,000 where `n` do not fit into memory.

    Returns the result, and S3 where it rests on a sample. TooLittleMemoryError if 5,000 do not fit.
    """
    try:
        sample = draw(images, n, plan)
        return work(sample), sample.finding(what)
    except TooLittleMemoryError as error:
        if n <= FALLBACK:
            raise
        need, have = error.need, error.have
    return work(draw(images, FALLBACK, plan)), (short_of_memory(what, FALLBACK, need, have),)


def whitened(
    images: ImageSet, plan: Plan, solver: str | None = None
) -> tuple[PCA, NDArray[np.floating[Any]]]:
    """The PCA of the raw pixels, and the images whitened by it, shape (n, components).

    `solver` is the plan's if None. A small set has fewer components than the plan asks for.
    """
    from inkcluster.features import PCA

    height, width = images.shape
    kept = min(plan.components, len(images), height * width)
    pca = PCA(kept, whiten=True, svd_solver=solver or plan.svd_solver, random_state=plan.seed)
    return pca, pca.fit_transform(images)


@step(uses=("components", "seed"))
def _whitened(
    plan: Plan, desk: Desk, *, sample: Sample, solver: str
) -> dict[str, NDArray[np.floating[Any]]]:
    return {"vectors": whitened(sample.images, plan, solver)[1]}


def whitened_vectors(
    sample: Sample, plan: Plan, desk: Desk, solver: str | None = None
) -> NDArray[np.floating[Any]]:
    """A sample's PCA-whitened images, shape (n, components), by the plan's solver or another."""
    return _whitened(plan, desk, sample=sample, solver=solver or plan.svd_solver)["vectors"]


def space_of(space: str, plan: Plan) -> dict[str, Any]:
    """What a sample's vectors depend on: scaled ``"pixels"``, or ``"whitened"`` ones."""
    uses = ("components", "svd_solver", "seed") if space == WHITENED else ("scaling",)
    return {"space": space, **plan.values(uses)}


def title_of(kind: str, space: str) -> str:
    """A method in a space, as the report names it.

    Examples
    --------
    >>> title_of("ward", PIXELS), title_of("ward", WHITENED)
    ('ward on pixels', 'ward after PCA')
    """
    return f"{kind} {_WORDS[space]}"


def other_solver(images: ImageSet, plan: Plan) -> str | None:
    """The solver to hold against the plan's: the exact one for the randomised, and the reverse.

    None where an image has so many pixels that the exact one would take too long.
    """
    height, width = images.shape
    if plan.svd_solver != "randomized":
        return "randomized"
    return "covariance_eigh" if height * width <= MAX_EXACT_PIXELS else None
