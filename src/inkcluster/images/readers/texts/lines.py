"""Reads a text line by line: in its encoding, without blank lines and comments, no line too long."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, overload

from inkcluster.errors import BadInputError
from inkcluster.images.readers.guard import opened
from inkcluster.images.readers.texts.kinds import SNIFFED_BYTES, encoding_of

MAX_LINE_CHARACTERS = 8 << 20
"""A longer line is no image's: 256 × 256 in colour with 18 digits a value has half of that."""
_OPENS_QUOTE = re.compile(r'(?:^|[,;\t|])\s*"')
MAX_CELL_LINES = 10_000
"""A cell in quotes with more lines is none; NumPy prints 256 × 256 values in some 4,000."""
SPACES = " "
"""Stands for any run of spaces and tabs as the separator."""


class Lines:
    """The lines of a text that are neither blank nor, by `is_comment`, comments; pandas reads it too.

    `change` is applied to each line, where it is set.
    """

    def __init__(
        self, stream: IO[bytes], encoding: str, path: Path,
        is_comment: Callable[[str], bool] | None = None, *, quotes: bool = False,
    ) -> None:  # fmt: skip
        self._text = io.TextIOWrapper(stream, encoding)
        self._path, self._is_comment, self._seen = path, is_comment, 0
        self._quotes, self._first = quotes, ""
        self.change: Callable[[str], str] | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._first:
            line, self._first = self._first, ""
            return line
        while line := self._line(MAX_LINE_CHARACTERS):
            if not line.strip(" \t\r\n\f\0") or (self._is_comment and self._is_comment(line)):
                continue
            if self._quotes and line.count('"') % 2 and _OPENS_QUOTE.search(line):
                line += self._rest_of_cell(MAX_LINE_CHARACTERS - len(line))
            return line if self.change is None else self.change(line)
        raise StopIteration

    def put_back(self, line: str) -> None:
        """Give this line next."""
        self._first = line

    def _rest_of_cell(self, most: int) -> str:
        """The lines to the one in which a cell's quotes end."""
        lines: list[str] = []
        while most > 0 and (line := self._line(most)):
            lines.append(line)
            most -= len(line)
            if len(lines) > MAX_CELL_LINES:
                raise BadInputError(
                    f"{self._path} has quotes that do not end before line {self._seen:,}."
                )
            if line.count('"') % 2:
                break
        return "".join(lines)

    def _line(self, most: int) -> str:
        self._seen += 1
        try:
            line = self._text.readline(most)
        except UnicodeError as error:
            raise BadInputError(
                f"{self._path} is not text in UTF-8 (near line {self._seen:,}); save it as UTF-8, or "
                "give another format."
            ) from error
        if len(line) >= most:
            raise BadInputError(
                f"{self._path} is not a table of images: line {self._seen:,} has more than "
                f"{MAX_LINE_CHARACTERS:,} characters, or quotes that do not end."
            )
        return line

    def read(self, n_characters: int = -1) -> str:
        """At least `n_characters` in whole lines; none at the end."""
        found, held = [], 0
        for line in self:
            found.append(line)
            held += len(line)
            if 0 <= n_characters <= held:
                break
        return "".join(found)


@contextmanager
def lines_of(
    path: Path,
    *,
    advance: Callable[[float], None] | None = None,
    is_comment: Callable[[str], bool] | None = None,
    quotes: bool = False,
) -> Iterator[Lines]:
    """The lines of the text file `path`, unpacked where it is packed.

    With `quotes`, a cell in double quotes may go on in the next line.
    """
    with opened(path) as stream:
        encoding = encoding_of(stream.read(SNIFFED_BYTES))
    with opened(path, advance) as stream:
        yield Lines(stream, encoding, path, is_comment, quotes=quotes)


def cells_of(line: str, separator: str) -> list[str]:
    """The cells of one line, without quotes and the spaces before them.

    Examples
    --------
    >>> from inkcluster.images.readers.texts.lines import SPACES, cells_of
    >>> cells_of('7, "New, York",0\\n', ","), cells_of("  7   0.5\\t1 \\n", SPACES)
    (['7', 'New, York', '0'], ['7', '0.5', '1'])
    """
    if separator == SPACES:
        line = line.replace("\t", " ").strip()
    if '"' not in line:
        plain = line.rstrip("\r\n")
        return (
            plain.split()
            if separator == SPACES
            else [c.lstrip(" ") for c in plain.split(separator)]
        )
    limit = csv.field_size_limit(MAX_LINE_CHARACTERS)
    try:
        return next(
            csv.reader(line.splitlines(keepends=True), delimiter=separator, skipinitialspace=True),
            [],
        )
    finally:
        csv.field_size_limit(limit)


class Rows(Sequence[list[str]]):
    """Lines that `cut` turns into cells when they are asked for, which keeps the memory small."""

    def __init__(self, lines: Sequence[str], cut: Callable[[str], list[str]]) -> None:
        self._lines, self._cut = lines, cut

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> list[str]: ...

    @overload
    def __getitem__(self, at: slice) -> Rows: ...

    def __getitem__(self, at: int | slice) -> list[str] | Rows:
        if isinstance(at, slice):
            return Rows(self._lines[at], self._cut)
        return self._cut(self._lines[at])
