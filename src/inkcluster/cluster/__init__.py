"""The estimators, one file each, under scikit-learn's and SciPy's names."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from inkcluster.cluster.clustering import NOISE, Clustering, relabel_by_size

if TYPE_CHECKING:
    from inkcluster.cluster import hierarchy
    from inkcluster.cluster.agglomerative import AgglomerativeClustering
    from inkcluster.cluster.dbscan import DBSCAN
    from inkcluster.cluster.dbscan_grid import DBSCANGrid
    from inkcluster.cluster.distortion import distortion_distances, shape_neighbors
    from inkcluster.cluster.hdbscan import HDBSCAN
    from inkcluster.cluster.k_range import KMeansRange, kmeans_range
    from inkcluster.cluster.kmeans import KMeans, Restart
    from inkcluster.cluster.shape import ShapeClustering

_WHERE = {
    "AgglomerativeClustering": "agglomerative",
    "DBSCAN": "dbscan",
    "DBSCANGrid": "dbscan_grid",
    "HDBSCAN": "hdbscan",
    "KMeans": "kmeans",
    "KMeansRange": "k_range",
    "Restart": "kmeans",
    "ShapeClustering": "shape",
    "distortion_distances": "distortion",
    "kmeans_range": "k_range",
    "shape_neighbors": "distortion",
}

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "NOISE",
    "AgglomerativeClustering",
    "Clustering",
    "DBSCANGrid",
    "KMeans",
    "KMeansRange",
    "Restart",
    "ShapeClustering",
    "distortion_distances",
    "hierarchy",
    "kmeans_range",
    "relabel_by_size",
    "shape_neighbors",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"inkcluster.cluster.{_WHERE[name]}"), name)
    if name == "hierarchy":
        return importlib.import_module("inkcluster.cluster.hierarchy")
    raise AttributeError(f"module 'inkcluster.cluster' has no attribute {name!r}")
