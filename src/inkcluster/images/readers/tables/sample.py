"""Looks at a sample of a table's rows: what its columns hold, and how they are called."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inkcluster.images.describing import one_line
from inkcluster.images.readers.evidence import MAX_CLASSES, hidden_label, say_hidden_label
from inkcluster.images.readers.naming import LABEL_NAMES, label_rank
from inkcluster.images.readers.tables.header import is_number, value_of

MIN_SURE_NAMES = 20
"""Text that is different in each of fewer rows may still be labels."""
MIN_LISTED = 4
"""A cell with fewer numbers is no row of pixels."""
MAX_TELLING_ROWS, MIN_TELLING_ROWS, MAX_TELLING_CELLS = 60, 5, 2_000_000
"""How many rows tell what a column holds; fewer where rows are long."""
MAX_LONG_FORM_COLUMNS = 6
_PLACES = ({"row", "col"}, {"row", "column"}, {"r", "c"}, {"x", "y"}, {"i", "j"})
_PIXEL_NUMBERS = {"pixel", "index", "position", "pixelindex", "pixelid", "variable"}
_VALUES = {"value", "intensity", "grey", "gray", "brightness", "v"}
_FILE_NAME = re.compile(r".*\.(png|jpe?g|gif|bmp|tiff?|webp|p[gnpb]m|jp2)", re.IGNORECASE)
_SPLIT = re.compile(r"(public|private)?_?(train|val|test|dev)[a-z]*", re.IGNORECASE)


class Sample:
    """Some rows of a table, as text, from all over it; `names` are its header, if it has one."""

    def __init__(self, names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
        self.names, self.rows = names, rows
        self.width = len(names) if names is not None else max(map(len, rows), default=0)

    @cached_property
    def kinds(self) -> list[str]:
        """For each column ``number``, ``text``, ``list`` (of numbers) or ``empty``."""
        count = min(
            MAX_TELLING_ROWS, max(MIN_TELLING_ROWS, MAX_TELLING_CELLS // max(1, self.width))
        )
        some = list(self.rows[:: max(1, len(self.rows) // count)])  # cut into cells once
        return [_kind(row[at] for row in some if at < len(row)) for at in range(self.width)]

    def rank(self, at: int) -> int:
        """As :func:`~inkcluster.images.readers.naming.label_rank`; no name counts the rows."""
        assert self.names is not None
        plain = self.names[at].strip().lower()
        if not plain or plain.startswith(("unnamed:", "__index_level")) or self.is_coordinate(at):
            return 2
        return label_rank(self.names[at])

    def called_so(self, wanted: str) -> int | None:
        """The column of that name, in capitals or not, or else of that number."""
        for names in (self.names or (), [name.strip().lower() for name in self.names or ()]):
            for text in (wanted, wanted.strip().lower()):
                if text in names:
                    return list(names).index(text)
        return int(wanted) if wanted.isdecimal() and int(wanted) < self.width else None

    def place_by_name(self, at: int) -> tuple[int, int]:
        """By which of several columns named as labels the first is found."""
        assert self.names is not None
        name = self.names[at].strip().lower()
        return (LABEL_NAMES.index(name) if name in LABEL_NAMES else len(LABEL_NAMES)), at

    def is_coordinate(self, at: int) -> bool:
        """Whether a column is called ``y`` beside one called ``x``."""
        assert self.names is not None
        if self.names[at].strip().lower() != "y":
            return False
        return any(name.strip().lower() == "x" for name in self.names)

    def numbers(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """The values in these columns (rows, columns), NaN where they are no numbers."""
        return np.array([[_number(row, at) for at in columns] for row in self.rows], np.float64)

    def texts(self, at: int) -> list[str]:
        """The cells of a column, without the spaces around them."""
        return [row[at].strip() for row in self.rows if at < len(row)]

    def names_images(self, at: int, *, left_out: bool) -> bool:
        """Whether each row has another text, or another number where the column is no pixel."""
        values = self.texts(at)
        if len(set(values)) < len(values) or not all(values):
            return False
        if self.kinds[at] != "text":
            return left_out and self.kinds[at] == "number"
        as_files = all(_FILE_NAME.fullmatch(value) for value in values)
        return as_files or left_out or len(values) >= MIN_SURE_NAMES

    def is_split(self, at: int) -> bool:
        """Whether a column of text says train, validation or test only."""
        return all(_SPLIT.fullmatch(value) for value in set(self.texts(at)))

    def can_be_labels(self, columns: Sequence[int]) -> list[int]:
        """Those of the columns that hold few whole numbers."""
        if not columns:
            return []
        found = []
        for at, values in zip(columns, self.numbers(columns).T, strict=True):
            distinct = len(np.unique(values))
            whole = bool((values == np.rint(values)).all())  # false for NaN
            if whole and 2 <= distinct <= min(MAX_CLASSES, len(values) / 2):
                found.append(at)
        return found

    def counts_rows(self, at: int) -> bool:
        """Whether a column's numbers grow by the same step from row to row."""
        if len(self.rows) < 3:
            return False
        steps = np.diff(self.numbers([at])[:, 0])
        return bool((steps == steps[0]).all() and steps[0] > 0)

    def is_long_form(self) -> bool:
        """Whether the columns' names say that each row is a pixel."""
        if self.names is None or self.width > MAX_LONG_FORM_COLUMNS:
            return False
        names = {re.sub(r"[\W_]", "", name.lower()) for name in self.names}
        by_place = any(own <= names for own in _PLACES)
        return bool(names & _VALUES and (by_place or names & _PIXEL_NUMBERS))

    def shown(self, at: int) -> str:
        """The column in a sentence: its name in quotes, or its number."""
        return str(at) if self.names is None else repr(one_line(self.names[at]))

    def about_hidden_label(self, free: Sequence[int]) -> list[str]:
        """What to say if an end of the columns `free`, all taken for pixels, looks like the label."""
        if len(free) < 3:
            return []
        end = hidden_label(self.numbers([free[0], free[1], free[-2], free[-1]]))
        return [] if end is None else [say_hidden_label(self.called(free[end]))]

    def called(self, at: int) -> str:
        """The column as an option on the command line."""
        if self.names is None or not self.names[at].strip():
            return str(at)
        name = one_line(self.names[at].strip(), 40)
        return name if re.fullmatch(r"[\w.-]+", name) else f"'{name}'"


def is_list(cell: str) -> bool:
    """Whether a cell holds several numbers, such as ``70 80 82 …`` or ``[70, 80, 82]``.

    Examples
    --------
    >>> from inkcluster.images.readers.tables.sample import is_list
    >>> is_list("70 80 82 83"), is_list("[0, 1, ..., 3]"), is_list("New York"), is_list("1 2")
    (True, True, False, False)
    """
    parts = re.split(r"[\s,;\[\]()]+", cell[:4096].strip("[]() \t\n"))
    whole = parts if len(cell) <= 4096 else parts[:-1]
    return len(whole) >= MIN_LISTED and all(part == "..." or is_number(part) for part in whole)


def _kind(cells: Iterable[str]) -> str:
    """Whichever most cells are."""
    filled = [cell for cell in (cell.strip() for cell in cells) if cell]
    if not filled:
        return "empty"
    if 2 * sum(is_number(cell) for cell in filled) >= len(filled):
        return "number"
    return "list" if 2 * sum(map(is_list, filled)) >= len(filled) else "text"


def _number(row: Sequence[str], at: int) -> float:
    return value_of(row[at]) if at < len(row) else math.nan
