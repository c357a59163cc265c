"""The groups of the clustering on which the report opens: what each looks like, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.shrinking import shrink, stretched
from inkcluster.study.overview.thumbnails import size
from inkcluster.study.run import rows as rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inkcluster.images import ImageSet
    from inkcluster.study.answer import Partition

MEMBERS = 12
"""Typical members shown, and as many extreme ones."""
MOST_GROUPS = 400
"""Only the largest groups have cards."""
UNSURE = 0.5
"""An image is unsure of its group below this confidence."""
MAJORITY = 0.5
"""A group is mostly of one label above this share; where none has as much, no label is odd in it."""
WALL = 120
"""Images on a wall."""
ODD = 10
"""One image in so many, at most, is called unlike all others."""
NONE = -1


@dataclass(frozen=True, eq=False)
class Groups:
    """The largest `k` groups, and the images that deserve a look. Rows are -1 where there are none."""

    sizes: NDArray[np.int64]  # (k,)
    numbers: NDArray[np.int64]  # (k,), the clusters' own numbers, by decreasing size
    means: NDArray[np.uint8]  # (k, h, w), mean images, from 0 to 255
    typical: NDArray[np.int64]  # (k, 12), the images most alike their group
    extreme: NDArray[np.int64]  # (k, 12), the images least alike
    sure: NDArray[np.float64]  # (k,), mean confidence; NaN where it is not known
    unsure: NDArray[np.int64]  # (k,), images below UNSURE; 0 where confidence is not known
    border: NDArray[np.int64]  # (k,), the group to which most of these would go
    label: NDArray[np.int32]  # (k,), the most frequent label, a number of the classes
    purity: NDArray[np.float64]  # (k,), its share of the labelled; NaN without labels
    order: NDArray[np.int64]  # (k,), the groups by what deserves a look
    outliers: NDArray[np.int64]  # (m,), the images least alike any other
    doubtful: NDArray[np.int64]  # (m,), the least sure images
    suspects: NDArray[np.int64]  # (m,), images with another label than most of their group
    shown: NDArray[np.int64]  # (p,), all images named above, ascending
    pixels: NDArray[np.uint8]  # (p, h, w), these as thumbnails, from 0 to 255
    noise: NDArray[np.int64]  # (2,), images in no group, and outside the sample


def find(
    images: ImageSet, labels: NDArray[np.int32], known: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """Describe the groups that `labels` (n,) put the images into.

    `known` may hold `memberships` (n, k), `confidence` (n,) and `outlier_scores` (n,); without them,
    the distances to the groups' mean images stand in. Labels of the images only judge.
    """
    from inkcluster.evaluate.distances import distance_to_own, members_of
    from inkcluster.study.questions.parts.pictures import mean_images

    sizes = np.bincount(labels[labels >= 0])
    numbers = np.argsort(-sizes, kind="stable")[: min(MOST_GROUPS, int(np.sum(sizes > 0)))]
    rank = np.full(len(sizes) + 1, NONE)  # its last entry is that of noise
    rank[numbers] = np.arange(len(numbers))
    groups = rank[np.maximum(labels, NONE)]
    members = members_of(groups, len(numbers))
    means = mean_images(images.pixels, groups, len(numbers))
    flat = images.flat()
    centres = means.reshape(len(means), flat.shape[1])
    near = np.nan_to_num(distance_to_own(flat, groups, centres))
    confidence, scores = known.get("confidence"), known.get("outlier_scores", near)
    memberships = known.get("memberships")
    if memberships is not None:
        memberships = memberships[:, numbers]
    second = _second(memberships, flat, groups, centres)
    doubt = near if confidence is None else 1 - confidence
    is_unsure = np.zeros(len(labels), bool) if confidence is None else confidence < UNSURE
    codes, peak = rows_of.codes(images), int(images.pixels.max())
    label, purity = _judged(codes, members)
    odd = np.zeros(len(labels), bool)
    if codes is not None:
        held = np.flatnonzero(groups >= 0)
        pure = purity[groups[held]] > MAJORITY
        odd[held] = pure & (label[groups[held]] != codes[held])
    unsure = np.array([int(is_unsure[some].sum()) for some in members], np.int64)
    odd_count = np.array([int(odd[some].sum()) for some in members], np.int64)
    found: dict[str, NDArray[Any]] = {
        "sizes": sizes[numbers],
        "numbers": numbers,
        "means": stretched(np.rint(means).astype(np.uint8), peak),
        "typical": _rows([_first(some, near[some]) for some in members]),
        "extreme": _rows([_first(some, -scores[some], len(some) // 2) for some in members]),
        "sure": _means_of(confidence, members),
        "unsure": unsure,
        "border": np.array([_most(second[some[_doubtful(doubt, some)]]) for some in members]),
        "label": label,
        "purity": purity,
        "order": np.argsort(-(unsure + odd_count) / sizes[numbers], kind="stable"),
        "outliers": _wall(scores, labels >= 0, max(MEMBERS, len(labels) // ODD)),
        "doubtful": _wall(doubt, is_unsure),
        "suspects": _wall(-doubt, odd),
        "noise": np.array([np.sum(labels == -1), np.sum(labels < -1)]),
    }
    rows = np.concatenate([found[name].ravel() for name in _SHOWN])
    found["shown"] = np.unique(rows[rows >= 0]).astype(np.int64)
    tile = size(images.shape, len(found["shown"]))
    found["pixels"] = stretched(shrink(images.pixels[found["shown"]], tile), peak)
    return found


_SHOWN = ("typical", "extreme", "outliers", "doubtful", "suspects")


def read(arrays: Mapping[str, NDArray[Any]], n: int) -> Groups:
    """The groups in `arrays` of :func:`find`, of a set of `n`; LookupError or ValueError if none."""
    found = Groups(**{field.name: arrays[field.name] for field in fields(Groups)})
    k = len(found.sizes)
    for name in ("numbers", "means", "typical", "extreme", "sure", "unsure", "border", "label"):
        if len(getattr(found, name)) != k:
            raise ValueError(f"not one of {name} for each group")
    if len(found.shown) != len(found.pixels) or found.pixels.ndim != 3 or found.means.ndim != 3:
        raise ValueError("not a picture for each image shown")
    if sorted(found.order.tolist()) != list(range(k)) or found.shown.max(initial=0) >= n:
        raise ValueError("groups of other images")
    for name in _SHOWN:
        rows = getattr(found, name)
        if not np.isin(rows[rows >= 0], found.shown).all():
            raise ValueError("an image without its picture")
    return found


def known_of(arrays: Mapping[str, NDArray[Any]], partition: Partition, n: int) -> dict[str, Any]:
    """What `arrays` of an answer hold about each of `n` images beside its cluster."""
    names = {
        name: getattr(partition, name) for name in ("memberships", "confidence", "outlier_scores")
    }
    return {name: arrays[at] for name, at in names.items() if at and len(arrays[at]) == n}


def _second(
    memberships: NDArray[np.float64] | None,
    flat: NDArray[np.uint8],
    groups: NDArray[np.int64],
    centres: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The group that each image would be in next; -1 without a group, or without another."""
    from inkcluster.evaluate.distances import two_closest

    if len(centres) < 2:
        return np.full(len(groups), NONE)
    if memberships is None:
        first, then, _, _ = two_closest(flat, centres)
        found = np.where(first == groups, then, first)
    else:
        others = memberships.copy()
        others[np.arange(len(groups)), groups] = -np.inf  # noise has no membership that matters
        found = others.argmax(axis=1)
    return np.where(groups >= 0, found, NONE)


