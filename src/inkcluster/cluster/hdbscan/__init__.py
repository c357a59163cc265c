"""HDBSCAN."""

from typing import Any

import lazy_loader

_ours, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
ELSEWHERE = {
    "all_points_membership_vectors": "`HDBSCAN.probabilities_` tells how strongly each point "
    "belongs to its own cluster",
    "membership_vector": "`approximate_predict` tells how strongly new points belong to their "
    "nearest cluster",
    "validity_index": "`HDBSCAN.relative_validity_` rates a clustering by its spanning tree",
}
"""What to use for functions of the hdbscan package that are left to it."""


def __getattr__(name: str) -> Any:
    if name in ELSEWHERE:
        raise AttributeError(f"{name} is left to the hdbscan package; {ELSEWHERE[name]}.")
    return _ours(name)
