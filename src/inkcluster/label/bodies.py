"""What an action may be made of: whole numbers and texts, whoever sent them."""

from __future__ import annotations

import math
import operator
import unicodedata
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcluster.errors import BadInputError

MOST_ID = 100
"""Characters of what identifies an action, and of who acts."""
MOST_NUMBER = 2**53
"""No number is larger: JavaScript could not hold it."""


def is_number(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; True and 1.0 are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_text(value: object, most: int) -> TypeGuard[str]:
    """Whether it is a text of at most so many characters, without control characters.

    Examples
    --------
    >>> is_text("vier", 4), is_text("a\\nb", 4), is_text("\\ud800", 4), is_text(4, 4)
    (True, False, False, False)
    """
    return (
        isinstance(value, str)
        and len(value) <= most
        and not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in value)
    )


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """The values of an action as JSON holds them: numbers of NumPy as Python's, texts in Unicode's NFC.

    BadInputError for anything that is no text, truth value, finite number or None.
    """
    if not isinstance(body, dict):
        raise BadInputError("An action's values have names.")
    return {str(name): _plain(name, value) for name, value in body.items()}


def checked_id(value: object, what: str) -> str:
    """A text that identifies an action or a person."""
    if not is_text(value, MOST_ID) or not value.strip():
        raise BadInputError(f"{what} is a text of 1 to {MOST_ID} characters.")
    return value


def images(values: ArrayLike | None, what: str = "Images") -> NDArray[np.int32] | None:
    """Numbers of images or names, shape (m,); BadInputError for what is no whole number, or too large.

    Examples
    --------
    >>> images([1, 2]), images([])
    (array([1, 2], dtype=int32), array([], dtype=int32))
    >>> images([1.0])
    Traceback (most recent call last):
    inkcluster.errors.BadInputError: Images are given as a list of whole numbers.
    """
    if values is None:
        return None
    try:
        found = np.asarray(values)
    except (ValueError, OverflowError):
        found = np.empty((0, 0))
    if found.ndim == 1 and not found.size:
        return np.empty(0, np.int32)
    limits = np.iinfo(np.int32)
    if (
        found.ndim != 1
        or found.dtype.kind not in "iu"
        or (isinstance(values, list | tuple) and any(isinstance(one, bool) for one in values))
        or found.min() < limits.min
        or found.max() > limits.max
    ):
        raise BadInputError(f"{what} are given as a list of whole numbers.")
    return found.astype(np.int32)


def number(value: object, what: str) -> int:
    """A whole number, Python's or NumPy's."""
    if isinstance(value, bool | np.bool_):
        raise BadInputError(f"{what} is a whole number, not {value!r}.")
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise BadInputError(f"{what} is a whole number, not {value!r}.") from None


def _plain(name: object, value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value)
        return _trimmed(value) if name == "text" else value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= MOST_NUMBER:
        return value
    raise BadInputError(f"{name!r} is a text or a finite number.")


def _trimmed(text: str) -> str:
    """A name without the spaces around it; empty if none of its characters can be seen."""
    seen = any(unicodedata.category(c)[0] not in "CZ" for c in text)
    return text.strip() if seen else ""
