"""Opens a run's folder for one process at a time, and refuses folders with other content."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inkcluster.compute.memory import free_memory
from inkcluster.errors import RunFolderError
from inkcluster.files import (
    RUN,
    TEMPORARY_PREFIX,
    holds_gathered,
    is_file,
    is_folder,
    open_file,
    remove,
    remove_leftovers,
)
from inkcluster.study.run.rows import ROWS
from inkcluster.study.run.state import read_state

if TYPE_CHECKING:
    from inkcluster.images.readers.found import Gathering

LOCK = ".lock"
ANSWERS = "answers"
STEPS = "steps"
REPORT = "report.html"
GATHERED = "gathered"
"""The folder of the images, if they were gathered into one file."""
_OURS = {
    **dict.fromkeys((RUN, ROWS, REPORT, LOCK), is_file),
    **dict.fromkeys((ANSWERS, STEPS, GATHERED), is_folder),
}
"""What a run folder holds, and what each of it has to be."""
MAX_READ_SHARE = 0.25
"""Of the memory that is free: what images may take before they are gathered."""
_HOLDER_BYTES = 1000
"""More than what stands in a lock file."""
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Hold `folder` for writing: created, locked, and cleared of leftovers of a killed run.

    What a run never makes (a link, a pipe, a folder in a file's place) is removed, not followed.

    Raises
    ------
    RunFolderError
        If it cannot be created or written, holds something else than a run, or is in use; also if
        the disk is full or refuses a write while the folder is held.
    """
    _make(folder)
    with _explained(folder), _locked(folder):
        remove_leftovers(folder)
        for name, is_right in _OURS.items():
            _remove_wrong(folder / name, is_right)
        for inner in (ANSWERS, STEPS):
            remove_leftovers(folder / inner)
        yield


def gathering(folder: Callable[[str], Path]) -> Gathering:
    """Where images that would take much of the memory are gathered: in a run's folder, or a new one.

    `folder` gives the run's folder for a data set of a name.
    """
    from inkcluster.images.readers.found import Gathering

    def place(name: str) -> Path:
        run = folder(name)
        _make(run)
        return run / GATHERED

    return Gathering(place, int(free_memory() * MAX_READ_SHARE))


def _make(folder: Path) -> None:
    """Make the folder, if it is not there; refuse it if it holds something else than a run."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
    except FileExistsError as error:
        raise RunFolderError(f"{folder} is a file; choose another folder with --out.") from error
    except (OSError, ValueError) as error:
        doing = "read" if folder.is_dir() else "made"
        raise RunFolderError(
            f"The folder {folder} cannot be {doing} ({getattr(error, 'strerror', None) or error}); "
            "choose another one with --out."
        ) from error
    if names and read_state(folder) is None:
        _refuse_strangers(folder, names)


def _remove_wrong(path: Path, is_right: Callable[[Path], bool]) -> None:
    if not is_right(path):
        remove(path)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Raise one sentence for a full disk and for a refused write, wherever they happen."""
    try:
        yield
    except OSError as error:  # also RunFolderError, which has no number
        if error.errno in _FULL:
            raise RunFolderError(
                f"There is no room left to write in {folder} ({os.strerror(error.errno)}); the "
                "results so far are kept: make room and run the same command again to resume."
            ) from error
        if error.errno in _DENIED:
            raise RunFolderError(
                f"The folder {folder} cannot be written ({os.strerror(error.errno)}); "
                "allow it, or choose another one with --out."
            ) from error
        raise


def _refuse_strangers(folder: Path, names: set[str]) -> None:
    """Refuse a folder with other content than a run's; one killed early has only its lock, or images."""
    strange = sorted(n for n in names - {*_OURS} if not n.startswith(TEMPORARY_PREFIX))
    if strange or not (is_file(folder / LOCK) or holds_gathered(folder / GATHERED)):
        raise RunFolderError(
            f"{folder} is not empty and holds no study (it has {(strange or sorted(names))[0]!r}); "
            "choose a new or empty folder with --out."
        )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock; the system releases it when this process ends, however it ends."""
    from filelock import FileLock, Timeout

    path = folder / LOCK
    _remove_wrong(path, _OURS[LOCK])
    holder = _holder(path)
    lock = FileLock(path, timeout=0, mode=0o666)
    try:
        lock.acquire()
    except Timeout:
        raise RunFolderError(
            f"{folder} is in use by another study ({holder}); "
            "wait for it to end, or choose another folder with --out."
        ) from None
    except OSError as error:
        if error.errno in _DENIED | _FULL:
            raise
        raise RunFolderError(
            f"{path} cannot be locked ({error.strerror or error}); "
            "choose a folder on another disk with --out."
        ) from error
    try:
        started = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        _write_holder(path, json.dumps({"pid": os.getpid(), "started": started}))
        yield
    finally:
        with suppress(OSError):
            _write_holder(path, "")
        lock.release()


def _write_holder(path: Path, text: str) -> None:
    """Say in the lock file who holds it, after its first byte, which Windows locks."""
    if path.lstat().st_nlink > 1:  # another name of a file of somebody's
        return
    with path.open("r+b") as stream:
        stream.truncate(0)
        if text:
            stream.seek(1)
            stream.write(text.encode())


def _holder(path: Path) -> str:
    try:
        with open_file(path, inner=1) as stream:
            stream.seek(1)
            held = json.loads(stream.read(_HOLDER_BYTES))
        return f"process {int(held['pid'])}, started {str(held['started'])[:40]}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "a process that has only just started"
