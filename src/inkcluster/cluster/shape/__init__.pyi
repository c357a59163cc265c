from .distances import distortion_distances, shape_neighbors
from .estimator import ShapeClustering
from .graph_cut import GraphCut, cut_graph, self_tuning_graph

__all__ = [
    "GraphCut",
    "ShapeClustering",
    "cut_graph",
    "distortion_distances",
    "self_tuning_graph",
    "shape_neighbors",
]
