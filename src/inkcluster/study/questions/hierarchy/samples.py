"""Ward's hierarchies of many samples of each size, and the numbers of clusters they suggest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.hierarchy import suggesting
from inkcluster.study.steps import hierarchies

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

_REVISION = 3


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
    resamples = {size: _resamples(images, plan, size) for size in sizes}
    total = sum(size * size * resamples[size] for size in sizes)  # Ward's time grows as n²
    samples = {}
    with desk.progress.task("Ward hierarchies of samples", total=total) as advance:
        for size in sizes:
            parameters = {
                **plan.values(("seed", "replace")),
                "size": size,
                "resamples": resamples[size],
                "revision": _REVISION,
            }
            todo = float(size * size * resamples[size])

            def step(size: int = size) -> dict[str, NDArray[Any]]:
                nonlocal todo
                todo = 0.0  # told while it runs
                return _grow(images, plan, size, resamples[size], advance)

            kept = desk.keep("ward-samples", parameters, step)
            advance(todo)
            suggested = {name: kept[name] for name in suggesting.COLUMNS}
            samples[size] = Resamples(kept["index"], suggested, kept["linkage"])
    return samples


def _resamples(images: ImageSet, plan: Plan, size: int) -> int:
    """Samples of `size`: one if it is the whole set without replacement."""
    return 1 if size >= len(images) and not plan.replace else plan.resamples


def _grow(
    images: ImageSet, plan: Plan, size: int, resamples: int, advance: Callable[[float], None]
) -> dict[str, NDArray[Any]]:
    from inkcluster.images import sample_index

    flat = images.flat()
    index = [
        sample_index(len(images), size, plan.seed + number, replace=plan.replace)
        for number in range(resamples)
    ]
    found, first = [], np.empty((0, 4))
    for number, Z in enumerate(_in_order(lambda i: hierarchies.ward(flat[index[i]]), resamples)):
        found.append(suggesting.read(Z))
        first = Z if number == 0 else first
        advance(float(size * size))
    suggested = {name: np.stack([one[name] for one in found]) for name in suggesting.COLUMNS}
    return {"index": np.stack(index), "linkage": first, **suggested}


def _in_order(
    work: Callable[[int], NDArray[np.float64]], times: int
) -> Iterator[NDArray[np.float64]]:
    """`work` of 0, 1, 2, … in order; each small hierarchy runs on one thread, one on each core."""
    import numba
    from threadpoolctl import threadpool_limits

    workers = min(numba.get_num_threads(), times)
    with (
        threadpool_limits(1),
        ThreadPoolExecutor(workers, initializer=numba.set_num_threads, initargs=(1,)) as pool,
    ):
        try:
            yield from pool.map(work, range(times))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
