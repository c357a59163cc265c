from . import agreement, matching, stability
from .agreement import MEASURES, Scores, pairwise_ari, scores
from .matching import Match, match
from .stability import Stability, restart_stability
from .suspects import look_first, suspicious_labels

__all__ = [
    "MEASURES",
    "Match",
    "Scores",
    "Stability",
    "agreement",
    "look_first",
    "match",
    "matching",
    "pairwise_ari",
    "restart_stability",
    "scores",
    "stability",
    "suspicious_labels",
]
