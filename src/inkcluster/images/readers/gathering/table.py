"""A table of Parquet or Arrow files as what is gathered, with its labels and names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.describing import one_line
from inkcluster.images.labelling import check_labels
from inkcluster.images.readers.found import Asked
from inkcluster.images.readers.gathering.arrays import write_arrays
from inkcluster.images.readers.gathering.gather import Written
from inkcluster.images.readers.gathering.journal import Journal
from inkcluster.images.readers.gathering.pictures import MAX_PEEKED, decoded_bytes, write_pictures
from inkcluster.images.readers.gathering.pieces import PicturePieces, WidePieces, pieces_of
from inkcluster.images.readers.gathering.surveying import surveyed
from inkcluster.images.readers.pictures.collecting import none_read, quiet
from inkcluster.images.readers.pictures.frames import pixels_in
from inkcluster.images.readers.tables.looking import Chosen, chosen_columns, meta, preview
from inkcluster.images.readers.tables.opening import Table
from inkcluster.images.readers.tables.roles import Roles, choose_roles, class_names, image_columns
from inkcluster.images.readers.tables.values import labels_of, no_names, plain, too_long

MEMORY_COPIES = 2
"""How often pixels are held where they are read into memory: in batches, and joined."""
VALUES_AT_ONCE = 4_096
Names = Callable[[], Iterator[str]]


@dataclass(frozen=True)
class TableSource:
    """A table of files; `where` names it in sentences and `title` in the progress."""

    table: Table
    where: str
    asked: Asked
    title: str

    def key(self) -> dict[str, Any]:
        """The paths, sizes and times of the files, and the options."""
        state = hashlib.sha256()
        for path in self.table.paths:
            seen = path.stat()
            state.update(repr((str(path.resolve()), seen.st_size, seen.st_mtime_ns)).encode())
        labels, shape = self.asked.labels, self.asked.shape
        if labels is not None and not isinstance(labels, str):
            labels = [hashlib.sha256(repr(np.asarray(labels).tolist()).encode()).hexdigest()]
        return {"table": state.hexdigest(), "labels": labels, "shape": shape and [*shape]}

    def own_name(self) -> str | None:
        """What the table says that the set is called."""
        images = image_columns(self.table.schema, self.where, self.asked.shape)
        return None if images else meta(self.table.schema.metadata)[0]

    def estimated_bytes(self) -> int:
        """What the images would take in memory, from the first of them and what the files say."""
        rows, *_ = self._chosen
        if isinstance(rows, PicturePieces):
            some = min(len(rows), MAX_PEEKED)
            with closing(rows):
                held = sum(decoded_bytes(pixels_in(rows.open(at))) for at in range(some)) // some
        else:
            with closing(rows.batches(0)) as batches:
                held = MEMORY_COPIES * next(batches)[0].nbytes
        return max(self.table.unpacked, held * len(rows))

    def write(self, journal: Journal) -> Written:
        """Write the images, and find their labels and names."""
        rows, roles, chosen = self._chosen
        if isinstance(rows, WidePieces):
            assert chosen is not None
            return self._write_wide(rows, chosen, journal)
        assert roles is not None
        each, n = None, len(rows)
        if isinstance(rows, PicturePieces):
            with quiet(), closing(rows):
                survey = surveyed(rows, journal)
                if not len(survey.facts):
                    raise none_read(survey.broken, rows.where)
                digest, said = write_pictures(rows, survey, None, self.asked.shape, journal)
            each, converted = np.bincount(survey.facts["file"], minlength=n), list[str]()
        else:
            digest, said, converted = write_arrays(rows, self.asked.shape, None, journal)
        labels, more = self._labels(roles.label)
        if labels is not None and each is not None:
            labels = np.repeat(labels, each) if len(labels) == n else labels
            n = int(each.sum())
        names, unnamed = self._names(roles, each)
        return Written(
            digest,
            [*roles.notices, *more, *unnamed, *said],
            check_labels(labels, n, self.where),
            "" if roles.label is None else f"column {one_line(roles.label, 40)!r}",
            names,
            converted=converted,
        )

    def _write_wide(self, rows: WidePieces, chosen: Chosen, journal: Journal) -> Written:
        columns = chosen.columns
        digest, turned, converted = write_arrays(rows, chosen.shape, columns.shape, journal)
        labels, more = rows.one_hot(), list[str]()
        if labels is None:
            label = None if columns.label is None else chosen.names[columns.label]
            labels, more = self._labels(label)
        return Written(
            digest,
            [*columns.notices, *turned, *more],
            check_labels(labels, len(rows), self.where),
            columns.labels_from,
            None if columns.names is None else rows.names,
            chosen.name,
            converted,
        )

    @cached_property
    def _chosen(self) -> tuple[Any, Roles | None, Chosen | None]:
        """The images, and what the columns hold."""
        table, where, asked = self.table, self.where, self.asked
        images = image_columns(table.schema, where, asked.shape)
        if not images:
            chosen = chosen_columns(table, where, asked)
            return WidePieces(table, chosen, where, self.title), None, chosen
        roles = choose_roles(table.schema, list(images), preview(table), where, asked.labels)
        rows = pieces_of(table, roles.image, images[roles.image], where, self.title)
        return rows, roles, None

    def _labels(self, column: str | None) -> tuple[NDArray[Any] | None, list[str]]:
        """The labels of all rows, those given or a column's, and what to say of them."""
        if column is None:
            return self.asked.labels, []
        held: list[Any] = []
        known: dict[str, str] = {}
        for batch in self.table.batches([column], VALUES_AT_ONCE):
            values = plain(batch.column(column))
            if values is None:
                raise too_long(self.where, column)
            held += [known.setdefault(v, v) if isinstance(v, str) else v for v in values]
        classes = class_names(self.table.schema).get(column)
        return labels_of(held, classes, self.where, column)

    def _names(self, roles: Roles, each: NDArray[np.intp] | None) -> tuple[Names | None, list[str]]:
        """The paths that came with the pictures if all have one, or else the texts in a column of names; and what to say.

        `each` is how many images a row gave, where it need not be one.
        """
        if all(self._texts(roles.image, "path")):
            return lambda: _named(self._texts(roles.image, "path"), each, paged=True), []
        name = roles.name
        if name is None:
            return None, []
        if all(isinstance(text, str) for text in self._texts(name)):
            return lambda: _named(self._texts(name), each, paged=False), []
        return None, [no_names(name)]

    def _texts(self, column: str, part: str = "") -> Iterator[Any]:
        """The values of a column of text, or of a `part` of each struct; None if there is no such part."""
        import pyarrow as pa

        kind = self.table.schema.field(column).type
        if part and (not pa.types.is_struct(kind) or kind.get_field_index(part) < 0):
            yield None
            return
        for batch in self.table.batches([f"{column}.{part}" if part else column], VALUES_AT_ONCE):
            values = batch.column(0)
            if part:
                yield from values.field(values.type.get_field_index(part)).to_pylist()
            else:
                yield from plain(values) or [None] * batch.num_rows


def _named(texts: Iterator[str], each: NDArray[np.intp] | None, *, paged: bool) -> Iterator[str]:
    """The name of each image, `each` of them a row; those of several are told apart if they are `paged`."""
    for row, text in enumerate(texts):
        count = 1 if each is None else int(each[row])
        for page in range(count):
            yield f"{text}[{page}]" if paged and count > 1 else text
