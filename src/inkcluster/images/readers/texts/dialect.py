"""Finds out how a table of text is written: its separator, decimal mark, comments and header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line
from inkcluster.images.readers.tables.header import (
    DECIMAL_COMMA,
    is_header,
    is_number,
    numbered_twice,
    with_points,
)
from inkcluster.images.readers.tables.sample import MAX_TELLING_CELLS, MIN_TELLING_ROWS
from inkcluster.images.readers.texts.lines import SPACES, Rows, cells_of, lines_of

MAX_COLUMNS = 200_000
"""More than 256 × 256 in colour are refused."""
MAX_SAMPLED_ROWS = 2_000
MAX_SAMPLED_CHARACTERS = 32 << 20
MIN_EQUAL_SHARE = 0.6
"""A separator gives at least this share of the first lines as many cells."""
_FIRST_LINES = 40
_MARKS = (",", ";", "\t", "|")
_SAYS_SEPARATOR = re.compile(r'"?sep=(?P<mark>.)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    `rows` are a sample from all over the file. `before` counts the lines before the first row, of
    which `titles` are no part of the table; `instead` is a line to put in their place, if any.
    `is_comment` says which lines are left out.
    """

    separator: str
    decimal: str
    names: list[str] | None
    rows: Sequence[list[str]]
    width: int
    before: int
    instead: str
    titles: tuple[str, ...]
    is_comment: Callable[[str], bool] | None


def look_at(path: Path) -> Dialect:
    """The dialect of the table `path`; its whole text is read once."""
    with lines_of(path, quotes=True) as lines:
        first = list(islice(lines, _FIRST_LINES))
    if not first:
        raise BadInputError(f"{path} is a table without rows.")
    said = _SAYS_SEPARATOR.fullmatch(first[0].strip())
    body = [line for line in first[said is not None :] if line.lstrip()[0] not in "#%"]
    body = body or first[said is not None :]
    separator = said["mark"] if said is not None and len(body) else separator_of(body)
    counts = Counter(len(cells_of(line, separator)) for line in body[1:] or body)
    width = max(counts, key=lambda count: (counts[count], count)) if counts else 0
    if width < 2:
        raise BadInputError(
            f"{path} is not a table of images: its first line, {one_line(first[0].strip(), 40)!r}, has "
            "one column."
        )
    widest = max([width, *counts])
    if max(widest, body[0].count(separator)) > MAX_COLUMNS:
        raise BadInputError(
            f"{path} has more than {MAX_COLUMNS:,} columns, the most that are read; save it as .npz."
        )

    def is_comment(line: str) -> bool:
        mark = line.lstrip()[:1]
        return mark in ("#", "%") and len(cells_of(line, separator)) != width

    leads = [line for line in first if line.lstrip()[0] in "#%"]
    plain = [line for line in first if not is_comment(line)]
    with lines_of(path, is_comment=is_comment, quotes=True) as lines:
        titles = list(islice(lines, _titles(plain, said is not None, separator, width)))
        sampled, _ = sample_of(lines)
    skipped = len(titles)
    decimal = "," if _has_decimal_commas(sampled, separator) else "."

    def cut(line: str) -> list[str]:
        cells = cells_of(line, separator)
        return [with_points(cell) for cell in cells] if decimal == "," else cells

    rows = Rows(sampled, cut)
    if not sampled:
        raise BadInputError(f"{path} is a table without rows.")
    names, in_lines = _header(rows, width, leads if body != first else [], separator)
    if names is not None and len(names) != width:
        raise BadInputError(
            f"{path}: the header names {len(names):,} columns, but most rows have {width:,} cells."
        )
    if names is not None and in_lines:
        sampled = sampled[1:]
        skipped += 1
        if not sampled:
            raise BadInputError(f"{path} has a header and no rows.")
    instead = ""
    if names is None and (row := numbered_twice(rows[0])) is not None:
        instead = separator.join(row) + "\n"
        sampled, skipped = [instead, *sampled[1:]], skipped + 1
    return Dialect(
        separator, decimal, names, Rows(sampled, cut), width, skipped, instead,
        tuple(titles[said is not None :]), is_comment if leads else None,
    )  # fmt: skip


