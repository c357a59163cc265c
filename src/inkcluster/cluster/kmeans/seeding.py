"""scikit-learn's k-means++ for all restarts together: the same random numbers, the same seeds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import (
    MAX_COPIED_NUMBERS,
    MAX_TRIAL_NUMBERS,
    MAX_WHOLE_NUMBERS,
    Floats,
)
from inkcluster.compute.threads import in_threads, pieces, results_in_threads

Real = NDArray[np.floating[Any]]
BLOCK_NUMBERS = 2**18
"""Numbers converted to float64 at a time, about what a processor's cache holds."""
EXACT_FEATURES = 258
"""Features whose products of bytes add up to less than 2²⁴, exactly in float32."""


def plus_plus(
    raw: NDArray[Any],
    weight: Real,
    k: int,
    restarts: int,
    random_state: np.random.RandomState,
) -> NDArray[np.int64]:
    """The seeds of each restart, rows of `raw` (n, d), shape (restarts, k).

    Greedy k-means++ (Arthur & Vassilvitskii 2007) as scikit-learn has it. How many random numbers a
    seed takes does not depend on the points, so that all are drawn first. Restarts then choose side
    by side, and one pass over the points serves the trials of all. Of float32 points scikit-learn
    rounds the distances to float32 and sums these in float32, which decides many draws; so it is here.
    """
    trials = 2 + int(np.log(k))
    weight = weight.astype(np.float32 if raw.dtype == np.float32 else np.float64, copy=False)
    first = first_seeds(weight)
    draws = [
        (first(random_state), random_state.uniform(size=(k - 1, trials))) for _ in range(restarts)
    ]
    points = _Points(raw)
    together = max(1, MAX_TRIAL_NUMBERS // (len(raw) * (trials + 1)))
    return np.concatenate([_choose(points, weight, draws[p]) for p in pieces(restarts, together)])


def first_seeds(weight: Real) -> Callable[[np.random.RandomState], int]:
    """Draws a point by weight as ``RandomState.choice`` does, which sums all weights at each call."""
    share = np.cumsum(weight / weight.sum(), dtype=np.float64)
    share /= share[-1]
    return lambda state: int(share.searchsorted(state.random_sample(), side="right"))


class _Points:
    """Points whose squared distances to some of them are exact to rounding in float64.

    Bytes have exact scalar products in float32, a few features at a time. Others are centred, in
    their dtype. They are kept so where they are few enough.
    """

    def __init__(self, raw: NDArray[Any]) -> None:
        n, d = raw.shape
        self.raw = raw
        self.parts = pieces(n, max(16, BLOCK_NUMBERS // d))
        grey = raw.dtype == np.uint8
        few = raw.size <= (MAX_WHOLE_NUMBERS if grey else MAX_COPIED_NUMBERS)
        self.kept = np.empty((n, d), np.float32 if grey else np.float64) if few else None
        self.mean = np.zeros(d) if grey else raw.mean(axis=0)
        self.square = np.empty(n)
        for _ in in_threads(self._norms, self.parts):
            pass

    def rows(self, at: slice | NDArray[np.int64]) -> NDArray[Any]:
        if self.kept is not None:
            return self.kept[at]
        if self.raw.dtype == np.uint8:
            return self.raw[at].astype(np.float32)
        return (self.raw[at] - self.mean).astype(np.float64, copy=False)

    def _norms(self, part: slice) -> None:
        if self.kept is not None:
            grey = self.raw.dtype == np.uint8
            self.kept[part] = self.raw[part] if grey else self.raw[part] - self.mean
        rows = self.rows(part)
        np.einsum("nd,nd->n", rows, rows, out=self.square[part], dtype=np.float64)

    def distances(self, part: slice, to: NDArray[Any], square: Floats) -> Floats:
        """Squared distances from rows `to` (m, d) to a part of the points, shape (m, part)."""
        rows = self.rows(part)
        if self.raw.dtype == np.uint8:
            product = sum(
                (to[:, f] @ rows[:, f].T).astype(np.float64)
                for f in pieces(rows.shape[1], EXACT_FEATURES)
            )
        else:
            product = to @ rows.T
        found = np.multiply(product, -2.0)
        found += square[:, None]
        found += self.square[part]
        return np.asarray(np.maximum(found, 0.0, out=found))


def _choose(points: _Points, weight: Real, draws: list[tuple[int, Floats]]) -> NDArray[np.int64]:
    """The seeds of some restarts, shape (len(draws), k)."""
    n, count = len(weight), len(draws)
    steps, trials = draws[0][1].shape
    every = np.arange(count)
    chosen = np.empty((count, steps + 1), np.int64)
    near = np.full((count, n), np.inf, weight.dtype)
    tried = np.empty((count, trials, n), weight.dtype)
    ids = np.array([[first] for first, _ in draws])
    for j in range(steps + 1):
        potential = _try(points, weight, ids, near, tried)
        best = potential.argmin(axis=1)
        chosen[:, j] = ids[every, best]
        for r in every:
            near[r] = tried[r, best[r]]
        if j < steps:
            wanted = [
                numbers[j] * left
                for (_, numbers), left in zip(draws, potential.min(axis=1), strict=True)
            ]
            ids = np.array(
                list(
                    results_in_threads(
                        partial(_drawn, weight), list(zip(near, wanted, strict=True))
                    )
                )
            )
    return chosen


def _drawn(weight: Real, what: tuple[Real, Floats]) -> NDArray[np.int64]:
    """The points at which the summed weighted distances pass the numbers drawn."""
    near, wanted = what
    found = np.searchsorted(np.cumsum(weight * near), wanted)
    return np.minimum(found, len(weight) - 1)


def _try(points: _Points, weight: Real, ids: NDArray[np.int64], near: Real, tried: Real) -> Floats:
    """Fill `tried` with each point's distance to its nearest seed with one more; their sums."""
    count, trials = ids.shape
    to, square = points.rows(ids.ravel()), points.square[ids.ravel()]
    sums = np.empty((len(points.parts), count, trials))

    def fill(part: slice) -> None:
        out = tried[:, :trials, part]
        far = points.distances(part, to, square).reshape(count, trials, -1)
        np.minimum(far, near[:, None, part], out=out, casting="same_kind")
        if weight.dtype == np.float64:
            sums[part.start // points.parts[0].stop] = out @ weight[part]

    for _ in in_threads(fill, points.parts):
        pass
    if weight.dtype == np.float32:  # all at once: how float32 rounds depends on the parts
        whole = [one[:trials] @ weight[:, None] for one in tried]
        return np.array(whole, np.float64)[:, :, 0]
    return np.asarray(sums.sum(axis=0))
