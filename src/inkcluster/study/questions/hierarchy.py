"""Question 3: how many clusters does the hierarchy suggest, and does that hold over resamples?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study import pictures, suggesting
from inkcluster.study.answer import Answer, Finding, Level, Table
from inkcluster.study.wording import listed, percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan

SMALL = 30
LEAVES = 30
_REVISION = 2


class HierarchyQuestion:
    """How many clusters does the hierarchy suggest, and does that hold over resamples?"""

    key = "hierarchy"
    number = 3
    title = "How many clusters does the hierarchy suggest, and does that hold over resamples?"
    uses = ("seed", "replace", "sample_sizes", "resamples")
    revision = 1

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Draw samples of the raw pixels, build Ward's hierarchies, read the number off each."""
        samples = _all_samples(images, plan, desk)
        frame = suggesting.frame({size: sample.suggested for size, sample in samples.items()})
        verdict = suggesting.Verdict.of(frame)
        largest = samples[max(samples)]
        figures: list[Figure] = [
            *suggesting.counts_figures(frame, verdict),
            _large(images, largest, verdict.k),
            _panels(samples, verdict.k),
            _heights(samples, verdict.k),
            _small(images, plan),
        ]
        findings = [*suggesting.findings(verdict), *_against_labels(images, verdict.k)]
        findings += _drawn(images, plan, samples)
        tables = (suggesting.summary(frame), _table(frame))
        arrays = {
            name: array
            for size, sample in samples.items()
            for name, array in sample.arrays(size).items()
        }
        return Answer(tuple(figures), tables, tuple(findings), arrays)


@dataclass(frozen=True, eq=False)
class _Sample:
    """All resamples of one size: which images, what they suggest, and the first one's hierarchy."""

    index: NDArray[np.int64]
    suggested: Mapping[str, NDArray[Any]]
    Z: NDArray[np.float64]

    def arrays(self, size: int) -> dict[str, NDArray[Any]]:
        return {f"index_{size}": self.index, f"linkage_{size}": self.Z} | {
            f"{name}_{size}": array for name, array in self.suggested.items()
        }


def _all_samples(images: ImageSet, plan: Plan, desk: Desk) -> dict[int, _Sample]:
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
            samples[size] = _Sample(kept["index"], suggested, kept["linkage"])
    return samples


def _resamples(images: ImageSet, plan: Plan, size: int) -> int:
    """How often a sample of `size` is drawn: the whole set without replacement is one sample."""
    return 1 if size >= len(images) and not plan.replace else plan.resamples


def _grow(
    images: ImageSet, plan: Plan, size: int, resamples: int, advance: Any
) -> dict[str, NDArray[Any]]:
    from inkcluster.cluster import hierarchy
    from inkcluster.images import sample_index

    index, found, first = [], [], np.empty((0, 4))
    for number in range(resamples):
        drawn = sample_index(len(images), size, plan.seed + number, replace=plan.replace)
        Z = hierarchy.ward(images.flat()[drawn])
        index.append(drawn)
        found.append(suggesting.read(Z))
        first = Z if number == 0 else first
        advance(float(size * size))
    suggested = {name: np.stack([one[name] for one in found]) for name in suggesting.COLUMNS}
    return {"index": np.stack(index), "linkage": first, **suggested}


def _large(images: ImageSet, sample: _Sample, k: int) -> Figure:
    from inkcluster.figures import Dendrogram

    n = len(sample.index[0])
    heights = sample.Z[::-1, 2]
    says = (
        f"Ward's hierarchy of {n:,} images, its last {min(LEAVES, n)} branches, each with the mean "
        f"of its images; cut into {k}: the merge that leaves {k} clusters stands at "
        f"{heights[k - 1]:,.0f}, the next at {heights[k - 2]:,.0f}."
    )
    tree = Dendrogram(
        "dendrogram",
        f"Ward's hierarchy of {n:,} images",
        says,
        Z=sample.Z,
        k=k,
        truncate=LEAVES if n > LEAVES else None,
        peak=pictures.peak(images),
        ink=pictures.ink(images),
    )
    pixels = images.pixels[sample.index[0]]
    means = np.stack([pixels[members].mean(axis=0) for members in tree.leaf_members()])
    return replace(tree, leaf_pictures=means if n > LEAVES else pixels)


