from .estimator import HDBSCAN
from .predict import approximate_predict

__all__ = [
    "HDBSCAN",
    "approximate_predict",
]
