"""How good, how stable, how many: judging a clustering.

The public names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inkcluster.evaluate import agreement, density, matching, members, number, stability
    from inkcluster.evaluate.agreement import MEASURES, Scores, pairwise_ari, scores
    from inkcluster.evaluate.along import along_hierarchy
    from inkcluster.evaluate.bordering import Border, borders
    from inkcluster.evaluate.contrast import concentration
    from inkcluster.evaluate.density import k_distances, suggest_eps, suggest_eps_values
    from inkcluster.evaluate.flows import clustergram
    from inkcluster.evaluate.gap import gap_statistic
    from inkcluster.evaluate.k_scoring import k_scores
    from inkcluster.evaluate.k_suggesting import KSuggestion, suggest_k
    from inkcluster.evaluate.kneedle import knee
    from inkcluster.evaluate.matching import Match, match
    from inkcluster.evaluate.members import (
        borderline,
        cohesion,
        nearest_and_farthest,
        worth_looking_at,
    )
    from inkcluster.evaluate.number import Suggestion, largest_gap, suggestions
    from inkcluster.evaluate.stability import Stability, restart_stability
    from inkcluster.evaluate.suspects import look_first, suspicious_labels

_WHERE = {
    "Border": "bordering",
    "KSuggestion": "k_suggesting",
    "MEASURES": "agreement",
    "Match": "matching",
    "Scores": "agreement",
    "Stability": "stability",
    "Suggestion": "number",
    "along_hierarchy": "along",
    "borderline": "members",
    "borders": "bordering",
    "clustergram": "flows",
    "cohesion": "members",
    "concentration": "contrast",
    "gap_statistic": "gap",
    "k_distances": "density",
    "k_scores": "k_scoring",
    "knee": "kneedle",
    "largest_gap": "number",
    "look_first": "suspects",
    "match": "matching",
    "nearest_and_farthest": "members",
    "pairwise_ari": "agreement",
    "restart_stability": "stability",
    "scores": "agreement",
    "suggest_eps": "density",
    "suggest_eps_values": "density",
    "suggest_k": "k_suggesting",
    "suggestions": "number",
    "suspicious_labels": "suspects",
    "worth_looking_at": "members",
}
_MODULES = ("agreement", "density", "matching", "members", "number", "stability")

__all__ = [
    "MEASURES",
    "Border",
    "KSuggestion",
    "Match",
    "Scores",
    "Stability",
    "Suggestion",
    "agreement",
    "along_hierarchy",
    "borderline",
    "borders",
    "clustergram",
    "cohesion",
    "concentration",
    "density",
    "gap_statistic",
    "k_distances",
    "k_scores",
    "knee",
    "largest_gap",
    "look_first",
    "match",
    "matching",
    "members",
    "nearest_and_farthest",
    "number",
    "pairwise_ari",
    "restart_stability",
    "scores",
    "stability",
    "suggest_eps",
    "suggest_eps_values",
    "suggest_k",
    "suggestions",
    "suspicious_labels",
    "worth_looking_at",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
