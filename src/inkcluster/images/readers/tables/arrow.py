"""Reads tables of Arrow's: Parquet, Arrow files and streams, Feather; an image a row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.turning import in_colour
from inkcluster.images.readers.evidence import from_one_hot
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.tables.columns import choose_columns
from inkcluster.images.readers.tables.opening import Table, held_bytes, opened_table
from inkcluster.images.readers.tables.roles import (
    choose_roles,
    class_names,
    image_columns,
    may_be_label,
)
from inkcluster.images.readers.tables.taking import Taker
from inkcluster.progress import current

META_KEY = b"inkcluster"
MAX_TEXT_BYTES = 4_000
"""Longer text is neither a label nor a name of an image."""
MAX_BATCH_BYTES = 1 << 24
"""So many rows are read at a time that they hold about as much, if all are like the first."""
MAX_BATCH_ROWS = 4_096
_PREVIEW_ROWS = 1_000
MAX_SAMPLED_ROWS = 1_000
"""A choice among many columns rests on about as many rows."""
_CHUNK_VALUES = 1 << 22  # converted at a time


def read_arrow(path: Path, asked: Asked) -> Found:
    """Read a Parquet, Arrow or Feather file with an image a row.

    A column of pictures or of lists holds the images, or else each column holds a pixel. The label
    column is found by its name; class names that Hugging Face wrote beside it become the labels.
    """
    with opened_table(path) as table:
        name = path.name
        if table.rows == 0:
            raise BadInputError(f"{path} is a table without rows.")
        found = read_table(table, str(path), asked, name)
        kind = "a Parquet table" if path.suffix.lower() in (".parquet", ".pq") else "an Arrow table"
        return replace(found, what=kind)


def read_table(table: Table, where: str, asked: Asked, title: str) -> Found:
    """Read any table of Arrow's; `where` names it in sentences and `title` in the progress."""
    images = image_columns(table.schema, where, asked.shape)
    if not images:
        return _wide(table, where, asked, title)
    preview = _preview(table)
    roles = choose_roles(table.schema, list(images), preview, where, asked.labels)
    reader = images[roles.image]
    wanted = [name for name in (roles.image, roles.label, roles.name) if name is not None]
    columns: dict[str, list[Any]] = {name: [] for name in wanted[1:]}
    n = 0
    with current().task(f"reading {title}", table.rows) as advance:
        for batch in table.batches(wanted, _rows_at_once(table, roles.image)):
            reader.add(batch.column(roles.image))
            for name, held in columns.items():
                values = _plain(batch.column(name))
                if values is None and name == roles.label:
                    raise _too_long(where, name)
                held.extend([None] * batch.num_rows if values is None else values)
            n += batch.num_rows
            advance(batch.num_rows)
    if not n:
        raise BadInputError(f"{where} is a table without rows.")
    pixels, said, kept = reader.done()
    labels, more = asked.labels, list[str]()
    if roles.label is not None:
        classes = class_names(table.schema).get(roles.label)
        labels, more = _labels(columns[roles.label], classes, where, roles.label)
    names = reader.names()
    if names is None and roles.name is not None:
        texts = columns[roles.name]
        names = np.array(texts) if all(isinstance(text, str) for text in texts) else None
        names = names if names is None or kept is None else names[kept]
    if kept is not None and labels is not None and len(labels) == n:
        labels = labels[kept]
    turned: Sequence[str] = ()
    if pixels.ndim == 2 and (colour := in_colour(pixels, asked.shape)) is not None:
        pixels, turned = colour
    return Found(
        pixels,
        labels,
        (*roles.notices, *more, *turned, *said),
        names=names,
        labels_from="" if roles.label is None else f"column {one_line(roles.label, 40)!r}",
    )


