"""Keeps a labelling: its start and its log in the run's folder, and the state they add up to."""

from __future__ import annotations

import copy
import getpass
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import ArrayLike

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.label import actions, start
from inkcluster.label.belief import Belief
from inkcluster.label.bodies import checked_id, images, number, plain
from inkcluster.label.history import BACK, fold, take
from inkcluster.label.log import Event, Log
from inkcluster.label.state import NONE, ConflictError, State

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run

FOLDER = "labelling"
LOG = "log.db"
DAMAGE = (LookupError, TypeError, ValueError, AttributeError, AssertionError)
"""The errors of an action that was not checked when it was written."""
_PLAIN_NAME = {"key": "", "colour": ""}


class Kept:
    """The log of a labelling, its state, and what is believed; safe for threads and processes."""

    def __init__(
        self, run: Run, *, by: str | None = None, check: bool = False, who: str | None = None
    ) -> None:
        if not hasattr(run, "data"):
            raise BadInputError(
                f"A labelling is of a run, such as Run.open('runs/digits'), not of a {type(run).__name__}."
            )
        self.run = run
        self.who = checked_id(who, "Who acts") if who is not None else _user()
        folder = run.path / FOLDER
        found = start.kept(folder, run) if folder.exists() else None
        made = None if found is not None else start.made(run, by, check=check)
        _make(folder)
        self._log = Log(folder / LOG)
        try:
            self._start = self._settled(folder, made)
            _check_same(self._start, folder, by, check=check)
            self._graph = self._start.graph()
            self._belief = Belief(self._graph)
            self._lock = threading.RLock()
            self.events: list[Event] = []
            self._ids: dict[str, Event] = {}
            self.state = self._new_state()
            self._believed = -1
            self.refresh()
        except BaseException:
            self._log.close()
            raise

    def _settled(self, folder: Path, made: start.Start | None) -> start.Start:
        """The start on which the log rests: what is kept, or `made` if nothing is."""
        with self._log.writing():
            found = start.kept(folder, self.run)
            if found is None and made is None:
                raise RunFolderError(f"{folder} is being removed.")
            known = self._log.about("start", (found or cast("start.Start", made)).digest)
            if found is None and made is not None:
                found = made
                if known == made.digest:
                    start.keep(made, folder)
        assert found is not None
        if known != found.digest:
            raise RunFolderError(
                f"{folder / LOG} was written for other groups than {folder / start.FILE} holds; move "
                f"{folder} away to begin a new labelling."
            )
        return found

    def close(self) -> None:
        """Close the log."""
        with self._lock:
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
            try:
                if any(event.kind in BACK for event in new):
                    self.state = fold(self._new_state, [*self.events, *new])
                    self._took(*new)
                else:
                    for event in new:
                        take(self.state, event)
                        self._took(event)
            except (ConflictError, *DAMAGE) as error:
                raise RunFolderError(
                    f"{self._log.path} holds an action that cannot be taken ({error}); it is damaged, or was "
                    "written by another version of Inkcluster."
                ) from error
            return True

    def act(
        self, kind: str, body: dict[str, Any], rows: ArrayLike | None = None,
        codes: ArrayLike | None = None, *, who: str | None = None, action: str | None = None,
        version: int | Mapping[int, int] | None = None,
        names: Sequence[int | str | None] | None = None,
    ) -> Event:  # fmt: skip
        """Take an action: it is checked, kept, and then counts.

        Parameters
        ----------
        kind, body, rows, codes
            As in the log.
        who : str, optional
        action : str, optional
            Identifies the action; if it was taken already, that one is returned and nothing is done.
        version : int or mapping of int to int, optional
            The group as it was seen, or that of each of several groups; ConflictError if one was touched
            since.
        names : sequence of int, str or None, optional
            The name that is given, or those of a check. New texts are made up by actions before this one,
            which are kept with it or not at all.

        Raises
        ------
        BadInputError
            If the action cannot be taken; ConflictError if it no longer can.
        RunFolderError
            If it cannot be kept; then it does not count.
        """
        body, rows, codes = plain(body), images(rows), images(codes, "Names")
        action = uuid.uuid4().hex if action is None else checked_id(action, "The action's id")
        who = self.who if who is None else checked_id(who, "Who acts")
        with self._lock:
            with self._log.writing():
                self.refresh()
                if (known := self._ids.get(action)) is not None:
                    if (known.kind, known.who) != (kind, who):
                        raise BadInputError(f"The id {action!r} is that of another action.")
                    return known
                self._check_version(body, version)
                made: list[Event] = []
                state = self.state
                if names is not None:
                    state = copy.copy(state)
                    state.names = dict(state.names)
                    found = [
                        NONE
                        if name is None and kind == "check"
                        else self._code(state, name, who, made)
                        for name in names
                    ]
                    if kind == "check":
                        codes = images(found)
                    else:
                        body |= {"name": found[0]}
                event = self._event(len(made), action, who, kind, body, rows, codes)
                again = None
                if kind in BACK:
                    again = fold(self._new_state, [*self.events, event])
                else:
                    actions.check(state, event)
                for one in (*made, event):
                    self._log.add(one)
            self._took(*made, event)
            if again is None:
                for one in (*made, event):
                    actions.apply(self.state, one)
            else:
                self.state = again
            return event

    def _code(
        self, state: State, name: int | str | None, who: str, made: list[Event] | None = None
    ) -> int:
        """The number of a name; a text that is none in `state` becomes one there, by an action added to `made`."""
        if not isinstance(name, str):
            return number(name, "A name that is no text")
        body = plain({"text": name})
        for code, one in state.names.items():
            if one.text == body["text"]:
                return code
        if made is None:
            raise BadInputError(f"There is no name {name!r}.")
        event = self._event(len(made), uuid.uuid4().hex, who, "add name", body | _PLAIN_NAME)
        actions.check(state, event)
        actions.apply(state, event)
        made.append(event)
        return state.own_names + event.seq

    def _event(self, ahead: int, action: str, who: str, kind: str, *what: Any) -> Event:
        """An action that comes after the last one and `ahead` others."""
        seq = (self.events[-1].seq if self.events else 0) + 1 + ahead
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return Event(seq, action, at, who, kind, *what)

    def _check_version(self, body: dict[str, Any], version: int | Mapping[int, int] | None) -> None:
        if version is None:
            return
        seen = version if isinstance(version, Mapping) else {body.get("group"): version}
        if any(self.state.group(number).touched != touched for number, touched in seen.items()):
            raise ConflictError("This group was changed meanwhile; look at it again.")

    def _took(self, *events: Event) -> None:
        self.events += events
        self._ids |= {event.id: event for event in events}

    def _new_state(self) -> State:
        given = self._start.given if len(self._start.given) else None
        return State(self._start.groups, given, () if given is None else self.run.data.classes)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "somebody"


def _make(folder: Path) -> None:
    if folder.is_symlink():
        raise RunFolderError(f"{folder} is a link; links in a run's folder are not followed.")
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
