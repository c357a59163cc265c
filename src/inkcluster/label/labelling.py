"""`Labelling`: gives the images of a run names, group by group, and keeps every action."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.errors import BadInputError
from inkcluster.label import cards, estimate, order
from inkcluster.label.belief import names_now, only_believed
from inkcluster.label.bodies import images, number
from inkcluster.label.cards import Card
from inkcluster.label.history import next_undo
from inkcluster.label.kept import Kept
from inkcluster.label.state import NONE, ConflictError

if TYPE_CHECKING:
    import pandas as pd


class Labelling(Kept):
    """Names for the images of a run, given group by group.

    The groups are small clusters of shape clustering, or those of another clustering of the run. Every
    action is kept in the run's folder before it counts; a labelling goes on where it was left, and
    several processes may work on one.

    Parameters
    ----------
    run : Run
        A study with at least one clustering.
    by : str, optional
        The clustering whose groups are named, such as ``"ward on pixels"``. By default, or where it is
        named, small groups of the clustering on which the report opens.
    check : bool
        Whether the labels that the run has are to be checked: groups whose neighbours contradict
        them come first.
    who : str, optional
        Who acts; the user's name by default.

    Attributes
    ----------
    state : State
        The groups and names now.
    events : list of Event
        The log.

    Raises
    ------
    BadInputError
        If the run has no such clustering, or no labels to be checked; by an action also if it cannot
        be taken.
    RunFolderError
        If the folder cannot be written, or holds a labelling of other images or another clustering.

    Examples
    --------
    >>> from inkcluster.label import Labelling
    >>> from inkcluster.study import Run
    >>> labelling = Labelling(Run.open("runs/digits"), who="Ada")  # doctest: +SKIP
    >>> card = labelling.next()  # doctest: +SKIP
    >>> card.kind, len(card.images)  # doctest: +SKIP
    ('group', ...)
    >>> labelling.name(card.group, "four")  # doctest: +SKIP
    >>> labelling.undo()  # doctest: +SKIP
    >>> [event.kind for event in labelling.events]  # doctest: +SKIP
    ['add name', 'name', 'undo']
    >>> labelling.close()  # doctest: +SKIP
    """

    @property
    def names(self) -> dict[int, str]:
        """The names by number."""
        return {code: name.text for code, name in self.state.names.items()}

    def next(self, taken: Container[int] = (), *, checks: bool = True) -> Card:
        """The card that settles most: a group, a page of it, or a spot check.

        `taken` are groups that are not asked about, as others have them before them. Without `checks` there
        are no spot checks.
        """
        with self._lock:
            belief = self.belief
            if checks and order.check_due(self._start, self.state, taken):
                rows = order.to_check(self.state, belief)
                if len(rows):
                    believed = names_now(self.state, self.state.unchecked, belief)[rows]
                    return Card("check", size=len(rows), typical=rows, believed=believed)
            found = order.next_group(self._start, self.state, belief, taken)
            if found is not None:
                return self.card(found)
            others = [group for of, group in self.state.groups.items() if of in taken]
            return Card("done", size=sum(len(one.rows) for one in others if one.name == NONE))

    def card(self, group: int) -> Card:
        """The card of a group."""
        with self._lock:
            return cards.of_group(self._group(group), self.state, self.belief, self._graph)

    def halves(self, group: int) -> NDArray[np.int32]:
        """The images that :meth:`split` would part from the others of a group."""
        with self._lock:
            return cards.halves(self._group(group), self.state, self.belief, self._graph)

    def estimate(self) -> estimate.Estimate | None:
        """How many of all names are right, by the spot checks so far; None without any."""
        with self._lock:
            return estimate.of_checks(self.state, self.belief)

    def frame(self) -> pd.DataFrame:
        """A row for each image: its name, how sure, who decided, when. See :func:`inkcluster.label.frame.frame`."""
        from inkcluster.label.frame import frame

        with self._lock:
            return frame(self)

    # -- acting -----------------------------------------------------------------------------------

    def add_name(self, text: str, key: str = "", colour: str = "", **about: Any) -> int:
        """Make up a name; its number."""
        body = {"text": text, "key": key, "colour": colour}
        event = self.act("add name", body, **about)
        return self.state.own_names + event.seq

    def change_name(self, name: int | str, *, who: str | None = None, **changes: str) -> None:
        """Change the `text`, `key` or `colour` of a name."""
        with self._lock:
            self.refresh()
            code = self._code(self.state, name, self.who)
            self.act("change name", {"name": code, **changes}, who=who)

    def name(self, group: int, name: int | str, **about: Any) -> None:
        """Name a group; a text that is no name yet becomes one, a number is one of :attr:`names`."""
        with self._lock:
            shown = cards.shown(self.state.group(self._group(group)).rows, self._graph)
            self.act("name", {"group": group}, np.concatenate(shown), names=[name], **about)

    def name_some(self, group: int, name: int | str, rows: ArrayLike, **about: Any) -> None:
        """Name images of a group, and those equal to them; they leave it."""
        with self._lock:
            part = self._with_equals(group, rows)
            self.act("name some", {"group": group}, part, names=[name], **about)

    def name_images(self, rows: ArrayLike, name: int | str, **about: Any) -> None:
        """Name images of any groups, and those of their groups equal to them; they become a group of their own."""
        with self._lock:
            marked = images(rows)
            if (
                marked is None
                or not len(marked)
                or marked.min() < 0
                or marked.max() >= self.state.n
            ):
                raise BadInputError("There are no such images.")
            of = self.state.group_of[marked]
            parts = [self._with_equals(one, marked[of == one]) for one in np.unique(of).tolist()]
            self.act("name some", {}, np.concatenate(parts), names=[name], **about)

    def later(self, group: int, **about: Any) -> None:
        """Leave a group for later; a walk through it then goes on."""
        self.act("later", {"group": group}, **about)

    def merge(self, group: int, other: int | None = None, **about: Any) -> None:
        """Merge a group with another one, the most alike by default."""
        with self._lock:
            other = self.card(group).alike if other is None else other
            if other is None:
                raise BadInputError(
                    "No group is linked with this one that it could be merged with."
                )
            self.act("merge", {"group": group, "other": other}, **about)

    def split(self, group: int, rows: ArrayLike | None = None, **about: Any) -> None:
        """Split a group in two: `rows` and the others; by default as :meth:`halves` says."""
        with self._lock:
            if rows is None:
                rows = self.halves(group)
                if not len(rows):
                    raise BadInputError("A group of one image cannot be split.")
            self.act("split", {"group": group}, rows, **about)

    def take_out(self, group: int, rows: ArrayLike, **about: Any) -> None:
        """Put images of a group, and those equal to them, into one of their own, without a name."""
        with self._lock:
            self.act("take out", {"group": group}, self._with_equals(group, rows), **about)

    def walk(self, group: int, name: int | str, **about: Any) -> None:
        """Begin to name a group page by page; :meth:`page` answers the pages that :meth:`card` then shows."""
        with self._lock:
            rows = cards.typical_first(self.state.group(self._group(group)).rows, self._graph)
            self.act("walk", {"group": group}, rows, names=[name], **about)

    def page(self, group: int, *, right: bool, **about: Any) -> None:
        """Whether all images of the page have the name of the walk."""
        with self._lock:
            walk = self.state.group(self._group(group)).walk
            start_, stop = walk.page if walk is not None and walk.page is not None else (None, None)
            if start_ is None:
                raise BadInputError("This group is not being named page by page.")
            body = {"group": group, "start": start_, "stop": stop, "right": right}
            self.act("page", body, **about)

    def checked(self, rows: ArrayLike, names: Iterable[int | str | None], **about: Any) -> None:
        """Answer a spot check: the name of each image; None for another than what was believed."""
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise BadInputError("Images and a name for each are needed.")
        given = list(names)
        with self._lock:
            self.act("check", {}, rows, names=given, **about)

    def accept(self, confidence: float, **about: Any) -> int:
        """Give every image without a name the one believed, from this confidence on; how many there were."""
        if (
            isinstance(confidence, bool)
            or not isinstance(confidence, int | float | np.number)
            or not 0 <= confidence <= 1
        ):
            raise BadInputError(f"A confidence is a number from 0 to 1, not {confidence!r}.")
        with self._lock:
            self.refresh()
            belief = self.belief
            names = belief.names
            rows = np.flatnonzero(
                only_believed(self.state, belief) & (belief.confidence >= confidence)
            )
            if not len(rows):
                raise BadInputError(
                    f"No image is left that is believed with {confidence:g} or more."
                )
            self.act("accept", {"confidence": confidence}, rows, names[rows], **about)
            return len(rows)

    def undo(self, **about: Any) -> None:
        """Take back the last action of this person that is not taken back."""
        self._back("undo", 0, "There is nothing to undo.", **about)

    def redo(self, **about: Any) -> None:
        """Take the last action again that this person took back."""
        self._back("redo", 1, "There is nothing to redo.", **about)

    # -- inside -----------------------------------------------------------------------------------

    def _back(self, kind: str, which: int, nothing: str, **about: Any) -> None:
        with self._lock:
            self.refresh()
            of = next_undo(self.events, about.get("who") or self.who)[which]
            if of is None:
                raise BadInputError(nothing)
            try:
                self.act(kind, {"of": of}, **about)
            except ConflictError as error:
                raise ConflictError(f"Later actions rest on this one. {error}") from error

    def _group(self, group: object) -> int:
        """The number of a group that is there."""
        found = number(group, "A group's number")
        self.state.group(found)
        return found

    def _with_equals(self, group: int, rows: ArrayLike) -> NDArray[np.int32]:
        """These images, and those of the group that are equal to them."""
        mine = self.state.group(self._group(group)).rows
        marked = images(rows)
        if marked is None or not np.isin(marked, mine).all():
            raise ConflictError("Some of these images are not in this group, or no longer.")
        taken = np.zeros(self.state.n, bool)
        taken[marked] = True
        near = self._start.neighbors[mine]
        equal = (self._start.distances[mine] == 0) & (near >= 0)
        while True:
            more = mine[(equal & taken[near]).any(axis=1)]
            reached = near[taken[mine]][equal[taken[mine]]]
            fresh = np.setdiff1d(np.concatenate([more, reached]), np.flatnonzero(taken))
            fresh = fresh[np.isin(fresh, mine)]
            if not len(fresh):
                return np.flatnonzero(taken).astype(np.int32)
            taken[fresh] = True
