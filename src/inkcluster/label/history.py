"""The fold of a log, with what was undone left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from inkcluster.errors import BadInputError
from inkcluster.label import actions
from inkcluster.label.bodies import is_number
from inkcluster.label.log import Event
from inkcluster.label.state import ConflictError, State

BACK = ("undo", "redo")


def fold(start: Callable[[], State], events: Sequence[Event]) -> State:
    """The state after `events`, of which those that were undone are left out.

    Raises
    ------
    ConflictError
        If an action rests on another one that was undone, or cannot be taken.
    """
    gone = undone(events)
    state = start()
    for event in events:
        if event.kind not in BACK and event.seq not in gone:
            take(state, event)
        state.seq = max(state.seq, event.seq)
    return state


def take(state: State, event: Event) -> None:
    """Check and apply an action that is in the log; ConflictError if it cannot be taken."""
    try:
        actions.check(state, event)
    except BadInputError as error:
        raise ConflictError(f"Action {event.seq}: {error}") from error
    actions.apply(state, event)


def undone(events: Iterable[Event]) -> set[int]:
    """The numbers of the actions that are undone; ConflictError if one is undone or redone twice."""
    there: set[int] = set()
    gone: set[int] = set()
    for event in events:
        if event.kind not in BACK:
            there.add(event.seq)
            continue
        of = event.body.get("of")
        if not is_number(of) or of not in there or (of in gone) == (event.kind == "undo"):
            raise ConflictError(f"Action {of} cannot be taken by {event.kind!r}.")
        gone ^= {of}
    return gone


def next_undo(events: Iterable[Event], who: str) -> tuple[int | None, int | None]:
    """The action of `who` that would be undone next, and the one that would be redone next.

    A new action of `who` ends what could be redone.
    """
    mine: list[int] = []
    gone: list[int] = []
    for event in events:
        if event.kind not in BACK:
            if event.who == who:
                gone = []
                mine.append(event.seq)
            continue
        of = event.body["of"]
        if of in gone:
            gone.remove(of)
        elif of in mine and event.kind == "undo":
            gone.append(of)
    away = undone(events)
    done = [seq for seq in mine if seq not in away]
    return (done[-1] if done else None), (gone[-1] if gone else None)
