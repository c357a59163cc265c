"""Reads tables of text with an image a row (CSV and its like), plain or packed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkcluster.images.describing import one_line
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.guard import reading, regular_file
from inkcluster.images.readers.tables.columns import choose_columns
from inkcluster.images.readers.tables.taking import Taker
from inkcluster.images.readers.texts.dialect import look_at
from inkcluster.images.readers.texts.lines import SPACES, lines_of
from inkcluster.progress import current
from inkcluster.words import several

if TYPE_CHECKING:
    import pandas as pd

_MISSING = [
    "",
    "NA",
    "N/A",
    "NaN",
    "nan",
    "null",
    "None",
    "?",
]  # in pixels; as labels they are text
_CHUNK_VALUES = 1 << 22  # parsed at a time


def read_csv(path: Path, asked: Asked) -> Found:
    """Read a table of text, with a header or without, in UTF-8 or UTF-16 with its mark.

    Commas, semicolons, tabs, bars or spaces separate the cells; lines of another length that begin
    with ``#`` or ``%`` are comments. Columns are chosen as in
    :func:`~inkcluster.images.readers.tables.columns.choose_columns`, from rows of the whole file.
    """
    held = regular_file(path)
    with reading(path, "a table of text"):
        dialect = look_at(path)
        chosen = choose_columns(dialect.names, dialect.rows, str(path), asked.labels, asked.shape)
        if dialect.titles:
            count, first = several(len(dialect.titles), "line"), one_line(dialect.titles[0].strip())
            said = f"Left out before the table: {count}, beginning {first!r}."
            chosen = replace(chosen, notices=(said, *chosen.notices))
        if dialect.instead:
            said = "The first line was read as an image; pandas had numbered its values as names."
            chosen = replace(chosen, notices=(said, *chosen.notices))
        taker = Taker(chosen, dialect.names, str(path), decimal=dialect.decimal)
        with (
            current().task(f"reading {path.name}", held) as advance,
            lines_of(path, advance=advance, is_comment=dialect.is_comment, quotes=True) as lines,
        ):
            for frame in frames_of(lines, dialect.width, chosen.texts, separator=dialect.separator,
                                   decimal=dialect.decimal, before=dialect.before, instead=dialect.instead):  # fmt: skip
                taker.add(frame)
        return taker.found(asked, "a CSV table" if dialect.separator == "," else "a table of text")


def frames_of(
    lines: Any,
    width: int,
    texts: set[int],
    *,
    separator: str = ",",
    decimal: str = ".",
    before: int = 0,
    instead: str = "",
    missing: Sequence[str] = ("",),
) -> Iterator[pd.DataFrame]:
    """The rows of `lines` after the first `before`, some at a time; columns are numbered.

    The columns `texts` come as text, in which `missing` is what stands for no value.
    """
    import pandas as pd

    for _ in islice(lines, before):
        pass
    if instead:
        lines.put_back(instead)
    empty: Any = {at: list(missing) if at in texts else _MISSING for at in range(width)}
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
        yield from pd.read_csv(
            lines, sep=r"\s+" if separator == SPACES else separator, header=None,
            names=range(width), index_col=False, decimal=decimal, skipinitialspace=True,
            keep_default_na=False, na_values=empty, dtype=dict.fromkeys(texts, str),
            low_memory=False, chunksize=max(1, _CHUNK_VALUES // width),
        )  # fmt: skip
