from .agglomerative import AgglomerativeClustering

__all__ = [
    "AgglomerativeClustering",
]
