"""The estimators, one file each, under scikit-learn's and SciPy's names."""

from inkcluster.cluster.clustering import NOISE, Clustering

__all__ = ["NOISE", "Clustering"]
