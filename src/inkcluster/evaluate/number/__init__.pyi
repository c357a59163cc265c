from . import density
from .along import along_hierarchy
from .contrast import concentration
from .density import k_distances, suggest_eps, suggest_eps_values
from .gap import gap_statistic
from .k_scoring import k_scores
from .k_suggestion import KSuggestion, suggest_k
from .kneedle import knee
from .relative_gap import Suggestion, largest_gap, suggestions

__all__ = [
    "KSuggestion",
    "Suggestion",
    "along_hierarchy",
    "concentration",
    "density",
    "gap_statistic",
    "k_distances",
    "k_scores",
    "knee",
    "largest_gap",
    "suggest_eps",
    "suggest_eps_values",
    "suggest_k",
    "suggestions",
]
