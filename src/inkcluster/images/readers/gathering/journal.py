"""Keeps what was gathered: a journal of lines that count, and files that grow and are checked by hash."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from inkcluster._version import __version__
from inkcluster.errors import BadInputError
from inkcluster.files import GATHERED, atomic_file, holds_gathered, open_file, remove

IMAGES, LABELS, NAMES = "images.npy", "labels.npy", "names.npy"
PART, FACTS, SPOOL = "images.part", "facts.part", "spool.part"
LOCK = ".lock"
_OURS = (IMAGES, LABELS, NAMES, PART, FACTS, SPOOL)
_PIECE_BYTES = 1 << 24
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class DamagedError(Exception):
    """A file that is not what the journal says of it."""


class Journal:
    """The lines of a gathering in `folder`; each is on the disk before it counts.

    Those of another `key` (other images, other options) are removed with their files.
    """

    def __init__(self, folder: Path, key: Mapping[str, Any]) -> None:
        self.folder = folder
        self._head = {"inkcluster": __version__, **key}
        self._path = folder / GATHERED
        self.lines: list[dict[str, Any]] = []
        known, n_bytes = self._read()
        if not known or known[0] != self._head:
            self.restart()
            return
        self.lines = known[1:]
        with self._path.open("r+b") as stream:
            stream.truncate(n_bytes)  # of a line that was cut off

    def restart(self) -> None:
        """Remove all that was gathered."""
        for name in _OURS:
            remove(self.folder / name)
        with atomic_file(self._path) as stream:
            stream.write(_line(self._head))
        self.lines = []

    def add(self, **line: Any) -> None:
        """Add a line, once all that it speaks of is on the disk."""
        with self._path.open("ab") as stream:
            stream.write(_line(line))
            stream.flush()
            os.fsync(stream.fileno())
        self.lines.append(line)

    def last(self, what: str) -> Any:
        """What the last line with `what` says of it, or None."""
        return next((line[what] for line in reversed(self.lines) if what in line), None)

    def every(self, what: str) -> list[Any]:
        """What all lines say of `what`, one after the other."""
        return [one for line in self.lines for one in line.get(what, ())]

    def _read(self) -> tuple[list[dict[str, Any]], int]:
        """The whole lines, and how many bytes they take."""
        found: list[dict[str, Any]] = []
        n_bytes = 0
        with suppress(OSError, ValueError), open_file(self._path, inner=1) as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                found.append(json.loads(line))
                n_bytes += len(line)
        return found, n_bytes


class Growing:
    """A file that grows by appending; `known`, its length and hash when it was last :meth:`synced`.

    Its first `skip` bytes are kept free and not hashed. What was appended since is cut off.

    Raises
    ------
    DamagedError
        If the file is not what was known of it.
    """

    def __init__(self, path: Path, known: tuple[int, str] | None, skip: int = 0) -> None:
        self._hash = hashlib.sha256()
        if known is None:
            remove(path)
            path.touch()
        try:
            self._stream: IO[bytes] = path.open("r+b")
        except OSError as error:
            raise DamagedError from error
        self.length = skip if known is None else known[0]
        self._stream.truncate(None if known is None else self.length)
        if known is not None and not self._agrees(skip, known):
            self._stream.close()
            raise DamagedError
        self._stream.seek(self.length)

    def _agrees(self, skip: int, known: tuple[int, str]) -> bool:
        self._stream.seek(skip)
        left = self.length - skip
        while left and (piece := self._stream.read(min(left, _PIECE_BYTES))):
            self._hash.update(piece)
            left -= len(piece)
        return not left and self._hash.hexdigest() == known[1]

    def append(self, content: bytes | memoryview) -> None:
        """Write `content` to the end."""
        self._stream.write(content)
        self._hash.update(content)
        self.length += memoryview(content).nbytes

    def synced(self) -> tuple[int, str]:
        """Length and hash, once all is on the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self.length, self._hash.hexdigest()

    def __enter__(self) -> Growing:
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # of a full disk, which was said
            self._stream.close()


def finish(path: Path, head: bytes) -> None:
    """Write `head` into the bytes that were kept free, and give the file its name."""
    with path.open("r+b") as stream:
        stream.write(head)
        stream.flush()
        os.fsync(stream.fileno())
    path.replace(path.with_name(IMAGES))


def put_back(path: Path) -> None:
    """Give the file of images the name `path` again, if it ended before that was told."""
    if not path.exists() and (images := path.with_name(IMAGES)).exists():
        images.replace(path)


def hash_of(path: Path, skip: int) -> str:
    """SHA-256 of a file without its first bytes."""
    with path.open("rb") as stream:
        stream.seek(skip)
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def held(place: Path, where: str) -> Iterator[None]:
    """Hold the folder `place` to gather the images of `where`; it is made if it is not there.

    Raises
    ------
    BadInputError
        If it cannot be made or written, holds something else, or is in use; also if the disk is full.
    """
    from filelock import FileLock, Timeout

    try:
        place.mkdir(parents=True, exist_ok=True)
        strange = sorted({path.name for path in place.iterdir()} - {LOCK})
        if strange and not holds_gathered(place):
            raise BadInputError(
                f"{place} is not empty and holds no gathered images (it has {strange[0]!r}); give a new "
                "or empty folder to gather them in."
            )
        lock = FileLock(place / LOCK, timeout=0, mode=0o666)
        with lock:
            yield
    except Timeout as error:
        raise BadInputError(
            f"Another process gathers images in {place}; wait for it to end, or give another folder."
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise BadInputError(
                f"There is no room left to gather the images of {where} in {place} "
                f"({os.strerror(error.errno)}); what was gathered is kept: make room and run the same again."
            ) from error
        if isinstance(error, BadInputError) or error.filename is None:
            raise
        raise BadInputError(
            f"Images cannot be gathered in {place} ({error.strerror}); give another folder."
        ) from error


def _line(of: Mapping[str, Any]) -> bytes:
    return json.dumps(of).encode() + b"\n"
