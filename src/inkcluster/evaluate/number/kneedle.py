"""Finds the knee of a curve, where it turns from flat to steep or from steep to flat."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import rising_curve


def knee(curve: Any, *, sensitivity: float = 1.0, shape: str = "convex") -> int:
    """Find the knee of a rising curve: Kneedle, offline (Satopää et al. 2011).

    Both axes are normalised to [0, 1], and a convex curve is turned by 180°. A local maximum of
    y - x is a knee if y - x falls by more than `sensitivity` times the mean step of x before the
    next local maximum. The knee with the largest y - x is returned; without one, the point farthest
    from the chord. The paper's smoothing is left out: sorted distances need none.

    Parameters
    ----------
    curve : array-like of shape (n,)
        Values that never fall, n ≥ 3, over equal steps.
    sensitivity : float
        The paper's S; larger demands a sharper knee.
    shape : {"convex", "concave"}
        Convex curves, such as sorted k-distances, are flat first and steep at the end.

    Returns
    -------
    int
        The index of the knee in `curve`.

    Raises
    ------
    BadInputError
        If the curve is constant, falls, is shorter than three, or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.evaluate import knee
    >>> x = np.linspace(0, 1, 10)
    >>> concave = 5 - 1 / (x + 0.1)  # the paper's figure 2: the knee is at x = 0.22
    >>> knee(concave, shape="concave"), knee(-concave[::-1])
    (2, 7)
    """
    values = rising_curve(curve)
    if shape not in ("convex", "concave"):
        raise BadInputError(f'shape is {shape!r}; give "convex" or "concave".')
    if not (math.isfinite(sensitivity) and sensitivity >= 0):
        raise BadInputError(f"sensitivity is {sensitivity!r}; give a number of at least 0.")
    n = len(values)
    rise = (values - values[0]) / (values[-1] - values[0])
    if shape == "convex":
        rise = 1.0 - rise[::-1]
    difference = rise - np.linspace(0.0, 1.0, n)
    peaks = [
        i
        for i in range(1, n - 1)
        if difference[i] >= difference[i - 1] and difference[i] > difference[i + 1]
    ]
    confirmed = []
    for i, following in pairwise([*peaks, n]):
        threshold = difference[i] - sensitivity / (n - 1)
        if difference[i + 1 : following].min() < threshold:
            confirmed.append(i)
    best = max(confirmed, key=lambda i: difference[i], default=int(difference.argmax()))
    return n - 1 - best if shape == "convex" else best
