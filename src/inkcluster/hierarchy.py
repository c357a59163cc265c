"""Offers all names of SciPy's hierarchies, so that changing the import is enough.

The linkages are ours; what is not ours is SciPy's own.

Examples
--------
>>> from inkcluster.hierarchy import fcluster, ward
>>> fcluster(ward([[0.0], [0.1], [5.0]]), 2, "maxclust").tolist()
[1, 1, 2]
"""

from scipy.cluster import hierarchy as _scipy

from inkcluster._peers import handing_on
from inkcluster.cluster.hierarchy import (
    METHODS,
    average,
    centroid,
    complete,
    cut,
    cuts,
    linkage,
    linkages,
    median,
    single,
    ward,
    weighted,
)

__all__ = [
    "METHODS",
    "average",
    "centroid",
    "complete",
    "cut",
    "cuts",
    "linkage",
    "linkages",
    "median",
    "single",
    "ward",
    "weighted",
]
__all__ += [name for name in _scipy.__all__ if name not in __all__]
__getattr__ = handing_on(_scipy.__name__)


def __dir__() -> list[str]:
    return sorted(__all__)
