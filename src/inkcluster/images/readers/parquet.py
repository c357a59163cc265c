"""Parquet tables with an image a row."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.check import image_set, image_shape
from inkcluster.images.describing import one_line
from inkcluster.images.imageset import ImageSet
from inkcluster.images.readers.columns import Columns, choose_columns
from inkcluster.images.readers.guard import (
    DEFLATE_LIMIT,
    check_unpacked,
    reading,
    regular_file,
    title_of,
)
from inkcluster.progress import SILENT, Progress

META_KEY = b"inkcluster"
_PREVIEW_ROWS = 200
_CHUNK = 1 << 22  # values converted at a time


def read_parquet(
    path: Path,
    *,
    labels: Any = None,
    shape: tuple[int, int] | None = None,
    name: str | None = None,
    progress: Progress = SILENT,
) -> ImageSet:
    """Read a Parquet table with one column a pixel, and a label column as in
    :func:`~inkcluster.images.readers.table.read_csv`."""
    import pyarrow.parquet as pq

    packed = regular_file(path)
    wanted = str(labels) if isinstance(labels, str | os.PathLike) else None
    with reading(path, "a Parquet table"), pq.ParquetFile(path) as file:
        n, names = file.metadata.num_rows, list(file.schema_arrow.names)
        if not n or not names:
            raise BadInputError(f"{path} is a table without rows.")
        check_unpacked(path, n * len(names), packed, ratio=8 * DEFLATE_LIMIT)
        rows = _first_rows(file, len(names))
        meta = _meta(file.schema_arrow.metadata)
        shape = shape or meta.shape
        chosen = choose_columns(
            names, rows, str(path), wanted=wanted, labelled=labels is None, shape=shape
        )
        image_shape(len(chosen.pixels), str(path), shape)
        pieces: list[NDArray[Any]] = []
        known: list[Any] = []
        with progress.task(f"reading {path.name}", n) as advance:
            for batch in file.iter_batches(batch_size=max(1, _CHUNK // len(names))):
                pieces.append(_arrow_block(batch, chosen, names, path))
                if chosen.label is not None:
                    known.extend(batch.column(chosen.label).to_pylist())
                advance(batch.num_rows)
                if sum(len(piece) for piece in pieces) > n:
                    raise BadInputError(f"{path} is damaged: it has more rows than it says.")
    if chosen.label is not None:
        labels = _arrow_labels(known)
    return image_set(
        np.concatenate(pieces), labels, where=str(path), name=name or meta.name or title_of(path),
        shape=shape, notices=chosen.notices,
    )  # fmt: skip


@dataclass(frozen=True)
class _Meta:
    name: str | None = None
    shape: tuple[int, int] | None = None


def _meta(metadata: dict[bytes, bytes] | None) -> _Meta:
    """What `save` wrote beside the columns; nothing where it is absent or not ours."""
    try:
        content = json.loads((metadata or {})[META_KEY])
        h, w = (int(side) for side in content["shape"])
        return _Meta(str(content["name"]), (h, w))
    except (KeyError, ValueError, TypeError):
        return _Meta()


def _first_rows(file: Any, width: int) -> list[list[str]]:
    batch = next(file.iter_batches(batch_size=_PREVIEW_ROWS), None)
    if batch is None:
        raise BadInputError("The table has no rows.")
    columns = [[str(v) for v in batch.column(i).to_pylist()] for i in (0, width - 1)]
    middle = ["0"] * max(0, width - 2)  # only the outer columns are ever asked about
    return [[a, *middle, b][:width] for a, b in zip(*columns, strict=True)]


def _arrow_block(batch: Any, chosen: Columns, names: list[str], path: Path) -> NDArray[Any]:
    columns = []
    for at in chosen.pixels:
        values = batch.column(at).to_numpy(zero_copy_only=False)
        if values.dtype.kind not in "biuf":
            raise BadInputError(
                f"{path}: column {one_line(names[at])!r} holds {batch.schema.field(at).type}, not "
                "numbers; name the label column, or remove columns that are not pixels."
            )
        columns.append(values)
    return np.stack(columns, axis=1)


def _arrow_labels(values: list[Any]) -> NDArray[Any]:
    if all(isinstance(v, str) for v in values):
        return np.array(values, dtype=object)
    if any(v is None for v in values) or any(isinstance(v, str) for v in values):
        return np.array(values, dtype=object)
    return np.array(values)
