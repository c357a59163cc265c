"""The actions of a labelling: whether each can be taken, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.label.log import Event
from inkcluster.label.state import (
    ACCEPTED,
    BY_NOBODY,
    NONE,
    ON_GROUP,
    ON_IMAGE,
    Check,
    ConflictError,
    Group,
    Name,
    State,
)
from inkcluster.label.walk import Walk

MOST_NAMES = 10_000
MOST_NAME = 200
"""Characters of a name."""


def check(state: State, event: Event) -> None:
    """Raise BadInputError if the action cannot be taken, ConflictError if it no longer can."""
    if event.kind not in KINDS:
        raise BadInputError(f"There is no action {event.kind!r}; there are {', '.join(KINDS)}.")
    KINDS[event.kind][0](state, event)


def apply(state: State, event: Event) -> None:
    """Take an action that :func:`check` has let pass."""
    KINDS[event.kind][1](state, event)
    state.seq = max(state.seq, event.seq)
    state.answers += event.kind in ANSWERS


def _check_group(state: State, event: Event) -> None:
    state.group(event.body.get("group"))


def _check_name(state: State, name: object) -> None:
    if not isinstance(name, int) or name not in state.names:
        raise BadInputError(f"There is no name {name!r}.")


def _check_part(state: State, event: Event, *, whole: bool = True) -> None:
    """`rows` are images of the group, each once, not all of them unless `whole`."""
    group, rows = state.group(event.body.get("group")), event.rows
    if rows is None or not len(rows):
        raise BadInputError("No image was marked.")
    if len(np.unique(rows)) < len(rows) or not np.isin(rows, group.rows).all():
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
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_NAME:
        raise BadInputError(f"A name has 1 to {MOST_NAME} characters.")
    others = [name for i, name in state.names.items() if i != own]
    if any(name.text == text for name in others):
        raise ConflictError(f"There is already a name {text!r}.")
    key, colour = body.get("key", ""), body.get("colour", "")
    if not isinstance(key, str) or len(key) > 1 or not isinstance(colour, str):
        raise BadInputError("A key is one character, a colour a text.")
    if key and any(name.key == key for name in others):
        raise ConflictError(f"The key {key!r} gives another name.")
    if colour and not _is_colour(colour):
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
    rest = group.rows[(state.how[group.rows] != ON_IMAGE) | (state.words[group.rows] == name)]
    state.give(rest, name, ON_GROUP, event.seq)
    state.give(event.rows, name, ON_IMAGE, event.seq)
    group.name, group.later, group.touched = name, False, event.seq
    group.walk = group.order = None


def _name_some(state: State, event: Event) -> None:
    assert event.rows is not None
    made = state.part(event.body["group"], event.rows, 2 * event.seq, event.seq)
    made.name = event.body["name"]
    state.give(event.rows, made.name, ON_IMAGE, event.seq)


def _later(state: State, event: Event) -> None:
    group = state.groups[event.body["group"]]
    group.later, group.touched, group.walk = True, event.seq, None


def _check_merge(state: State, event: Event) -> None:
    a, b = (state.group(event.body.get(name)) for name in ("group", "other"))
    if a is b:
        raise BadInputError("A group cannot be merged with itstate.")
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
                state.give(part.rows[state.how[part.rows] != ON_IMAGE], name, ON_GROUP, event.seq)


def _check_split(state: State, event: Event) -> None:
    _check_part(state, event, whole=False)


def _split(state: State, event: Event) -> None:
    assert event.rows is not None
    old = event.body["group"]
    state.take_back(state.groups[old].rows)
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
    walk, order, group.touched = group.walk, group.order, event.seq
    walk.answer(right=bool(event.body.get("right")))
    if walk.page is not None:
        return
    if not walk.good:
        group.walk = group.order = None
        return
    name = group.walking
    made = state.part(number, order[: walk.good], 2 * event.seq, event.seq)
    made.name = name
    state.give(made.rows, name, ON_GROUP, event.seq)
    for start, stop in walk.seen:
        state.give(order[start:stop], name, ON_IMAGE, event.seq)


# -- checks and the rest


def _check_images(state: State, event: Event) -> None:
    rows, codes = event.rows, event.codes
    if rows is None or codes is None or len(rows) != len(codes) or not len(rows):
        raise BadInputError("Images and a name for each are needed.")
    if len(np.unique(rows)) < len(rows) or rows.min() < 0 or rows.max() >= state.n:
        raise BadInputError("There are no such images.")
    if not set(np.unique(codes).tolist()) <= {*state.names, *([NONE] * (event.kind == "check"))}:
        raise BadInputError("There are no such names.")


def _spot_check(state: State, event: Event) -> None:
    """`codes` are the names that a person confirmed, -1 where what was believed is wrong."""
    assert event.rows is not None
    assert event.codes is not None
    same = (state.how[event.rows] == ON_IMAGE) & (state.words[event.rows] == event.codes)
    named = (event.codes >= 0) & ~same
    rows, codes = event.rows[named], event.codes[named]
    state.words[rows], state.how[rows], state.since[rows] = codes, ON_IMAGE, event.seq
    state.answers_at_check = state.answers + 1
    state.checks.append(Check(event.seq, event.rows, event.codes))


def _accept(state: State, event: Event) -> None:
    assert event.rows is not None
    assert event.codes is not None
    free = state.words[event.rows] == NONE
    rows, codes = event.rows[free], event.codes[free]
    state.words[rows], state.how[rows], state.since[rows] = codes, ACCEPTED, event.seq


def _is_colour(text: str) -> bool:
    return (
        len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:])
    )


Step = Callable[[State, Event], None]
KINDS: dict[str, tuple[Step, Step]] = {
    "add name": (_check_add, _add),
    "change name": (_check_change, _change),
    "name": (_check_whole, _name),
    "name some": (_check_whole, _name_some),
    "later": (_check_group, _later),
    "merge": (_check_merge, _merge),
    "split": (_check_split, _split),
    "take out": (_check_part, _take_out),
    "walk": (_check_walk, _walk),
    "page": (_check_page, _page),
    "check": (_check_images, _spot_check),
    "accept": (_check_images, _accept),
}
ANSWERS = {"name", "name some", "later", "merge", "split", "take out", "page", "check"}
"""The actions by which a person answers a card."""
