"""Looks at the first rows of a table, or at some from all over it, to choose among its columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from inkcluster.images.readers.found import Asked
from inkcluster.images.readers.tables.columns import Columns, choose_columns
from inkcluster.images.readers.tables.opening import Table, held_bytes
from inkcluster.images.readers.tables.roles import may_be_label
from inkcluster.images.readers.tables.values import plain

META_KEY = b"inkcluster"
MAX_BATCH_BYTES = 1 << 24
"""So many rows are read at a time that they hold about as much, if all are like the first."""
MAX_BATCH_ROWS = 4_096
_PREVIEW_ROWS = 1_000
MAX_SAMPLED_ROWS = 1_000
"""A choice among many columns rests on about as many rows."""
_CHUNK_VALUES = 1 << 22  # converted at a time


@dataclass(frozen=True)
class Chosen:
    """What the columns of a table with a column a pixel hold, by their `names`.

    `name` and `shape` are the set's, where the caller or the table says; `rows_at_once` are converted
    at a time.
    """

    names: list[str]
    columns: Columns
    name: str | None
    shape: tuple[int, int] | None
    rows_at_once: int


def chosen_columns(table: Table, where: str, asked: Asked) -> Chosen:
    """Choose among the columns of a table with a column a pixel."""
    names = list(table.schema.names)
    name, own_shape = meta(table.schema.metadata)
    at_once = max(1, _CHUNK_VALUES // len(names))
    shape = asked.shape or own_shape
    rows = _sampled(table, names, at_once)
    columns = choose_columns(names, rows, where, asked.labels, shape)
    return Chosen(names, columns, name, shape, at_once)


def rows_at_once(table: Table, column: str) -> int:
    """How many rows of a column are read at a time, if all are as large as the first."""
    first = next(table.batches([column], 1), None)
    held = 1 if first is None else max(1, held_bytes(first.column(column)))
    return max(1, min(MAX_BATCH_ROWS, MAX_BATCH_BYTES // held))


def preview(table: Table) -> dict[str, list[Any]]:
    """The first values of the columns that may be labels; none of lists."""
    kinds = {field.name: field.type for field in table.schema if may_be_label(field.type)}
    found: dict[str, list[Any]] = {name: [] for name in kinds}
    short = [name for name, kind in kinds.items() if "list" not in str(kind)]
    batch = next(table.batches(short, _PREVIEW_ROWS), None) if short else None
    if batch is None:
        return found
    for name in short:
        values = plain(batch.column(name))
        if values is None:
            del found[name]
        else:
            found[name] = values
    return found


def _sampled(table: Table, names: list[str], rows_at_once: int) -> list[list[str]]:
    """Some rows from all over the table, as text."""
    step = max(1, table.rows // MAX_SAMPLED_ROWS)
    rows: list[list[str]] = []
    seen = 0
    for batch in table.batches(names, rows_at_once):
        picked = [at - seen for at in range(-(-seen // step) * step, seen + batch.num_rows, step)]
        seen += batch.num_rows
        if picked:
            columns = [_cells(batch.column(name).take(picked)) for name in names]
            rows.extend(list(row) for row in zip(*columns, strict=True))
    return rows


def meta(metadata: dict[bytes, bytes] | None) -> tuple[str | None, tuple[int, int] | None]:
    """The name and the shape that `save` wrote beside the columns, where it did."""
    try:
        content = json.loads((metadata or {})[META_KEY])
        h, w = (int(side) for side in content["shape"])
        return str(content["name"]), (h, w)
    except (KeyError, ValueError, TypeError):
        return None, None


def _cells(column: Any) -> list[str]:
    values = plain(column)
    if values is None:
        return ["…"] * len(column)
    return ["" if value is None else str(value) for value in values]
