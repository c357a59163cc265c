"""Counts the bytes of arrays that go to the workers of a cluster and come from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Moved:
    """How many bytes moved."""

    bytes: int = 0


_counts: ContextVar[tuple[Moved, ...]] = ContextVar("inkcluster_moved", default=())


@contextmanager
def counted() -> Iterator[Moved]:
    """Count what moves inside the block.

    Examples
    --------
    >>> with counted() as whole:
    ...     add(5)
    ...     with counted() as part:
    ...         add(2)
    >>> whole.bytes, part.bytes
    (7, 2)
    """
    count = Moved()
    token = _counts.set((*_counts.get(), count))
    try:
        yield count
    finally:
        _counts.reset(token)


def add(count: int) -> None:
    """Note that so many bytes moved."""
    for one in _counts.get():
        one.bytes += count


def size_of(given: Any) -> int:
    """The bytes of the arrays in tuples, lists and objects, of each array once.

    Examples
    --------
    >>> twice = np.zeros(3)
    >>> size_of((twice, [np.zeros(2, np.uint8), twice], "name"))
    26
    """
    return sum({id(array): array.nbytes for array in _arrays(given)}.values())


def _arrays(given: Any) -> Iterator[NDArray[Any]]:
    if isinstance(given, np.ndarray):
        yield given
        return
    parts = given if isinstance(given, tuple | list) else getattr(given, "__dict__", {}).values()
    for part in parts:
        yield from _arrays(part)
