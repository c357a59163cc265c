"""Reads what the page sends: every value is checked before anything is done with it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from inkcluster.errors import BadInputError

MAX_TEXT = 200
MAX_ROWS = 8192
_ID = re.compile(r"[0-9a-f-]{8,64}")


def parsed(content: bytes) -> dict[str, Any]:
    """The object of a body; BadInputError if it is no JSON object.

    Examples
    --------
    >>> parsed(b'{"kind": "undo"}')
    {'kind': 'undo'}
    >>> parsed(b"[" * 9000)
    Traceback (most recent call last):
        ...
    inkcluster.errors.BadInputError: An action is a JSON object.
    """
    try:
        found = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadInputError("An action is a JSON object.") from error
    if not isinstance(found, dict):
        raise BadInputError("An action is a JSON object.")
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def whole(value: object) -> int:
    """A whole number of at most 15 digits."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**15:
        raise ValueError("a whole number")
    return value


def text(value: object) -> str:
    """A text of at most 200 characters that can be written."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not _writable(value):
        raise ValueError(f"a text of at most {MAX_TEXT} characters")
    return value


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def share(value: object) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a number from 0 to 1")
    return float(value)


def name(value: object) -> int | str:
    """The number of a name, or the text of a new one."""
    return text(value) if isinstance(value, str) else whole(value)


def names(value: object) -> list[int | str | None]:
    """Names, or null."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ROWS:
        raise ValueError("a list of names")
    return [None if one is None else name(one) for one in value]


def rows(value: object) -> list[int]:
    """Numbers of images, each once."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ROWS:
        raise ValueError(f"a list of 1 to {MAX_ROWS:,} images")
    found = [whole(one) for one in value]
    if min(found) < 0 or max(found) >= 2**31 or len(set(found)) < len(found):
        raise ValueError("a list of images, each once")
    return found


def identity(value: object) -> str:
    """An id that the page made up."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("8 to 64 hexadecimal digits")
    return value


READ: Mapping[str, Callable[[object], Any]] = {
    "id": identity,
    "tab": identity,
    "who": text,
    "group": whole,
    "version": whole,
    "other": whole,
    "other_version": whole,
    "name": name,
    "names": names,
    "rows": rows,
    "start": whole,
    "stop": whole,
    "right": flag,
    "confidence": share,
    "count": whole,
    "text": text,
    "key": text,
    "colour": text,
    "after": whole,
}


def read(body: Mapping[str, Any], needed: tuple[str, ...], more: tuple[str, ...]) -> dict[str, Any]:
    """The fields of an action, each checked; BadInputError where one is missing, odd or unknown."""
    found = {}
    for field, value in body.items():
        if field not in needed and field not in more:
            raise BadInputError(f"An action has no field {text_of(field)}.")
        try:
            found[field] = READ[field](value)
        except ValueError as error:
            raise BadInputError(f"The field {field!r} is {error}.") from error
    missing = [field for field in needed if field not in found]
    if missing:
        raise BadInputError(f"The field {missing[0]!r} is missing.")
    return found


def text_of(value: str) -> str:
    """What somebody sent, in short, so that it can stand in a sentence."""
    return repr(value[:40] + ("…" if len(value) > 40 else ""))


def _writable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a pair
        return False
    return True
