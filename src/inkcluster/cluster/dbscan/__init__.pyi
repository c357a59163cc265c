from .estimator import DBSCAN
from .grid import DBSCANGrid

__all__ = [
    "DBSCAN",
    "DBSCANGrid",
]
