"""A run's folder: opened by one process at a time, refused where it is not ours to write."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from inkcluster.errors import RunFolderError
from inkcluster.files import TEMPORARY_PREFIX, atomic_file, remove_leftovers

LOCK = ".lock"
RUN = "run.json"
ANSWERS = "answers"
STEPS = "steps"
REPORT = "report.html"
_OURS = {LOCK, RUN, ANSWERS, STEPS, REPORT}
_PARTS = {"inkcluster", "state", "started", "versions", "data", "settings", "seconds", "answers"}
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Hold `folder` for writing: made if need be, locked, and cleared of what a killed run left.

    Raises
    ------
    RunFolderError
        If it cannot be made or written, holds something else than a run, or is in use.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise RunFolderError(f"{folder} is a file; choose another folder with --out.") from error
    except OSError as error:
        raise RunFolderError(
            f"The folder {folder} cannot be made ({error.strerror or error}); "
            "choose another one with --out."
        ) from error
    _refuse_strangers(folder)
    with _locked(folder):
        for inner in (folder, folder / ANSWERS, folder / STEPS):
            remove_leftovers(inner)
        yield


@contextmanager
def said(folder: Path) -> Iterator[None]:
    """Turn a full disk and a refused write, wherever they happen, into one sentence."""
    try:
        yield
    except RunFolderError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise RunFolderError(
                f"There is no room left to write in {folder} ({os.strerror(error.errno)}); the "
                "results so far are kept: make room and run the same command again to go on."
            ) from error
        if error.errno in _DENIED:
            raise RunFolderError(
                f"The folder {folder} cannot be written ({os.strerror(error.errno)}); "
                "allow it, or choose another one with --out."
            ) from error
        raise


def read_state(folder: Path) -> dict[str, Any] | None:
    """What ``run.json`` says, or None if it is missing or damaged."""
    try:
        state = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) and state.keys() >= _PARTS else None


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write ``run.json``, whole."""
    text = json.dumps(state, indent=1, ensure_ascii=False)
    with atomic_file(folder / RUN) as stream:
        stream.write(text.encode() + b"\n")


def _refuse_strangers(folder: Path) -> None:
    """Refuse a folder with content that is no run's; a run killed at birth has only its lock."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise RunFolderError(
            f"The folder {folder} cannot be read ({error.strerror or error}); "
            "choose another one with --out."
        ) from error
    if not names or read_state(folder) is not None:
        return
    strange = sorted(n for n in names - _OURS if not n.startswith(TEMPORARY_PREFIX))
    if strange or LOCK not in names:
        raise RunFolderError(
            f"{folder} is not empty and holds no study (it has {(strange or sorted(names))[0]!r}); "
            "choose a new or empty folder with --out."
        )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock; the system releases it when this process ends, however it ends."""
    import fcntl

    path = folder / LOCK
    with said(folder):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunFolderError(
                f"{folder} is in use by another study ({_holder(path)}); "
                "wait for it to end, or choose another folder with --out."
            ) from None
        except OSError as error:
            raise RunFolderError(
                f"{path} cannot be locked ({error.strerror or error}); "
                "choose a folder on a local disk with --out."
            ) from error
        started = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        with said(folder):
            os.truncate(descriptor, 0)
            os.write(descriptor, json.dumps({"pid": os.getpid(), "started": started}).encode())
        try:
            yield
        finally:
            with suppress(OSError):
                os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return f"process {held['pid']}, started {held['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has only just started"
