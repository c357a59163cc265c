from .nearest import nearest_neighbors

__all__ = [
    "nearest_neighbors",
]
