"""One figure a file, each with its data (`frame`) and its picture (`plot`); `render` writes both kinds of file."""

from inkcluster.figures.agreement_map import AgreementMap
from inkcluster.figures.along_hierarchy import AlongHierarchy
from inkcluster.figures.base import Figure
from inkcluster.figures.centres import Centres
from inkcluster.figures.cluster_sizes import ClusterSizes
from inkcluster.figures.clustergram import Clustergram
from inkcluster.figures.condensed_tree import CondensedTree
from inkcluster.figures.confusion import Confusion
from inkcluster.figures.dendrogram import Dendrogram
from inkcluster.figures.dendrograms import Dendrograms
from inkcluster.figures.eps_map import EpsMap
from inkcluster.figures.gallery import Gallery, GalleryRow
from inkcluster.figures.image_map import ImageMap
from inkcluster.figures.k_curves import KCurves
from inkcluster.figures.k_distance import KDistance
from inkcluster.figures.merge_heights import MergeHeights
from inkcluster.figures.picture_tree import PictureTree
from inkcluster.figures.reachability import Reachability
from inkcluster.figures.render import render
from inkcluster.figures.restarts import Restarts
from inkcluster.figures.scoreboard import Scoreboard
from inkcluster.figures.spectrum import Spectrum
from inkcluster.figures.suggestion_counts import SuggestionCounts
from inkcluster.figures.sweep import Sweep

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
