from . import cluster, evaluate, features, figures, hierarchy, images, label, report, study
from ._version import __version__
from .cluster import (
    DBSCAN,
    HDBSCAN,
    AgglomerativeClustering,
    Clustering,
    DBSCANGrid,
    KMeans,
    ShapeClustering,
)
from .images import ImageSet, load

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
    "label",
    "load",
    "report",
    "study",
]