def _panels(samples: Mapping[int, _Sample], k: int) -> Figure:
    from inkcluster.figures import Dendrograms

    own = {size: int(sample.suggested["k"][0, 0]) for size, sample in samples.items()}
    says = (
        "The first sample of each size, coloured at the number of clusters that its own largest "
        f"gap suggests: {listed(f'{k} at {size:,}' for size, k in own.items())}."
    )
    return Dendrograms(
        "dendrograms",
        "One dendrogram for each sample size",
        says,
        panels=[(f"{size:,} images", sample.Z, own[size]) for size, sample in samples.items()],
    )


def _heights(samples: Mapping[int, _Sample], k: int) -> Figure:
    from inkcluster.figures import MergeHeights

    largest = max(samples)
    high, low = samples[largest].Z[::-1, 2][k - 2 : k].tolist()
    says = (
        "A number of clusters is natural where the next merge stands far above those before it: "
        f"at {largest:,} images that of {k} clusters into {k - 1} stands at {high:,.0f}, that of "
        f"{k + 1} into {k} at {low:,.0f}, {percent(1 - low / high if high > 0 else 0.0)} lower."
    )
    return MergeHeights(
        "heights",
        "The heights of the last merges",
        says,
        heights={f"{size:,} images": sample.Z[:, 2] for size, sample in samples.items()},
        suggested={
            f"{size:,} images": int(sample.suggested["k"][0, 0]) for size, sample in samples.items()
        },
    )


def _small(images: ImageSet, plan: Plan) -> Figure:
    from inkcluster.cluster import hierarchy
    from inkcluster.evaluate import suggestions
    from inkcluster.figures import Dendrogram
    from inkcluster.images import sample_index

    n = min(SMALL, len(images))
    index = sample_index(len(images), n, plan.seed, replace=plan.replace)
    Z = hierarchy.ward(images.flat()[index])
    k = suggestions(Z)["gap"].k
    twins = n - len(np.unique(index))
    says = (
        f"Ward's hierarchy of {n} images, small enough to see each of them; its largest gap "
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


def _table(frame: pd.DataFrame) -> Table:
    gaps = frame[(frame["rule"] == "gap") & np.isfinite(frame["strength"])]
    says = (
        "Every resample and rule; strength is the jump in the heights over the largest elsewhere."
    )
    if len(gaps):
        clearest = gaps.sort_values("strength", ascending=False).to_dict("records")[0]
        says += (
            f" The clearest gap is in resample {clearest['resample']} of "
            f"{clearest['sample_size']:,} images: {clearest['k']} clusters, {clearest['strength']:.2f}"
            f" times the gap at {clearest['runner_up']}."
        )
    return Table("suggestions", "What each resample suggests", says, frame)


def _against_labels(images: ImageSet, k: int) -> list[Finding]:
    n_classes = len(images.classes)
    if n_classes == 0:
        return []
    if n_classes == k:
        words = f"Ward's suggestion of {k} clusters is the number of classes in the labels."
        return [Finding("H3", Level.OK, words)]
    relation = "fewer" if k < n_classes else "more"
    words = (
        f"The labels name {several(n_classes, 'class', 'classes')} and Ward's hierarchy suggests "
        f"{several(k, 'cluster')}, {relation} than that: the gaps in its heights do not show the "
        "classes."
    )
    return [Finding("H3", Level.NOTICE, words)]


def _drawn(images: ImageSet, plan: Plan, samples: Mapping[int, _Sample]) -> list[Finding]:
    n, largest = len(images), max(samples)
    if largest >= n and not plan.replace:
        return []
    how = "with" if plan.replace else "without"
    sizes = listed(f"{size:,}" for size in samples)
    words = (
        f"The hierarchies rest on samples of {sizes} of the {n:,} images, drawn {how} replacement "
        f"({several(plan.resamples, 'resample')} of each size)."
    )
    return [Finding("S3", Level.NOTICE, words)]


QUESTION = HierarchyQuestion()
