"""The figures of question 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster import figures as charts
from inkcluster.evaluate import largest_gap
from inkcluster.figures.drawing.branches import branches
from inkcluster.figures.drawing.tree import leaf_of
from inkcluster.images import ImageSet, sample_index
from inkcluster.study.questions.hierarchy.suggesting import RULE_NAMES, RULES, Verdict, mode
from inkcluster.study.questions.parts import pictures
from inkcluster.words import class_names, listed, percent, several

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure
    from inkcluster.study.settings.plan import Plan

LEAVES_SHOWN, BRANCHES_SHOWN = 32, 30
IMAGES_SHOWN = 30

Panel = tuple[str, NDArray[np.float64], int]
"""The name of a sample, its hierarchy, and the number of clusters suggested."""


def tree(images: ImageSet, Z: NDArray[np.float64], k: int) -> Figure:
    """The last merges of the hierarchy in pictures, each the mean of the images below it.

    Labels only colour the branches and name the leaves.
    """
    heights = Z[::-1, 2]
    says = (
        f"The last {min(LEAVES_SHOWN, len(images))} branches of Ward's hierarchy of "
        f"{len(images):,} images, the root at the left; each picture is the mean of the images below "
        f"it, with their number. The cut into {k} clusters is between the heights "
        f"{heights[k - 1]:,.0f} and {heights[k - 2]:,.0f}."
    )
    truncate = LEAVES_SHOWN if len(images) > LEAVES_SHOWN else None
    shown = branches(Z, k, truncate)
    leaf = leaf_of(Z, shown.node[: shown.leaves])
    sums = np.zeros((len(shown.node), *images.shape))
    for i in range(shown.leaves):
        sums[i] = images.pixels[leaf == i].sum(axis=0, dtype=np.int64)
    _upwards(sums, shown.parent)
    classes, shares = None, None
    if images.labels is not None:
        values, codes = np.unique(images.labels, return_inverse=True)
        counts = np.zeros((len(shown.node), len(values)), np.int64)
        np.add.at(counts, (leaf, codes), 1)
        _upwards(counts, shown.parent)
        names = class_names(values.tolist())
        classes = [names[i] for i in counts.argmax(axis=1)]
        shares = (counts.max(axis=1) / shown.members).tolist()
    return charts.PictureTree(
        "tree",
        "Ward's hierarchy in pictures",
        says,
        Z=Z,
        k=k,
        pictures=sums / shown.members[:, None, None],
        truncate=truncate,
        classes=classes,
        shares=shares,
        **pictures.shades(images),
    )


def _upwards(totals: NDArray[Any], parent: NDArray[np.int64]) -> None:
    """Add the total of each node to its parent's; children come first."""
    for i, up in enumerate(parent.tolist()):
        if up >= 0:
            totals[up] += totals[i]


def counts(frame: pd.DataFrame, verdict: Verdict) -> list[Figure]:
    """How often each number is suggested at each sample size, a figure for each rule."""
    figures: list[Figure] = []
    for rule, words in RULE_NAMES.items():
        rows = frame[frame["rule"] == rule]
        found = rows.groupby(["sample_size", "k"]).size().rename("count").reset_index()
        k = mode(rows["k"])
        others = sorted(set(rows["k"].tolist()) - {k})
        says = (
            f"{(rows['k'] == k).sum()} of {several(verdict.n, 'sample')} suggest "
            f"{several(k, 'cluster')} by {words}{f', the others {listed(others)}' if others else ''}; "
            f"all {verdict.total:,} images together suggest {verdict.by_rule[rule]}."
        )
        name = "suggestions" if rule == RULES[0] else f"suggestions-{rule}"
        title = f"The number of clusters suggested by {words}"
        figures.append(charts.SuggestionCounts(name, title, says, frame_=found))
    return figures


def heights(panels: list[Panel]) -> Figure:
    """The heights of the last merges, by sample size and of all."""
    title, Z, k = panels[-1]
    high, low = Z[::-1, 2][k - 2 : k].tolist()
    says = (
        "The heights of the last merges. A natural number of clusters is followed by a wide gap: on "
        f"{title} the merge of {k} clusters into {k - 1} is at {high:,.0f}, that of {k + 1} into {k} "
        f"at {low:,.0f}, {percent(1 - low / high if high > 0 else 0.0)} lower."
    )
    return charts.MergeHeights(
        "heights",
        "The heights of the last merges",
        says,
        heights={name: tree[:, 2] for name, tree, _ in panels},
        suggested={name: number for name, _, number in panels},
    )


def along(images: ImageSet, frame: pd.DataFrame, k: int) -> Figure:
    """The agreement with the labels at every number of clusters."""
    ari, classes = frame["ari"].to_numpy(), len(images.classes)
    best = int(ari.argmax())
    says = (
        "The agreement with the labels at every number of clusters. The ARI is highest at "
        f"{several(best + 1, 'cluster')} ({ari[best]:.3f}); it is {ari[k - 1]:.3f} at the {k} suggested "
        f"and {ari[classes - 1]:.3f} at {classes}, the number of classes. NMI and purity tend to grow "
        "with the number of clusters."
    )
    return charts.AlongHierarchy(
        "along",
        "Agreement with the labels along the hierarchy",
        says,
        curves={
            "ARI": ari,
            "NMI": frame["nmi"].to_numpy(),
            "purity": frame["purity"].to_numpy(),
        },
        marks={"suggested": k, "classes": classes},
        best=("ARI",),
    )


def plain(Z: NDArray[np.float64], k: int) -> Figure:
    """The hierarchy as SciPy draws it."""
    n = len(Z) + 1
    says = (
        f"The same hierarchy as SciPy draws it, its last {min(BRANCHES_SHOWN, n)} branches; the last "
        f"merge, of all {n:,} images, is at {Z[-1, 2]:,.0f}."
    )
    return charts.Dendrogram(
        "dendrogram",
        f"Ward's hierarchy of {n:,} images",
        says,
        Z=Z,
        k=k,
        truncate=BRANCHES_SHOWN if n > BRANCHES_SHOWN else None,
    )


def dendrograms(panels: list[Panel]) -> Figure:
    """The first sample of each size, and the hierarchy of all."""
    says = (
        "The hierarchies of the first sample of each size and of all, each coloured at the number of "
        f"clusters that it suggests: {listed(f'{k} for {name}' for name, _, k in panels)}."
    )
    return charts.Dendrograms(
        "dendrograms", "One dendrogram for each sample size", says, panels=panels
    )


def small(images: ImageSet, plan: Plan) -> Figure:
    """The hierarchy of a few images, each of them shown."""
    from inkcluster.cluster.hierarchy import ward

    n = min(IMAGES_SHOWN, len(images))
    index = sample_index(len(images), n, plan.seed, replace=plan.replace)
    Z = ward(images.flat()[index])
    k = largest_gap(Z).k
    says = (
        f"Ward's hierarchy of {n} images, each of them shown; its largest relative gap suggests "
        f"{several(k, 'cluster')}."
    )
    if twins := n - len(np.unique(index)):
        says += f" Drawn with replacement, {several(twins, 'image')} came twice."
    return charts.Dendrogram(
        "small",
        f"Ward's hierarchy of {n} images",
        says,
        Z=Z,
        k=k,
        leaf_pictures=images.pixels[index],
        truncate=None,
        leaf_labels=pictures.captions(images, index) if images.labels is not None else None,
        **pictures.shades(images),
    )
