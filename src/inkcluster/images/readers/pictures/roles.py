"""Tells from the names of folders what they stand for: classes, writers, numbers, words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from enum import IntEnum

from inkcluster.images.readers.naming import LABEL_WORDS, OTHER_WORDS

MIN_SHARE = 0.8
"""How many of the names must have a role for their level to have it."""
MAX_STEMS = 3
"""Names with a number belong together only if they share as few stems as this."""
MIN_LETTERS = 4
"""Fewer single characters are no alphabet."""
MIN_DIGITS = 6
"""Fewer of the ten digits are mere numbers."""

MIN_NAMED = 20
"""Fewer names of pictures say nothing."""
MIN_NAMED_EACH = 4
"""What fewer names than this have in one place is no class."""

_CLASSES = LABEL_WORDS | {"char", "chars", "symbol", "symbols", "glyph", "glyphs", "sign", "kanji"}
_FACTORS = OTHER_WORDS | {
    "author", "camera", "day", "device", "document", "font", "form", "hand", "hsf", "page", "part",
    "participant", "pen", "run", "sample", "scan", "scanner", "session", "set", "sheet", "student",
    "style", "trial", "version", "volunteer",
}  # fmt: skip
_CONTAINERS = {"alphabet", "alphabets", "lang", "language", "languages", "script", "scripts"}
_BETWEEN = re.compile(r"[_\W]+")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_CODE = re.compile(r"[0-9a-f]{2}", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"(?<!\d)\d{1,9}$")
_STEM_AND_NUMBER = re.compile(r"(.*?\D)(\d+)", re.DOTALL)


class Role(IntEnum):
    """What the names at a level look like, those most like classes first.

    CLASS: a word for class and what it is (``digit_seven``). NUMBERED_CLASS: such a word and a
    number that may mean something else elsewhere (``character01``). SYMBOL: most of the ten digits, or
    single letters. NUMBER and WORD: whole numbers (also hexadecimal codes) or any names; neither is likelier than the
    other. STEM: few names that are no words for class, and a number (``w012``). OTHER: a word for
    what is no class (``writer3``). CONTAINER: names within which classes count (``alphabet2``).
    """

    CLASS = 0
    NUMBERED_CLASS = 1
    SYMBOL = 2
    NUMBER = 3
    WORD = 4
    STEM = 5
    OTHER = 6
    CONTAINER = 7


def role_of(names: Collection[str]) -> Role:
    """What the names at one level of folders stand for.

    Examples
    --------
    >>> role_of({"hsf_0", "hsf_1"}).name, role_of(set("0123456789")).name, role_of({"30", "31"}).name
    ('OTHER', 'SYMBOL', 'NUMBER')
    >>> role_of({"character01", "character02"}).name, role_of({"w01", "w02"}).name
    ('NUMBERED_CLASS', 'STEM')
    """
    words = [{token.lower() for token in _TOKEN.findall(name)} for name in names]

    def most(count: int) -> bool:
        return count >= MIN_SHARE * len(names)

    if most(sum(bool(own & _CONTAINERS) for own in words)):
        return Role.CONTAINER
    if most(sum(bool(own & _FACTORS) for own in words)):
        return Role.OTHER
    if most(sum(bool(own & _CLASSES) and len(own) > 1 for own in words)):
        has_number = most(sum(_is_numbered_class(own) for own in words))
        return Role.NUMBERED_CLASS if has_number else Role.CLASS
    return _role_by_form(names)


def _role_by_form(names: Collection[str]) -> Role:
    """The role of names without words that tell."""
    least = MIN_SHARE * len(names)
    numbers = sum(name.isdecimal() for name in names)
    single = sum(len(name) == 1 for name in names)
    if single >= max(least, MIN_DIGITS if numbers >= least else MIN_LETTERS):
        return Role.SYMBOL
    if numbers >= least or (numbers and all(map(_CODE.fullmatch, names))):
        return Role.NUMBER
    numbered = [found for name in names if (found := _STEM_AND_NUMBER.fullmatch(name))]
    stems = {found[1] for found in numbered}
    are_few = len(stems) <= min(MAX_STEMS, max(1, len(numbered) // 3))
    return Role.STEM if are_few and len(numbered) >= least else Role.WORD


def _is_numbered_class(words: set[str]) -> bool:
    """Whether the name is a word for class and a number; a digit's number is its meaning."""
    rest = words - _CLASSES
    return all(word.isdecimal() for word in rest) and not words & {"digit", "digits"}


def may_name_classes(names: Sequence[str]) -> bool:
    """Whether the names have one of few words or numbers in the same place, as ``7_0001`` does.

    Examples
    --------
    >>> may_name_classes([f"{i % 10}_{i:03}" for i in range(50)])
    True
    >>> may_name_classes([f"img_{i}" for i in range(50)])
    False
    """
    if len(names) < MIN_NAMED:
        return False
    n = min(len(_BETWEEN.split(name)) for name in names)
    places: dict[int, set[str]] = {at: set() for at in (*range(n), -1)}
    for name in names:
        own = _BETWEEN.split(name)
        for at, seen in list(places.items()):
            seen.add(own[at])
            if len(seen) > len(names) / MIN_NAMED_EACH:
                del places[at]
    return any(len(seen) > 1 for seen in places.values())


def counts_from_one(children: Mapping[str, Collection[str]]) -> bool:
    """Whether each parent numbers its own, from the same first number, and not all equally far.

    Examples
    --------
    >>> counts_from_one({"Greek": {"c1", "c2", "c3"}, "Latin": {"c1", "c2"}})
    True
    >>> counts_from_one({"ann": {"c1", "c2"}, "bob": {"c1", "c2"}})
    False
    """
    ends = set()
    for names in children.values():
        found = [_LAST_NUMBER.search(name) for name in names]
        numbers = sorted({int(number[0]) for number in found if number})
        if len(numbers) != len(names) or numbers[-1] - numbers[0] != len(names) - 1:
            return False
        ends.add((numbers[0], numbers[-1]))
    return len({first for first, _ in ends}) == 1 and len(ends) > 1
