"""Joins the Parquet, Arrow or Feather files of one data set, as Hugging Face stores it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.found import Asked, Found
from inkcluster.images.readers.naming import by_part, family, in_order
from inkcluster.images.readers.tables.arrow import label_column, read_table
from inkcluster.images.readers.tables.opening import opened_table
from inkcluster.images.readers.tables.roles import class_names, image_columns
from inkcluster.words import listed, sentence, several

MAX_NAMED_FILES = 3
"""How many files a sentence names."""


def read_shards(files: Sequence[Path], folder: Path, asked: Asked) -> Found:
    """Read the files of one table as one set: training first, then validation and test.

    Files belong together if their paths differ only in numbers and in the part (train, test, …).
    A part without labels is left out where another has them.

    Raises
    ------
    BadInputError
        If the files are of several tables, or their columns differ.
    """
    ordered = _in_order(files, folder)
    whole = asked.gather is None
    with opened_table(ordered[0], whole=whole) as first:
        label = (
            asked.labels if asked.labels is not None else label_column(first, str(folder), asked)
        )
    said: list[str] = []
    if asked.labels is None and label is not None:
        bare = [path for path in ordered if not _has_labels(path, label, whole=whole)]
        if 0 < len(bare) < len(ordered):
            ordered = [path for path in ordered if path not in bare]
            named = listed((one_line(path.name, 40) for path in bare), MAX_NAMED_FILES)
            said.append(f"Left out, because without labels: {named}.")
    table = _Joined.of(ordered, whole=whole)
    found = read_table(table, str(folder), asked, folder.name)
    if len(ordered) > 1:
        count = sentence(several(len(ordered), "file"))
        said.append(f"{count} were joined into one set of {len(found.pixels):,} images.")
    return replace(found, notices=(*found.notices, *said), what="a folder of Arrow tables")


@dataclass(frozen=True)
class _Joined:
    """Tables of the same columns, one after the other."""

    paths: tuple[Path, ...]
    schema: Any
    lengths: tuple[int, ...]
    unpacked: int
    whole: bool

    @classmethod
    def of(cls, paths: Sequence[Path], *, whole: bool) -> _Joined:
        """Open each file, to see that it has the columns of the first."""
        schema, lengths, unpacked = None, list[int](), 0
        for path in paths:
            with opened_table(path, whole=whole) as table:
                if schema is not None:
                    _check_columns(path, table.schema, paths[0], schema)
                schema = schema or table.schema
                lengths.append(table.rows)
                unpacked += table.unpacked
        return cls(tuple(paths), schema, tuple(lengths), unpacked, whole)

    @property
    def rows(self) -> int:
        """The number of rows of all files."""
        return sum(self.lengths)

    def batches(self, columns: Sequence[str], rows_at_once: int, start: int = 0) -> Iterator[Any]:
        """The columns of every file in turn."""
        for path, rows in zip(self.paths, self.lengths, strict=True):
            if start < rows:
                with opened_table(path, whole=self.whole) as table:
                    yield from table.batches(columns, rows_at_once, start)
            start = max(0, start - rows)


def _check_columns(path: Path, schema: Any, first: Path, expected: Any) -> None:
    if set(schema.names) != set(expected.names):
        raise BadInputError(f"{path} has other columns than {first.name} beside it; give one file.")
    forms = [
        {name: type(reader) for name, reader in image_columns(one, str(path), None).items()}
        for one in (schema, expected)
    ]
    if forms[0] != forms[1]:
        raise BadInputError(
            f"{path} holds the images in another form than {first.name} beside it; give one file."
        )


def _in_order(files: Sequence[Path], folder: Path) -> list[Path]:
    names = {path.relative_to(folder).with_suffix("").as_posix(): path for path in files}
    tables = {family(name) for name in names}
    if len(tables) > 1:
        shown = listed(sorted(one_line(name, 40) for name in names), MAX_NAMED_FILES)
        raise BadInputError(f"{folder} holds several tables ({shown}); give one file or folder.")
    parts = by_part(names)
    without = [name for name in names if not any(name in own for own in parts.values())]
    if parts and without:
        raise BadInputError(
            f"{folder} holds {one_line(without[0], 40)!r} beside {one_line(next(iter(parts)), 40)!r} "
            "files, so some images may be there twice; give one file."
        )
    return [names[name] for name in in_order(names)]


def _has_labels(path: Path, label: str, *, whole: bool) -> bool:
    """Whether the file has the column with a value that is not -1, which stands for none."""
    with opened_table(path, whole=whole) as table:
        if label not in table.schema.names:
            return False
        if label not in class_names(table.schema):
            return True
        return any(
            bool((np.asarray(batch.column(label).to_numpy(zero_copy_only=False)) != -1).any())
            for batch in table.batches([label], 1 << 16)
        )
