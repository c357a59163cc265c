"""Finds how much memory may be used, and refuses a plan that needs more, before it is taken."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from numbers import Integral
from pathlib import Path, PurePosixPath
from sys import maxsize
from time import monotonic
from typing import Any, TypeVar

from inkcluster.errors import BadInputError, TooLittleMemoryError

C = TypeVar("C", bound=type)
SPARE = 128 << 20
"""Bytes that compiled loops and blocks take, whatever the size of the data."""
V1_FILES = ("memory.limit_in_bytes",), "memory.usage_in_bytes", "total_inactive_file"
V2_FILES = ("memory.max", "memory.high"), "memory.current", "inactive_file"
"""Of a control group: the files of its limits and its use, and the file cache in `memory.stat`."""
SECONDS_KEPT = 0.1
"""How long what the control groups leave counts; to read their files takes as long as a small fit."""
ROOT = Path("/")
_kept: tuple[float, list[int]] = (-SECONDS_KEPT, [])


def require(what: str, n: int, need: int, memory_limit: float | None, instead: str) -> None:
    """Refuse a plan that needs more than :func:`budget`.

    Parameters
    ----------
    what : str
        What is planned, as the subject of a sentence.
    n : int
        Number of points.
    need : int
        Bytes.
    memory_limit : int or None
    instead : str
        What the user can do, as an imperative or a clause.

    Raises
    ------
    TooLittleMemoryError
        With both numbers.

    Examples
    --------
    >>> require("Average linkage", 70_000, 20 * 10**9, 8 * 10**9, "draw a sample")
    Traceback (most recent call last):
    ...
    inkcluster.errors.TooLittleMemoryError: Average linkage of 70,000 points needs 20.00 GB, and
    8.00 GB may be used; draw a sample.
    """
    have = budget(memory_limit)
    if need > have:
        raise refuse(what, n, need, have, instead)


def refuse(what: str, n: int, need: int, have: int, instead: str) -> TooLittleMemoryError:
    """The error of :func:`require`, for plans that compare `need` and `have` themselves."""
    sentence = (
        f"{what} of {n:,} points needs {need / 1e9:.2f} GB, and {have / 1e9:.2f} GB may be used; "
        f"{instead}."
    )
    return TooLittleMemoryError(sentence, need, have)


def room(points: int) -> str:
    """What to do instead, given how many points fit."""
    return f"up to {points:,} points fit" if points > 1 else "raise `memory_limit`"


def budget(memory_limit: float | None) -> int:
    """The bytes that may be taken: `memory_limit`, or :func:`free_memory` where it is None.

    Raises
    ------
    BadInputError
        If `memory_limit` is not a number of bytes.
    """
    if memory_limit is None:
        return free_memory()
    try:
        if isinstance(memory_limit, bool) or not memory_limit + 0 > 0:  # text cannot be added to
            raise ValueError
        return int(memory_limit)
    except (TypeError, ValueError, OverflowError):
        raise BadInputError(
            f"memory_limit must be a positive number of bytes or None, not {memory_limit!r}."
        ) from None


def takes_memory_limit(cls: C) -> C:
    """Add `memory_limit`, keyword-only and last, to the parameters of a scikit-learn estimator.

    scikit-learn reads an estimator's parameters from the signature of its ``__init__``, which is
    otherwise the parent's.
    """
    given: Any = cls
    parent = given.__init__
    old = inspect.signature(parent)

    def __init__(self: Any, *args: Any, memory_limit: int | None = None, **named: Any) -> None:  # noqa: N807
        parent(self, *args, **named)
        self.memory_limit = memory_limit

    last = inspect.Parameter("memory_limit", inspect.Parameter.KEYWORD_ONLY, default=None)
    signed: Any = __init__
    signed.__signature__ = old.replace(parameters=[*old.parameters.values(), last])
    signed.__doc__ = parent.__doc__
    given.__init__ = signed
    given._parameter_constraints = {
        **given._parameter_constraints,
        "memory_limit": [Integral, None],
    }
    return cls


def free_memory(root: Path = ROOT) -> int:
    """Bytes that this process can take without swapping and without reaching a limit.

    The smallest of the machine's available memory, what the limits of the process's control groups
    (cgroups, versions 1 and 2) leave, and what ``ulimit -v`` and ``ulimit -d`` leave.

    Parameters
    ----------
    root : Path
        The folder that holds ``proc`` and ``sys``.

    Examples
    --------
    >>> from inkcluster.compute.memory import free_memory
    >>> free_memory() > 0
    True
    """
    from psutil import virtual_memory

    groups = _kept_of_cgroups() if root is ROOT else _left_by_cgroups(root)
    every = [virtual_memory().available, *groups, *dict(_left_by_ulimit()).values()]
    return max(0, int(min(every)))


def _kept_of_cgroups() -> list[int]:
    """What this machine's control groups left at most `SECONDS_KEPT` ago."""
    global _kept  # noqa: PLW0603
    when, left = _kept
    if monotonic() - when >= SECONDS_KEPT:
        left = list(_left_by_cgroups(ROOT))
        _kept = (monotonic(), left)
    return left


def address_space() -> int:
    """Bytes of address space that ``ulimit -v`` leaves this process, `sys.maxsize` without one."""
    return max(0, dict(_left_by_ulimit()).get("vms", maxsize))


def _left_by_ulimit() -> Iterator[tuple[str, int]]:
    """What each limit leaves, by the name that psutil has for its use."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = [(resource.RLIMIT_AS, "vms"), (resource.RLIMIT_DATA, "data")]
    soft = [(resource.getrlimit(kind)[0], used) for kind, used in limits]
    soft = [(limit, used) for limit, used in soft if limit != resource.RLIM_INFINITY]
    if soft:
        from psutil import Process

        now: Any = Process().memory_info()
        yield from ((used, limit - getattr(now, used, 0)) for limit, used in soft)


def _left_by_cgroups(root: Path) -> Iterator[int]:
    for group, (limits, usage, cache) in _cgroups(root):
        used = _number(group / usage)
        if used is None:
            continue
        stat = dict(line.split(" ", 1) for line in _lines(group / "memory.stat"))
        used -= min(used, int(stat.get(cache, 0)))  # given back on demand
        for name in limits:
            if (limit := _number(group / name)) is not None:
                yield limit - used


def _cgroups(root: Path) -> Iterator[tuple[Path, tuple[tuple[str, ...], str, str]]]:
    """The folders of the control groups that count this process's memory, up to the root's."""
    mine = {}
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers or "memory" in controllers.split(","):
            mine["cgroup" if controllers else "cgroup2"] = PurePosixPath(path)
    for line in _lines(root / "proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind not in mine or (kind == "cgroup" and "memory" not in options.split(",")):
            continue
        _, _, _, inside, at = before.split(" ")[:5]
        mount = root / at.lstrip("/")
        below = mine[kind]
        # In a container the path may be the host's, of which the mount shows a part.
        below = below.relative_to(inside if below.is_relative_to(inside) else "/")
        version = V2_FILES if kind == "cgroup2" else V1_FILES
        for part in (below, *below.parents):
            yield mount / part, version


def _number(file: Path) -> int | None:
    """The number in a file; None where it says "max" or is not there."""
    text = "".join(_lines(file)).strip()
    return int(text) if text.isdecimal() else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
