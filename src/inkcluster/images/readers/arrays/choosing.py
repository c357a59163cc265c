"""Chooses which of a file's arrays are the images and which the labels: by shape, name and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.turning import classes_apart, fits, images_first, in_colour
from inkcluster.images.readers.evidence import (
    from_one_hot,
    hidden_label,
    label_ends,
    say_hidden_label,
)
from inkcluster.images.readers.found import Asked, Found, joined
from inkcluster.images.readers.naming import (
    by_part,
    class_numbers,
    image_rank,
    label_rank,
    without_part,
)
from inkcluster.words import listed

MAX_NAMED_ARRAYS = 3
"""How many arrays that are not used a notice names."""
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class _Context(Asked):
    """What the caller says of a file's arrays, and what is known of the file."""

    where: str = ""
    from_matlab: bool = False
    values: int | None = None


def choose(arrays: Arrays, where: str, ask: Asked, *, from_matlab: bool = False) -> Found:
    """Choose the images and the labels among named arrays, and turn the images to the front.

    `where` names the file in sentences. `from_matlab` is true for files of MATLAB, where the last
    axis usually counts the images. Parts (train, test) and arrays of a class each are joined.
    """
    labels = ask.labels
    asked = _Context(labels, ask.shape, where=where, from_matlab=from_matlab)
    if isinstance(labels, str) and not _wanted(arrays, labels) and not labels.isdecimal():
        raise BadInputError(
            f"{where} has no array {one_line(labels)!r} for the labels; it has {_list(arrays)}."
        )
    return _classes(arrays, asked) or _parts(arrays, asked) or _one(arrays, asked)


def _classes(arrays: Arrays, asked: _Context) -> Found | None:
    """Arrays of one class each, whose number ends their names, as one set with those labels."""
    data = _image_arrays(arrays)
    numbers = class_numbers(data)
    if numbers is None or asked.labels is not None or any(_vectors(arrays)):
        return None
    asked = replace(asked, values=_values_of(data.values()))
    parts = [_one({key: array}, asked) for key, array in data.items()]
    if len({part.pixels.shape[1:] for part in parts}) > 1:
        return None
    labels = [
        np.full(len(part.pixels), numbers[key]) for part, key in zip(parts, data, strict=True)
    ]
    found = joined([replace(part, labels=own) for part, own in zip(parts, labels, strict=True)],
                   [asked.where] * len(parts), "array")  # fmt: skip
    said = "Labels are the numbers in the arrays' names; --labels NAME decides."
    said_all = (*found.notices, said, *_unused(arrays, data))
    return replace(found, notices=said_all, labels_from="the numbers in the arrays' names")


def _parts(arrays: Arrays, asked: _Context) -> Found | None:
    """The arrays of train, val and test, joined; None unless at least two of them hold images."""
    groups = [{key: arrays[key] for key in keys} for keys in by_part(arrays).values()]
    groups = [group for group in groups if _image_arrays(group)]
    if len(groups) < 2:
        return None
    rest = {key: a for key, a in arrays.items() if not any(key in group for group in groups)}
    mains = [max(_image_arrays(group).values(), key=np.size) for group in groups]
    if any(a.size > max(main.size for main in mains) for a in _image_arrays(rest).values()):
        return None
    by_name = isinstance(asked.labels, str)
    own = replace(asked, labels=asked.labels if by_name else None, values=_values_of(mains))
    if by_name and not all(_wanted(group, asked.labels) for group in groups):
        return None
    parts = [_one(group, own) for group in groups]
    if len({part.pixels.shape[1:] for part in parts}) > 1:
        return None
    if len({part.labels is None for part in parts}) > 1:
        return None
    found = joined(parts, [asked.where] * len(parts), "part")
    if asked.labels is not None and not by_name:
        found = replace(found, labels=asked.labels, labels_from="")
    return replace(found, notices=(*found.notices, *_unused(rest, ())))


