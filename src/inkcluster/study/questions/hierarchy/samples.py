"""Ward's hierarchies of samples, many of each size, and what they suggest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Table
from inkcluster.study.questions.parts import pictures, suggesting
from inkcluster.study.steps import hierarchies
from inkcluster.words import listed, percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

SMALL = 30
_REVISION = 3


@dataclass(frozen=True, eq=False)
class Resamples:
    """All resamples of one size: which images, what they suggest, and the first one's hierarchy."""

    index: NDArray[np.int64]
    suggested: Mapping[str, NDArray[Any]]
    Z: NDArray[np.float64]

    def arrays(self, size: int) -> dict[str, NDArray[Any]]:
        """What the answer keeps of them."""
        return {f"index_{size}": self.index, f"linkage_{size}": self.Z} | {
            f"{name}_{size}": array for name, array in self.suggested.items()
        }


def resampled(images: ImageSet, plan: Plan, desk: Desk) -> dict[int, Resamples]:
    """The resamples of each size, from the smallest; each size is a step that is kept."""
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
    """How often a sample of `size` is drawn: the whole set without replacement is one sample."""
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
    """`work` of 0, 1, 2, …, one on each core: many small hierarchies, each on a thread of its own."""
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


def panels(samples: Mapping[int, Resamples], whole: tuple[str, NDArray[np.float64], int]) -> Figure:
    """The first sample of each size, and the hierarchy of all."""
    from inkcluster.figures import Dendrograms

    own = {f"{size:,}": int(one.suggested["k"][0, 0]) for size, one in samples.items()}
    drawn = [(f"{size:,} images", one.Z, own[f"{size:,}"]) for size, one in samples.items()]
    title, Z, k = whole
    says = (
        "The first sample of each size and the hierarchy of all, coloured at the number of clusters "
        f"that its own largest relative gap suggests: {listed(f'{k} at {n}' for n, k in own.items())}, "
        f"{k} on {title}."
    )
    return Dendrograms(
        "dendrograms", "One dendrogram for each sample size", says, panels=[*drawn, (title, Z, k)]
    )


def heights(
    samples: Mapping[int, Resamples], whole: tuple[str, NDArray[np.float64], int]
) -> Figure:
    """The heights of the last merges, by sample size and of all."""
    from inkcluster.figures import MergeHeights

    title, Z, k = whole
    high, low = Z[::-1, 2][k - 2 : k].tolist()
    says = (
        "A number of clusters is natural where the next merge stands far above those before it: "
        f"on {title} that of {k} clusters into {k - 1} stands at {high:,.0f}, that of "
        f"{k + 1} into {k} at {low:,.0f}, {percent(1 - low / high if high > 0 else 0.0)} lower."
    )
    by_size = {f"{size:,} images": one for size, one in samples.items()}
    return MergeHeights(
        "heights",
        "The heights of the last merges",
        says,
        heights={name: one.Z[:, 2] for name, one in by_size.items()} | {title: Z[:, 2]},
        suggested={name: int(one.suggested["k"][0, 0]) for name, one in by_size.items()}
        | {title: k},
    )


def small(images: ImageSet, plan: Plan) -> Figure:
    """A few images, each of them to be seen."""
    from inkcluster.evaluate import largest_gap
    from inkcluster.figures import Dendrogram
    from inkcluster.images import sample_index

    n = min(SMALL, len(images))
    index = sample_index(len(images), n, plan.seed, replace=plan.replace)
    Z = hierarchies.ward(images.flat()[index])
    k = largest_gap(Z).k
    twins = n - len(np.unique(index))
    says = (
        f"Ward's hierarchy of {n} images, small enough to see each of them; its largest relative gap "
        f"suggests {several(k, 'cluster')}."
    )
    if twins:
        says += f" Drawn with replacement, {several(twins, 'image')} came twice and merged at once."
    return Dendrogram(
        "small",
        f"Ward's hierarchy of {n} images",
        says,
        Z=Z,
        k=k,
        leaf_pictures=images.pixels[index],
        truncate=None,
        leaf_labels=pictures.captions(images, index) if images.labels is not None else None,
        peak=pictures.peak(images),
        ink=pictures.ink(images),
    )


def table(frame: pd.DataFrame) -> Table:
    """Every resample and rule."""
    ratios = frame[(frame["rule"] == suggesting.RULES[0]) & np.isfinite(frame["strength"])]
    says = (
        "Every resample and rule; strength is the jump in the heights over the largest elsewhere."
    )
    if len(ratios):
        clearest = ratios.sort_values("strength", ascending=False).to_dict("records")[0]
        says += (
            f" The clearest relative gap is in resample {clearest['resample']} of "
            f"{clearest['sample_size']:,} images: {clearest['k']} clusters, {clearest['strength']:.2f}"
            f" times the gap at {clearest['runner_up']}."
        )
    return Table("suggestions", "What each resample suggests", says, frame)
