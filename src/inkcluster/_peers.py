"""Hands on the names of the library that a module takes the place of."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all the rest of ours
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Lookup = Callable[[str], Any]


def handing_on(peer: str, ours: Lookup | None = None) -> Lookup:
    """A module's ``__getattr__`` that gives our names, and those of `peer` for what is not ours.

    So an import line that names both needs no change but of the module's name.
    """

    def lookup(name: str) -> Any:
        if ours is not None:
            try:
                return ours(name)
            except AttributeError:
                if name.startswith("_"):
                    raise
        theirs = importlib.import_module(peer)
        if name.startswith("_") or not _is_public(theirs, name):
            raise AttributeError(f"neither Inkcluster nor {peer} has a {name!r} to import")
        return getattr(theirs, name)

    return lookup


def _is_public(module: Any, name: str) -> bool:
    if name in module.__all__:
        return True
    found = getattr(module, name, None)  # a class or function that the list leaves out
    return getattr(found, "__module__", "").startswith(module.__name__)
