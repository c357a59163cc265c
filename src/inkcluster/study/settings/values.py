"""What each setting may be: one kind for each name, which checks a value and says what is allowed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Protocol

from inkcluster.errors import BadInputError

MOST_VALUES = 100


class Kind(Protocol):
    """One kind of value."""

    def check(self, name: str, value: Any, origin: str) -> Any:
        """The value as it is kept; BadInputError with one sentence if it is not allowed."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` up to `high`."""

    low: int
    high: int | None = None

    def check(self, name: str, value: Any, origin: str) -> int:
        """A whole number in the range."""
        number = _number(value) if isinstance(value, str) else value
        if not _is_whole(number):
            raise _bad(name, value, origin, self.allowed)
        if number < self.low or (self.high is not None and number > self.high):
            raise _bad(name, value, origin, self.allowed)
        return int(number)

    @property
    def allowed(self) -> str:
        """In words."""
        end = "up" if self.high is None else f"to {self.high}"
        return f"a whole number from {self.low} {end}"


@dataclass(frozen=True)
class Positive:
    """A finite number above 0."""

    allowed = "a number above 0"

    def check(self, name: str, value: Any, origin: str) -> float:
        """A finite number above 0."""
        number = _number(value) if isinstance(value, str) else value
        if not _is_number(number):
            raise _bad(name, value, origin, self.allowed)
        if not 0 < number <= sys.float_info.max:
            raise _bad(name, value, origin, self.allowed)
        return float(number)


@dataclass(frozen=True)
class Components:
    """A number of components, or a share of the variance."""

    allowed = "a whole number from 1 up, or a share of the variance between 0 and 1, such as 0.9"

    def check(self, name: str, value: Any, origin: str) -> int | float:
        """An int from 1 up, or a float between 0 and 1."""
        number = _number(value) if isinstance(value, str) else value
        if not _is_number(number):
            raise _bad(name, value, origin, self.allowed)
        if _is_whole(number) and number >= 1:
            return int(number)
        if not 0 < number < 1:
            raise _bad(name, value, origin, self.allowed)
        return float(number)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, name: str, value: Any, origin: str) -> str:
        """One of the words."""
        if not isinstance(value, str) or value not in self.words:
            raise _bad(name, value, origin, f"one of {', '.join(self.words)}")
        return value


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, name: str, value: Any, origin: str) -> bool:
        """A bool."""
        if not isinstance(value, bool):
            raise _bad(name, value, origin, "true or false")
        return value


@dataclass(frozen=True)
class Several:
    """A list of values of one kind: kept sorted, each once; commas between them in a string."""

    each: Whole | Positive

    def check(self, name: str, value: Any, origin: str) -> tuple[Any, ...]:
        """A sorted tuple."""
        allowed = f"a list of at most {MOST_VALUES} values, each {self.each.allowed}"
        values = value.split(",") if isinstance(value, str) else value
        if not isinstance(values, list | tuple | range) or not 0 < len(values) <= MOST_VALUES:
            raise _bad(name, value, origin, allowed)
        try:
            return tuple(sorted({self.each.check(name, one, origin) for one in values}))
        except BadInputError as error:
            raise _bad(name, value, origin, allowed) from error


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _number(text: str) -> Any:
    for read in (int, float):
        try:
            return read(text.strip())
        except ValueError:
            continue
    return text


def _bad(name: str, value: Any, origin: str, allowed: str) -> BadInputError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return BadInputError(f"The setting {name} is {shown} ({origin}); it must be {allowed}.")


_SAMPLE = Whole(10)
KINDS: dict[str, Kind] = {
    "seed": Whole(0, 2**32 - 1),
    "k": Whole(2),
    "scaling": Choice(("minmax", "standard", "none")),
    "restarts": Whole(2, 1000),
    "replace": Flag(),
    "sample_sizes": Several(_SAMPLE),
    "resamples": Whole(1, 1000),
    "linkage_sample": _SAMPLE,
    "map_sample": _SAMPLE,
    "eps": Several(Positive()),
    "min_samples": Several(Whole(1)),
    "refine": Whole(0, 100),
    "compare_sample": _SAMPLE,
    "components": Components(),
    "svd_solver": Choice(("auto", "full", "covariance_eigh", "arpack", "randomized")),
    "sweep_sample": _SAMPLE,
    "sweep_eps": Several(Positive()),
    "sweep_min_samples": Whole(1),
    "many": Whole(2),
}
