"""The files that may be pictures, of a folder or an archive, and how each is opened."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from inkcluster.images.readers.guard import MAX_PICTURE_PIXELS, is_out_of_memory, size
from inkcluster.images.readers.pictures.archive import Member
from inkcluster.images.readers.pictures.collecting import CANNOT_OPEN, Collection
from inkcluster.images.readers.pictures.frames import PictureError
from inkcluster.images.readers.pictures.kinds import (
    ENDINGS,
    HEAD_BYTES,
    other_kind,
    picture_format,
)
from inkcluster.images.readers.pictures.walking import as_text
from inkcluster.progress import current

MAX_PICTURE_BYTES = 16 * MAX_PICTURE_PIXELS
"""A larger file in an archive is not unpacked into memory."""
Others = list[tuple[PurePosixPath, str | None]]
"""Files that are no pictures, and what else they are where that is known."""


@dataclass(frozen=True)
class Item:
    """A file that may be a picture: its path within the root, and how to open it.

    `peek` opens it too, at once even where it is large.
    """

    name: PurePosixPath
    open: Callable[[], IO[bytes]]
    peek: Callable[[], IO[bytes]]


class FolderItems:
    """The files at `paths` within `folder`; an item is made when it is asked for."""

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self.folder, self.paths = folder, paths
        self.where, self.title = str(folder), folder.name

    def __len__(self) -> int:
        """The number of files."""
        return len(self.paths)

    def __getitem__(self, at: int) -> Item:
        """The file at this place."""
        opener = partial(_opened, self._path(at))
        return Item(PurePosixPath(self.text(at)), opener, opener)

    def text(self, at: int) -> str:
        """The path of a file within the folder, as text."""
        return as_text(self.paths[at])

    def open(self, at: int) -> IO[bytes]:
        """Open a file."""
        return _opened(self._path(at))

    def decode(self, at: int, collection: Collection, others: Others) -> None:
        """Add a picture to the `collection`, or a file that is none to the `others`."""
        sort_out(self[at], collection, others)

    def state(self) -> str:
        """SHA-256 of the names, sizes and times of all files, in hexadecimal."""
        digest = hashlib.sha256()
        what = f"looking through {self.title}"
        with current().task(what, len(self)) as advance:
            for at, path in enumerate(self.paths):
                try:
                    seen = Path(self._path(at)).stat()
                    facts = f"\0{seen.st_size}\0{seen.st_mtime_ns}\n"
                except OSError:
                    facts = "\0gone\n"
                digest.update(os.fsencode(path) + facts.encode())
                advance(1)
        return digest.hexdigest()

    def _path(self, at: int) -> str:
        return f"{self.folder}{os.sep}{self.paths[at]}"


def members_items(found: Sequence[Member]) -> list[Item]:
    """The members of an archive."""
    return [Item(m.name, partial(_extracted, m), m.open) for m in found]


def sort_out(item: Item, collection: Collection, others: Others) -> None:
    """Add the picture in a file to the `collection`, or a file that is none to the `others`."""
    if item.name.suffix.lower() in ENDINGS:
        collection.add(item.name, item.open)
        return
    start = _head(item)
    if start is not None and picture_format(start):
        collection.add(item.name, item.open)
    else:
        others.append((item.name, other_kind(start or b"")))


def _opened(path: str) -> IO[bytes]:
    return Path(path).open("rb")


def _extracted(member: Member) -> IO[bytes]:
    if member.size > MAX_PICTURE_BYTES:
        raise PictureError(f"too large: {size(member.size)}")
    with member.open() as stream:
        return io.BytesIO(stream.read())


def _head(item: Item) -> bytes:
    """The first bytes of a file; none where it cannot be read, since its name is no picture's."""
    try:
        with item.peek() as stream:
            return stream.read(HEAD_BYTES)
    except CANNOT_OPEN as error:
        if is_out_of_memory(error):
            raise
        return b""
