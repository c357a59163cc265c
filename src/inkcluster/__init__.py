"""Inkcluster clusters handwritten digits and other small images, and says how far to trust the result.

The public names are imported when they are first used, so that ``import inkcluster`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from inkcluster._version import __version__

if TYPE_CHECKING:
    from inkcluster import cluster, evaluate, features, figures, hierarchy, images, report, study
    from inkcluster.cluster import (
        DBSCAN,
        HDBSCAN,
        AgglomerativeClustering,
        Clustering,
        DBSCANGrid,
        KMeans,
        ShapeClustering,
    )
    from inkcluster.images import ImageSet, load

_WHERE = {
    "AgglomerativeClustering": "inkcluster.cluster",
    "Clustering": "inkcluster.cluster",
    "DBSCAN": "inkcluster.cluster",
    "DBSCANGrid": "inkcluster.cluster",
    "HDBSCAN": "inkcluster.cluster",
    "ImageSet": "inkcluster.images",
    "KMeans": "inkcluster.cluster",
    "ShapeClustering": "inkcluster.cluster",
    "load": "inkcluster.images",
}
_MODULES = (
    "cluster",
    "evaluate",
    "features",
    "figures",
    "hierarchy",
    "images",
    "report",
    "study",
)

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "AgglomerativeClustering",
    "Clustering",
    "DBSCANGrid",
    "ImageSet",
    "KMeans",
    "ShapeClustering",
    "__version__",
    "cluster",
    "evaluate",
    "features",
    "figures",
    "hierarchy",
    "images",
    "load",
    "report",
    "study",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"inkcluster.{name}")
    raise AttributeError(f"module 'inkcluster' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
