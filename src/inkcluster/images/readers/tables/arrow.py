"""Reads tables of Arrow's: Parquet, Arrow files and streams, Feather; an image a row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.turning import in_colour
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.gathering.gather import gathered
from inkcluster.images.readers.gathering.table import TableSource
from inkcluster.images.readers.guard import MAX_UNPACKED_BYTES
from inkcluster.images.readers.pictures.collecting import TooManyPixelsError
from inkcluster.images.readers.tables.looking import chosen_columns, preview, rows_at_once
from inkcluster.images.readers.tables.opening import Table, opened_table
from inkcluster.images.readers.tables.roles import choose_roles, class_names, image_columns
from inkcluster.images.readers.tables.taking import Taker
from inkcluster.images.readers.tables.values import labels_of, no_names, plain, too_long
from inkcluster.progress import current


def read_arrow(path: Path, asked: Asked) -> Found:
    """Read a Parquet, Arrow or Feather file with an image a row.

    A column of pictures or of lists holds the images, or else each column holds a pixel. The label
    column is found by its name; class names that Hugging Face wrote beside it become the labels.
    """
    with opened_table(path, whole=asked.gather is None) as table:
        name = path.name
        if table.rows == 0:
            raise BadInputError(f"{path} is a table without rows.")
        found = read_table(table, str(path), asked, name)
        kind = "a Parquet table" if path.suffix.lower() in (".parquet", ".pq") else "an Arrow table"
        return replace(found, what=kind)


def read_table(table: Table, where: str, asked: Asked, title: str) -> Found:
    """Read any table of Arrow's; `where` names it in sentences and `title` in the progress.

    A table of files is gathered where that is asked for and it would take as much.
    """
    if asked.gather is None or not table.paths:
        return _read(table, where, asked, title, MAX_UNPACKED_BYTES)
    limit = min(asked.gather.above, MAX_UNPACKED_BYTES)
    source = TableSource(table, where, asked, title)
    with suppress(TooManyPixelsError):
        if source.estimated_bytes() <= limit:
            return _read(table, where, asked, title, limit)
    return gathered(source, asked.gather.place(source.own_name() or ""))


def _read(table: Table, where: str, asked: Asked, title: str, limit: int) -> Found:
    images = image_columns(table.schema, where, asked.shape, limit)
    if not images:
        return _wide(table, where, asked, title)
    roles = choose_roles(table.schema, list(images), preview(table), where, asked.labels)
    reader = images[roles.image]
    wanted = [name for name in (roles.image, roles.label, roles.name) if name is not None]
    columns: dict[str, list[Any]] = {name: [] for name in wanted[1:]}
    n = 0
    with current().task(f"reading {title}", table.rows) as advance:
        for batch in table.batches(wanted, rows_at_once(table, roles.image)):
            reader.add(batch.column(roles.image))
            for name, held in columns.items():
                values = plain(batch.column(name))
                if values is None and name == roles.label:
                    raise too_long(where, name)
                held.extend([None] * batch.num_rows if values is None else values)
            n += batch.num_rows
            advance(batch.num_rows)
    if not n:
        raise BadInputError(f"{where} is a table without rows.")
    pixels, said, kept = reader.done()
    labels, more = asked.labels, list[str]()
    if roles.label is not None:
        classes = class_names(table.schema).get(roles.label)
        labels, more = labels_of(columns[roles.label], classes, where, roles.label)
    names = reader.names()
    if names is None and roles.name is not None:
        texts = columns[roles.name]
        if all(isinstance(text, str) for text in texts):
            names = np.array(texts) if kept is None else np.array(texts)[kept]
        else:
            more = [*more, no_names(roles.name)]
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


def label_column(table: Table, where: str, asked: Asked) -> str | None:
    """The column that :func:`read_table` takes for the labels where whole images have one."""
    images = image_columns(table.schema, where, asked.shape)
    if not images:
        return None
    return choose_roles(table.schema, list(images), preview(table), where).label


def _wide(table: Table, where: str, asked: Asked, title: str) -> Found:
    """A table with a column a pixel."""
    chosen = chosen_columns(table, where, asked)
    names, columns = chosen.names, chosen.columns
    label = None if columns.label is None else names[columns.label]
    taker = Taker(replace(columns, label=None), names, where)  # labels keep their type
    used = sorted({*columns.pixels, *columns.one_hot, *columns.texts})
    known: list[Any] = []
    with current().task(f"reading {title}", table.rows) as advance:
        for batch in table.batches([names[at] for at in used], chosen.rows_at_once):
            frame = batch.to_pandas(ignore_metadata=True)  # which may make a column the index
            frame.columns = used
            taker.add(frame)
            if label is not None:
                values = plain(batch.column(label))
                if values is None:
                    raise too_long(where, label)
                known.extend(values)
            advance(batch.num_rows)
    found = replace(taker.found(replace(asked, shape=chosen.shape), ""), name=chosen.name)
    if label is None:
        return found
    labels, said = labels_of(known, class_names(table.schema).get(label), where, label)
    return replace(found, labels=labels, notices=(*found.notices, *said))