def _doubtful(doubt: NDArray[np.float64], some: NDArray[np.int64]) -> NDArray[np.int64]:
    """The tenth of a group's members that is least sure."""
    return np.argsort(-doubt[some], kind="stable")[: max(1, len(some) // 10)]


def _most(values: NDArray[np.int64]) -> int:
    values = values[values >= 0]
    return int(np.bincount(values).argmax()) if len(values) else NONE


def _judged(
    codes: NDArray[np.int32] | None, members: list[NDArray[np.int64]]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    if codes is None:
        return np.full(len(members), NONE, np.int32), np.full(len(members), np.nan)
    counts = [np.bincount(codes[some]) for some in members]
    label = np.array([one.argmax() for one in counts], np.int32)
    return label, np.array([one.max() / one.sum() for one in counts])


def _first(some: NDArray[np.int64], key: NDArray[Any], most: int = MEMBERS) -> NDArray[np.int64]:
    return some[np.argsort(key, kind="stable")[: min(most, MEMBERS)]]


def _rows(lists: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    found = np.full((len(lists), MEMBERS), NONE, np.int64)
    for row, some in zip(found, lists, strict=True):
        row[: len(some)] = some
    return found


def _means_of(
    values: NDArray[np.float64] | None, members: list[NDArray[np.int64]]
) -> NDArray[np.float64]:
    if values is None:
        return np.full(len(members), np.nan)
    return np.array([values[some].mean() for some in members])


def _wall(key: NDArray[Any], allowed: NDArray[np.bool_], most: int = WALL) -> NDArray[np.int64]:
    """The images with the largest key among those allowed."""
    rows = np.flatnonzero(allowed)
    return rows[np.argsort(-key[rows], kind="stable")[: min(most, WALL)]]
