"""Turns columns of Arrow's into Python's values, and those of a label column into labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.evidence import from_one_hot

MAX_TEXT_BYTES = 4_000
"""Longer text is neither a label nor a name of an image."""


def plain(column: Any) -> list[Any] | None:
    """The values as Python objects; None if some text is long, before it is repeated."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if is_text and (pc.max(pc.binary_length(values)).as_py() or 0) > MAX_TEXT_BYTES:
        return None
    return list(column.to_pylist())


def too_long(where: str, name: str) -> BadInputError:
    """The sentence for a column of labels of which :func:`plain` gives none."""
    return BadInputError(
        f"{where}: column {one_line(name, 40)!r} holds text of more than {MAX_TEXT_BYTES:,} bytes, not "
        "labels; name another with --labels NAME."
    )


def no_names(name: str) -> str:
    """What to say of a column of names that does not have one for each image."""
    return (
        f"Column {one_line(name, 40)!r} names no image: it lacks some names, or one is very long."
    )


def labels_of(
    values: list[Any], classes: list[str] | None, where: str, column: str
) -> tuple[NDArray[Any] | None, list[str]]:
    """Labels of a column: class names where they say more than numbers, one-hot rows as classes."""
    if values and all(isinstance(value, list) for value in values):
        found = None
        if len({len(value) for value in values}) == 1:
            found = from_one_hot(np.array(values))
        if found is None:
            raise BadInputError(
                f"{where}: column {one_line(column, 40)!r} holds lists, not one label a row; name "
                "another with --labels NAME."
            )
        return found, [f"The one-hot column {one_line(column, 40)!r} became class numbers from 0."]
    if classes and all(isinstance(value, int) for value in values):
        if all(value == -1 for value in values):
            return None, [f"All labels in {one_line(column, 40)!r} are -1, which means none."]
        if _say_more(classes) and all(0 <= value < len(classes) for value in values):
            return np.array([classes[value] for value in values], dtype=np.str_), []
    as_they_are = any(value is None or isinstance(value, str) for value in values)
    return np.array(values, dtype=object if as_they_are else None), []


def _say_more(classes: list[str]) -> bool:
    """Whether the names tell more than the numbers of the classes, and each only one class."""
    numbers = [str(number) for number in range(len(classes))]
    return classes != numbers and len(set(classes)) == len(classes)
