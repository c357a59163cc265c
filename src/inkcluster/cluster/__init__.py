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
    from inkcluster.cluster.graph_cut import GraphCut, cut_graph, self_tuning_graph
    from inkcluster.cluster.hdbscan import HDBSCAN
    from inkcluster.cluster.k_range import KMeansRange, kmeans_range
    from inkcluster.cluster.kmeans import KMeans, Restart
    from inkcluster.cluster.shape import ShapeClustering

_WHERE = {
    "AgglomerativeClustering": "agglomerative",
    "DBSCAN": "dbscan",
    "DBSCANGrid": "dbscan_grid",
    "GraphCut": "graph_cut",
    "HDBSCAN": "hdbscan",
    "KMeans": "kmeans",
    "KMeansRange": "k_range",
    "Restart": "kmeans",
    "ShapeClustering": "shape",
    "cut_graph": "graph_cut",
    "distortion_distances": "distortion",
    "kmeans_range": "k_range",
    "self_tuning_graph": "graph_cut",
    "shape_neighbors": "distortion",
}

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "NOISE",
    "AgglomerativeClustering",
    "Clustering",
    "DBSCANGrid",
    "GraphCut",
    "KMeans",
    "KMeansRange",
    "Restart",
    "ShapeClustering",
    "cut_graph",
    "distortion_distances",
    "hierarchy",
    "kmeans_range",
    "relabel_by_size",
    "self_tuning_graph",
    "shape_neighbors",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"inkcluster.cluster.{_WHERE[name]}"), name)
    if name == "hierarchy":
        return importlib.import_module("inkcluster.cluster.hierarchy")
    raise AttributeError(f"module 'inkcluster.cluster' has no attribute {name!r}")
