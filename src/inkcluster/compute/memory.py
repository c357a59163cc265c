"""How many bytes a hierarchy needs, before any is taken."""

from __future__ import annotations

import os
from pathlib import Path

from inkcluster.errors import TooLittleMemoryError

VECTORS = ("ward", "single", "centroid", "median")
"""Methods that need no distance matrix where the distance is Euclidean."""
WIDTH = 256
"""Leading coordinates, at most."""
KEPT = 12
"""Neighbours that a cluster remembers from one search to the next."""
FINE = 4096
"""Points up to which distances are stored in 8 bytes; beyond, 4 are enough and faster."""
WAVE = 1 << 23
"""Entries of a new matrix that are made beside the old one, by all threads together."""
SPARE = 128 << 20
"""What compiled loops and blocks take, whatever the size of the data."""


def pairs(n: int) -> int:
    """The number of pairs among `n` points."""
    return n * (n - 1) // 2


def vector_bytes(n: int, d: int) -> int:
    """What a hierarchy of vectors takes in O(n·d): float64 sums, coordinates twice, lists, Z."""
    return SPARE + n * (9 * d + 2 * 4 * min(d + 1, WIDTH) + 12 * KEPT + 160)


def matrix_bytes(n: int, d: int, entry: int) -> int:
    """What a hierarchy by stored distances takes, with `entry` bytes for each pair."""
    return SPARE + entry * pairs(n) + n * (8 * d + 200)


def budget(memory_limit: int | None) -> int:
    """The bytes that may be taken: the limit given, or what the machine has free."""
    return free_memory() if memory_limit is None else int(memory_limit)


def free_memory() -> int:
    """Bytes that can be had without swapping.

    Examples
    --------
    >>> from inkcluster.compute.memory import free_memory
    >>> free_memory() > 0
    True
    """
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


def refuse(what: str, n: int, need: int, have: int, instead: str) -> TooLittleMemoryError:
    """The error for a plan over its budget: both numbers, and what would fit."""
    sentence = (
        f"{what} of {n:,} points needs {need / 1e9:.2f} GB, and {have / 1e9:.2f} GB may be used; "
        f"{instead}."
    )
    return TooLittleMemoryError(sentence, need, have)


def require(what: str, n: int, need: int, memory_limit: int | None, instead: str) -> None:
    """Refuse what takes more than `memory_limit` bytes, or than the machine has free.

    Raises
    ------
    TooLittleMemoryError
        With both numbers.
    """
    have = budget(memory_limit)
    if need > have:
        raise refuse(what, n, need, have, instead)


def room(points: int) -> str:
    """What to do instead, given how many points fit."""
    return f"up to {points:,} points fit" if points > 1 else "raise `memory_limit`"


def largest(have: int, d: int, entry: int) -> int:
    """How many points of `d` dimensions fit, with `entry` bytes a pair."""
    low, high = 1, 1 << 24
    while low < high:
        middle = (low + high + 1) // 2
        if matrix_bytes(middle, d, entry) <= have:
            low = middle
        else:
            high = middle - 1
    return low
