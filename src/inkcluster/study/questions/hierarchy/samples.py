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

SECONDS = 4e-11
"""Of one thread, for Ward's hierarchy of a sample, times the pixels and the square of its size."""
BYTES_PER_PAIR = 16
"""That such a hierarchy takes for each pair of its images, about."""


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
    from inkcluster.compute.dasked.tasks import on_workers
    from inkcluster.compute.threads import one_blas_thread, results_in_threads

    flat, whole = images.flat(), _is_whole(images, plan, size)
    index = [
        np.arange(size)
        if whole
        else sample_index(len(images), size, plan.seed + number, replace=plan.replace)
        for number in range(resamples)
    ]
    others = on_workers(
        "Hierarchies of samples", _suggested, None, index[1:], sent=lambda rows: flat[rows],
        seconds=SECONDS * float(size) ** 2 * flat.shape[1] * resamples,
        need=BYTES_PER_PAIR * size * size,
    )  # fmt: skip
    with one_blas_thread():  # each small hierarchy runs on one thread, one on each core
        first = (
            hierarchies.of_pixels(Sample.whole(images), desk, "ward")
            if whole
            # the plan may rest on it
            else hierarchies.small_ward(
                desk, sample=Sample(index[0], images.take(index[0]), len(images))
            )["Z"]
        )
        found = [suggesting.read(first)]
        advance(float(size * size))
        here = results_in_threads(lambda rows: _suggested(None, flat[rows]), index[1:])
        for one in here if others is None else others:
            found.append(one)
            advance(float(size * size))
    suggested = {name: np.stack([one[name] for one in found]) for name in suggesting.COLUMNS}
    return {"index": np.stack(index), "linkage": first, **suggested}


def _suggested(shared: None, vectors: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """What the hierarchy of one sample's `vectors` (m, d) suggests."""
    from inkcluster.cluster.hierarchy import ward

    del shared
    return suggesting.read(ward(vectors))
