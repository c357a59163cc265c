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
from inkcluster.images.readers.guard import opened, read_at_most, reading, regular_file, size
from inkcluster.images.readers.texts.kinds import SNIFFED_BYTES, encoding_of
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
            more = bool(stream.read(SNIFFED_BYTES).strip())
        first = start.decode(encoding_of(start), "replace").strip()
        with current().task(f"reading {path.name}", held) as advance:
            if more and first.startswith("{") and first.endswith("}"):
                return _objects(path, asked, advance)
            if more and first.startswith("[") and first.endswith("]"):
                return _rows(path, asked, advance)
            return _document(path, asked, advance)


def _objects(path: Path, asked: Asked, advance: Callable[[float], None]) -> Found:
    """An object in each line."""
    records = Records(str(path))
    with lines_of(path, advance=advance) as lines:
        for at, line in enumerate(lines, 1):
            record = _parsed(line, f"{path}, line {at:,}")
            if not isinstance(record, dict):
                raise BadInputError(f"{path}, line {at:,} is no object, but the first is.")
            records.add(record)
    return records.found(asked, "JSON lines")


def _rows(path: Path, asked: Asked, advance: Callable[[float], None]) -> Found:
    """A list of numbers in each line."""
    rows = []
    with lines_of(path, advance=advance) as lines:
        for at, line in enumerate(lines, 1):
            where = f"{path}, line {at:,}"
            rows.append(_array(_parsed(line, where), where))
            if rows[-1].shape != rows[0].shape or rows[-1].dtype.kind not in "biuf":
                raise BadInputError(f"{where} is no list of as many numbers as the first.")
    return _chosen({"array": np.stack(rows)}, path, asked, "JSON lines")


def _document(path: Path, asked: Asked, advance: Callable[[float], None]) -> Found:
    """One JSON value for the whole file."""
    with opened(path, advance) as stream:
        content = read_at_most(stream, MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise BadInputError(
            f"{path} is one JSON document of more than {size(MAX_DOCUMENT_BYTES)}; write an object a line, "
            "or save the arrays as .npz."
        )
    held = json.loads(content)
    del content
    held = _as_rows(held) if isinstance(held, dict) else held
    if isinstance(held, list) and held and all(isinstance(row, dict) for row in held):
        records = Records(str(path))
        for row in held:
            records.add(row)
        return records.found(asked, "a list of JSON objects")
    if isinstance(held, list) and held and isinstance(held[0], list):
        return _chosen({"array": _array(held, str(path))}, path, asked, "a JSON document")
    if isinstance(held, dict) and held:
        arrays = {key: _array(value, f"{path}: {one_line(key)!r}") for key, value in held.items()}
        return _chosen(arrays, path, asked, "a JSON document")
    raise BadInputError(
        f"{path} is JSON of another form; write an object for each image, such as "
        '{"image": […], "label": 7}, or {"images": […], "labels": […]}.'
    )


def _as_rows(held: dict[str, Any]) -> Any:
    """The objects or arrays in an object: pandas' forms of a table, a list of objects, or arrays."""
    columns, data = (_list(held.get(key)) for key in ("columns", "data"))
    if columns and data and all(len(_list(row)) == len(columns) for row in data):
        return [dict(zip(map(str, columns), row, strict=True)) for row in data]
    first = next(iter(held.values()), None)
    if isinstance(first, dict) and all(
        isinstance(column, dict) and column.keys() == first.keys() for column in held.values()
    ):
        if all(map(str.isdecimal, held)) and not all(map(str.isdecimal, first)):
            return list(held.values())
        return [{name: column[row] for name, column in held.items()} for row in first]
    lists = {key: value for key, value in held.items() if isinstance(value, list) and value}
    if len(lists) == 1:
        ((_, rows),) = lists.items()
        if all(isinstance(row, dict) for row in rows):
            return rows  # such as {"data": [{…}, {…}]}
        if _depth(rows) == 1 or (_depth(rows) == 2 and len(held) > 1):
            return [held]  # a single image, with its label beside it
    return lists


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    return depth


def _chosen(arrays: dict[str, NDArray[Any]], path: Path, asked: Asked, what: str) -> Found:
    found = choose(arrays, str(path), asked)
    return replace(found, what=what)


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


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadInputError(f"{where} is not JSON ({error}).") from error
