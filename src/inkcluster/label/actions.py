"""The actions of a labelling: whether each can be taken, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.label.bodies import is_number, is_text
from inkcluster.label.log import Event
from inkcluster.label.state import (
    BY_NOBODY,
    NONE,
    ON_IMAGE,
    Check,
    ConflictError,
    Group,
    Name,
    Rows,
    State,
)
from inkcluster.label.walk import Walk

MOST_NAMES = 10_000
MOST_NAME = 200
"""Characters of a name."""


def check(state: State, event: Event) -> None:
    """Raise BadInputError if the action cannot be taken, ConflictError if it no longer can."""
    if not isinstance(event.kind, str) or event.kind not in KINDS:
        raise BadInputError(f"There is no action {event.kind!r}; there are {', '.join(KINDS)}.")
    if unknown := event.body.keys() - KINDS[event.kind][2]:
        raise BadInputError(f"{event.kind!r} has no {min(unknown)!r}.")
    KINDS[event.kind][0](state, event)


def apply(state: State, event: Event) -> None:
    """Take an action that :func:`check` has let pass."""
    KINDS[event.kind][1](state, event)
    state.seq = max(state.seq, event.seq)
    state.answers += event.kind in ANSWERS


def _check_group(state: State, event: Event) -> None:
    state.group(event.body.get("group"))


def _check_name(state: State, name: object) -> None:
    if not is_number(name) or name not in state.names:
        raise BadInputError(
            f"No name has the number {name!r}; give a name by its text in quotes, or by its number."
        )


def _check_rows(state: State, event: Event) -> Rows:
    """`rows` are images of the set, each once."""
    rows = event.rows
    if rows is None or not len(rows):
        raise BadInputError("No image was marked.")
    if len(np.unique(rows)) < len(rows) or rows.min() < 0 or rows.max() >= state.n:
        raise BadInputError("There are no such images.")
    return rows


def _check_part(state: State, event: Event, *, whole: bool = True) -> None:
    """`rows` are images of the group, each once, not all of them unless `whole`."""
    group = state.group(event.body.get("group"))
    rows = _check_rows(state, event)
    if not np.isin(rows, group.rows).all():
        raise ConflictError("Some of these images are not in this group, or no longer.")
    if not whole and len(rows) == len(group.rows):
        raise BadInputError("All images of the group were marked.")


# -- names


def _check_add(state: State, event: Event) -> None:
    _check_text(state, event.body, NONE)
    if len(state.names) >= MOST_NAMES:
        raise BadInputError(f"There are {MOST_NAMES:,} names, as many as there can be.")


def _check_change(state: State, event: Event) -> None:
    _check_name(state, event.body.get("name"))
    _check_text(
        state, {"text": state.names[event.body["name"]].text, **event.body}, event.body["name"]
    )


def _check_text(state: State, body: dict[str, Any], own: int) -> None:
    text = body.get("text")
    if not is_text(text, MOST_NAME) or text != text.strip() or not text:
        raise BadInputError(
            f"A name has 1 to {MOST_NAME} characters, and no line breaks or spaces around it."
        )
    others = [name for i, name in state.names.items() if i != own]
    if any(name.text == text for name in others):
        raise ConflictError(f"There is already a name {text!r}.")
    key, colour = body.get("key", ""), body.get("colour", "")
    if not is_text(key, 1) or key.isspace():
        raise BadInputError("A key is one character that can be typed and seen.")
    if key and any(name.key == key for name in others):
        raise ConflictError(f"The key {key!r} gives another name.")
    if not isinstance(colour, str) or (colour and not _is_colour(colour)):
        raise BadInputError("A colour is # and six hexadecimal digits.")


def _add(state: State, event: Event) -> None:
    body = event.body
    made = Name(body["text"], body.get("key", ""), body.get("colour", ""))
    state.names[state.own_names + event.seq] = made


def _change(state: State, event: Event) -> None:
    name = state.names[event.body["name"]]
    name.text = event.body.get("text", name.text)
    name.key = event.body.get("key", name.key)
    name.colour = event.body.get("colour", name.colour)


# -- groups


def _check_whole(state: State, event: Event) -> None:
    """`rows` are those that were shown; the whole group is named."""
    _check_part(state, event)
    _check_name(state, event.body.get("name"))


def _name(state: State, event: Event) -> None:
    group, name = state.groups[event.body["group"]], event.body["name"]
    assert event.rows is not None
    for words in state.layers:
        words.give_group(group.rows, name, event.seq)
    state.give(event.rows, name, ON_IMAGE, event.seq)
    group.name, group.later, group.touched = name, False, event.seq
    group.walk = group.order = None


def _check_some(state: State, event: Event) -> None:
    """`rows` are images of the group; of any groups where none is given."""
    (_check_part if "group" in event.body else _check_rows)(state, event)
    _check_name(state, event.body.get("name"))


def _name_some(state: State, event: Event) -> None:
    """The images become a group of their own."""
    rows, name = event.rows, event.body["name"]
    assert rows is not None
    of = state.group_of[rows]
    for old in np.unique(of).tolist():
        state.part(old, rows[of == old], 2 * event.seq, event.seq)
    state.groups[2 * event.seq] = Group(np.sort(rows), name, touched=event.seq)
    state.give(rows, name, ON_IMAGE, event.seq)


def _later(state: State, event: Event) -> None:
    """A walk through the group goes on when it is shown again."""
    group = state.groups[event.body["group"]]
    group.later, group.touched = True, event.seq


def _check_merge(state: State, event: Event) -> None:
    a, b = (state.group(event.body.get(name)) for name in ("group", "other"))
    if a is b:
        raise BadInputError("A group cannot be merged with itself.")
    if NONE not in (a.name, b.name) and a.name != b.name:
        raise BadInputError(
            f"One group is named {state.names[a.name].text!r}, the other {state.names[b.name].text!r}."
        )


def _merge(state: State, event: Event) -> None:
    a, b = (state.groups.pop(event.body[name]) for name in ("group", "other"))
    rows, name = np.sort(np.concatenate([a.rows, b.rows])), max(a.name, b.name)
    state.groups[2 * event.seq] = Group(rows, name, touched=event.seq)
    state.group_of[rows] = 2 * event.seq
    if name != NONE:
        for part in (a, b):
            if part.name == NONE:
                for words in state.layers:
                    words.give_group(part.rows, name, event.seq)


def _check_split(state: State, event: Event) -> None:
    _check_part(state, event, whole=False)


def _split(state: State, event: Event) -> None:
    assert event.rows is not None
    old = event.body["group"]
    for words in state.layers:
        words.take_back(state.groups[old].rows)
    state.part(old, event.rows, 2 * event.seq, event.seq)
    rest = state.groups.pop(old)
    state.groups[2 * event.seq + 1] = Group(rest.rows, touched=event.seq)
    state.group_of[rest.rows] = 2 * event.seq + 1


def _take_out(state: State, event: Event) -> None:
    assert event.rows is not None
    state.give(event.rows, NONE, BY_NOBODY, 0)
    state.part(event.body["group"], event.rows, 2 * event.seq, event.seq)


# -- page by page


def _check_walk(state: State, event: Event) -> None:
    _check_part(state, event)
    _check_name(state, event.body.get("name"))
    assert event.rows is not None
    if len(event.rows) != len(state.groups[event.body["group"]].rows):
        raise ConflictError("The group has changed.")


def _walk(state: State, event: Event) -> None:
    group = state.groups[event.body["group"]]
    assert event.rows is not None
    group.walk, group.order = Walk(len(event.rows), event.seq), event.rows
    group.walking, group.touched, group.later = event.body["name"], event.seq, False


def _check_page(state: State, event: Event) -> None:
    group = state.group(event.body.get("group"))
    if not isinstance(event.body.get("right"), bool):
        raise BadInputError("A page is right or not: true or false.")
    if group.walk is None or group.walk.page != (
        event.body.get("start"),
        event.body.get("stop"),
    ):
        raise ConflictError("This page was answered already.")


def _page(state: State, event: Event) -> None:
    number = event.body["group"]
    group = state.groups[number]
    assert group.walk is not None
    assert group.order is not None
    walk, order, group.touched, group.later = group.walk, group.order, event.seq, False
    walk.answer(right=event.body["right"])
    if walk.page is not None:
        return
    if not walk.good:
        group.walk = group.order = None
        return
    name = group.walking
    made = state.part(number, order[: walk.good], 2 * event.seq, event.seq)
    made.name = name
    for words in state.layers:
        words.give_group(made.rows, name, event.seq)
    for start, stop in walk.seen:
        state.give(order[start:stop], name, ON_IMAGE, event.seq)


# -- checks and the rest


def _check_images(state: State, event: Event) -> None:
    rows, codes = _check_rows(state, event), event.codes
    if codes is None or len(rows) != len(codes):
        raise BadInputError("Images and a name for each are needed.")
    if not set(np.unique(codes).tolist()) <= {*state.names, *([NONE] * (event.kind == "check"))}:
        raise BadInputError("There are no such names.")


def _check_spots(state: State, event: Event) -> None:
    _check_images(state, event)
    assert event.rows is not None
    if any(np.isin(event.rows, check.rows).any() for check in state.checks):
        raise ConflictError("Some of these images were checked meanwhile.")


def _spot_check(state: State, event: Event) -> None:
    """`codes` are the names that a person confirmed, -1 where what was believed is wrong."""
    assert event.rows is not None
    assert event.codes is not None
    same = (state.how[event.rows] == ON_IMAGE) & (state.words[event.rows] == event.codes)
    state.said.give(event.rows[~same], event.codes[~same], ON_IMAGE, event.seq)
    state.answers_at_check = state.answers + 1
    state.checks.append(Check(event.seq, event.rows, event.codes))


def _accept(state: State, event: Event) -> None:
    assert event.rows is not None
    assert event.codes is not None
    for words in state.layers:
        words.accept(event.rows, event.codes, event.seq)


def _is_colour(text: str) -> bool:
    return (
        len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:])
    )


Step = Callable[[State, Event], None]
KINDS: dict[str, tuple[Step, Step, set[str]]] = {
    "add name": (_check_add, _add, {"text", "key", "colour"}),
    "change name": (_check_change, _change, {"name", "text", "key", "colour"}),
    "name": (_check_whole, _name, {"group", "name"}),
    "name some": (_check_some, _name_some, {"group", "name"}),
    "later": (_check_group, _later, {"group"}),
    "merge": (_check_merge, _merge, {"group", "other"}),
    "split": (_check_split, _split, {"group"}),
    "take out": (_check_part, _take_out, {"group"}),
    "walk": (_check_walk, _walk, {"group", "name"}),
    "page": (_check_page, _page, {"group", "start", "stop", "right"}),
    "check": (_check_spots, _spot_check, set()),
    "accept": (_check_images, _accept, {"confidence"}),
}
"""What checks an action, what takes it, and what its body may hold."""
ANSWERS = {"name", "name some", "later", "merge", "split", "take out", "page", "check"}
"""The actions by which a person answers a card."""
