"""The log of a labelling: every action is a row of a SQLite file, written before anybody sees its effect."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import RunFolderError
from inkcluster.files import is_file

VERSION = 2
"""The version of the table and of the actions. Version 1 lacked "name some" without a group, and "later" ended a walk; such a
file is taken over. A file of another version is refused."""
WAIT = 20.0
"""Seconds to wait while another process writes."""
PAUSE = 0.05
_ABOUT = "CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT"
"""What the actions rest on."""
_TABLE = """
CREATE TABLE log (
  seq INTEGER PRIMARY KEY,   -- 1, 2, 3, …
  id TEXT NOT NULL UNIQUE,   -- chosen by whoever acts, so that nothing is applied twice
  at TEXT NOT NULL,          -- UTC, ISO 8601
  who TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,        -- JSON
  rows BLOB,                 -- images, deflated int32
  codes BLOB                 -- a name for each of them, deflated int32
) STRICT
"""
_COLUMNS = "seq, id, at, who, kind, body, rows, codes"


@dataclass(frozen=True, eq=False)
class Event:
    """One action: who did what when; `rows` are images, `codes` a name for each of them."""

    seq: int
    id: str
    at: str
    who: str
    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    rows: NDArray[np.int32] | None = None
    codes: NDArray[np.int32] | None = None


class Log:
    """The actions in the file at `path`, which is made if it is not there.

    Any number of processes may hold one file open: each writes in a transaction of its own.

    Raises
    ------
    RunFolderError
        If the file cannot be made or read, or is no log of this version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_symlink() or (path.exists() and not is_file(path)):
            raise RunFolderError(f"{path} is no file of its own; move it away.")
        try:
            self._base = sqlite3.connect(
                path, timeout=WAIT, isolation_level=None, check_same_thread=False
            )
            try:
                self._base.execute("PRAGMA synchronous=FULL")
                self._write_ahead()
                self._begin()
            except BaseException:
                self._base.close()
                raise
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _write_ahead(self) -> None:
        """Write ahead where the file system can; SQLite's rollback journal is as safe, and slower.

        Two processes that ask for it at once may both be refused, without SQLite's waiting.
        """
        end = time.monotonic() + WAIT
        while True:
            try:
                self._base.execute("PRAGMA journal_mode=WAL").fetchone()
            except sqlite3.OperationalError as error:
                if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    if _code(error) in (sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_IOERR):
                        self._base.execute("PRAGMA journal_mode=DELETE").fetchone()
                        return
                    raise
                if time.monotonic() > end:
                    raise
                time.sleep(PAUSE)
            else:
                return

    def _begin(self) -> None:
        with self._transaction():
            (version,) = self._base.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._base.execute(_TABLE)
                self._base.execute(f"PRAGMA user_version={VERSION}")
            elif version == 1:
                self._base.execute(f"PRAGMA user_version={VERSION}")
            elif version != VERSION:
                raise RunFolderError(
                    f"{self.path} was written by another version of Inkcluster (format {version}, not "
                    f"{VERSION}); use that version."
                )
            self._base.execute(_ABOUT)

    def about(self, name: str, value: str) -> str:
        """What is kept under `name`: `value`, unless something was before; within :meth:`writing`."""
        self._base.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, value))
        question = "SELECT value FROM about WHERE name = ?"
        return str(self._base.execute(question, (name,)).fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def after(self, seq: int) -> list[Event]:
        """The actions after number `seq`, in their order."""
        question = f"SELECT {_COLUMNS} FROM log WHERE seq > ? ORDER BY seq"  # noqa: S608
        try:
            with closing(self._base.execute(question, (seq,))) as found:
                return [_event(row) for row in found]
        except (sqlite3.Error, *_DAMAGE) as error:
            raise self._unusable(error) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep others from writing in this block; what it has added is kept if it ends without an error."""
        try:
            with self._transaction():
                yield
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def add(self, event: Event) -> None:
        """Add an action; within :meth:`writing`."""
        body = json.dumps(event.body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        values = (event.seq, event.id, event.at, event.who, event.kind, body)
        question = f"INSERT INTO log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        self._base.execute(question, (*values, _packed(event.rows), _packed(event.codes)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def _unusable(self, error: BaseException) -> RunFolderError:
        said = str(error).rstrip(".") or type(error).__name__
        kept = "nothing of this action was kept"
        match _code(error):
            case sqlite3.SQLITE_FULL:
                said = f"cannot grow, the disk is full; {kept}. Make room and do it again"
            case sqlite3.SQLITE_IOERR:
                said = (
                    f"cannot be read or written ({said}), the disk may be full or gone; {kept}. Make room and do "
                    "it again"
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                said = (
                    f"has been held by another process for {WAIT:.0f} seconds; {kept}. Do it again"
                )
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                said = "cannot be written; check the rights of its folder"
            case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
                said = f"is damaged ({said}); move {self.path.parent} away to begin a new labelling"
            case _:
                said = f"cannot be used: {said}"
        return RunFolderError(f"{self.path} {said}.")


def _code(error: BaseException) -> int:
    """SQLite's primary code of an error; 0 if it is none of its own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


_DAMAGE = (ValueError, TypeError, KeyError, zlib.error, RecursionError)


def _packed(values: NDArray[np.int32] | None) -> bytes | None:
    return None if values is None else zlib.compress(values.astype("<i4").tobytes(), 6)


def _unpacked(content: bytes | None) -> NDArray[np.int32] | None:
    return None if content is None else np.frombuffer(zlib.decompress(content), "<i4")


def _event(row: tuple[Any, ...]) -> Event:
    seq, named, at, who, kind, body, rows, codes = row
    if not isinstance(body, str):
        raise TypeError("an action that is no text")
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("an action without its values")
    return Event(seq, named, at, who, kind, content, _unpacked(rows), _unpacked(codes))
