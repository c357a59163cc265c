"""Tells whether the first row of a table names its columns."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+(e[+-]?\d+)?\s*", re.IGNORECASE)
"""A number with a decimal comma."""
MIN_REPEATS = 10
"""How often a value must come again in a row for the row to be one that pandas numbered."""


def is_header(cells: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bool:
    """Whether the first row of a table names its columns; `rows` are some of those below it.

    It does if its numbers count the columns (0, 1, 2, … or from 1), or if most cells are no numbers
    where there are numbers in `rows`. Without `rows` (or without numbers in them) it does if no
    cell is a number, or if at least two are not.

    Examples
    --------
    >>> from inkcluster.images.readers.tables.header import is_header
    >>> is_header(["label", "0", "1", "2"]), is_header(["7", "0", "0", "0"])
    (True, False)
    >>> is_header(["seven", "0", "0", "0"]), is_header(["label", "pixel0"])
    (False, True)
    >>> is_header(["a.png", "b", "5", "3"], [["c.png", "d", "0", "7"]])
    False
    """
    numbers = [value_of(cell) for cell in cells if is_number(cell)]
    counted = [float(i) for i in range(len(numbers) + 1)]
    if len(numbers) > 2 and numbers in (counted[:-1], counted[1:]):
        return True
    telling = [at for at in range(len(cells)) if _mostly_numbers(rows, at) and cells[at].strip()]
    if telling:
        return 2 * sum(not is_number(cells[at]) for at in telling) > len(telling)
    return not numbers or len(cells) - len(numbers) > 1


def is_number(cell: str) -> bool:
    """Whether a text is a number; NaN, infinity, true and false are."""
    try:
        float(cell)
    except ValueError:
        return cell.strip().lower() in ("true", "false")
    return "_" not in cell


def value_of(cell: str) -> float:
    """The number that a text is, 1 for true and 0 for false, else NaN."""
    try:
        return float(cell)
    except ValueError:
        return {"true": 1.0, "false": 0.0}.get(cell.strip().lower(), math.nan)


def with_points(cell: str) -> str:
    """The cell with a decimal point, if it is a number with a decimal comma."""
    return cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell


def numbered_twice(cells: Sequence[str]) -> list[str] | None:
    """A row of numbers that pandas took for a header, as it was; None for any other row.

    Where a value comes again, pandas numbers it: ``0, 0, 5, 0`` becomes ``0, 0.1, 5, 0.2``. The tenth
    time tells it from a row of fractions, none of which is written ``0.10``.

    Examples
    --------
    >>> from inkcluster.images.readers.tables.header import numbered_twice
    >>> row = ["5", "0", *(f"0.{i}" for i in range(1, 12))]
    >>> numbered_twice(row) == ["5"] + ["0"] * 12, numbered_twice(row[:10])
    (True, None)
    """
    seen: dict[str, int] = {}
    plain = []
    for cell in cells:
        text = cell.strip()
        base, point, number = text.rpartition(".")
        if point and base in seen and number.isdecimal() and int(number) == seen[base]:
            text = base
        elif text in seen or not text.isdecimal():
            return None
        seen[text] = seen.get(text, 0) + 1
        plain.append(text)
    return plain if max(seen.values(), default=0) > MIN_REPEATS else None


def _mostly_numbers(rows: Sequence[Sequence[str]], at: int) -> bool:
    held = [row[at] for row in rows if at < len(row) and row[at].strip()]
    return bool(held) and 2 * sum(map(is_number, held)) > len(held)