def _rows_at_once(table: Table, column: str) -> int:
    first = next(table.batches([column], 1), None)
    held = 1 if first is None else max(1, held_bytes(first.column(column)))
    return max(1, min(MAX_BATCH_ROWS, MAX_BATCH_BYTES // held))


def label_column(table: Table, where: str, asked: Asked) -> str | None:
    """The column that :func:`read_table` takes for the labels where whole images have one."""
    images = image_columns(table.schema, where, asked.shape)
    if not images:
        return None
    return choose_roles(table.schema, list(images), _preview(table), where).label


def _wide(table: Table, where: str, asked: Asked, title: str) -> Found:
    """A table with a column a pixel."""
    names = list(table.schema.names)
    name, own_shape = _meta(table.schema.metadata)
    rows_at_once = max(1, _CHUNK_VALUES // len(names))
    shape = asked.shape or own_shape
    chosen = choose_columns(names, _sampled(table, names, rows_at_once), where, asked.labels, shape)
    label = None if chosen.label is None else names[chosen.label]
    taker = Taker(replace(chosen, label=None), names, where)  # labels keep their type
    used = sorted({*chosen.pixels, *chosen.one_hot, *chosen.texts})
    known: list[Any] = []
    with current().task(f"reading {title}", table.rows) as advance:
        for batch in table.batches([names[at] for at in used], rows_at_once):
            frame = batch.to_pandas(ignore_metadata=True)  # which may make a column the index
            frame.columns = used
            taker.add(frame)
            if label is not None:
                values = _plain(batch.column(label))
                if values is None:
                    raise _too_long(where, label)
                known.extend(values)
            advance(batch.num_rows)
    found = replace(taker.found(replace(asked, shape=shape), ""), name=name)
    if label is None:
        return found
    labels, said = _labels(known, class_names(table.schema).get(label), where, label)
    return replace(found, labels=labels, notices=(*found.notices, *said))


def _sampled(table: Table, names: list[str], rows_at_once: int) -> list[list[str]]:
    """Some rows from all over the table, as text."""
    step = max(1, table.rows // MAX_SAMPLED_ROWS)
    rows: list[list[str]] = []
    seen = 0
    for batch in table.batches(names, rows_at_once):
        picked = [at - seen for at in range(-(-seen // step) * step, seen + batch.num_rows, step)]
        columns = [_cells(batch.column(name).take(picked)) for name in names]
        rows.extend(list(row) for row in zip(*columns, strict=True))
        seen += batch.num_rows
    return rows


def _meta(metadata: dict[bytes, bytes] | None) -> tuple[str | None, tuple[int, int] | None]:
    """The name and the shape that `save` wrote beside the columns, where it did."""
    try:
        content = json.loads((metadata or {})[META_KEY])
        h, w = (int(side) for side in content["shape"])
        return str(content["name"]), (h, w)
    except (KeyError, ValueError, TypeError):
        return None, None


def _cells(column: Any) -> list[str]:
    values = _plain(column)
    if values is None:
        return ["…"] * len(column)
    return ["" if value is None else str(value) for value in values]


def _preview(table: Table) -> dict[str, list[Any]]:
    """The first values of the columns that may be labels; none of lists."""
    kinds = {field.name: field.type for field in table.schema if may_be_label(field.type)}
    found: dict[str, list[Any]] = {name: [] for name in kinds}
    plain = [name for name, kind in kinds.items() if "list" not in str(kind)]
    batch = next(table.batches(plain, _PREVIEW_ROWS), None) if plain else None
    if batch is None:
        return found
    for name in plain:
        values = _plain(batch.column(name))
        if values is None:
            del found[name]
        else:
            found[name] = values
    return found


def _plain(column: Any) -> list[Any] | None:
    """The values as Python objects; None if some text is long, before it is repeated."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if is_text and (pc.max(pc.binary_length(values)).as_py() or 0) > MAX_TEXT_BYTES:
        return None
    return list(column.to_pylist())


def _too_long(where: str, name: str) -> BadInputError:
    return BadInputError(
        f"{where}: column {one_line(name, 40)!r} holds text of more than {MAX_TEXT_BYTES:,} bytes, not "
        "labels; name another with --labels NAME."
    )


def _labels(
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
