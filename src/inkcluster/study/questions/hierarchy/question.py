"""Question 3: how many clusters does the hierarchy suggest, and does that hold over resamples?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inkcluster.study.answer import Answer, Finding, Level
from inkcluster.study.questions.hierarchy import samples as drawn
from inkcluster.study.questions.parts import branching, k_range, suggesting
from inkcluster.study.questions.parts.numbers import Numbers
from inkcluster.study.steps import hierarchies
from inkcluster.study.steps.hierarchies import Hierarchy
from inkcluster.words import listed, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

LEAVES = 30
_K_RANGE = tuple(name for name in k_range.USES if name != "k")


class HierarchyQuestion:
    """How many clusters does the hierarchy suggest, and does that hold over resamples?"""

    key = "hierarchy"
    number = 3
    title = "How many clusters does the hierarchy suggest, and does that hold over resamples?"
    uses = tuple(dict.fromkeys(("sample_sizes", "resamples", *hierarchies.USES, *_K_RANGE)))
    revision = 2

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Build Ward's hierarchies of all raw pixels and of samples, read the number off each."""
        ward = hierarchies.build(images, plan, desk, "ward")
        shown = hierarchies.taken(images, ward.index)
        samples = drawn.resampled(images, plan, desk)
        frame = suggesting.frame({size: sample.suggested for size, sample in samples.items()})
        verdict = suggesting.Verdict.of(suggesting.read(ward.Z), len(ward), frame)
        found = k_range.suggestions(images, plan, desk)
        numbers = Numbers(verdict, found[2] if found is not None else None)
        along = _along(shown, ward) if shown.labels is not None else None
        whole = (
            f"{'all ' if len(ward) == len(images) else ''}{len(ward):,} images",
            ward.Z,
            verdict.k,
        )
        figures: list[Figure] = [
            _tree(shown, ward, verdict.k),
            *suggesting.counts_figures(frame, verdict),
            drawn.heights(samples, whole),
            *([_curve(shown, along, verdict.k)] if along is not None else []),
            _plain(ward, verdict.k),
            drawn.panels(samples, whole),
            drawn.small(images, plan),
        ]
        findings = [*suggesting.findings(verdict), numbers.finding()]
        findings += _against_labels(shown, verdict.k)
        findings += [_agreement(shown, along, verdict.k)] if along is not None else []
        findings += [*_refused(ward), *_sampled(images, plan, samples, ward)]
        arrays = {"linkage": ward.Z, "index": ward.index}
        for size, sample in samples.items():
            arrays |= sample.arrays(size)
        if along is not None:
            arrays |= {f"along_{name}": along[name].to_numpy() for name in along}
        tables = (numbers.table(), suggesting.summary(frame), drawn.table(frame))
        return Answer(tuple(figures), tables, tuple(findings), arrays)


def _tree(images: ImageSet, ward: Hierarchy, k: int) -> Figure:
    """The top of the hierarchy in pictures."""
    n = len(ward)
    heights = ward.Z[::-1, 2]
    says = (
        f"Ward's hierarchy of {n:,} images, its last {min(branching.LEAVES, n)} branches: the root is "
        "left, and each leaf and each merge shows the mean of its images and how many they are. Cut "
        f"into {k}: the merge that leaves {k} clusters stands at {heights[k - 1]:,.0f}, the next at "
        f"{heights[k - 2]:,.0f}."
    )
    title = "Ward's hierarchy in pictures"
    return branching.tree(images, ward.Z, k, name="tree", title=title, says=says)


def _plain(ward: Hierarchy, k: int) -> Figure:
    """The look that SciPy gives it."""
    from inkcluster.figures import Dendrogram

    n = len(ward)
    last = ward.Z[-1]
    says = (
        f"The same hierarchy as SciPy draws it, its last {min(LEAVES, n)} branches; the last merge, of "
        f"all {n:,} images, stands at {last[2]:,.0f}."
    )
    return Dendrogram(
        "dendrogram",
        f"Ward's hierarchy of {n:,} images",
        says,
        Z=ward.Z,
        k=k,
        truncate=LEAVES if n > LEAVES else None,
    )


def _along(images: ImageSet, ward: Hierarchy) -> pd.DataFrame:
    from inkcluster.evaluate import along_hierarchy

    return along_hierarchy(ward.Z, images.labels)


def _best(along: pd.DataFrame) -> tuple[int, float]:
    """The k that agrees best with the labels, and its ARI; the smallest among equals."""
    at = int(along["ari"].to_numpy().argmax())
    return int(along["k"].iloc[at]), float(along["ari"].iloc[at])


def _curve(images: ImageSet, along: pd.DataFrame, k: int) -> Figure:
    """The agreement with the labels at every number of clusters."""
    from inkcluster.figures import AlongHierarchy

    best, ari = _best(along)
    classes = len(images.classes)
    says = (
        f"Every number of clusters that Ward's hierarchy can be cut into, judged by the labels: the "
        f"ARI is greatest at {best} with {ari:.3f}, and {along['ari'].iloc[k - 1]:.3f} at the "
        f"{k} clusters suggested. NMI and purity grow with the number of clusters by themselves."
    )
    return AlongHierarchy(
        "along",
        "Agreement with the labels along the hierarchy",
        says,
        curves={
            "ARI": along["ari"].to_numpy(),
            "NMI": along["nmi"].to_numpy(),
            "purity": along["purity"].to_numpy(),
        },
        marks={"suggested": k, "classes": classes},
        best=("ARI",),
    )


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


GOOD = 0.5
"""From this ARI on, some cut of the hierarchy is said to show the classes."""


def _agreement(images: ImageSet, along: pd.DataFrame, k: int) -> Finding:
    """H5."""
    best, ari = _best(along)
    classes = len(images.classes)
    words = (
        f"Along Ward's hierarchy of {len(along):,} images the agreement with the labels is best at "
        f"{several(best, 'cluster')} (ARI {ari:.3f}); it is {along['ari'].iloc[k - 1]:.3f} at the {k} "
        "that the largest relative gap suggests"
    )
    if classes != k:
        words += f" and {along['ari'].iloc[classes - 1]:.3f} at {classes}, the number of classes"
    return Finding("H5", Level.OK if ari >= GOOD else Level.NOTICE, f"{words}.")


def _refused(ward: Hierarchy) -> list[Finding]:
    """Say so where the memory was too little for all images."""
    if ward.refused is None:
        return []
    n, need, have = ward.refused
    words = (
        f"Ward's hierarchy of {n:,} images needs {need / 1e9:.2f} GB and {have / 1e9:.2f} GB may be "
        f"used; it rests on {len(ward):,} images, drawn at random."
    )
    return [Finding("S3", Level.WARNING, words)]


def _sampled(
    images: ImageSet, plan: Plan, samples: Mapping[int, Any], ward: Hierarchy
) -> list[Finding]:
    n = len(images)
    if max(samples) >= n and not plan.replace and len(ward) == n:
        return []
    how = "with" if plan.replace else "without"
    sizes = listed(f"{size:,}" for size in samples)
    words = (
        f"Whether the suggestion holds is judged by samples of {sizes} of the {n:,} images, drawn {how} "
        f"replacement ({several(plan.resamples, 'resample')} of each size)"
    )
    if len(ward) != n and ward.refused is None:
        words += f"; the hierarchy itself rests on {len(ward):,} images, drawn {how} replacement"
    return [Finding("S3", Level.NOTICE, f"{words}.")]


QUESTION = HierarchyQuestion()
