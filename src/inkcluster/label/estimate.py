"""How many of the names are right, estimated from spot checks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from inkcluster.label.belief import Belief, names_now
from inkcluster.label.state import NONE, ON_IMAGE, State

LEVEL = 0.95
"""The interval's probability."""


@dataclass(frozen=True)
class Estimate:
    """`right` of `checked` images drawn at random had the right name; the interval of the whole set's share."""

    right: int
    checked: int
    low: float
    high: float


def of_checks(state: State, belief: Belief) -> Estimate | None:
    """The share of right names among all; None without a check.

    Each checked image is judged by the name that it would have now without the checks. What a person said of
    the image later, other than by a check, is right. The interval is Jeffreys' (Brown, Cai & DasGupta 2001).
    """
    if not state.checks:
        return None
    rows = np.concatenate([check.rows for check in state.checks])
    said = np.concatenate([check.names for check in state.checks])
    at = np.concatenate([np.full(len(check.rows), check.seq) for check in state.checks])
    names = names_now(state, state.unchecked, belief)[rows]
    looked = (state.unchecked.how[rows] == ON_IMAGE) & (state.unchecked.since[rows] > at)
    right = int(np.count_nonzero(looked | ((said != NONE) & (names == said))))
    n = len(rows)
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, right + 0.5, n - right + 0.5)) if right else 0.0
    high = float(beta.ppf(1 - tail, right + 0.5, n - right + 0.5)) if right < n else 1.0
    return Estimate(right, n, low, high)
