"""Chooses which of a file's arrays are the images and which the labels: by shape, then by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.words import listed, sentence, several

MAX_NAMED_ARRAYS = 3
"""How many arrays that are not used a notice names."""
LABEL_NAMES = ("label", "labels", "target", "targets", "class", "classes", "digit", "y", "gnd")
_PARTS = ("train", "valid", "val", "test")


@dataclass(frozen=True)
class Found:
    """What a reader took from a file, not checked yet.

    `name` and `shape` are what the file itself says, where it does.
    """

    pixels: NDArray[Any]
    labels: Any = None
    notices: tuple[str, ...] = ()
    name: str | None = None
    shape: tuple[int, int] | None = None


def choose(
    arrays: Mapping[str, NDArray[Any]],
    where: str,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    columns_first: bool = False,
) -> Found:
    """Choose the images and the labels among named arrays, and turn the images to the front.

    `where` names the file in sentences. `labels` are the name of the label array or the labels
    themselves, and `shape` (height, width), where the caller knows them. `columns_first` is true for
    files of MATLAB, where the last axis usually counts the images. Parts are joined.
    """
    if isinstance(labels, str) and labels not in arrays:
        raise BadInputError(
            f"{where} has no array {labels!r} for the labels; it has {_list(arrays)}."
        )
    parts = _parts(arrays) if labels is None else []
    if len(parts) > 1:
        found = [_one(own, where, None, shape, columns_first) for own in parts]
        if (
            len({part.pixels.shape[1:] for part in found}) == 1
            and len({part.labels is None for part in found}) == 1
        ):
            return joined(found, [where] * len(found), "part")
    return _one(arrays, where, labels, shape, columns_first)


def joined(parts: list[Found], where: list[str], what: str) -> Found:
    """Join parts whose images have one shape; a notice says how many `what` there were."""
    labels = None
    if all(part.labels is not None for part in parts):
        for part, place in zip(parts, where, strict=True):
            if np.size(part.labels) != len(part.pixels):
                raise BadInputError(
                    f"{place}: {len(part.pixels):,} images but {np.size(part.labels):,} labels; "
                    "give one label for each image."
                )
        labels = np.concatenate([np.ravel(part.labels) for part in parts])
    pixels = np.concatenate([part.pixels for part in parts])
    count = sentence(several(len(parts), what))
    notice = f"{count} were joined into one set of {len(pixels):,} images."
    said = dict.fromkeys(notice for part in parts for notice in part.notices)
    return Found(pixels, labels, (*said, notice))


def _one(
    arrays: Mapping[str, NDArray[Any]],
    where: str,
    labels: Any,
    shape: tuple[int, int] | None,
    columns_first: bool,
) -> Found:
    wanted = labels if isinstance(labels, str) else None
    given = None if wanted else labels
    data = {
        key: a
        for key, a in arrays.items()
        if a.dtype.kind in "biuf" and a.ndim in (2, 3, 4) and a.size > 1 and key != wanted
    }
    data = {key: a for key, a in data.items() if not _is_vector(a)} or data  # or a single image
    if not data:
        raise BadInputError(f"{where} holds no array of images; it has {_list(arrays)}.")
    main = max(data, key=lambda key: data[key].size)
    pixels = data[main]
    others = {key: a for key, a in arrays.items() if key != main and _is_vector(a)}
    label_key = wanted or (None if given is not None else _label_key(pixels, others))
    known = arrays[label_key] if label_key is not None else given
    n = None if known is None else int(np.size(known)) if np.ndim(known) else None
    ready = _images_first(pixels, n, shape, columns_first)
    unread = [key for key in arrays if key not in (main, label_key)]
    if not unread:
        return Found(ready, known)
    named = listed(map(one_line, unread), MAX_NAMED_ARRAYS)
    return Found(ready, known, (f"Not used: {named}.",))


def _images_first(
    pixels: NDArray[Any], n: int | None, shape: tuple[int, int] | None, columns_first: bool
) -> NDArray[Any]:
    """Turn the axis that counts the images to the front; a view."""
    if pixels.ndim == 2:
        return pixels.T if _counts_columns(pixels.shape, n, shape) else pixels
    first, last = pixels.shape[0], pixels.shape[-1]
    if n is not None and (first == n) != (last == n):
        at_end = last == n
    elif shape is not None and (pixels.shape[1:3] == shape) != (pixels.shape[:2] == shape):
        at_end = pixels.shape[:2] == shape
    elif pixels.ndim == 3 and (pixels.shape[1] == last) != (first == pixels.shape[1]):
        at_end = first == pixels.shape[1]  # two equal sides are the image's
    else:
        at_end = columns_first
    return np.moveaxis(pixels, -1, 0) if at_end else pixels


def _counts_columns(dims: tuple[int, ...], n: int | None, shape: tuple[int, int] | None) -> bool:
    rows, columns = dims
    if n is not None and (rows == n) != (columns == n):
        return columns == n
    if shape is not None and (rows == math.prod(shape)) != (columns == math.prod(shape)):
        return rows == math.prod(shape)
    if _is_square(rows) != _is_square(columns):
        return _is_square(rows)
    return _is_square(rows) and rows < columns  # more images than pixels


def _label_key(pixels: NDArray[Any], others: Mapping[str, NDArray[Any]]) -> str | None:
    """The vector that is as long as a side of the data, the likeliest name first."""
    sides = {pixels.shape[0], pixels.shape[-1]}
    fitting = [key for key, a in others.items() if a.size in sides]
    named = [key for key in fitting if _names_labels(key)]
    if named or fitting:
        return (named or fitting)[0]
    unfit = [key for key in others if _names_labels(key)]
    return unfit[0] if unfit else None  # of another length, which check_labels will say


def _names_labels(key: str) -> bool:
    words = key.lower().replace("-", "_").split("_")
    return any(word in LABEL_NAMES for word in words) or key.lower().endswith(("label", "labels"))


def _parts(arrays: Mapping[str, NDArray[Any]]) -> list[dict[str, NDArray[Any]]]:
    """The arrays grouped by the part (train, test) that their names say, if they all say one."""
    groups: dict[str, dict[str, NDArray[Any]]] = {}
    for key, array in arrays.items():
        part = next((p for p in _PARTS if p in key.lower()), None)
        if part is None:
            return []
        groups.setdefault(part, {})[key] = array
    return [groups[part] for part in _PARTS if part in groups]


def _is_vector(array: NDArray[Any]) -> bool:
    return array.ndim == 1 or (array.ndim == 2 and 1 in array.shape)


def _is_square(n: int) -> bool:
    return n > 1 and math.isqrt(n) ** 2 == n


def _list(arrays: Mapping[str, NDArray[Any]]) -> str:
    return listed(f"{one_line(key)} {a.shape}" for key, a in arrays.items()) or "none at all"
