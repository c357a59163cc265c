from .agreement_map import AgreementMap
from .along_hierarchy import AlongHierarchy
from .base import Figure
from .centres import Centres
from .cluster_sizes import ClusterSizes
from .clustergram import Clustergram
from .condensed_tree import CondensedTree
from .confusion import Confusion
from .dendrogram import Dendrogram
from .dendrograms import Dendrograms
from .eps_map import EpsMap
from .gallery import Gallery, GalleryRow
from .image_map import ImageMap
from .k_curves import KCurves
from .k_distance import KDistance
from .merge_heights import MergeHeights
from .picture_tree import PictureTree
from .reachability import Reachability
from .rendering import render
from .restarts import Restarts
from .scoreboard import Scoreboard
from .spectrum import Spectrum
from .suggestion_counts import SuggestionCounts
from .sweep import Sweep

__all__ = [
    "AgreementMap",
    "AlongHierarchy",
    "Centres",
    "ClusterSizes",
    "Clustergram",
    "CondensedTree",
    "Confusion",
    "Dendrogram",
    "Dendrograms",
    "EpsMap",
    "Figure",
    "Gallery",
    "GalleryRow",
    "ImageMap",
    "KCurves",
    "KDistance",
    "MergeHeights",
    "PictureTree",
    "Reachability",
    "Restarts",
    "Scoreboard",
    "Spectrum",
    "SuggestionCounts",
    "Sweep",
    "render",
]
