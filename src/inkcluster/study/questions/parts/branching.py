"""The top of a hierarchy as a person wants it: what each leaf and each merge looks like and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.parts import pictures
from inkcluster.words import class_names

if TYPE_CHECKING:
    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet

LEAVES = 32


def tree(
    images: ImageSet, Z: NDArray[np.float64], k: int | None, *, name: str, title: str, says: str
) -> Figure:
    """The last merges of a hierarchy of `images`, each node with the mean of its members.

    Labels, where there are any, colour the branches and name the leaves; they decide nothing.
    """
    from inkcluster.figures import PictureTree
    from inkcluster.figures.drawing.branches import branches, leaf_of

    truncate = LEAVES if len(images) > LEAVES else None
    shown = branches(Z, k, truncate)
    leaf = leaf_of(Z, shown)
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
    return PictureTree(
        name,
        title,
        says,
        Z=Z,
        k=k,
        pictures=sums / shown.members[:, None, None],
        truncate=truncate,
        classes=classes,
        shares=shares,
        ink=pictures.ink(images),
        peak=pictures.peak(images),
    )


def _upwards(totals: NDArray[Any], parent: NDArray[np.int64]) -> None:
    """Add every node's total to its parent's; children come first."""
    for i, up in enumerate(parent.tolist()):
        if up >= 0:
            totals[up] += totals[i]
