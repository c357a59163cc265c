from . import hierarchy
from .clustering import NOISE, Clustering, relabel_by_size
from .density import DBSCAN, DBSCANGrid
from .hdbscan import HDBSCAN
from .kmeans import KMeans, KMeansRange, Restart, kmeans_range
from .linkage import AgglomerativeClustering
from .shape import (
    GraphCut,
    ShapeClustering,
    cut_graph,
    distortion_distances,
    self_tuning_graph,
    shape_neighbors,
)

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