def _one(arrays: Arrays, asked: _Context) -> Found:
    """The largest array as images, with its labels."""
    by_name = isinstance(asked.labels, str)
    wanted = _wanted(arrays, asked.labels) if by_name else None
    data = {key: a for key, a in _image_arrays(arrays).items() if key != wanted}
    if not data:
        raise BadInputError(f"{asked.where} holds no array of images; it has {_list(arrays)}.")
    main = _main(data)
    pixels, used = data[main], {main}
    labels: Any = None
    said: list[str] = []
    labels_from = ""
    if wanted is not None:
        labels = _as_labels(arrays[wanted])
        labels = arrays[wanted] if labels is None else labels
        used.add(wanted)
        labels_from = f"array {one_line(wanted, 40)!r}"
    elif asked.labels is not None:
        labels = None if by_name else asked.labels
    else:
        others = {k: a for k, a in arrays.items() if k != main}
        labels, also, said, labels_from = _labels(pixels, others)
        used |= also
    unused = _unused(arrays, used, main)
    if labels is None and not by_name and (cube := classes_apart(pixels, asked.shape)) is not None:
        rows, count = cube
        said = [f"Axes are pixels, images and classes; labels are the positions 0 to {count - 1}."]
        labels = np.repeat(np.arange(count), len(rows) // count)
        return Found(rows, labels, (*said, *unused), labels_from="the axis of classes")
    n = None if labels is None else int(np.size(labels)) if np.ndim(labels) else None
    ready, turned = images_first(pixels, n, asked.shape, asked.from_matlab, asked.values)
    if ready.ndim == 2 and labels is None:
        ready, labels, columns, labels_from = _without_label(ready, asked)
        turned += columns
    if ready.ndim == 2 and (colour := in_colour(ready, asked.shape)) is not None:
        ready, turned = colour[0], turned + colour[1]
    return Found(ready, labels, (*said, *turned, *unused), labels_from=labels_from)


def _without_label(rows: NDArray[Any], asked: _Context) -> tuple[NDArray[Any], Any, list[str], str]:
    """Rows of pixels without their label column, the labels, what to say of it, and where it was."""
    last = rows.shape[1] - 1
    if isinstance(asked.labels, str):
        at = int(asked.labels)
        if at > last:
            raise BadInputError(
                f"{asked.where} has no column {at} for the labels; it has {last + 1:,} columns."
            )
        return np.delete(rows, at, axis=1), rows[:, at], [], f"column {at}"
    if fits(last + 1, asked.shape) and asked.shape is None and last >= 16:
        end = hidden_label(rows)
        return rows, None, [] if end is None else [say_hidden_label(str(end % (last + 1)))], ""
    if fits(last + 1, asked.shape) or not fits(last, asked.shape) or last < 16:
        return rows, None, [], ""
    ends = label_ends(rows)
    if len(ends) != 1:
        raise BadInputError(
            f"{asked.where}: rows of {last + 1:,} values are {last:,} pixels and one more; name the "
            f"label's column with --labels 0 or --labels {last}, or give --shape HxW."
        )
    if ends[0] == 0:
        said = f"Column 0 was taken for the label; --labels {last} takes the last."
        return rows[:, 1:], rows[:, 0], [said], "the first column"
    said = f"Column {last} was taken for the label; --labels 0 takes the first."
    return rows[:, :-1], rows[:, -1], [said], "the last column"


def _labels(pixels: NDArray[Any], others: Arrays) -> tuple[Any, set[str], list[str], str]:
    """The labels as long as a side of `pixels`, the arrays that this decides on, what to say of
    them, and where the labels are.

    An array that its name calls labels comes before one of no telling name, and this before one
    whose name says something else, such as a writer.
    """
    sides = {pixels.shape[0], pixels.shape[-1]}
    known = {key: found for key, a in others.items() if (found := _as_labels(a)) is not None}
    fitting = [
        key
        for key, found in known.items()
        if found.size in sides and (label_rank(key) == 0 or _repeats(found))
    ]
    if not fitting:
        unfit = [key for key in known if label_rank(key) == 0 and _is_vector(others[key])]
        return (known[unfit[0]], {unfit[0]}, [], "") if unfit else (None, set(), [], "")
    fitting.sort(key=label_rank)
    if label_rank(fitting[0]) == 2:
        named = listed((repr(one_line(key, 40)) for key in fitting), MAX_NAMED_ARRAYS)
        option = one_line(fitting[0], 40)
        said = [f"By its name {named} is no label; --labels {option} takes it for one."]
        return None, set(fitting), said, ""
    chosen, rest = fitting[0], fitting[1:]
    said = []
    name = one_line(chosen, 40)
    if rest:
        named = listed((repr(one_line(key, 40)) for key in rest), MAX_NAMED_ARRAYS)
        said = [f"Labels are {name!r}, not {named}; --labels NAME decides."]
    if not _is_vector(others[chosen]):
        last = min(others[chosen].shape) - 1
        said.append(f"The one-hot array {name!r} became labels from 0 to {last}.")
    return known[chosen], set(fitting), said, f"array {name!r}"


def _as_labels(array: NDArray[Any]) -> NDArray[Any] | None:
    """A vector of text or whole numbers, or a one-hot matrix as its class numbers."""
    if not _is_vector(array):
        found = from_one_hot(array)
        is_wide = array.ndim == 2 and array.shape[1] > array.shape[0]
        return from_one_hot(array.T) if found is None and is_wide else found
    values: NDArray[Any] = np.ravel(array)
    if values.dtype.kind == "f" and not (values[np.isfinite(values)] % 1 == 0).all():
        return None
    return values if values.dtype.kind in "biufUST" else None


def _repeats(labels: NDArray[Any]) -> bool:
    """Whether some label comes twice, which an index or a list of names does not."""
    return len(np.unique(labels)) < labels.size or labels.size <= 2


def _image_arrays(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays that can hold images; vectors only where there is nothing else."""
    data = {
        key: a
        for key, a in arrays.items()
        if a.dtype.kind in "biuf" and a.ndim in (2, 3, 4) and a.size > 1
    }
    wide = {key: a for key, a in data.items() if not _is_vector(a)}
    return wide or {key: a for key, a in data.items() if label_rank(key) == 1}  # a single image


def _vectors(arrays: Arrays) -> list[str]:
    return [key for key, a in arrays.items() if _is_vector(a) and a.size > 1]


def _values_of(arrays: Iterable[NDArray[Any]]) -> int | None:
    """The pixels of an image, where the other axis differs among matrices that belong together."""
    held = list(arrays)
    if any(a.ndim != 2 for a in held):
        return None
    rows, columns = ({a.shape[axis] for a in held} for axis in (0, 1))
    if (len(rows) == 1) == (len(columns) == 1):
        return None
    (values,) = rows if len(rows) == 1 else columns
    return int(values)


def _wanted(arrays: Arrays, labels: str) -> str | None:
    """The array called `labels`, in full or but for the part that it belongs to."""
    if labels in arrays:
        return labels
    bare = without_part(labels)
    ways = (without_part, lambda key: key.rpartition(".")[2])
    return next((key for way in ways for key in arrays if way(key) in (bare, labels)), None)


def _main(data: Arrays) -> str:
    """The largest array, or one as long whose name says images where the largest says another."""
    largest = max(data, key=lambda key: data[key].size)
    sides = {data[largest].shape[0], data[largest].shape[-1]}
    as_long = [key for key, a in data.items() if sides & {a.shape[0], a.shape[-1]}]
    best = min(map(image_rank, as_long))
    if image_rank(largest) == best:
        return largest
    return max((key for key in as_long if image_rank(key) == best), key=lambda key: data[key].size)


def _unused(arrays: Arrays, used: Iterable[str], main: str | None = None) -> list[str]:
    """What is not used; other arrays of images of the same size are told from the rest."""
    left = [key for key in arrays if key not in set(used)]
    alike = [
        key for key in left
        if main is not None and arrays[key].ndim > 1 and arrays[key].dtype.kind in "biuf"
        and arrays[key].shape[1:] == arrays[main].shape[1:] and not _is_vector(arrays[key])
    ]  # fmt: skip
    said = []
    if alike:
        named = listed((repr(one_line(key, 40)) for key in alike), MAX_NAMED_ARRAYS)
        shown = repr(one_line(str(main), 40))
        said = [f"Images are {shown}, not {named}; save another alone to read it."]
    rest = [one_line(key) for key in left if key not in alike]
    return [*said, *([f"Not used: {listed(rest, MAX_NAMED_ARRAYS)}."] if rest else [])]


def _is_vector(array: NDArray[Any]) -> bool:
    return array.ndim == 1 or (array.ndim == 2 and 1 in array.shape)


def _list(arrays: Arrays) -> str:
    shown = {
        key: f" {a.shape}" if a.size else ", which is empty or mixed" for key, a in arrays.items()
    }
    return listed(f"{one_line(key)}{text}" for key, text in shown.items()) or "none at all"
