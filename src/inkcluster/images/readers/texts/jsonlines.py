"""Reads JSON: an object for each image, a line each or in one list, or a document of arrays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.choosing import choose
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import opened, reading, regular_file, size
from inkcluster.images.readers.texts.kinds import encoding_of
from inkcluster.images.readers.texts.lines import MAX_LINE_CHARACTERS, lines_of
from inkcluster.images.readers.texts.records import Records
from inkcluster.progress import current

MAX_DOCUMENT_BYTES = 256 << 20
"""A larger document in one piece would fill the memory; lines of objects may be as many as you like."""


def read_json(path: Path, asked: Asked) -> Found:
    """Read JSON lines, a list of objects, or an object of arrays (``{"images": …, "labels": …}``).

    In objects the image is the list of numbers, flat or nested, and the label is found by its name
    as in tables; numbers named as pixels make a table. Arrays are chosen among as in `.npz`.
    """
    held = regular_file(path)
    with reading(path, "JSON"):
        with opened(path) as stream:
            start = stream.readline(MAX_LINE_CHARACTERS)
            more = bool(stream.read(MAX_LINE_CHARACTERS).strip())
        first = start.decode(encoding_of(start), "replace")
        if more and _is_whole(first, "["):
            raise BadInputError(
                f"{path} has a list in each line; write an object with names in each, such as "
                '{"image": […], "label": 7}.'
            )
        with current().task(f"reading {path.name}", held) as advance:
            if not _is_whole(first, "{") or _holds_arrays(first):
                return _document(path, asked, advance)
            records = Records(str(path))
            with lines_of(path, advance=advance) as lines:
                for at, line in enumerate(lines):
                    records.add(_parsed(line, f"{path}, line {at + 1:,}"))
        return records.found(asked, "JSON lines")


def _document(path: Path, asked: Asked, advance: Callable[[float], None]) -> Found:
    with opened(path, advance) as stream:
        content = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise BadInputError(
            f"{path} is one JSON document of more than {size(MAX_DOCUMENT_BYTES)}; write an object a line, "
            "or save the arrays as .npz."
        )
    found = json.loads(content)
    del content
    if isinstance(found, dict):
        lists = {key: value for key, value in found.items() if isinstance(value, list)}
        if len(lists) == 1 and all(isinstance(row, dict) for row in next(iter(lists.values()))):
            found = next(iter(lists.values()))  # such as {"data": [{…}, {…}]}
        elif lists:
            arrays = {str(key): _array(value, f"{path}: {one_line(str(key))!r}")
                      for key, value in lists.items()}  # fmt: skip
            return _named(choose(arrays, str(path), asked))
    if isinstance(found, list) and found and all(isinstance(row, dict) for row in found):
        records = Records(str(path))
        for row in found:
            records.add(row)
        return records.found(asked, "a list of JSON objects")
    if isinstance(found, list) and found and isinstance(found[0], list):
        return _named(choose({"array": _array(found, str(path))}, str(path), asked))
    raise BadInputError(
        f"{path} is JSON of another form; write an object for each image, such as "
        '{"image": […], "label": 7}, or {"images": […], "labels": […]}.'
    )


def _named(found: Found) -> Found:
    return replace(found, what=found.what or "a JSON document")


def _array(value: Any, where: str) -> NDArray[Any]:
    try:
        array = np.array(value)
    except ValueError:  # lists of several lengths
        raise BadInputError(
            f"{where} holds lists of several lengths; write images of one size."
        ) from None
    if array.dtype.kind not in "biufU":
        raise BadInputError(f"{where} holds neither numbers nor text.")
    return array


def _parsed(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise BadInputError(f"{where} is not a JSON object ({error}).") from error
    if not isinstance(record, dict):
        raise BadInputError(f"{where} is not a JSON object but {one_line(line.strip(), 40)!r}.")
    return record


def _is_whole(line: str, opening: str) -> bool:
    """Whether the line is a whole JSON value that begins so."""
    text = line.strip()
    return text.startswith(opening) and text.endswith("}" if opening == "{" else "]")


def _holds_arrays(line: str) -> bool:
    """Whether an object holds all images, as lists of lists or as several lists, not one."""
    record = json.loads(line)
    lists = [value for value in record.values() if isinstance(value, list) and value]
    deep = max((_depth(value) for value in lists), default=0)
    lengths = {len(value) for value in lists}
    several = len(lists) > 1 and len(lengths) == 1
    objects = any(isinstance(value[0], dict) for value in lists)
    return objects or deep > 3 or (several and deep > 1)


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    return depth
