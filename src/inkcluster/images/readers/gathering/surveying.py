"""Decodes pictures once, batch after batch, and keeps what each is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.readers.gathering.gather import HEAD_BYTES, Items
from inkcluster.images.readers.gathering.journal import (
    FACTS,
    SPOOL,
    Growing,
    Journal,
    put_back,
)
from inkcluster.images.readers.pictures import toning
from inkcluster.images.readers.pictures.collecting import Collection
from inkcluster.images.readers.pictures.decoding import MAX_PIXELS
from inkcluster.images.readers.pictures.items import Others
from inkcluster.progress import current

ROW = np.dtype([("file", "<u4"), *toning.FACTS.descr])
"""What is kept of a picture: the number of its file, and what it is."""
BATCH_FILES = 5000
BATCH_BYTES = 256 << 20
"""A batch ends with the file that brings its pictures to as much."""


class Pictures(Items, Protocol):
    """Files that may be pictures, by their numbers; best asked for in order."""

    def text(self, at: int) -> str:
        """What sentences call a file."""

    def open(self, at: int) -> IO[bytes]:
        """Open a file."""

    def decode(self, at: int, collection: Collection, others: Others) -> None:
        """Add a file's picture to the `collection`, or a file that is none to the `others`."""


@dataclass(frozen=True)
class Survey:
    """What all pictures are, the broken ones and why, and the files that are no pictures."""

    facts: NDArray[Any]
    broken: list[tuple[str, str]]
    others: Others


def surveyed(items: Pictures, journal: Journal) -> Survey:
    """Decode all pictures, from where the journal ends.

    Pictures that are bytes already, and not too large, are kept one after the other in a file: mostly,
    that is the file of images. The others are decoded again later.
    """
    known = journal.last("pictures")
    start = 0 if known is None else int(journal.last("files"))
    spool_known, facts_known = known or (None, None)
    folder = journal.folder
    put_back(folder / SPOOL)
    with (
        Growing(folder / FACTS, facts_known) as facts,
        Growing(folder / SPOOL, spool_known, HEAD_BYTES) as spool,
        current().task(f"gathering {items.title}", len(items)) as advance,
    ):
        advance(start)
        while start < len(items):
            collection = Collection(items.where)
            others: Others = []
            files: list[int] = []
            at = start
            while at < min(start + BATCH_FILES, len(items)) and collection.held < BATCH_BYTES:
                items.decode(at, collection, others)
                files += [at] * (len(collection) - len(files))
                at += 1
                advance(1)
            rows = [toning.facts_of(picture) for picture in collection.pictures]
            batch = np.array([(at, *row) for at, row in zip(files, rows, strict=True)], ROW)
            facts.append(batch.tobytes())
            for picture, plain in zip(collection.pictures, are_plain(batch), strict=True):
                if plain:
                    spool.append(picture.grey.tobytes())
            journal.add(
                pictures=[spool.synced(), facts.synced()],
                files=at,
                broken=collection.broken,
                others=[[str(path), kind] for path, kind in others],
            )
            start = at
    empty = not (folder / FACTS).stat().st_size
    return Survey(
        np.empty(0, ROW) if empty else np.asarray(np.memmap(folder / FACTS, ROW, "r")),
        [(path, reason) for path, reason in journal.every("broken")],
        [(PurePosixPath(path), kind) for path, kind in journal.every("others")],
    )


def are_plain(facts: NDArray[Any]) -> NDArray[np.bool_]:
    """Which pictures need no conversion, and are kept as they were decoded."""
    n_pixels = facts["h"].astype(np.int64) * facts["w"]
    plain: NDArray[np.bool_] = (facts["kind"] == 0) & ~facts["alpha"] & (n_pixels <= MAX_PIXELS)
    return plain
