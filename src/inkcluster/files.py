"""Opens files that are files, and writes so that a reader sees all of the new content or all of the old."""

from __future__ import annotations

import errno
import io
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

RUN = "run.json"
"""What a study says about itself, in its folder."""
GATHERED = "gathered.jsonl"
"""What was done to gather pictures into one file, in the folder of that file."""
_HEAD_BYTES = 100
MANY_FILES = 500
"""More are not synced one by one."""
TEMPORARY_PREFIX = ".part-"
_ASIDE_PREFIX = TEMPORARY_PREFIX + "old-"
"""Before the name of a folder that is being replaced."""
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer would be waited for
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOCTTY", 0)
)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


def open_file(path: Path, inner: int = 0) -> io.BufferedReader:
    """Open the regular file at `path` for reading bytes; OSError for a pipe, a device or a folder.

    Links are followed but in the last `inner` parts of the path: these lie in a folder that somebody
    else may have filled, where a link could lead anywhere.
    """
    if not inner:
        return _checked(os.open(path, _FILE), path)
    root, names = path.parents[inner - 1], path.parts[-inner:]
    if os.open not in os.supports_dir_fd:
        for part in (*path.parents[: inner - 1], path):
            if part.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(part))
        return _checked(os.open(path, _FILE), path)
    at = os.open(root, _FOLDER)
    try:
        for name in names[:-1]:
            below = os.open(name, _FOLDER | _NO_LINKS, dir_fd=at)
            os.close(at)
            at = below
        return _checked(os.open(names[-1], _FILE | _NO_LINKS, dir_fd=at), path)
    finally:
        os.close(at)


def is_folder(path: Path) -> bool:
    """Whether a folder is at `path`, and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def is_file(path: Path) -> bool:
    """Whether a regular file is at `path`, and not a link to one."""
    return path.is_file() and not path.is_symlink()


def holds_run(folder: Path) -> bool:
    """Whether a study has written its ``run.json`` in `folder`."""
    return _says_ours(folder / RUN)


def holds_gathered(folder: Path) -> bool:
    """Whether pictures were gathered into one file in `folder`, or are being gathered."""
    return _says_ours(folder / GATHERED)


def _says_ours(path: Path) -> bool:
    try:
        with open_file(path, inner=1) as stream:
            return b'"inkcluster"' in stream.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return False


def remove(path: Path) -> None:
    """Remove whatever is at `path`; of a link the link alone."""
    if is_folder(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def output_file(path: Path) -> Path:
    """Where to write what a person wants at `path`: there, or where the link there leads.

    OSError for a device, a pipe or a folder, which a new file must not replace.
    """
    if path.exists() and not path.is_file():
        code = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(code, "it is a folder" if path.is_dir() else "it is no file", str(path))
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if path.exists() and not (
        target.exists() and target.samefile(path)
    ):  # as /dev/stdout, where no name leads
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return target


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open `path` for writing bytes; it appears, complete, when the block ends without an error."""
    try:
        handle, name = tempfile.mkstemp(
            prefix=TEMPORARY_PREFIX, suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        error.filename = str(path)  # of the name that a person gave
        raise
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
        _sync_tree(temporary)
        _replace(path, temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def remove_leftovers(folder: Path) -> int:
    """Clean up after interrupted writers in `folder`; return the number of leftovers found.

    An old folder whose replacement never arrived gets its name back; everything else is removed.
    """
    if not is_folder(folder):
        return 0
    leftovers = [path for path in folder.iterdir() if path.name.startswith(TEMPORARY_PREFIX)]
    for leftover in leftovers:
        name = leftover.name.removeprefix(_ASIDE_PREFIX)
        if name != leftover.name and name.strip(".") and is_folder(leftover):
            _settle(leftover.with_name(name))
        else:
            remove(leftover)
    return len(leftovers)


def _replace(path: Path, new: Path) -> None:
    """Put the folder `new` in the place of `path`; one of the two is on disk at every moment."""
    _settle(path)
    aside = _aside(path)
    try:
        if os.path.lexists(path):
            path.replace(aside)
            _sync_folder(path.parent)
        new.replace(path)
        _sync_folder(path.parent)
    finally:
        _settle(path)


def _settle(path: Path) -> None:
    """End a replacement of `path` that stopped half-way: remove the old folder, or put it back."""
    aside = _aside(path)
    if os.path.lexists(path) or not is_folder(aside):
        remove(aside)
    else:
        aside.replace(path)


def _aside(path: Path) -> Path:
    return path.with_name(_ASIDE_PREFIX + path.name)


def _checked(descriptor: int, path: Path) -> io.BufferedReader:
    """The open file, if it is a regular one."""
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(
                code, "it is a folder" if stat.S_ISDIR(mode) else "it is no file", str(path)
            )
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_file(path: Path) -> None:
    with path.open("r+b") as stream:  # Windows syncs only what is open for writing
        os.fsync(stream.fileno())


def _sync_tree(folder: Path) -> None:
    """Sync a folder and all in it; all that waits to be written at once where that takes less time."""
    inside = list(folder.rglob("*"))
    if len(inside) > MANY_FILES and hasattr(os, "sync"):
        os.sync()
        return
    for inner in inside:
        if inner.is_file():
            _sync_file(inner)
    for inner in [*filter(Path.is_dir, inside), folder]:
        _sync_folder(inner)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
