"""Ward's hierarchies of many samples of each size, and the numbers of clusters they suggest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images import ImageSet, sample_index
from inkcluster.study.questions.hierarchy import suggesting
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.step import step
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps import hierarchies
from inkcluster.study.steps.samples import Sample


def resampled(images: ImageSet, plan: Plan, desk: Desk) -> dict[int, Mapping[str, NDArray[Any]]]:
    """The resamples of each size, the smallest first: the arrays of :func:`ward_samples`."""
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

            times = resamples[size]
            samples[size] = ward_samples(images, plan, desk, tell, size=size, resamples=times)
            advance(float(size * size * times) - told)
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
    """The resamples of one size: images, first hierarchy, suggestions; `advance` is told of each."""
    from inkcluster.cluster.hierarchy import ward
    from inkcluster.compute.threads import one_blas_thread, results_in_threads

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
        return ward(flat[index[i]])

    with one_blas_thread():  # each small hierarchy runs on one thread, one on each core
        for number, Z in enumerate(results_in_threads(work, range(resamples))):
            found.append(suggesting.read(Z))
            first = Z if number == 0 else first
            advance(float(size * size))
    suggested = {name: np.stack([one[name] for one in found]) for name in suggesting.COLUMNS}
    return {"index": np.stack(index), "linkage": first, **suggested}
