"""Writes gathered pictures again where they are not yet of one depth and size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.images.readers.gathering import surveying
from inkcluster.images.readers.gathering.gather import HEAD_BYTES
from inkcluster.images.readers.gathering.journal import (
    PART,
    SPOOL,
    Growing,
    Journal,
    put_back,
)
from inkcluster.images.readers.gathering.surveying import Pictures, are_plain
from inkcluster.images.readers.guard import is_out_of_memory
from inkcluster.images.readers.pictures.collecting import CANNOT_OPEN
from inkcluster.images.readers.pictures.decoding import fitted
from inkcluster.images.readers.pictures.frames import Picture, pictures_in
from inkcluster.images.readers.pictures.toning import Tone
from inkcluster.progress import current


def rewritten(
    items: Pictures,
    journal: Journal,
    facts: NDArray[Any],
    rows: NDArray[Any] | None,
    target: tuple[Tone, tuple[int, int]],
) -> str:
    """Write the images at the `target`'s depth and size, those at `rows` or all; gives their hash.

    Pictures that were kept are read from there, the others decoded again.
    """
    tone, shape = target
    chosen = np.arange(len(facts)) if rows is None else rows
    known = journal.last("images")
    done = 0 if known is None else int(journal.last("written"))
    put_back(journal.folder / PART)
    name = f"writing {items.title}"
    with (
        Growing(journal.folder / PART, known, HEAD_BYTES) as file,
        (journal.folder / SPOOL).open("rb") as spool,
        closing(_Decoded(items, facts, spool)) as pictures,
        current().task(name, len(chosen)) as advance,
    ):
        advance(done)
        while done < len(chosen):
            stop = min(done + surveying.BATCH_FILES, len(chosen))
            for row in chosen[done:stop].tolist():
                picture = tone.bytes_of(pictures[row])
                if picture.shape != shape:
                    picture = fitted(picture, *shape)
                file.append(picture.tobytes())
                advance(1)
            journal.add(images=file.synced(), written=stop)
            done = stop
        return file.synced()[1]


class _Decoded:
    """The pictures by their rows, best asked for in order."""

    def __init__(self, items: Pictures, facts: NDArray[Any], spool: IO[bytes]) -> None:
        self._items, self._facts, self._spool = items, facts, spool
        self._plain = are_plain(facts)
        n_bytes = np.where(self._plain, facts["h"].astype(np.int64) * facts["w"], 0)
        self._starts = HEAD_BYTES + np.cumsum(n_bytes) - n_bytes
        self._file, self._page = -1, 0
        self._open: Iterator[Picture] = iter(())
        self._stream: IO[bytes] | None = None

    def __getitem__(self, row: int) -> Picture:
        facts = self._facts[row]
        shape = int(facts["h"]), int(facts["w"])
        if self._plain[row]:
            self._spool.seek(int(self._starts[row]))
            content = self._spool.read(shape[0] * shape[1])
            return Picture(np.frombuffer(content, np.uint8).reshape(shape))
        file = int(facts["file"])
        page = row - int(np.searchsorted(self._facts["file"], file))
        found = None
        try:
            found = self._decoded(file, page)
        except CANNOT_OPEN as error:
            if is_out_of_memory(error):
                raise
        if found is None or found.grey.shape != shape:
            raise BadInputError(
                f"{self._items.where}: {self._items.text(file)} changed while the pictures were "
                "gathered; run the same again once it stays as it is."
            )
        return found

    def _decoded(self, file: int, page: int) -> Picture | None:
        if file != self._file or page < self._page:
            self.close()
            self._stream = self._items.open(file)
            self._file, self._page, self._open = file, 0, pictures_in(self._stream)
        for found in self._open:
            self._page += 1
            if self._page > page:
                return found
        return None

    def close(self) -> None:
        """Close the file that is open."""
        self._open = iter(())
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
