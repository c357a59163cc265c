"""Writes files and folders so that a reader sees all of the new content or all of the old."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

TEMPORARY_PREFIX = ".part-"
_ASIDE_PREFIX = TEMPORARY_PREFIX + "old-"
"""Before the name of a folder that is being replaced."""


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open `path` for writing bytes; it appears, complete, when the block ends without an error."""
    handle, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=path.suffix, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path` that replaces `path` when the block ends without an error.

    The old folder is renamed, the new one takes its place, and only then is the old one removed. A
    process killed in between leaves the old folder under another name; :func:`remove_leftovers`
    puts it back.
    """
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        inside = list(temporary.rglob("*"))
        for inner in inside:
            if inner.is_file():
                _sync_file(inner)
        for folder in [*filter(Path.is_dir, inside), temporary]:
            _sync_folder(folder)
        _replace(path, temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def remove_leftovers(folder: Path) -> int:
    """Clean up after interrupted writers in `folder`; return the number of leftovers found.

    An old folder whose replacement never arrived gets its name back; everything else is removed.
    """
    leftovers = list(folder.glob(TEMPORARY_PREFIX + "*"))
    for leftover in leftovers:
        if leftover.name.startswith(_ASIDE_PREFIX):
            _settle(leftover.with_name(leftover.name.removeprefix(_ASIDE_PREFIX)))
        else:
            _remove(leftover)
    return len(leftovers)


def _replace(path: Path, new: Path) -> None:
    """Put the folder `new` in the place of `path`; one of the two is on disk at every moment."""
    _settle(path)
    aside = _aside(path)
    try:
        if path.exists():
            path.replace(aside)
            _sync_folder(path.parent)
        new.replace(path)
        _sync_folder(path.parent)
    finally:
        _settle(path)


def _settle(path: Path) -> None:
    """End a replacement of `path` that stopped half-way: remove the old folder, or put it back."""
    aside = _aside(path)
    if aside.exists() and path.exists():
        _remove(aside)
    elif aside.exists():
        aside.replace(path)


def _aside(path: Path) -> Path:
    return path.with_name(_ASIDE_PREFIX + path.name)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_file(path: Path) -> None:
    with path.open("r+b") as stream:  # Windows syncs only what is open for writing
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
