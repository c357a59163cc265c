"""How many of the names are right, estimated from spot checks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from inkcluster.label.belief import Belief
from inkcluster.label.state import NONE, State

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

    What is believed of a checked image does not rest on what the check said of it, so each check is
    judged by what is believed now. The interval is Jeffreys' (Brown, Cai & DasGupta 2001).
    """
    if not state.checks:
        return None
    rows = np.concatenate([check.rows for check in state.checks])
    said = np.concatenate([check.names for check in state.checks])
    right = int(np.count_nonzero((said != NONE) & (belief.names[rows] == said)))
    n = len(rows)
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, right + 0.5, n - right + 0.5)) if right else 0.0
    high = float(beta.ppf(1 - tail, right + 0.5, n - right + 0.5)) if right < n else 1.0
    return Estimate(right, n, low, high)
