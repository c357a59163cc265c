"""Matches the lines of a label file to images, by their names or their numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from inkcluster.errors import BadInputError
from inkcluster.images.describing import one_line

MAX_COMPARED_FOLDERS = 4
"""How many of the last parts of two paths are compared."""


@dataclass(frozen=True)
class Match:
    """The lines of each image, by name; `missing` is an image without, `extra` a line without one."""

    found: tuple[tuple[int, ...], ...]
    names: Sequence[str]
    extra: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many images have a line."""
        return sum(bool(lines) for lines in self.found)

    def lines(self, where: str) -> list[int]:
        """The line of each image; refuses an image with none or with two."""
        missing = [name for name, lines in zip(self.names, self.found, strict=True) if not lines]
        if missing:
            raise BadInputError(
                f"{where} has labels for {self.count:,} of {len(self.names):,} images; there is none for "
                f"{one_line(missing[0], 60)!r}."
            )
        double = next((at for at, lines in enumerate(self.found) if len(lines) > 1), None)
        if double is not None:
            first, second = self.found[double][:2]
            raise BadInputError(
                f"{where} names {one_line(self.names[double], 60)!r} twice, in its rows {first:,} and "
                f"{second:,}; keep one."
            )
        return [lines[0] for lines in self.found]

    def notices(self, name: str) -> list[str]:
        """What to say of lines that belong to no image."""
        if not self.extra:
            return []
        lines, match = ("line", "matches") if len(self.extra) == 1 else ("lines", "match")
        first = one_line(self.extra[0], 40)
        return [
            f"{len(self.extra):,} {lines} of {one_line(name)!r} {match} no image (first: {first!r})."
        ]


def by_name(images: Sequence[str], keys: Sequence[str]) -> Match:
    """Match `keys` to the images' names, whichever way gives the most images a line.

    Whole paths are compared first, then ever fewer of their last parts, then names without endings,
    in small letters, and as numbers. A way that makes two images alike is not taken.

    Examples
    --------
    >>> from inkcluster.images.matching import by_name
    >>> by_name(["0/a.png", "1/a.png"], ["set/1/a.png", "set/0/a.png"]).lines("here")
    [1, 0]
    >>> by_name(["001.png", "002.png"], ["2", "1"]).lines("here")
    [1, 0]
    """
    best = Match(((),) * len(images), images)
    for way in _WAYS:
        own = [way(name) for name in images]
        if len(set(own)) < len(own):
            continue
        lines: dict[str, list[int]] = {name: [] for name in own}
        extra = []
        for at, key in enumerate(keys):
            held = lines.get(way(key))
            if held is None:
                extra.append(key)
            else:
                held.append(at)
        match = Match(tuple(tuple(lines[name]) for name in own), images, tuple(extra))
        if match.count > best.count:
            best = match
    return best


def by_number(keys: Sequence[str], n: int) -> tuple[list[int] | None, int]:
    """The line of each image where `keys` are its numbers, all of them, from 0 or 1; and the first.

    Examples
    --------
    >>> from inkcluster.images.matching import by_number
    >>> by_number(["2", "1", "3"], 3), by_number(["0", "2"], 2)
    (([1, 0, 2], 1), (None, 0))
    """
    if len(keys) != n or not all(
        key.isascii() and key.isdecimal() and len(key) < 16 for key in keys
    ):
        return None, 0
    numbers = [int(key) for key in keys]
    first = min(numbers)
    if first > 1 or sorted(numbers) != list(range(first, first + n)):
        return None, 0
    order = [0] * n
    for line, number in enumerate(numbers):
        order[number - first] = line
    return order, first


def _tail(count: int) -> Callable[[str], str]:
    def tail(name: str) -> str:
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        return "/".join(parts[-count:])

    return tail


def _stem(name: str) -> str:
    return PurePosixPath(_tail(1)(name)).stem


def _small(name: str) -> str:
    return _stem(name).casefold()


def _number(name: str) -> str:
    stem = _stem(name)
    return stem.lstrip("0") or "0" if stem.isdecimal() else stem


_WAYS = (*(_tail(count) for count in range(MAX_COMPARED_FOLDERS, 0, -1)), _stem, _small, _number)
