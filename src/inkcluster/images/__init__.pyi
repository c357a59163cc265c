from .describing import choices, describe, polarity
from .hash import data_hash
from .imageset import ImageSet
from .inspecting import Notice, inspect
from .loading import load
from .named import NAMED
from .sampling import contact_index, sample_index
from .saving import save

__all__ = [
    "NAMED",
    "ImageSet",
    "Notice",
    "choices",
    "contact_index",
    "data_hash",
    "describe",
    "inspect",
    "load",
    "polarity",
    "sample_index",
    "save",
]
