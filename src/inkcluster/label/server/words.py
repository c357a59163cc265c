"""Says actions in words, and finds a key for each name."""

from __future__ import annotations

from collections.abc import Sequence

from inkcluster.label.log import Event
from inkcluster.label.state import State
from inkcluster.words import class_name, several

KEYS = "1234567890qwertyuiopasdfghjklzxcvbnm"
COMMANDS = "amnsxyz"
"""Letters that give a command; a name takes one of them only when asked to."""


def deed(event: Event, events: Sequence[Event], state: State) -> str:
    """What an action did, in the past tense: "named 12 images 4"."""
    body, kind = event.body, event.kind
    named = state.names.get(body.get("name", -1))
    name = f"“{class_name(named.text)}”" if named is not None else "a name"
    group = state.groups.get(body.get("group", 0))
    some = several(len(group.rows), "image") if group is not None else "a group"
    rows = several(len(event.rows), "image") if event.rows is not None else "images"
    if kind in ("undo", "redo"):
        other = next((one for one in events if one.seq == body.get("of")), None)
        what = "" if other is None else f": {deed(other, events, state)}"
        return f"{'took back' if kind == 'undo' else 'did again'}{what}"
    if kind == "page":
        of = state.names.get(group.walking) if group is not None else None
        kind_of = f"“{class_name(of.text)}”" if of is not None else "of one kind"
        return f"answered a page: {'all are' if body.get('right') else 'not all are'} {kind_of}"
    return {
        "add name": f"made the name “{class_name(body.get('text', ''))}”",
        "change name": f"changed the name {name}",
        "name": f"named {some} {name}",
        "name some": f"named {rows} {name}",
        "later": f"left {some} for later",
        "merge": "merged two groups",
        "split": "split a group in two",
        "take out": f"took {rows} out of a group",
        "walk": f"began {some} page by page as {name}",
        "check": f"checked {rows}",
        "accept": f"accepted the names believed of {rows}",
    }.get(kind, kind)


def keys(state: State) -> dict[int, str]:
    """The key that gives each name: its own, or a free one; empty when all are taken.

    Examples
    --------
    >>> import numpy as np
    >>> keys(State(np.zeros(1, np.int32), names=["4", "shoe", "Shirt", "mmm"]))
    {0: '4', 1: 'h', 2: 'i', 3: '1'}
    """
    found = {code: name.key.lower() for code, name in state.names.items()}
    taken = set(found.values())
    for code, name in state.names.items():
        if not found[code]:
            found[code] = free_key(name.text, taken)
            taken.add(found[code])
    return found


def free_key(text: str, taken: set[str]) -> str:
    """A key for a name: a letter of it that gives no command, or any other free one."""
    wanted = [c for c in text.lower() if c in KEYS and c not in COMMANDS]
    rest = [c for c in KEYS if c not in COMMANDS]
    return next((c for c in [*wanted, *rest, *COMMANDS] if c not in taken), "")
