"""What the log of a labelling adds up to: groups of images, names, and who gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.label.bodies import is_number
from inkcluster.label.walk import Walk

Rows = NDArray[np.int32]
NONE = -1
BY_NOBODY, ON_GROUP, ON_IMAGE, ACCEPTED = range(4)
"""How an image has its name: not yet, by its group's name, by a look at the image, or accepted as believed."""
DECIDED_BY = ("spread", "person on its group", "person on this image", "accepted as believed")
AS_GIVEN = "label of the data"


class ConflictError(BadInputError):
    """An action on something that is no longer as it was seen, or on which later actions rest."""


@dataclass
class Name:
    """A name that images can be given; `key` is the key that gives it, `colour` a CSS colour or empty."""

    text: str
    key: str = ""
    colour: str = ""


@dataclass
class Group:
    """Images that are named together.

    Attributes
    ----------
    rows : ndarray of shape (m,)
        The images, ascending.
    name : int
        The name of the whole, -1 for none.
    later : bool
        Whether it was left for later.
    touched : int
        The number of the last action on it; 0 for none.
    walk : Walk, optional
        How far a walk page by page has come, over `order`, its images, under the name `walking`.
    """

    rows: Rows
    name: int = NONE
    later: bool = False
    touched: int = 0
    walk: Walk | None = None
    order: Rows | None = None
    walking: int = NONE


@dataclass(frozen=True, eq=False)
class Check:
    """Images drawn at random that a person looked at, and the name of each; -1 for another than believed."""

    seq: int
    rows: Rows
    names: Rows


@dataclass(frozen=True, eq=False)
class Words:
    """The name of each image, how it has it, and by which action; each of shape (n,)."""

    names: NDArray[np.int32]
    how: NDArray[np.int8]
    since: NDArray[np.int32]

    @classmethod
    def none(cls, n: int) -> Words:
        """No words on `n` images."""
        return cls(np.full(n, NONE, np.int32), np.zeros(n, np.int8), np.zeros(n, np.int32))

    def give(self, rows: Rows, names: int | Rows, how: int, seq: int) -> None:
        """Give images names, whatever they have."""
        self.names[rows], self.how[rows], self.since[rows] = names, how, seq

    def give_group(self, rows: Rows, name: int, seq: int) -> None:
        """Give a group's name to those of its images that nobody has looked at."""
        self.give(rows[self.how[rows] != ON_IMAGE], name, ON_GROUP, seq)

    def take_back(self, rows: Rows) -> None:
        """Take back the names that these images have by their group's."""
        self.give(rows[self.how[rows] == ON_GROUP], NONE, BY_NOBODY, 0)

    def accept(self, rows: Rows, names: Rows, seq: int) -> None:
        """Give names to those of these images that nobody has spoken of."""
        free = (self.names[rows] == NONE) & (self.how[rows] == BY_NOBODY)
        self.give(rows[free], names[free], ACCEPTED, seq)


class State:
    """The fold of a log over groups that the labelling began with.

    Parameters
    ----------
    groups : ndarray of shape (n,), int32
        The group of each image at the start, from 0.
    given : ndarray of shape (n,), int32, optional
        Labels to be checked, as numbers of `names`; -1 for none.
    names : sequence of str
        The names that there are at the start.

    Attributes
    ----------
    words, how, since : ndarray of shape (n,)
        The name of each image, how it has it, and by which action. An image that a person said has
        another name than was believed has none, by :data:`ON_IMAGE`.
    unchecked : Words
        The same, had there been no spot checks: by it the checks judge, and from it names spread.
    """

    def __init__(self, groups: Rows, given: Rows | None = None, names: Sequence[str] = ()) -> None:
        self.n = len(groups)
        self.seq = 0
        order = np.argsort(groups, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(groups))[:-1]
        self.groups = {-1 - i: Group(rows) for i, rows in enumerate(np.split(order, ends))}
        self.group_of = (-1 - groups).astype(np.int64)
        self.names = {i: Name(text) for i, text in enumerate(names)}
        self.own_names = len(self.names)
        self.given = given
        self.said, self.unchecked = Words.none(self.n), Words.none(self.n)
        self.words, self.how, self.since = self.said.names, self.said.how, self.said.since
        self.checks: list[Check] = []
        self.answers = 0
        self.answers_at_check = 0

    @property
    def named(self) -> int:
        """Images that have a name by a person's word or as accepted."""
        return int(np.count_nonzero(self.words != NONE))

    def group(self, number: object) -> Group:
        """A group by its number; ConflictError if it is no more."""
        if not is_number(number) or number not in self.groups:
            raise ConflictError(
                f"Group {number} is not there: it was merged or split, or never was."
            )
        return self.groups[number]

    @property
    def layers(self) -> tuple[Words, Words]:
        """What was said, and what was said apart from spot checks."""
        return self.said, self.unchecked

    def give(self, rows: Rows, names: int | Rows, how: int, seq: int) -> None:
        """Give images names, whatever they have: how, and by which action."""
        for words in self.layers:
            words.give(rows, names, how, seq)

    def part(self, old: int, rows: Rows, number: int, seq: int) -> Group:
        """Put these images of a group into one of their own, called `number`; the rest stays."""
        group = self.groups[old]
        rest = np.setdiff1d(group.rows, rows, assume_unique=True)
        made = self.groups[number] = Group(np.sort(rows), touched=seq)
        self.group_of[rows] = number
        group.rows, group.touched = rest, seq
        group.walk = group.order = None
        if not len(rest):
            del self.groups[old]
        return made
