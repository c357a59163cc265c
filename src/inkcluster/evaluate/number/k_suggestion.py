"""Reads a number of clusters off each criterion, and compares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.words import listed

if TYPE_CHECKING:
    import pandas as pd

CRITERIA = {
    "inertia": "the elbow of the inertia",
    "silhouette": "the silhouette",
    "calinski_harabasz": "Calinski–Harabasz",
    "davies_bouldin": "Davies–Bouldin",
    "gap": "the gap statistic",
}
"""The criteria and how a sentence names them; the column of the same name holds the values."""
MIN_CLEAR_RATIO = 1.1
"""The best value is clear when it is at least this many times the next best."""
MIN_ELBOW_RATIO = 2.0
"""An elbow is clear when the slope before it is this many times the slope after it."""
MIN_SILHOUETTE = 0.25
"""Up to this silhouette there is no substantial structure (Kaufman & Rousseeuw 1990)."""


@dataclass(frozen=True)
class KSuggestion:
    """The suggestion of one criterion, or of all together.

    Parameters
    ----------
    k : int or None
        The number of clusters; None where there is nothing to choose from.
    strength : float
        Of a criterion: the ratio of the best value to the next best (elbow: of the slopes before
        and after; gap: by how many standard errors the rule holds). Of the combination: the share
        of the criteria that clearly suggest this k.
    clear : bool
        Whether `strength` suffices for a natural number of clusters.
    reason : str
        A phrase with its numbers.
    """

    k: int | None
    strength: float
    clear: bool
    reason: str


def suggest_k(frame: pd.DataFrame) -> dict[str, KSuggestion]:
    """Suggest a number of clusters by each criterion, and one by all together.

    - inertia: the elbow, where the slope of log inertia over log k falls most from one step to the
      next;
    - silhouette and Calinski–Harabasz: the largest; Davies–Bouldin: the smallest;
    - gap: the smallest k with gap(k) ≥ gap(k + 1) - error(k + 1); k = 1 means no clusters.

    An extreme at the last k is not clear, nor is a gap that rises by less than its error. Together
    they suggest the k that most criteria suggest, clear ones counting twice, the smallest of equals.
    It is a natural number of clusters if more than half of the criteria clearly suggest it.

    Parameters
    ----------
    frame : DataFrame
        `k`, rising, and the columns of :func:`k_scores` and :func:`gap_statistic`; a criterion
        without its column is left out.

    Returns
    -------
    dict of str to KSuggestion
        Keys as in :data:`CRITERIA`, and "together".

    Raises
    ------
    BadInputError
        If there is no column `k`, it does not rise, or there is no criterion.

    References
    ----------
    Tibshirani, Walther & Hastie 2001; Kaufman & Rousseeuw 1990.

    Examples
    --------
    >>> import pandas as pd
    >>> from inkcluster.evaluate import suggest_k
    >>> frame = pd.DataFrame({"k": [2, 3, 4], "silhouette": [0.4, 0.8, 0.5]})
    >>> suggest_k(frame)["together"]
    KSuggestion(k=3, strength=1.0, clear=True, reason='clearly suggested by the silhouette')
    """
    if "k" not in frame or len(frame) == 0 or (np.diff(frame["k"]) <= 0).any():
        raise BadInputError("The table needs a column k that rises, and at least one row.")
    ks = frame["k"].to_numpy(np.int64)
    values = {name: frame[name].to_numpy(np.float64) for name in CRITERIA if name in frame}
    if not values:
        raise BadInputError(f"The table has no criterion; give one of {', '.join(CRITERIA)}.")
    found: dict[str, KSuggestion] = {}
    for name, value in values.items():
        if name == "inertia":
            found[name] = _elbow(ks, value)
        elif name == "gap":
            found[name] = _gap(ks, value, frame["gap_error"].to_numpy(np.float64))
        else:
            found[name] = _extreme(ks, value, name)
    return {**found, "together": _together(found)}


_NOTHING = KSuggestion(None, 0.0, False, "there are too few k to choose from")


def _extreme(ks: NDArray[np.int64], values: NDArray[np.float64], name: str) -> KSuggestion:
    here = np.isfinite(values)
    ks, values = ks[here], values[here]
    if len(ks) < 2:
        return _NOTHING
    low = name == "davies_bouldin"
    best = int(values.argmin() if low else values.argmax())
    others = np.delete(values, best)
    next_ = float(others.min() if low else others.max())
    top = float(values[best])
    above, below = (next_, top) if low else (top, next_)
    strength = above / below if below > 0 else (float("inf") if above > 0 else 1.0)
    extreme = "smallest" if low else "largest"
    words = f"{extreme}, {top:,.3g} against {next_:,.3g} at the next best k"
    clear = strength >= MIN_CLEAR_RATIO and best < len(ks) - 1
    if best == len(ks) - 1:
        words += "; the last k tried, so that it may lie beyond"
    if name == "silhouette" and top <= MIN_SILHOUETTE:
        clear = False
        words += f"; up to {MIN_SILHOUETTE} there is no substantial structure"
    return KSuggestion(int(ks[best]), strength, clear, words)


def _elbow(ks: NDArray[np.int64], inertia: NDArray[np.float64]) -> KSuggestion:
    positive = inertia > 0
    ks, inertia = ks[positive], inertia[positive]
    if len(ks) < 3:
        return _NOTHING
    slope = np.maximum(-np.diff(np.log(inertia)) / np.diff(np.log(ks)), 0.0)
    before, after = slope[:-1], slope[1:]
    best = int((before - after).argmax())
    steep, flat = float(before[best]), float(after[best])
    strength = steep / flat if flat > 0 else (float("inf") if steep > 0 else 1.0)
    words = f"a slope in log k of {steep:.2f} before it and {flat:.2f} after it"
    return KSuggestion(int(ks[best + 1]), strength, strength >= MIN_ELBOW_RATIO, words)


def _gap(
    ks: NDArray[np.int64], gap: NDArray[np.float64], error: NDArray[np.float64]
) -> KSuggestion:
    here = np.isfinite(gap)
    ks, gap, error = ks[here], gap[here], error[here]
    if len(ks) < 2:
        return _NOTHING
    room = gap[:-1] - gap[1:] + error[1:]
    first = np.flatnonzero(room >= 0)
    if len(first) == 0:
        words = f"it rises to the last k tried, {gap[-1]:.3f} there, so that it may lie beyond"
        return KSuggestion(int(ks[-1]), 0.0, False, words)
    at = int(first[0])
    strength = float(room[at] / error[at + 1]) if error[at + 1] > 0 else float("inf")
    words = (
        f"{gap[at]:.3f}, the first not exceeded by more than a standard error at the next k "
        f"({gap[at + 1]:.3f} ± {error[at + 1]:.3f})"
    )
    if ks[at] == 1:
        words += ": no clusters"
    return KSuggestion(int(ks[at]), strength, strength >= 1, words)


def _together(found: Mapping[str, KSuggestion]) -> KSuggestion:
    votes: dict[int, int] = {}
    for one in found.values():
        if one.k is not None:
            votes[one.k] = votes.get(one.k, 0) + 1 + one.clear
    if not votes:
        return _NOTHING
    k = min(votes, key=lambda number: (-votes[number], number))
    clearly = [name for name, one in found.items() if one.k == k and one.clear]
    share = len(clearly) / len(found)
    natural = share > 0.5 and k > 1
    words = "no natural number of clusters: "
    if natural:
        words = f"clearly suggested by {listed(CRITERIA[name] for name in clearly)}"
    elif k == 1 and share > 0:
        words += "the gap statistic sees none"
    else:
        words += f"{len(clearly)} of {len(found)} criteria clearly suggest {k}"
    return KSuggestion(k, share, natural, words)
