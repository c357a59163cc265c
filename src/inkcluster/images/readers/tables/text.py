"""Reads CSV tables with an image a row, plain or gzipped."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.labelling import check_length, numbers_if_all_are
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import opened, reading, regular_file
from inkcluster.images.readers.tables.columns import (
    NAME_THE_LABEL,
    Columns,
    choose_columns,
    is_header,
)
from inkcluster.progress import current

if TYPE_CHECKING:
    import pandas as pd

_PREVIEW_BYTES = 8 << 20
_PREVIEW_ROWS = 200
_MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "None"]  # in pixels; as labels they are text
_CHUNK_VALUES = 1 << 22  # parsed at a time


def read_csv(path: Path, asked: Asked) -> Found:
    """Read a table of text in UTF-8: commas, semicolons or tabs, with a header or without; the label
    column is found as in :func:`~inkcluster.images.readers.tables.columns.choose_columns`."""
    held = regular_file(path)
    with reading(path, "a CSV table"):
        names, rows, separator = _preview(path)
        chosen = choose_columns(names, rows, str(path), asked.labels, asked.shape)
        width = len(names) if names is not None else len(rows[0])
        with (
            current().task(f"reading {path.name}", held) as advance,
            opened(path, advance) as stream,
        ):
            pixels, texts = _parse(
                stream, path, chosen=chosen, width=width, names=names, separator=separator
            )
        labels = asked.labels
        if chosen.label is not None:
            labels = numbers_if_all_are(np.array(texts, dtype=np.str_))
        return Found(pixels, labels, chosen.notices)


def _preview(path: Path) -> tuple[list[str] | None, list[list[str]], str]:
    """Header, first rows and separator."""
    with opened(path) as stream:
        start = stream.read(_PREVIEW_BYTES)
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            raise BadInputError(
                f"{path} is neither a CSV table in UTF-8 nor another format that can be read: "
                f"byte {error.start:,} is not text."
            ) from error
        text = start[: error.start].decode("utf-8-sig")
    if len(start) == _PREVIEW_BYTES and "\n" in text:
        text = text[: text.rindex("\n")]
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=first_line.count)
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        if row:
            rows.append(row)
        if len(rows) > _PREVIEW_ROWS:
            break
    if not rows:
        raise BadInputError(f"{path} is a table without rows.")
    if len(rows[0]) < 2:
        raise BadInputError(
            f"{path} is not a table of images: its first line, {one_line(first_line, 40)!r}, has "
            "one column."
        )
    names = rows.pop(0) if is_header(rows[0]) else None
    if not rows:
        raise BadInputError(f"{path} has a header and no rows.")
    return names, rows, separator


def _parse(
    stream: Any,
    path: Path,
    *,
    chosen: Columns,
    width: int,
    names: Sequence[str] | None,
    separator: str,
) -> tuple[NDArray[Any], list[str]]:
    import pandas as pd

    pieces: list[NDArray[Any]] = []
    texts: list[str] = []
    seen = 0
    rows_at_once = max(1, _CHUNK_VALUES // width)
    missing: Any = {at: [""] if at == chosen.label else _MISSING for at in range(width)}
    options: dict[str, Any] = {} if chosen.label is None else {"dtype": {chosen.label: str}}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
        frames = pd.read_csv(
            stream, sep=separator, header=None if names is None else 0, names=range(width),
            index_col=False, keep_default_na=False, na_values=missing, chunksize=rows_at_once,
            encoding="utf-8-sig", low_memory=False, **options,
        )  # fmt: skip
        for frame in frames:
            if chosen.label is not None:
                texts.extend(_text_labels(frame[chosen.label], path, seen))
            pieces.append(_block(frame[list(chosen.pixels)], names, path, seen))
            seen += len(frame)
    return np.concatenate(pieces), texts


def _text_labels(column: pd.Series[Any], path: Path, seen: int) -> list[str]:
    missing = column.isna().to_numpy()
    if missing.any():
        raise BadInputError(
            f"{path}: the label of image {seen + int(missing.argmax()):,} is missing; "
            "give one label for each image, or none at all."
        )
    texts = [str(value) for value in column]
    check_length(texts, str(path), seen)
    return texts


def _block(frame: pd.DataFrame, names: Sequence[str] | None, path: Path, seen: int) -> NDArray[Any]:
    """Rows of pixels, in the smallest dtype that holds them."""
    import pandas as pd

    if not all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes):
        for i, at in enumerate(frame.columns):
            _refuse_text(frame.iloc[:, i], int(at), names, path, seen)
    if all(kind.kind in "iu" for kind in frame.dtypes):
        values = frame.to_numpy()
        if values.dtype.kind in "iu" and values.min() >= 0 and values.max() <= 255:
            return values.astype(np.uint8)
    return np.asarray(frame.to_numpy(dtype=np.float64))


def _refuse_text(
    column: pd.Series[Any], at: int, names: Sequence[str] | None, path: Path, seen: int
) -> None:
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    bad = (numbers.isna() & column.notna()).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        shown = f"number {at}" if names is None else repr(one_line(names[at]))
        raise BadInputError(
            f"{path}: column {shown} of image {seen + row:,} is "
            f"{one_line(str(column.iloc[row]))!r}, not a number; {NAME_THE_LABEL}"
        )
