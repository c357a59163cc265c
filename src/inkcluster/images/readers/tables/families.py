"""Groups column names that differ in their numbers only, such as pixel0 to pixel783."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

MIN_MEMBERS = 4
"""Fewer columns whose names differ in their numbers only are no row of pixels."""
_NUMBER = re.compile(r"\d+")
_COLUMN_FIRST = re.compile(
    r".*x[ _.-]?#.*y[ _.-]?#.*|(?:.*[^a-z])?c(?:ol(?:umn)?)?[ _.-]?#.*r(?:ow)?[ _.-]?#.*"
)
_CHANNELS = (("r", "red"), ("g", "green"), ("b", "blue"))


@dataclass(frozen=True)
class Family:
    """Positions of columns in the order of their numbers; `pattern` has ``#`` for a number.

    `moved` says whether that is another order than the file's. `shape` is that of a whole grid,
    where the names give a row and a column each.
    """

    pattern: str
    columns: tuple[int, ...]
    moved: bool
    shape: tuple[int, int] | None = None


def families(names: Sequence[str]) -> list[Family]:
    """The families of at least two names, the largest first.

    Examples
    --------
    >>> from inkcluster.images.readers.tables.families import families
    >>> (pixels,) = families(["label", "pixel10", "pixel2", "pixel1"])
    >>> pixels.pattern, pixels.columns, pixels.moved
    ('pixel#', (3, 2, 1), True)
    >>> families([f"{r}x{c}" for r in range(1, 4) for c in range(1, 6)])[0].shape
    (3, 5)
    """
    groups: dict[str, list[tuple[tuple[int, ...], int]]] = {}
    for at, name in enumerate(names):
        plain = name.strip().lower()[:200]
        numbers = tuple(int(text[:18]) for text in _NUMBER.findall(plain))
        if numbers:
            groups.setdefault(_NUMBER.sub("#", plain), []).append((numbers, at))
    found = [_family(pattern, group) for pattern, group in groups.items() if len(group) > 1]
    return sorted(_with_colour(found), key=lambda family: -len(family.columns))


def row_of_pixels(known: Sequence[Family], kinds: Sequence[str]) -> Family | None:
    """The largest family, if it has half of the columns of numbers at least; `kinds` say which are."""
    if not known or len(known[0].columns) < MIN_MEMBERS:
        return None
    own = sum(kinds[at] == "number" for at in known[0].columns)
    return known[0] if 2 * own >= sum(kind == "number" for kind in kinds) else None


def _family(pattern: str, members: list[tuple[tuple[int, ...], int]]) -> Family:
    in_file = tuple(at for _, at in members)
    numbers = [own for own, _ in members]
    if len(set(numbers)) < len(numbers):
        return Family(pattern, in_file, False)
    if len(numbers[0]) == 2 and _COLUMN_FIRST.fullmatch(pattern):
        members = [((row, column), at) for (column, row), at in members]
        numbers = [own for own, _ in members]
    ordered = tuple(at for _, at in sorted(members))
    shape = None
    if len(numbers[0]) == 2:
        sides = len({row for row, _ in numbers}), len({column for _, column in numbers})
        if math.prod(sides) == len(numbers) and min(sides) > 1:
            shape = sides
        elif len({own[:1] for own in numbers}) > 1:  # neither a grid nor one number that counts
            return Family(pattern, in_file, False)
    return Family(pattern, ordered, ordered != in_file, shape)


def _with_colour(found: list[Family]) -> list[Family]:
    """The families with those of red, green and blue joined, where there are all three."""
    by_channel: dict[tuple[str, str], list[Family]] = {}
    for family in found:
        for word in re.findall(r"[a-z]+", family.pattern):
            channel = next((names for names in _CHANNELS if word in names), None)
            if channel is not None:
                by_channel.setdefault(channel, []).append(family)
    three = [by_channel.get(channel, []) for channel in _CHANNELS]
    if any(len(own) != 1 for own in three):
        return found
    red, green, blue = (own[0] for own in three)
    if len({len(own.columns) for own in (red, green, blue)}) > 1 or red is green:
        return found
    columns = (*red.columns, *green.columns, *blue.columns)
    moved = list(columns) != list(range(min(columns), min(columns) + len(columns)))
    joined = Family("red, green and blue", columns, moved, red.shape)
    return [joined, *(family for family in found if family not in (red, green, blue))]
