"""Offers SciPy's hierarchy functions under their names, so that changing the import is enough.

Examples
--------
>>> from inkcluster.hierarchy import fcluster, ward
>>> fcluster(ward([[0.0], [0.1], [5.0]]), 2, "maxclust").tolist()
[1, 1, 2]
"""

from scipy.cluster.hierarchy import cophenet, dendrogram, fcluster, leaves_list

from inkcluster.cluster.hierarchy import (
    METHODS,
    average,
    centroid,
    complete,
    cut,
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
    "cophenet",
    "cut",
    "dendrogram",
    "fcluster",
    "leaves_list",
    "linkage",
    "linkages",
    "median",
    "single",
    "ward",
    "weighted",
]
