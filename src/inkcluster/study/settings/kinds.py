"""The kinds of values that settings take: each reads a value or text, and says what is allowed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Generic, TypeVar

from inkcluster.errors import BadInputError

T = TypeVar("T")
MAX_VALUES = 100
"""Values at most in a list."""
MAX_SHOWN = 60
"""Characters of a refused value at most in the sentence that refuses it."""
MAX_WHOLE = 2**63 - 1
_RANGE = re.compile(r"\s*(\d+)\s*[-–]\s*(\d+)\s*")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of value: its name in ``--help``, and what is allowed in words.

    `read` returns a value as it is stored, and raises ValueError if it is not allowed.
    """

    metavar: str | None
    allowed: str
    read: Callable[[Any], T]

    def check(self, name: str, value: Any, origin: str) -> T:
        """The value of the setting `name`, from `origin`, as it is stored; else BadInputError."""
        try:
            return self.read(value)
        except ValueError:
            shown = _shown(value)
            raise BadInputError(
                f"The setting {name} is {shown} ({origin}); it must be {self.allowed}."
            ) from None


def _shown(value: Any) -> str:
    """`value` as a sentence shows it, however long or deep it is."""
    try:
        shown = repr(value)
    except (ValueError, RecursionError):  # a number of over 4,300 digits; lists in lists
        shown = f"a {type(value).__name__} that is too long"
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."


def whole(low: int, high: int = MAX_WHOLE) -> Kind[int]:
    """A whole number from `low` up to `high`, by default the largest of 64 bits."""

    def read(value: Any) -> int:
        number = _number(value)
        if not isinstance(number, Integral) or not low <= int(number) <= high:
            raise ValueError
        return int(number)

    end = "up" if high == MAX_WHOLE else f"to {high}"
    return Kind("INTEGER", f"a whole number from {low} {end}", read)


def _positive(value: Any) -> float:
    number = _number(value)
    if not 0 < number <= sys.float_info.max:
        raise ValueError
    return float(number)


def _count_or_share(value: Any) -> Any:
    number = _number(value)
    if isinstance(number, Integral) and 1 <= int(number) <= MAX_WHOLE:
        return int(number)
    if not 0 < number < 1:
        raise ValueError
    return float(number)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


POSITIVE = Kind(None, "a number above 0", _positive)
COUNT_OR_SHARE: Kind[Any] = Kind(
    "100|0.9",
    "a whole number from 1 up, or a share of the variance between 0 and 1, such as 0.9",
    _count_or_share,
)
FLAG = Kind(None, "true or false", _flag)


def choice(*words: str) -> Kind[str]:
    """One of a few words."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError
        return value

    return Kind("NAME", f"one of {', '.join(words)}", read)


def several(each: Kind[T]) -> Kind[tuple[T, ...]]:
    """A list of values of one kind, sorted, each once.

    As text the values are separated by commas; ``2-9`` stands for the whole numbers from 2 to 9.

    Examples
    --------
    >>> several(whole(1)).read("2-4, 9"), several(POSITIVE).read([9, 8.5])
    ((2, 3, 4, 9), (8.5, 9.0))
    """

    def read(value: Any) -> tuple[T, ...]:
        values = _listed(value) if isinstance(value, str) else value
        if not isinstance(values, list | tuple | range) or not 0 < len(values) <= MAX_VALUES:
            raise ValueError
        return tuple(sorted({each.read(one) for one in values}))  # type: ignore[type-var]

    return Kind("LIST", f"a list of at most {MAX_VALUES} values, each {each.allowed}", read)


def _listed(text: str) -> list[Any]:
    values: list[Any] = []
    for part in text.split(","):
        between = _RANGE.fullmatch(part)
        if between is None:
            values.append(part)
            continue
        first, last = int(between[1]), int(between[2])
        if not 0 <= last - first < MAX_VALUES:
            raise ValueError
        values.extend(range(first, last + 1))
    return values


def _number(value: Any) -> Any:
    """A real number, from text if need be; ValueError for anything else."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return float(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError
    return value
