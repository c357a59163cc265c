"""The images of a table, a batch at a time and from any row on: pictures, bytes, lists, or columns of pixels."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.gathering.arrays import Batches
from inkcluster.images.readers.pictures.collecting import Collection
from inkcluster.images.readers.pictures.items import Others
from inkcluster.images.readers.tables.imagecolumns import EncodedImages, ListedImages, encoded
from inkcluster.images.readers.tables.looking import Chosen, rows_at_once
from inkcluster.images.readers.tables.opening import Table
from inkcluster.images.readers.tables.taking import Taker, called


class _Pieces:
    """What all have in common: `where` names the images in sentences and `title` in the progress."""

    def __init__(self, table: Table, where: str, title: str) -> None:
        self.table, self.where, self.title = table, where, title

    def __len__(self) -> int:
        """The number of rows."""
        return self.table.rows

    def about(self, pixels: NDArray[np.uint8]) -> list[str]:
        """What to say of the images, once all are known: nothing."""
        del pixels
        return []


class PicturePieces(_Pieces):
    """A column of encoded pictures; rows are best asked for in order."""

    def __init__(self, table: Table, column: str, where: str, title: str) -> None:
        super().__init__(table, where, title)
        self._column = column
        self._first, self._held = 0, list[tuple[Any, str | None]]()
        self._batches: Iterator[Any] = iter(())

    def open(self, at: int) -> IO[bytes]:
        """Open the picture in a row."""
        return io.BytesIO(self._row(at)[0])

    def text(self, at: int) -> str:
        """The path that comes with a picture, or its row."""
        return self._row(at)[1] or f"row {at}"

    def decode(self, at: int, collection: Collection, others: Others) -> None:
        """Add the picture in a row to the `collection`."""
        del others
        collection.add(PurePosixPath(self.text(at)), lambda: self.open(at))

    def close(self) -> None:
        """Close the file that is read."""
        self._batches, self._first, self._held = iter(()), 0, []

    def _row(self, at: int) -> tuple[Any, str | None]:
        while not self._first <= at < self._first + len(self._held):
            batch = next(self._batches, None) if self._held and at >= self._first else None
            if batch is None:
                at_once = rows_at_once(self.table, self._column)
                self._batches = self.table.batches([self._column], at_once, at)
                self._first, batch = at, next(self._batches)
            else:
                self._first += len(self._held)
            self._held = [*encoded(batch.column(self._column), self.where, self._first)]
        return self._held[at - self._first]


class BytePieces(_Pieces):
    """A column of bytes that are pixels, as many in each row."""

    def __init__(
        self, table: Table, column: str, reader: EncodedImages, where: str, title: str
    ) -> None:
        super().__init__(table, where, title)
        self._column, self._reader = column, reader

    def batches(self, start: int) -> Batches:
        """The rows from `start` on."""
        n_bytes = first_bytes(self.table, self._column, self._reader.where).size
        at_once = rows_at_once(self.table, self._column)
        for batch in self.table.batches([self._column], at_once, start):
            rows = []
            for content, _ in encoded(batch.column(self._column), self._reader.where, start):
                self._reader.check_raw(content, n_bytes)
                rows.append(np.frombuffer(content, np.uint8))
            start += len(rows)
            yield np.stack(rows)

    def about(self, pixels: NDArray[np.uint8]) -> list[str]:
        """That they are no pictures, if they look like pixels."""
        return [self._reader.about_raw(pixels)]


class ListPieces(_Pieces):
    """A column of lists of pixels."""

    def __init__(
        self, table: Table, column: str, reader: ListedImages, where: str, title: str
    ) -> None:
        super().__init__(table, where, title)
        self._column, self._reader = column, reader

    def batches(self, start: int) -> Batches:
        """The rows from `start` on."""
        at_once = rows_at_once(self.table, self._column)
        for batch in self.table.batches([self._column], at_once, start):
            yield self._reader.array(batch.column(self._column))


class WidePieces(_Pieces):
    """A column for each pixel."""

    def __init__(self, table: Table, chosen: Chosen, where: str, title: str) -> None:
        super().__init__(table, where, title)
        self._chosen = chosen

    def batches(self, start: int) -> Batches:
        """The rows from `start` on."""
        taker = Taker(self._chosen.columns, self._chosen.names, self.where)
        taker.seen = start
        for frame in self._frames(self._chosen.columns.pixels, start):
            yield taker.pixels_of(frame)
            taker.seen += len(frame)

    def one_hot(self) -> Any:
        """The labels in columns of ones, if there are such."""
        columns = self._chosen.columns
        if not columns.one_hot:
            return None
        taker = Taker(replace(columns, label=None), self._chosen.names, self.where)
        for frame in self._frames(columns.one_hot):
            taker.add_labels(frame)
        return taker.labels()

    def names(self) -> Iterator[str]:
        """The images' names in the column of them."""
        at = self._chosen.columns.names
        for frame in self._frames([] if at is None else [at]):
            yield from called(frame[at])

    def _frames(self, columns: Sequence[int], start: int = 0) -> Iterator[Any]:
        """Data frames of the columns with these numbers, which are called by them."""
        used = sorted(columns)
        names = [self._chosen.names[at] for at in used]
        for batch in self.table.batches(names, self._chosen.rows_at_once, start):
            frame = batch.to_pandas(ignore_metadata=True)
            frame.columns = used
            yield frame


def pieces_of(
    table: Table, column: str, reader: Any, where: str, title: str
) -> PicturePieces | BytePieces | ListPieces:
    """The images in a column that `reader` reads."""
    if isinstance(reader, ListedImages):
        return ListPieces(table, column, reader, where, title)
    if reader.are_raw(first_bytes(table, column, reader.where)):
        return BytePieces(table, column, reader, where, title)
    return PicturePieces(table, column, reader.where, title)


def first_bytes(table: Table, column: str, where: str) -> Any:
    """The bytes in the first row."""
    batch = next(table.batches([column], 1))
    return next(encoded(batch.column(column), where, 0))[0]
