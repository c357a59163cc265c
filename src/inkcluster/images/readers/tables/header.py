"""Tells whether the first row of a table names its columns."""

from __future__ import annotations

from collections.abc import Sequence


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
    numbers = [cell.strip() for cell in cells if is_number(cell)]
    counted = [float(i) for i in range(len(numbers) + 1)]
    if len(numbers) > 2 and [float(cell) for cell in numbers] in (counted[:-1], counted[1:]):
        return True
    telling = [at for at in range(len(cells)) if _mostly_numbers(rows, at) and cells[at].strip()]
    if telling:
        return 2 * sum(not is_number(cells[at]) for at in telling) > len(telling)
    return not numbers or len(cells) - len(numbers) > 1


def is_number(cell: str) -> bool:
    """Whether Python reads the text as a number; NaN and infinity are."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _mostly_numbers(rows: Sequence[Sequence[str]], at: int) -> bool:
    held = [row[at] for row in rows if at < len(row) and row[at].strip()]
    return bool(held) and 2 * sum(map(is_number, held)) > len(held)
