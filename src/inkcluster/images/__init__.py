"""`ImageSet`, and every way in and out; the readers are imported when they are first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from inkcluster.images.imageset import ImageSet

if TYPE_CHECKING:
    from inkcluster.images.describing import describe, polarity
    from inkcluster.images.hash import data_hash
    from inkcluster.images.inspecting import Notice, inspect
    from inkcluster.images.loading import load
    from inkcluster.images.named import NAMED
    from inkcluster.images.sampling import contact_index, sample_index
    from inkcluster.images.saving import save

_WHERE = {
    "NAMED": "named",
    "Notice": "inspecting",
    "contact_index": "sampling",
    "data_hash": "hash",
    "describe": "describing",
    "inspect": "inspecting",
    "load": "loading",
    "polarity": "describing",
    "sample_index": "sampling",
    "save": "saving",
}

__all__ = [
    "NAMED",
    "ImageSet",
    "Notice",
    "contact_index",
    "data_hash",
    "describe",
    "inspect",
    "load",
    "polarity",
    "sample_index",
    "save",
]


def _public(name: str) -> Any:
    return getattr(importlib.import_module(f"inkcluster.images.{_WHERE[name]}"), name)


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return _public(name)
    raise AttributeError(f"module 'inkcluster.images' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
