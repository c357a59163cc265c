"""Images to vectors, and back to pictures."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inkcluster.features.base import Features
    from inkcluster.features.deskewing import deskew
    from inkcluster.features.pca import PCA
    from inkcluster.features.scaling import MinMax, Pixels, Standard, make

_WHERE = {
    "Features": "base",
    "MinMax": "scaling",
    "PCA": "pca",
    "Pixels": "scaling",
    "Standard": "scaling",
    "deskew": "deskewing",
    "make": "scaling",
}

__all__ = ["PCA", "Features", "MinMax", "Pixels", "Standard", "deskew", "make"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"inkcluster.features.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'inkcluster.features' has no attribute {name!r}")
