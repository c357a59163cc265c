from .base import Features
from .deskewing import deskew
from .pca import PCA
from .scaling import MinMax, Pixels, Standard, make

__all__ = [
    "PCA",
    "Features",
    "MinMax",
    "Pixels",
    "Standard",
    "deskew",
    "make",
]
