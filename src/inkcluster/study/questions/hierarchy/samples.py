"""Ward's hierarchies of many samples of each size, and the numbers of clusters they suggest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.hierarchy import suggesting
from inkcluster.study.run.step import step
from inkcluster.study.steps import hierarchies
from inkcluster.study.steps.samples import Sample

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan


@dataclass(frozen=True, eq=False)
class Resamples:
    """The resamples of one size: their images, their suggestions, and the first hierarchy."""

    index: NDArray[np.int64]
    suggested: Mapping[str, NDArray[Any]]
    Z: NDArray[np.float64]

    def arrays(self, size: int) -> dict[str, NDArray[Any]]:
        """Their arrays in the answer."""
        return {f"index_{size}": self.index, f"linkage_{size}": self.Z} | {
            f"{name}_{size}": array for name, array in self.suggested.items()
        }


def resampled(images: ImageSet, plan: Plan, desk: Desk) -> dict[int, Resamples]:
    """The resamples of each size, the smallest first; each size is a step that is kept."""
    sizes = sorted(set(plan.sample_sizes))
    resamples = {size: 1 if _is_whole(images, plan, size) else plan.resamples for size in sizes}
    total = sum(size * size * resamples[size] for size in sizes)  # Ward's time grows as n²
    samples = {}
    with desk.progress.task("Ward hierarchies of samples", total=total) as advance:
        for size in sizes:
            told = 0.0

            def tell(amount: float) -> None:
                nonlocal told
                told += amount
                advance(amount)

            kept = ward_samples(images, plan, desk, tell, size=size, resamples=resamples[size])
            advance(float(size * size * resamples[size]) - told)
            suggested = {name: kept[name] for name in suggesting.COLUMNS}
            samples[size] = Resamples(kept["index"], suggested, kept["linkage"])
    return samples


def _is_whole(images: ImageSet, plan: Plan, size: int) -> bool:
    """Whether a sample of `size` is the whole set: it is drawn once, in its own order."""
    return size >= len(images) and not plan.replace


@step(uses=("seed", "replace"), revision=3)
def ward_samples(
    images: ImageSet,
    plan: Plan,
    desk: Desk,
    advance: Callable[[float], None],
    *,
    size: int,
    resamples: int,
) -> dict[str, NDArray[Any]]:
    """The resamples of one size; `advance` is told of each."""
    from inkcluster.cluster.linkage.choose import quick_ward
    from inkcluster.images import sample_index

    flat, whole = images.flat(), _is_whole(images, plan, size)
    index = [
        np.arange(size)
        if whole
        else sample_index(len(images), size, plan.seed + number, replace=plan.replace)
        for number in range(resamples)
    ]
    found, first = [], np.empty((0, 4))

    def work(i: int) -> NDArray[np.float64]:
        if whole:
            return hierarchies.of_pixels(Sample.whole(images), desk, "ward")
        if i == 0:  # the plan may rest on the first one
            one = Sample(index[0], images.take(index[0]), len(images))
            return hierarchies.small_ward(desk, sample=one)["Z"]
        return quick_ward(flat[index[i]])

    for number, Z in enumerate(_in_order(work, resamples)):
        found.append(suggesting.read(Z))
        first = Z if number == 0 else first
        advance(float(size * size))
    suggested = {name: np.stack([one[name] for one in found]) for name in suggesting.COLUMNS}
    return {"index": np.stack(index), "linkage": first, **suggested}


def _in_order(
    work: Callable[[int], NDArray[np.float64]], times: int
) -> Iterator[NDArray[np.float64]]:
    """`work` of 0, 1, 2, … in order; each small hierarchy runs on one thread, one on each core."""
    from inkcluster.compute.threads import one_blas_thread, results_in_threads

    with one_blas_thread():
        yield from results_in_threads(work, range(times))
