from .estimator import KMeans, Restart
from .k_range import KMeansRange, kmeans_range

__all__ = [
    "KMeans",
    "KMeansRange",
    "Restart",
    "kmeans_range",
]
