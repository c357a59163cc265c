"""Keeps a labelling: its start and its log in the run's folder, and the state they add up to."""

from __future__ import annotations

import getpass
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from inkcluster.errors import RunFolderError
from inkcluster.label import actions, start
from inkcluster.label.belief import Belief
from inkcluster.label.history import fold
from inkcluster.label.log import Event, Log
from inkcluster.label.state import ConflictError, State

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run

FOLDER = "labelling"
LOG = "log.db"


class Kept:
    """The log of a labelling, its state, and what is believed; safe for threads and processes."""

    def __init__(
        self, run: Run, *, by: str | None = None, check: bool = False, who: str | None = None
    ) -> None:
        self.run = run
        self.who = who or _user()
        folder = run.path / FOLDER
        found = start.kept(folder, run) if folder.exists() else None
        if found is None:
            found = start.made(run, by, check=check)
            _make(folder)
            start.keep(found, folder)
        else:
            _check_same(found, folder, by, check=check)
        self._start = found
        self._graph = found.graph()
        self._belief = Belief(self._graph)
        self._lock = threading.RLock()
        self._log = Log(folder / LOG)
        self.events: list[Event] = []
        self.state = self._new_state()
        self._believed = -1
        self.refresh()

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    @property
    def belief(self) -> Belief:
        """What is believed of every image, from the names that were given."""
        with self._lock:
            if self._believed != self.state.seq:
                self._belief.update(self.state)
                self._believed = self.state.seq
            return self._belief

    def refresh(self) -> bool:
        """Take in what other processes have done; whether there was anything."""
        with self._lock:
            new = self._log.after(self.events[-1].seq if self.events else 0)
            if not new:
                return False
            self.events += new
            if any(event.kind in ("undo", "redo") for event in new):
                self.state = fold(self._new_state, self.events)
            else:
                for event in new:
                    actions.check(self.state, event)
                    actions.apply(self.state, event)
            return True

    def act(
        self, kind: str, body: dict[str, Any], rows: ArrayLike | None = None,
        codes: ArrayLike | None = None, *, who: str | None = None, action: str | None = None,
        version: int | None = None,
    ) -> Event:  # fmt: skip
        """Take an action: it is checked, kept, and then counts.

        Parameters
        ----------
        kind, body, rows, codes
            As in the log.
        who : str, optional
        action : str, optional
            Identifies the action; if it was taken already, that one is returned and nothing is done.
        version : int, optional
            The group as it was seen; ConflictError if it was touched since.
        """
        with self._lock:
            with self._log.writing():
                self.refresh()
                if (known := self._known(action)) is not None:
                    return known
                if version is not None and self.state.group(body.get("group")).touched != version:
                    raise ConflictError("This group was changed meanwhile; look at it again.")
                event = Event(
                    self.events[-1].seq + 1 if self.events else 1,
                    action or uuid.uuid4().hex,
                    datetime.now(UTC).isoformat(timespec="milliseconds"),
                    who or self.who,
                    kind,
                    body,
                    None if rows is None else np.asarray(rows, np.int32).reshape(-1),
                    None if codes is None else np.asarray(codes, np.int32).reshape(-1),
                )
                again = None
                if kind in ("undo", "redo"):
                    again = fold(self._new_state, [*self.events, event])
                else:
                    actions.check(self.state, event)
                self._log.add(event)
            self.events.append(event)
            if again is None:
                actions.apply(self.state, event)
            else:
                self.state = again
            return event

    def _known(self, action: str | None) -> Event | None:
        return next(
            (one for one in reversed(self.events) if action is not None and one.id == action), None
        )

    def _new_state(self) -> State:
        given = self._start.given if len(self._start.given) else None
        return State(self._start.groups, given, () if given is None else self.run.data.classes)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise RunFolderError(f"{folder} cannot be made: {error.strerror or error}.") from error


def _check_same(found: start.Start, folder: Path, by: str | None, *, check: bool) -> None:
    if by is not None and by != str(found.of[1]):
        raise RunFolderError(
            f"{folder} holds a labelling by {found.of[1]}; move it away to begin one by {by}."
        )
    if check and not len(found.given):
        raise RunFolderError(
            f"{folder} holds a labelling without the run's labels; move it away to check them."
        )
