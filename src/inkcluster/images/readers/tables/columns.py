"""Chooses which columns of a table are pixels and which is the label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_shape
from inkcluster.images.describing import one_line
from inkcluster.images.readers.naming import LABEL_NAMES
from inkcluster.words import listed

NAME_THE_LABEL = "name the label column with --labels, or remove columns that are not pixels."
_COUNTERS = ("", "id", "index", "unnamed: 0", "__index_level_0__")
_NAMES = (*LABEL_NAMES, "category", "classe", "letter", "character")


@dataclass(frozen=True)
class Columns:
    """Positions: of the pixels in order, and of the label if there is one."""

    pixels: tuple[int, ...]
    label: int | None
    notices: tuple[str, ...] = ()


def choose_columns(
    names: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    where: str,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
) -> Columns:
    """Choose among the columns of a table, from its header and its first `rows`.

    `labels` are the label column's name, or its number (from 0) in a table without header, or the
    labels themselves: then no column is taken for them. Without a telling name, one column too many
    for the image shape (given, or a square) is the label: the first or the last, whichever is text
    or takes more distinct values in `rows`.
    """
    width = len(names) if names is not None else len(rows[0])
    counters = {i for i, name in enumerate(names or ()) if name.strip().lower() in _COUNTERS}
    label = None
    notices = []
    if isinstance(labels, str):
        label = _named(labels, names, width, where)
    elif labels is None:
        label = _by_name(names)
        if label is None:
            label = _by_count([i for i in range(width) if i not in counters], rows, shape)
            if label is not None:
                shown = repr(one_line(names[label])) if names is not None else f"number {label}"
                notices.append(f"Column {shown} was taken for the label.")
    left_out = counters - {label}
    if names is None or _fits(width - (label is not None), shape):
        left_out = set()  # the columns make images as they are
    if names is not None and left_out:
        shown = listed(repr(one_line(names[i])) for i in sorted(left_out))
        notices.append(f"Not used: column {shown}.")
    pixels = tuple(i for i in range(width) if i != label and i not in left_out)
    image_shape(len(pixels), where, shape)
    return Columns(pixels, label, tuple(notices))


def is_header(cells: Sequence[str]) -> bool:
    """Whether the first row of a table names its columns.

    It does if no cell is a number, if its numbers count the columns (0, 1, 2, … or from 1), or if
    at least two cells are not numbers.

    Examples
    --------
    >>> from inkcluster.images.readers.tables.columns import is_header
    >>> is_header(["label", "0", "1", "2"]), is_header(["7", "0", "0", "0"])
    (True, False)
    >>> is_header(["seven", "0", "0", "0"]), is_header(["label", "pixel0"])
    (False, True)
    """
    numbers = [cell for cell in cells if _is_number(cell)]
    others = len(cells) - len(numbers)
    if not numbers:
        return True
    counted = [str(i) for i in range(len(numbers) + 1)]
    if len(numbers) > 2 and numbers in (counted[:-1], counted[1:]):
        return True
    return others > 1


def _named(wanted: str, names: Sequence[str] | None, width: int, where: str) -> int:
    if names is not None and wanted in names:
        return list(names).index(wanted)
    if wanted.isdecimal() and int(wanted) < width:
        return int(wanted)
    known = "it has no header" if names is None else f"it has {listed(map(one_line, names))}"
    raise BadInputError(f"{where} has no column {one_line(wanted)!r} for the labels; {known}.")


def _by_name(names: Sequence[str] | None) -> int | None:
    if names is None:
        return None
    lowered = [name.strip().lower() for name in names]
    return next((lowered.index(name) for name in _NAMES if name in lowered), None)


def _by_count(
    candidates: list[int], rows: Sequence[Sequence[str]], shape: tuple[int, int] | None
) -> int | None:
    if len(candidates) < 2:
        return None
    first, last = candidates[0], candidates[-1]
    values = {at: [row[at] for row in rows if at < len(row)] for at in (first, last)}
    for at in (first, last):
        if values[at] and not any(_is_number(cell) for cell in values[at]):
            return at
    if _fits(len(candidates), shape) or not _fits(len(candidates) - 1, shape):
        return None
    return first if len(set(values[first])) >= len(set(values[last])) else last


def _fits(count: int, shape: tuple[int, int] | None) -> bool:
    if shape is not None:
        return count == math.prod(shape)
    return count > 0 and math.isqrt(count) ** 2 == count


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
