"""How many clusters a hierarchy suggests, from its merge heights alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate._checks import whole

COLOUR_THRESHOLD = 0.7
"""SciPy's dendrogram colours what merges below this share of the tallest merge."""


@dataclass(frozen=True)
class Suggestion:
    """A number of clusters, and how clearly it stands out.

    Parameters
    ----------
    k : int
        The number of clusters suggested, at least 2.
    strength : float
        The jump at `k` over the second largest jump, at least 1; 1 means that nothing stands
        out, infinite that there is no other jump at all.
    runner_up : int
        The number of clusters at the second largest jump.
    """

    k: int
    strength: float
    runner_up: int


def largest_gap(Z: Any, *, k_max: int = 20) -> Suggestion:
    """Suggest the k at which the next merge is relatively the tallest: rule "ratio".

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        A hierarchy as SciPy's ``linkage`` gives it, n ≥ 4.
    k_max : int
        The largest number of clusters considered, at least 3.

    Returns
    -------
    Suggestion

    Raises
    ------
    BadInputError
        If `Z` is not a hierarchy of four or more points, or `k_max` is below 3.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.cluster.hierarchy import ward
    >>> from inkcluster.evaluate import largest_gap
    >>> points = np.array([0.0, 1.0, 20.0, 21.0, 40.0, 41.5])[:, None]
    >>> largest_gap(ward(points)).k
    3
    """
    return suggestions(Z, k_max=k_max)["ratio"]


def suggestions(Z: Any, *, k_max: int = 20) -> dict[str, Suggestion]:
    """Suggest numbers of clusters by each rule.

    With h(k) the height of the merge that leaves k clusters, the jump at k is

    - "gap": h(k - 1) - h(k), the absolute rule, by which people read a dendrogram;
    - "ratio": 1 - h(k) / h(k - 1), the relative rule, which no scale of heights favours.

    Where centroid or median linkages invert heights, a merge below an earlier one counts at the
    earlier one's height, so that no cut falls inside an inversion. The smallest k wins a tie.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        A hierarchy as SciPy's ``linkage`` gives it, n ≥ 4.
    k_max : int
        The largest number of clusters considered, at least 3.

    Returns
    -------
    dict of str to Suggestion
        Keys "gap" and "ratio".

    Raises
    ------
    BadInputError
        If `Z` is not a hierarchy of four or more points, or `k_max` is below 3.
    """
    heights = _heights(Z)
    k_max = min(whole(k_max, 3, "k_max"), len(heights))
    tallest = heights[::-1][:k_max]  # heights of the merges to 1, 2, …, k_max clusters
    upper, lower = tallest[:-1], tallest[1:]
    gap = upper - lower
    ratio = np.divide(gap, upper, out=np.zeros_like(gap), where=upper > 0)
    return {"gap": _suggest(gap), "ratio": _suggest(ratio)}


def _heights(Z: Any) -> NDArray[np.float64]:
    """Merge heights in order, never falling, shape (n - 1,)."""
    from scipy.cluster.hierarchy import is_valid_linkage

    tree = np.asarray(Z, dtype=np.float64) if np.asarray(Z).dtype.kind in "iuf" else None
    if tree is None or not np.isfinite(tree).all() or not is_valid_linkage(tree):
        raise BadInputError(
            "Z is not a hierarchy; give the (n - 1, 4) matrix that SciPy's linkage returns."
        )
    if len(tree) < 3:
        raise BadInputError(
            f"A hierarchy of {len(tree) + 1} points suggests no number; give at least four points."
        )
    return np.maximum.accumulate(tree[:, 2])


def _suggest(jumps: NDArray[np.float64]) -> Suggestion:
    """`jumps[i]` is the jump at k = i + 2."""
    first, second = np.argsort(-jumps, kind="stable")[:2].tolist()
    if jumps[first] == jumps[second]:
        strength = 1.0
    else:
        strength = float(jumps[first] / jumps[second]) if jumps[second] > 0 else float("inf")
    return Suggestion(first + 2, strength, second + 2)
