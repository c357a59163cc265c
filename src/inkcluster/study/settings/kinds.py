"""The kinds of values that settings take: each reads a value or text, and says what is allowed."""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Generic, TypeVar

from inkcluster.errors import BadInputError

T = TypeVar("T")
MAX_VALUES = 100
"""Values at most in a list."""
MAX_SHOWN = 60
"""Characters of a refused value at most in the sentence that refuses it."""
_RANGE = re.compile(r"\s*(\d+)\s*[-–]\s*(\d+)\s*")


class Kind(ABC, Generic[T]):
    """A kind of value."""

    metavar: str | None = None
    """What stands for a value in ``--help``."""

    @property
    @abstractmethod
    def allowed(self) -> str:
        """The allowed values in words."""

    @abstractmethod
    def read(self, value: Any) -> T:
        """The value as it is stored; ValueError if it is not allowed."""

    def check(self, name: str, value: Any, origin: str) -> T:
        """The value of the setting `name`, which came from `origin`, as it is stored.

        Raises
        ------
        BadInputError
            If the value is not allowed.
        """
        try:
            return self.read(value)
        except ValueError:
            shown = repr(value)
            shown = shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."
            raise BadInputError(
                f"The setting {name} is {shown} ({origin}); it must be {self.allowed}."
            ) from None


@dataclass(frozen=True)
class Whole(Kind[int]):
    """A whole number from `low` up to `high`."""

    low: int
    high: int | None = None
    metavar = "INTEGER"

    @property
    def allowed(self) -> str:
        """The range in words."""
        end = "up" if self.high is None else f"to {self.high}"
        return f"a whole number from {self.low} {end}"

    def read(self, value: Any) -> int:
        """An int in the range."""
        number = _number(value)
        whole = isinstance(number, Integral)
        if not whole or number < self.low or (self.high is not None and number > self.high):
            raise ValueError
        return int(number)


@dataclass(frozen=True)
class Positive(Kind[float]):
    """A finite number above 0."""

    allowed = "a number above 0"

    def read(self, value: Any) -> float:
        """A finite float above 0."""
        number = _number(value)
        if not 0 < number <= sys.float_info.max:
            raise ValueError
        return float(number)


@dataclass(frozen=True)
class CountOrShare(Kind[Any]):
    """A number of components (int), or a share of the variance (float)."""

    allowed = "a whole number from 1 up, or a share of the variance between 0 and 1, such as 0.9"
    metavar = "100|0.9"

    def read(self, value: Any) -> int | float:
        """An int from 1 up, or a float between 0 and 1."""
        number = _number(value)
        whole = isinstance(number, Integral)
        if whole and number >= 1:
            return int(number)
        if not 0 < number < 1:
            raise ValueError
        return float(number)


@dataclass(frozen=True)
class Choice(Kind[str]):
    """One of a few words."""

    words: tuple[str, ...]
    metavar = "NAME"

    @property
    def allowed(self) -> str:
        """The words."""
        return f"one of {', '.join(self.words)}"

    def read(self, value: Any) -> str:
        """One of the words."""
        if not isinstance(value, str) or value not in self.words:
            raise ValueError
        return value


@dataclass(frozen=True)
class Flag(Kind[bool]):
    """True or false."""

    allowed = "true or false"

    def read(self, value: Any) -> bool:
        """A bool."""
        if not isinstance(value, bool):
            raise ValueError
        return value


@dataclass(frozen=True)
class Several(Kind[tuple[T, ...]]):
    """A list of values of one kind, sorted, each once.

    As text the values are separated by commas; ``2-9`` stands for the whole numbers from 2 to 9.

    Examples
    --------
    >>> Several(Whole(1)).read("2-4, 9"), Several(Positive()).read([9, 8.5])
    ((2, 3, 4, 9), (8.5, 9.0))
    """

    each: Kind[T]
    metavar = "LIST"

    @property
    def allowed(self) -> str:
        """The length and what each value is."""
        return f"a list of at most {MAX_VALUES} values, each {self.each.allowed}"

    def read(self, value: Any) -> tuple[T, ...]:
        """A sorted tuple."""
        values = _listed(value) if isinstance(value, str) else value
        if not isinstance(values, list | tuple | range) or not 0 < len(values) <= MAX_VALUES:
            raise ValueError
        return tuple(sorted({self.each.read(one) for one in values}))  # type: ignore[type-var]


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
