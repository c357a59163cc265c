"""Reads Parquet tables with an image a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import (
    MAX_TYPED_RATIO,
    check_unpacked,
    reading,
    regular_file,
)
from inkcluster.images.readers.tables.columns import NAME_THE_LABEL, Columns, choose_columns
from inkcluster.progress import current

META_KEY = b"inkcluster"
_PREVIEW_ROWS = 200
_CHUNK_VALUES = 1 << 22  # converted at a time


def read_parquet(path: Path, asked: Asked) -> Found:
    """Read a Parquet table with an image a row and a column a pixel; the label column is found as in
    :func:`~inkcluster.images.readers.tables.columns.choose_columns`."""
    import pyarrow.parquet as pq

    packed = regular_file(path)
    with reading(path, "a Parquet table"), pq.ParquetFile(path) as file:
        n, names = file.metadata.num_rows, list(file.schema_arrow.names)
        if not n or not names:
            raise BadInputError(f"{path} is a table without rows.")
        check_unpacked(path, n * len(names), packed, MAX_TYPED_RATIO)
        rows = _first_rows(file, len(names), path)
        name, own_shape = _meta(file.schema_arrow.metadata)
        chosen = choose_columns(names, rows, str(path), asked.labels, asked.shape or own_shape)
        pieces: list[NDArray[Any]] = []
        known: list[Any] = []
        with current().task(f"reading {path.name}", n) as advance:
            for batch in file.iter_batches(batch_size=max(1, _CHUNK_VALUES // len(names))):
                pieces.append(_block(batch, chosen, names, path))
                if chosen.label is not None:
                    known.extend(batch.column(chosen.label).to_pylist())
                advance(batch.num_rows)
                if sum(len(piece) for piece in pieces) > n:
                    raise BadInputError(f"{path} is damaged: it has more rows than it says.")
        labels = _labels(known) if chosen.label is not None else asked.labels
        return Found(np.concatenate(pieces), labels, chosen.notices, name, own_shape)


def _meta(metadata: dict[bytes, bytes] | None) -> tuple[str | None, tuple[int, int] | None]:
    """The name and the shape that `save` wrote beside the columns, where it did."""
    try:
        content = json.loads((metadata or {})[META_KEY])
        h, w = (int(side) for side in content["shape"])
        return str(content["name"]), (h, w)
    except (KeyError, ValueError, TypeError):
        return None, None


def _first_rows(file: Any, width: int, path: Path) -> list[list[str]]:
    batch = next(file.iter_batches(batch_size=_PREVIEW_ROWS), None)
    if batch is None:
        raise BadInputError(f"{path} is a table without rows.")
    columns = [[str(v) for v in batch.column(i).to_pylist()] for i in (0, width - 1)]
    middle = ["0"] * max(0, width - 2)  # `choose_columns` looks at the outer columns only
    return [[a, *middle, b][:width] for a, b in zip(*columns, strict=True)]


def _block(batch: Any, chosen: Columns, names: list[str], path: Path) -> NDArray[Any]:
    columns = []
    for at in chosen.pixels:
        values = batch.column(at).to_numpy(zero_copy_only=False)
        if values.dtype.kind not in "biuf":
            raise BadInputError(
                f"{path}: column {one_line(names[at])!r} holds {batch.schema.field(at).type}, not "
                f"numbers; {NAME_THE_LABEL}"
            )
        columns.append(values)
    return np.stack(columns, axis=1)


def _labels(values: list[Any]) -> NDArray[Any]:
    as_they_are = any(v is None or isinstance(v, str) for v in values)
    return np.array(values, dtype=object if as_they_are else None)
