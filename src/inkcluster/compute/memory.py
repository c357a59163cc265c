"""Memory is planned before it is taken: what may be used, and the refusal of what does not fit."""

from __future__ import annotations

import os
from pathlib import Path

from inkcluster.errors import TooLittleMemoryError

SPARE = 128 << 20
"""What compiled loops and blocks take, whatever the size of the data."""


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
