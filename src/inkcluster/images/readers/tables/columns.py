"""Chooses which columns of a table are pixels, which is the label and which names the images."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.arrays.turning import MIN_COLOUR_VALUES, fits
from inkcluster.images.readers.evidence import MAX_CLASSES, from_one_hot, label_ends
from inkcluster.images.readers.tables.families import families, row_of_pixels
from inkcluster.images.readers.tables.refusing import MIN_SURE_PIXELS, refusal
from inkcluster.images.readers.tables.sample import Sample
from inkcluster.words import listed

FIRST_ROWS = 20
"""How many rows are asked before all of the sample."""
MAX_TEXT_COLUMNS = 50
MAX_NAMED_COLUMNS = 2
"""How many columns that are not used a notice names."""
Shape = tuple[int, int] | None


@dataclass(frozen=True)
class Columns:
    """Positions of the pixels in order, and of the label and the images' names, if there are any.

    `one_hot` are columns with a single one a row instead of a label; `listed` says that the only
    pixel column holds all of an image's values. `shape` is what the columns' names say, and
    `labels_from` says in words where the labels are.
    """

    pixels: tuple[int, ...]
    label: int | None
    notices: tuple[str, ...] = ()
    names: int | None = None
    one_hot: tuple[int, ...] = ()
    listed: bool = False
    shape: Shape = None
    labels_from: str = ""

    @property
    def texts(self) -> set[int]:
        """The columns that are to be read as text."""
        some = {at for at in (self.label, self.names) if at is not None}
        return some | set(self.pixels) if self.listed else some


def choose_columns(
    names: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    where: str,
    labels: Any = None,
    shape: Shape = None,
) -> Columns:
    """Choose among the columns of a table, from its header and a sample of `rows` as text.

    `labels` are the label column's name, or its number (from 0) in a table without header, or the
    labels themselves: then no column is taken for them. Names come first, as for arrays: a column
    called label, class, digit … is the label; columns called id, file, split … and columns of text
    are left out. Of what remains, columns whose names count them are pixels. Without a telling
    name, a column too many for the image shape (`shape`, or a square) is the label: the first or
    the last, whichever holds few whole numbers that do not follow the pixel beside them.

    Raises
    ------
    BadInputError
        If the columns do not make images, or if several could be the label; it names the option.
    """
    choice = _Choice(Sample(names, rows), where, labels, shape)
    return choice.columns()


class _Choice:
    """The state of :func:`choose_columns`: what is decided, left out and said."""

    def __init__(self, sample: Sample, where: str, labels: Any, shape: Shape) -> None:
        self.sample, self.where, self.shape = sample, where, shape
        self.given = labels is not None and not isinstance(labels, str)
        self.label = self._named(labels) if isinstance(labels, str) else None
        self.naming: int | None = None
        self.one_hot: tuple[int, ...] = ()
        self.left_out: list[int] = []
        self.said: list[str] = []
        self.families = families(sample.names) if sample.names is not None else []
        self.pixels = row_of_pixels(self.families, sample.kinds)

    def columns(self) -> Columns:
        """The choice."""
        if self.sample.is_long_form():
            raise BadInputError(
                f"{self.where} is in long form, a row for each pixel; write a row for each image, such "
                "as with pandas' pivot."
            )
        free = [at for at in range(self.sample.width) if at != self.label]
        if self.sample.names is not None:
            free = self._without_named(free)
        free = self._without_text(free)
        lists = [at for at in free if self.sample.kinds[at] == "list"]
        if lists:
            self._only(lists, free)
            if len(lists) > 1:
                shown = listed(map(self.sample.shown, lists), 4)
                raise BadInputError(
                    f"{self.where}: columns {shown} hold lists of numbers; keep one."
                )
            free, shape = lists, None
        else:
            free = self._without_label(self._without_index(self._numbered(free)))
            shape = self._checked(free)
        self._say_left_out()
        none = self.given
        return Columns(tuple(free), None if none else self.label, tuple(self.said), self.naming,
                       () if none else self.one_hot, bool(lists), shape, self._labels_from())  # fmt: skip

    def _named(self, wanted: str) -> int:
        """The column that the caller calls the label."""
        at = self.sample.called_so(wanted)
        if at is not None:
            return at
        names = self.sample.names
        known = "it has no header" if names is None else f"it has {listed(map(one_line, names))}"
        raise BadInputError(
            f"{self.where} has no column {one_line(wanted)!r} for the labels; {known}."
        )

    def _without_named(self, free: list[int]) -> list[int]:
        """Without the label, and what is no pixel by its name."""
        own = set(self.pixels.columns) if self.pixels is not None else set()
        ranks = {at: self.sample.rank(at) for at in free if at not in own}
        if self.label is None:
            labels = sorted((at for at in ranks if ranks[at] == 0), key=self.sample.place_by_name)
            self._take_by_name([at for at in labels if self.sample.kinds[at] in ("number", "text")])
        used = {self.label, *self.one_hot}
        self._leave_out(at for at in ranks if ranks[at] != 1 and at not in used)
        return [at for at in free if at not in used and ranks.get(at, 1) == 1]

    def _take_by_name(self, labels: list[int]) -> None:
        for family in self.families:
            if set(family.columns) <= set(labels) and self._is_one_hot(family.columns):
                return
        if not labels:
            return
        self.label = labels[0]
        if len(labels) > 1:
            others = listed(map(self.sample.shown, labels[1:]), MAX_NAMED_COLUMNS)
            shown = self.sample.shown(labels[0])
            self._say_of_labels(f"Labels are column {shown}, not {others}; --labels NAME decides.")

    def _without_text(self, free: list[int]) -> list[int]:
        """Without empty columns and columns of text, one of which may be the label."""
        kinds = self.sample.kinds
        text = [at for at in free if kinds[at] == "text"]
        if len(text) > MAX_TEXT_COLUMNS:
            raise BadInputError(
                f"{self.where} has {len(text):,} columns of text, so its rows are no images."
            )
        candidates = []
        for at in (*text, *self.left_out[:MAX_TEXT_COLUMNS]):
            if self.naming is None and self.sample.names_images(at, left_out=at in self.left_out):
                self.naming = at
            elif at in text and not self.sample.is_split(at):
                candidates.append(at)
        self._take_only(candidates)
        self._leave_out(at for at in text if at not in (self.label, self.naming))
        names = self.sample.names
        last = self.sample.width - 1
        trailing = kinds[last] == "empty" and (names is None or not names[last].strip())
        self._leave_out(at for at in free if kinds[at] == "empty" and (at < last or not trailing))
        if trailing and last in self.left_out:
            self.left_out.remove(last)
        return [at for at in free if kinds[at] in ("number", "list")]

    def _numbered(self, free: list[int]) -> list[int]:
        """The columns that their names count, if these make images; the rest may be the label."""
        if self.pixels is None:
            return free
        still = set(free)
        own = [at for at in self.pixels.columns if at in still]
        if len(own) == len(free):
            return own
        if not self._makes_images(len(own)):
            return free
        self._only(own, free)
        return own

    def _only(self, own: list[int], free: list[int]) -> None:
        """Leave out all but `own`, and the label among the rest if there is none yet."""
        taken = set(own)
        rest = [at for at in free if at not in taken]
        self._take_only(self.sample.can_be_labels(rest))
        self._leave_out(at for at in rest if at != self.label)

    def _take_only(self, candidates: list[int]) -> None:
        """Take the only column that can be the label."""
        if self.label is not None or self.one_hot or self.given or not candidates:
            return
        if len(candidates) > 1:
            shown = listed(map(self.sample.shown, candidates), 4)
            raise BadInputError(
                f"{self.where}: columns {shown} could be the label; name one with --labels "
                f"{self.sample.called(candidates[0])}."
            )
        self.label = candidates[0]
        shown = self.sample.shown(self.label)
        self._say_of_labels(f"Column {shown} was taken for the label; --labels NAME decides.")

    def _without_index(self, free: list[int]) -> list[int]:
        """Without a first or last column that counts the rows, where the rest needs it gone."""
        if len(free) < 2 or self._makes_images(len(free)):
            return free
        for at in (free[0], free[-1]):
            if self.sample.counts_rows(at):
                self._leave_out([at])
                self.naming = at if self.naming is None else self.naming
                return [other for other in free if other != at]
        return free

    def _without_label(self, free: list[int]) -> list[int]:
        """Without the label that no name tells: one-hot columns, or the first or last column."""
        if self.label is not None or self.one_hot:
            return free
        if self._makes_images(len(free)):
            if self.pixels is None and self.shape is None and not self.given:
                self.said += self.sample.about_hidden_label(free)
            return free
        for count in range(2, min(MAX_CLASSES, len(free) - MIN_SURE_PIXELS) + 1):
            if self._makes_images(len(free) - count):
                for columns in (free[-count:], free[:count]):
                    if self._is_one_hot(columns):
                        return [at for at in free if at not in self.one_hot]
        if len(free) < 3 or not self._makes_images(len(free) - 1):
            return free
        first, last = free[0], free[-1]
        ends = label_ends(self.sample.numbers([first, free[1], free[-2], last]))
        called = self.sample.called
        if len(ends) != 1 and self.given:
            raise BadInputError(
                f"{self.where} has a column more than {len(free) - 1:,} pixels, which may be its first "
                "or last; leave it out, since labels are given."
            )
        if len(ends) != 1:
            raise BadInputError(
                f"{self.where}: {len(free):,} columns are {len(free) - 1:,} pixels and one more; name "
                f"the label's column with --labels {called(first)} or --labels {called(last)}, "
                "or give --shape HxW."
            )
        self.label, other, which = (first, last, "last") if ends[0] == 0 else (last, first, "first")
        shown = self.sample.shown(self.label)
        self._say_of_labels(
            f"Column {shown} was taken for the label; --labels {called(other)} takes the {which}."
        )
        return [at for at in free if at != self.label]

    def _is_one_hot(self, columns: Sequence[int]) -> bool:
        some = Sample(self.sample.names, self.sample.rows[:FIRST_ROWS])
        if not ((some.numbers(columns) == 1).sum(axis=1) == 1).all():
            return False
        if from_one_hot(self.sample.numbers(columns)) is None:
            return False
        self.one_hot = tuple(columns)
        first, last = self.sample.shown(columns[0]), self.sample.shown(columns[-1])
        self._say_of_labels(f"Labels are one-hot columns {first} to {last}; --labels NAME decides.")
        return True

    def _checked(self, free: list[int]) -> Shape:
        """The shape that the columns' names give; refuses what makes no images."""
        count = len(free)
        counted = self.pixels is not None and set(free) <= set(self.pixels.columns)
        if counted and self.pixels is not None:
            if self.pixels.moved:
                self.said.append("Pixel columns were put into the order of their numbers.")
            if self.shape is None and self.pixels.shape and math.prod(self.pixels.shape) == count:
                return self.pixels.shape
        too_few = self.shape is None and not counted and count < MIN_SURE_PIXELS
        if too_few or not self._makes_images(count):
            raise refusal(
                count, self.where, self.sample, left_out=self.left_out, naming=self.naming,
                labelled=self.label is not None, shape=self.shape,
            )  # fmt: skip
        return None

    def _makes_images(self, count: int) -> bool:
        grid = self.pixels.shape if self.pixels is not None and self.shape is None else None
        if grid is not None and count == math.prod(grid):
            return True
        in_colour = count % 3 == 0 and fits(count // 3, self.shape)
        if self.shape is None and count < MIN_COLOUR_VALUES:
            in_colour = False
        return fits(count, self.shape) or in_colour

    def _leave_out(self, columns: Iterable[int]) -> None:
        self.left_out = list(dict.fromkeys([*self.left_out, *columns]))

    def _say_of_labels(self, sentence: str) -> None:
        if not self.given:
            self.said.append(sentence)

    def _say_left_out(self) -> None:
        if self.given:
            self._leave_out(at for at in (self.label, *self.one_hot) if at is not None)
        kinds = self.sample.kinds
        out = [at for at in sorted(self.left_out) if at != self.naming or kinds[at] == "number"]
        if out:
            shown = listed(map(self.sample.shown, out), MAX_NAMED_COLUMNS)
            columns = "column" if len(out) == 1 else "columns"
            self.said.append(f"Not used: {columns} {shown}.")
        if self.naming is not None and self.naming not in out:
            self.said.append(f"Column {self.sample.shown(self.naming)} names the images.")

    def _labels_from(self) -> str:
        if self.given:
            return ""
        if self.one_hot:
            return f"{len(self.one_hot)} one-hot columns"
        return "" if self.label is None else f"column {self.sample.shown(self.label)}"
