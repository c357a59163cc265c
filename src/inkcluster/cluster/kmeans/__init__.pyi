from .estimator import KMeans
from .k_range import KMeansRange, kmeans_range
from .restarts import Restart

__all__ = [
    "KMeans",
    "KMeansRange",
    "Restart",
    "kmeans_range",
]