def separator_of(lines: list[str], *, of_words: bool = False) -> str:
    """The mark, or the spaces, that give most of the lines as many cells; else a comma.

    Spaces are taken where there are numbers between them, or words if `of_words`.
    """
    found = {}
    for mark in (*_MARKS, SPACES):
        counts = Counter(len(cells_of(line, mark)) for line in lines)
        count, times = counts.most_common(1)[0]
        telling = of_words or mark != SPACES or _holds_numbers(lines[-1])
        if count > 1 and times >= MIN_EQUAL_SHARE * len(lines) and telling:
            found[mark] = count
    for mark in (";", "\t"):  # before commas, which may be decimal
        if 2 * found.get(mark, 0) >= max(2, found.get(",", 0)):
            return mark
    if SPACES in found and _spaced_decimals(lines):
        return SPACES
    return next((mark for mark in (",", "|", SPACES) if mark in found), ",")


def _holds_numbers(line: str) -> bool:
    return any(is_number(cell) or DECIMAL_COMMA.fullmatch(cell) for cell in line.split())


def _spaced_decimals(lines: list[str]) -> bool:
    """Whether spaces separate numbers, some of which have decimal commas.

    Commas that come as often in every line, but not in every cell, separate cells themselves.
    """
    some = lines[1:6] or lines
    cells = [cell for line in some for cell in line.split()]
    commas = {line.count(",") for line in some}
    if len(some) > 1 and len(commas) == 1 and commas != {len(some[0].split())}:
        return False
    return any(map(DECIMAL_COMMA.fullmatch, cells)) and all(
        "," not in cell or DECIMAL_COMMA.fullmatch(cell) for cell in cells
    )


def _titles(first: list[str], says_separator: bool, separator: str, width: int) -> int:
    """How many of the first lines are no part of the table: far shorter than its rows."""
    count = int(says_separator)
    while count < len(first) and 2 * len(cells_of(first[count], separator)) < width:
        count += 1
    return count if count < len(first) else int(says_separator)


def sample_of(lines: Iterable[str]) -> tuple[list[str], int]:
    """Lines from all over a text, the first among them, and how many there are."""
    kept: list[str] = []
    step, held, count = 1, 0, 0
    for line in lines:
        count += 1
        if (count - 1) % step:
            continue
        kept.append(line)
        held += len(line)
        if len(kept) > 1 and (len(kept) > MAX_SAMPLED_ROWS or held > MAX_SAMPLED_CHARACTERS):
            kept, step = kept[::2], 2 * step
            held = sum(map(len, kept))
    return kept, count


def _header(
    rows: Rows, width: int, comments: list[str], separator: str
) -> tuple[list[str] | None, bool]:
    """The columns' names, and whether they stand in the first row rather than in a comment."""
    some = min(_FIRST_LINES, max(MIN_TELLING_ROWS, MAX_TELLING_CELLS // width))
    below = [rows[at] for at in range(1, min(len(rows), some))]
    first = rows[0]
    if is_header(first, below):
        first = [first[0].lstrip("#% "), *first[1:]]  # as NumPy's savetxt writes it
        if len(first) == width - 1:  # R leaves out the name of the rows' names
            trailing = all(not row[-1].strip() for row in below if len(row) == width)
            first = [*first, ""] if trailing else ["", *first]
        elif len(first) == width + 1 and not first[-1].strip():
            first = first[:-1]
        return first, True
    for line in reversed(comments):
        names = cells_of(line.lstrip(" #%"), separator)
        if len(names) == width and is_header(names, [first, *below]):
            return names, False
    return None, False


def _has_decimal_commas(lines: list[str], separator: str) -> bool:
    if separator == ",":
        return False
    cells = [cell for line in lines[1:_FIRST_LINES] or lines for cell in cells_of(line, separator)]
    commas = sum(bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    return commas > 0 and not any(re.fullmatch(r"\s*-?\d+\.\d+\s*", cell) for cell in cells)
