from .choose import neighbours_listed
from .estimator import DBSCAN
from .grid import DBSCANGrid

__all__ = [
    "DBSCAN",
    "DBSCANGrid",
    "neighbours_listed",
]
