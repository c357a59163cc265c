"""Small words and joins that the density and the comparison questions share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.answer import Answer
from inkcluster.words import several

if TYPE_CHECKING:
    from inkcluster.images import ImageSet


def first_members(labels: NDArray[np.int32], cluster: int, most: int) -> NDArray[np.int64]:
    """The first `most` members of a cluster; the order of a sample is random already.

    Examples
    --------
    >>> first_members(np.array([1, 0, 1, 1]), 1, 2).tolist()
    [0, 2]
    """
    return np.flatnonzero(labels == cluster)[:most]


def cluster_label(cluster: int, size: int) -> str:
    """What stands beside a cluster's row.

    Examples
    --------
    >>> cluster_label(3, 1486)
    'cluster 3 · 1,486'
    """
    return f"cluster {cluster} · {size:,}"


def one_class_only(images: ImageSet, labels: NDArray[np.int32], clusters: Sequence[int]) -> str:
    """How many of `clusters` hold a single class, as the end of a sentence; empty without labels.

    Examples
    --------
    >>> from inkcluster.images import ImageSet
    >>> images = ImageSet(np.zeros((3, 1, 1), np.uint8), np.array([7, 7, 8]))
    >>> one_class_only(images, np.array([0, 0, 1]), [0, 1])
    '; both hold one class only'
    """
    if images.labels is None or not clusters:
        return ""
    alone = sum(len(np.unique(images.labels[labels == cluster])) == 1 for cluster in clusters)
    total = len(clusters)
    if total == 1:
        return "; it holds one class only" if alone else "; it holds more than one class"
    if alone == total:
        return f"; {'both' if total == 2 else 'all of these'} hold one class only"
    return f"; {several(alone, 'of these holds', 'of these hold')} one class only"


def ordinal(number: int) -> str:
    """A place in a row, as in "the 3rd neighbour".

    Examples
    --------
    >>> ordinal(3), ordinal(11), ordinal(22)
    ('3rd', '11th', '22nd')
    """
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(last, 'th')}"


def decimals(value: float, digits: int = 3) -> str:
    """A score with as many decimals, and without a minus before zero.

    Examples
    --------
    >>> decimals(0.36524), decimals(-0.0001)
    ('0.365', '0.000')
    """
    return f"{round(float(value), digits) + 0.0:.{digits}f}"


def joined(*parts: Answer) -> Answer:
    """One answer of several parts, in their order."""
    arrays = {name: array for part in parts for name, array in part.arrays.items()}
    return Answer(
        figures=tuple(figure for part in parts for figure in part.figures),
        tables=tuple(table for part in parts for table in part.tables),
        findings=tuple(finding for part in parts for finding in part.findings),
        arrays=arrays,
    )
