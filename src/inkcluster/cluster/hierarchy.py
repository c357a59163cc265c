"""The functions of :mod:`inkcluster.hierarchy` that are not SciPy's."""

from inkcluster.cluster.linkage.choose import METHODS
from inkcluster.cluster.linkage.cut import cut, cuts
from inkcluster.cluster.linkage.functions import (
    average,
    centroid,
    complete,
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
