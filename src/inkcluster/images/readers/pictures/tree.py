"""Questions about the names in a tree of folders; levels count from 0."""

from __future__ import annotations

from collections.abc import Iterable

Folder = tuple[str, ...]
"""The names of the folders from the root to a picture."""


def names_by_level(folders: Iterable[Folder]) -> list[set[str]]:
    """The names at each level."""
    found: list[set[str]] = []
    for folder in folders:
        found.extend(set() for _ in range(len(folder) - len(found)))
        for own, name in zip(found, folder, strict=False):
            own.add(name)
    return found


def children(folders: Iterable[Folder], outer: int, inner: int) -> dict[str, set[str]]:
    """The names at the inner level under each name at the outer one."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        found.setdefault(folder[outer], set()).add(folder[inner])
    return found


def repeats(folders: Iterable[Folder], outer: int, inner: int) -> bool:
    """Whether a name at the inner level is found under several names at the outer one."""
    seen: dict[str, str] = {}
    return any(seen.setdefault(f[inner], f[outer]) != f[outer] for f in folders)
