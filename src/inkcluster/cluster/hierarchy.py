"""The functions of :mod:`inkcluster.hierarchy` that are our own, under their longer name."""

from inkcluster.cluster.linkage.functions import (
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
