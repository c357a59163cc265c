"""The fold of a log, with what was undone left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from inkcluster.label import actions
from inkcluster.label.log import Event
from inkcluster.label.state import State


def fold(start: Callable[[], State], events: Iterable[Event]) -> State:
    """The state after `events`, of which those that were undone are left out.

    Raises
    ------
    ConflictError
        If an action rests on another one that was undone.
    """
    events = list(events)
    gone = undone(events)
    state = start()
    for event in events:
        if event.kind not in ("undo", "redo") and event.seq not in gone:
            actions.check(state, event)
            actions.apply(state, event)
        state.seq = max(state.seq, event.seq)
    return state


def undone(events: Iterable[Event]) -> set[int]:
    """The numbers of the actions that are undone."""
    gone: set[int] = set()
    for event in events:
        if event.kind == "undo":
            gone.add(event.body["of"])
        elif event.kind == "redo":
            gone.discard(event.body["of"])
    return gone


def next_undo(events: Sequence[Event], who: str) -> tuple[int | None, int | None]:
    """The action of `who` that would be undone next, and the one that would be redone next."""
    done: list[int] = []
    gone: list[int] = []
    for event in events:
        if event.who != who:
            continue
        if event.kind == "undo":
            gone.append(event.body["of"])
            done.remove(event.body["of"])
        elif event.kind == "redo":
            gone.remove(event.body["of"])
            done.append(event.body["of"])
        else:
            done.append(event.seq)
            gone.clear()
    return (done[-1] if done else None), (gone[-1] if gone else None)
