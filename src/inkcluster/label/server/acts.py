"""The actions that the page can send, and what it shows after each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.label.belief import only_believed
from inkcluster.label.log import Event
from inkcluster.label.server.fields import read, text_of
from inkcluster.label.server.thinking import Thinking
from inkcluster.label.state import NONE, ConflictError

Fields = dict[str, Any]
MOST_HALVES = 64


@dataclass
class Acting:
    """What actions are taken on: a labelling, and the halves that were shown before a split."""

    labelling: Thinking
    halves: dict[tuple[int, int], NDArray[np.int32]]

    def show_halves(self, group: int) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
        """The group's version, and its halves, which a split then makes."""
        with self.labelling.acting():
            version = self.labelling.state.group(group).touched
            part = self.halves.get((group, version))
            if part is None:
                part = self.halves[group, version] = self.labelling.halves(group)
            while len(self.halves) > MOST_HALVES:
                del self.halves[next(iter(self.halves))]
            rest = np.setdiff1d(self.labelling.state.group(group).rows, part)
            return version, part, rest

    def act(self, body: Mapping[str, Any]) -> tuple[Event, int | None]:
        """Take the action that the page sent; it, and the group to be shown next, if that is certain."""
        kind = body.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise BadInputError(
                f"There is no action {text_of(kind) if isinstance(kind, str) else kind}."
            )
        needed, more, take = KINDS[kind]
        rest = {field: value for field, value in body.items() if field != "kind"}
        given = read(rest, ("id", *needed), ("who", *more))
        about = {"action": given.pop("id"), "who": (given.pop("who", "").strip() or None)}
        with self.labelling.acting():
            event = self.labelling.known(about["action"])
            if event is None:
                take(self, given, about)
                event = self.labelling.known(about["action"])
            assert event is not None
            if event.kind != ("name some" if kind == "rename" else kind):
                raise BadInputError("This id is that of another action.")
            return event, self._next(event)

    def _next(self, event: Event) -> int | None:
        """The group that an action leaves in the person's hands."""
        state, body = self.labelling.state, event.body
        if event.kind in ("undo", "redo"):
            of = next(one for one in self.labelling.events if one.seq == body["of"])
            return self._next(of) if event.kind == "redo" else _there(state.groups, of.body)
        if event.kind in ("merge", "split"):
            made = state.groups.get(2 * event.seq)
            return 2 * event.seq if made is not None and made.name == NONE else None
        if event.kind in ("name some", "take out", "walk"):
            return _there(state.groups, body)
        if event.kind == "page":
            group = state.groups.get(body["group"])
            return body["group"] if group is not None and group.walk is not None else None
        return None


def _there(groups: Mapping[int, object], body: Mapping[str, Any]) -> int | None:
    number = body.get("group")
    return number if number in groups else None


def _name(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.name(given["group"], given["name"], version=given["version"], **about)


def _name_some(on: Acting, given: Fields, about: Fields) -> None:
    group, version = given["group"], given["version"]
    on.labelling.name_some(group, given["name"], given["rows"], version=version, **about)


def _later(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.later(given["group"], version=given["version"], **about)


def _merge(on: Acting, given: Fields, about: Fields) -> None:
    other = on.labelling.state.group(given["other"])
    if other.touched != given["other_version"]:
        raise ConflictError("The other group was changed meanwhile; look at it again.")
    on.labelling.merge(given["group"], given["other"], version=given["version"], **about)


def _split(on: Acting, given: Fields, about: Fields) -> None:
    group, version = given["group"], given["version"]
    part = on.halves.get((group, version))
    if part is None:
        raise ConflictError("Look at the halves again before the group is split.")
    on.labelling.split(group, part, version=version, **about)


def _take_out(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.take_out(given["group"], given["rows"], version=given["version"], **about)


def _walk(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.walk(given["group"], given["name"], version=given["version"], **about)


def _page(on: Acting, given: Fields, about: Fields) -> None:
    body = {field: given[field] for field in ("group", "start", "stop", "right")}
    on.labelling.act("page", body, version=given["version"], **about)


def _check(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.checked(given["rows"], given["names"], **about)


def _accept(on: Acting, given: Fields, about: Fields) -> None:
    labelling = on.labelling
    belief = labelling.belief
    free = only_believed(labelling.state, belief)
    count = int(np.count_nonzero(free & (belief.confidence >= given["confidence"])))
    if count != given["count"]:
        raise ConflictError(f"Meanwhile there are {count:,} images; look at them again.")
    labelling.accept(given["confidence"], **about)


def _rename(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.name_images(given["rows"], given["name"], **about)


def _add_name(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.add_name(
        given["text"].strip(), given.get("key", "").lower(), given.get("colour", ""), **about
    )


def _change_name(on: Acting, given: Fields, about: Fields) -> None:
    changes = {field: given[field] for field in ("text", "key", "colour") if field in given}
    if "key" in changes:
        changes["key"] = changes["key"].lower()
    on.labelling.act("change name", {"name": given["name"], **changes}, **about)


def _undo(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.undo(**about)


def _redo(on: Acting, given: Fields, about: Fields) -> None:
    on.labelling.redo(**about)


Take = Callable[[Acting, Fields, Fields], None]
_SEEN = ("group", "version")
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Take]] = {
    "name": ((*_SEEN, "name"), (), _name),
    "name some": ((*_SEEN, "name", "rows"), (), _name_some),
    "later": (_SEEN, (), _later),
    "merge": ((*_SEEN, "other", "other_version"), (), _merge),
    "split": (_SEEN, (), _split),
    "take out": ((*_SEEN, "rows"), (), _take_out),
    "walk": ((*_SEEN, "name"), (), _walk),
    "page": ((*_SEEN, "start", "stop", "right"), (), _page),
    "check": (("rows", "names"), (), _check),
    "accept": (("confidence", "count"), (), _accept),
    "rename": (("rows", "name"), (), _rename),
    "add name": (("text",), ("key", "colour"), _add_name),
    "change name": (("name",), ("text", "key", "colour"), _change_name),
    "undo": ((), (), _undo),
    "redo": ((), (), _redo),
}
"""What each needs, what it may have besides, and what takes it."""
