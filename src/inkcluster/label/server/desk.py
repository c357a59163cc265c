"""What the page is shown: the state, the next card, the images of a name; one desk for all tabs."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.label import estimate
from inkcluster.label.belief import only_believed
from inkcluster.label.history import next_undo
from inkcluster.label.pictures import Pictures, png
from inkcluster.label.server.acts import Acting
from inkcluster.label.server.thinking import Thinking
from inkcluster.label.server.words import deed, keys
from inkcluster.label.state import ACCEPTED, BY_NOBODY, DECIDED_BY, NONE, ON_GROUP, ON_IMAGE, Check
from inkcluster.study.run import rows as rows_of

LEASE = 60.0
"""Seconds for which a group stays with the tab that has it."""
WAIT = 0.4
"""Seconds that a card waits, at most, for a belief that knows the last action."""
CHECK = 0
"""Stands for the spot check where groups are leased; no group has this number."""
ON_WALL = 240
LIKELY = 0.5
"""Names believed with less confidence are not counted as progress."""
THRESHOLDS = (*(round(0.05 * i, 2) for i in range(20)), 0.99)


class Desk:
    """Everything that the page asks for, as plain values.

    Parameters
    ----------
    labelling : Thinking
    pictures : Pictures
    ink : str
        Of :func:`inkcluster.images.describing.appearance`.
    """

    def __init__(self, labelling: Thinking, pictures: Pictures, ink: str) -> None:
        self.labelling, self.pictures, self.ink = labelling, pictures, ink
        self.acting = Acting(labelling, {})
        data = labelling.run.data
        self._file_names = rows_of.kept(labelling.run.path, data.n, len(data.classes)).names
        self._leases: dict[str, tuple[float, frozenset[int]]] = {}
        self._lock = threading.Lock()

    # -- what is so -------------------------------------------------------------------------------

    def state(self, who: str = "") -> dict[str, Any]:
        """Names with their counts, progress, what is right by the spot checks, and what undo would do."""
        labelling = self.labelling
        with labelling.acting():
            state, belief = labelling.state, labelling.belief
            given = _counts(state.words)
            believed = _counts(belief.names[state.words == NONE])
            key_of = keys(state)
            undo, redo = (
                next((deed(e, labelling.events, state) for e in labelling.events if e.seq == seq), None)
                for seq in next_undo(labelling.events, who or labelling.who)
            )  # fmt: skip
            free = state.how == BY_NOBODY
            known = state.words != NONE
            return {
                "seq": state.seq,
                "believed_at": labelling.believed_at,
                "trouble": labelling.trouble,
                "data": labelling.run.data.name,
                "who": who or labelling.who,
                "images": state.n,
                "groups": len(state.groups),
                "groups_named": sum(group.name != NONE for group in state.groups.values()),
                "answers": state.answers,
                "review": state.given is not None,
                "looked_at": int(np.count_nonzero(known & (state.how == ON_IMAGE))),
                "denied": int(np.count_nonzero(~known & (state.how == ON_IMAGE))),
                "by_group": int(np.count_nonzero(state.how == ON_GROUP)),
                "accepted": int(np.count_nonzero(state.how == ACCEPTED)),
                "believed": int(np.count_nonzero(free & (belief.names != NONE))),
                "likely": int(np.count_nonzero(free & (belief.confidence >= LIKELY))),
                "likely_from": LIKELY,
                "contradicted": 0
                if state.given is None
                else int(
                    np.count_nonzero(free & (state.given != NONE) & (belief.names != state.given))
                ),
                "estimate": _plain(labelling.estimate()),
                "names": [
                    {"code": code, "text": name.text, "key": key_of[code], "colour": name.colour}
                    | {"given": given.get(code, 0), "believed": believed.get(code, 0)}
                    for code, name in state.names.items()
                ],
                "undo": undo,
                "redo": redo,
                "tile": list(self.pictures.tile),
                "ink": self.ink,
            }

    def changes(self, after: int) -> dict[str, Any]:
        """The actions after number `after`, in words, and up to which one these are all."""
        labelling = self.labelling
        with labelling.acting():
            events = [
                {"seq": e.seq, "id": e.id, "who": e.who, "group": e.body.get("group")}
                | {"kind": e.kind, "says": deed(e, labelling.events, labelling.state)}
                for e in labelling.events[-50:]
                if e.seq > after
            ]
            seq, believed_at = labelling.state.seq, labelling.believed_at
            return {"events": events, "seq": seq, "believed_at": believed_at}

    def rest(self) -> list[dict[str, Any]]:
        """From each confidence on: how many images have no name yet, and how many of those checked were right."""
        labelling = self.labelling
        with labelling.acting():
            state, belief = labelling.state, labelling.belief
            free = belief.confidence[only_believed(state, belief)]
            found = []
            for least in THRESHOLDS:
                sure = copy.copy(state)
                sure.checks = [
                    Check(one.seq, one.rows[mask], one.names[mask])
                    for one in state.checks
                    if (mask := belief.confidence[one.rows] >= least).any()
                ]
                count = int(np.count_nonzero(free >= least))
                right = _plain(estimate.of_checks(sure, belief))
                found.append({"confidence": least, "count": count, "estimate": right})
            return found

    # -- cards ------------------------------------------------------------------------------------

    def card(self, tab: str, held: Iterable[int], *, checks: bool) -> dict[str, Any]:
        """The next card for a tab that holds some already."""
        self.labelling.wait(WAIT)
        held = frozenset(held)
        with self._lock:
            away = self._leased(tab)
            for taken in (held | away, held):
                found = self.labelling.next(taken, checks=checks and CHECK not in taken)
                if found.kind != "done":
                    break
            mine = CHECK if found.kind == "check" else found.group
            self._leases[tab] = (time.monotonic(), held | ({mine} if mine is not None else set()))
        return self._card(found.plain())

    def hold(self, tab: str, held: Iterable[int]) -> None:
        """Renew the lease on the groups of a tab."""
        with self._lock:
            self._leased(tab)
            self._leases[tab] = (time.monotonic(), frozenset(held))

    def group(self, number: int) -> dict[str, Any]:
        """The card of a group."""
        return self._card(self.labelling.card(number).plain())

    def halves(self, number: int) -> dict[str, Any]:
        """The two halves that a split would make: size and typical images of each."""
        from inkcluster.label.cards import MEMBERS

        version, *halves = self.acting.show_halves(number)
        return {
            "group": number,
            "version": version,
            "halves": [
                {"size": len(half), "images": self._images(half[:: max(1, len(half) // MEMBERS)][:MEMBERS])}
                for half in halves
            ],
        }  # fmt: skip

    def of_name(self, code: int, start: int) -> dict[str, Any]:
        """Images that have a name or are believed to, the largest doubt first, and the groups so named."""
        labelling = self.labelling
        with labelling.acting():
            state, belief = labelling.state, labelling.belief
            if code not in state.names:
                raise BadInputError(f"There is no name {code}.")
            codes = np.where(state.words == NONE, belief.names, state.words)
            agrees = np.where(belief.names == codes, belief.confidence, -belief.confidence)
            agrees[
                (state.words == NONE) & (state.how == ON_IMAGE)
            ] = -2  # marked wrong, and without a name
            mine = np.flatnonzero(codes == code)
            mine = mine[np.argsort(agrees[mine], kind="stable")]
            shown = mine[max(0, start) :][:ON_WALL]
            groups = [(n, g) for n, g in state.groups.items() if g.name == code]
            return {
                "name": code,
                "count": len(mine),
                "start": start,
                "images": [
                    image | {"how": DECIDED_BY[int(state.how[image["row"]])]}
                    for image in self._images(shown)
                ],
                "groups": [
                    {"group": n, "size": len(g.rows), "image": int(g.rows[0])}
                    for n, g in sorted(groups, key=lambda one: -len(one[1].rows))[:ON_WALL]
                ],
            }

    def sheet(self, rows: list[int]) -> bytes:
        """Pictures one below the other, as one PNG."""
        if max(rows) >= self.labelling.state.n:
            raise BadInputError("There are no such images.")
        tiles = self.pictures.of(np.array(rows))
        return png(tiles.reshape(-1, tiles.shape[2]))

    # -- acting -----------------------------------------------------------------------------------

    def act(self, body: dict[str, Any]) -> dict[str, Any]:
        """Take an action; what it did in words, the group to go on with, and the state after it."""
        event, group = self.acting.act(body)
        says = deed(event, self.labelling.events, self.labelling.state)
        return {"seq": event.seq, "says": says, "show": group, "state": self.state(event.who)}

    # -- inside -----------------------------------------------------------------------------------

    def _leased(self, tab: str) -> frozenset[int]:
        """What other tabs hold; leases that ran out are forgotten."""
        now = time.monotonic()
        self._leases = {t: one for t, one in self._leases.items() if now - one[0] < LEASE}
        return frozenset().union(*(g for t, (_, g) in self._leases.items() if t != tab))

    def _card(self, card: dict[str, Any]) -> dict[str, Any]:
        """A card with its images as the page shows them, and of the group most alike what is needed to merge."""
        for part in ("typical", "extreme"):
            card[part] = self._images(card[part])
        with self.labelling.acting():
            groups = self.labelling.state.groups
            if card["group"] is not None and card["group"] in groups:
                card["name"] = groups[card["group"]].name
                card["walking"] = groups[card["group"]].walking
        return card

    def _images(self, rows: Iterable[int]) -> list[dict[str, Any]]:
        names = self._file_names
        return [
            {"row": int(row), "file": "" if names is None else names[int(row)][:200]}
            for row in rows
        ]


def _counts(codes: np.ndarray) -> dict[int, int]:
    found, counts = np.unique(codes, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _plain(found: estimate.Estimate | None) -> dict[str, Any] | None:
    return None if found is None else {
        "right": found.right, "checked": found.checked, "low": round(found.low, 4), "high": round(found.high, 4)
    }  # fmt: skip
