"""Coordinates in which a float32 product says which points may be within eps, and which are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.magnitude import MIN_SQUARABLE
from inkcluster.compute.projection import all_directions, grain
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces

WIDTHS = (16, 24, 32, 48, 64, 96, 128, 160, 192)
"""Leading coordinates that a product may take."""
PROBES = 256
"""Points compared with each other to choose how many coordinates are taken."""
ENOUGH = 64
"""Others within eps after which a point is taken to be done, roughly."""
PIECE = 1024
# Nanoseconds for a pair: for each coordinate of the product, and for a decision in float64.
MULTIPLY, DECIDE, DECIDE_EACH = 0.022, 60.0, 0.3


@dataclass(frozen=True)
class Reach:
    """What tells whether points are within one eps.

    `lead` (n, q + 1) holds the coordinates, and half of their squared norm, negative and a little
    smaller than it is. Row a, with 1 in its last place, times row b is at least `limit[a]` (n,)
    where the two can be within eps, and at least `sure[a]` only where they certainly are.
    """

    lead: NDArray[np.float32]
    limit: NDArray[np.float32]
    sure: NDArray[np.float32]


class Space:
    """Coordinates of points (n, d) whose distances are never more than the points' own.

    If `complete`, all dimensions are kept, so that most pairs within eps are known to be so.
    """

    def __init__(self, X: NDArray[Any], *, complete: bool = False) -> None:
        n = len(X)
        self._X = X
        projection, _ = all_directions(X, 0 if complete else WIDTHS[-1])
        far = MIN_SQUARABLE  # or the scale of equal points could not be squared
        for part in pieces(n, PIECE):
            far = max(far, float(np.abs(X[part] - projection.origin).max()))
        # Of the order of 1, so that no square leaves float32's range.
        self._projection = replace(projection, scale=2.0 ** -float(np.frexp(far)[1]))
        rows = np.random.default_rng(0).integers(0, n, (2, PROBES))
        self._probes = [np.asarray(X[side], dtype=np.float64) for side in rows]

    def within(self, eps: float) -> Reach:
        """The coordinates that suit `eps` best, and their limits."""
        projection = self._projection.first(self._width(eps))
        lead = np.empty((len(self._X), projection.width + 1), np.float32)
        half = np.empty(len(lead))

        def project(part: slice) -> None:
            lead[part, :-1] = ours = projection(self._X[part])
            half[part] = 0.5 * np.einsum("ij,ij->i", ours, ours, dtype=np.float64)

        with one_blas_thread():
            for _ in in_threads(project, pieces(len(lead), PIECE)):
                pass
        rounding = grain(lead.shape[1])
        lead[:, -1] = -half * (1 - rounding)
        reach = 0.5 * self._squared(eps)
        low = half * (1 - rounding) - reach * (1 + 1e-6)
        limit = np.nextafter(low.astype(np.float32), np.float32(-np.inf))
        if projection.basis is not None:
            return Reach(lead, limit, np.full(len(lead), np.inf, np.float32))
        high = half * (1 + rounding) + 2 * rounding * half.max() - reach * (1 - 1e-6)
        return Reach(lead, limit, np.nextafter(high.astype(np.float32), np.float32(np.inf)))

    def _width(self, eps: float) -> int:
        """How many coordinates make the sweeps cheapest, judged by a sample of pairs."""
        d = int(self._X.shape[1])
        basis = self._projection.basis
        if basis is None:
            return d
        with one_blas_thread():
            true = self._share(d, eps)
            # A point is done when it has met enough others: it sees this share of the columns.
            seen = np.minimum(1.0, ENOUGH / (len(self._X) * np.maximum(true, 1e-9)))
            best, least = d, d * MULTIPLY * float(seen.sum())
            # All dimensions decide on the pairs within eps by themselves, fewer do not; where there
            # are many, all are out of the question, for the memory too.
            needed = true if d > WIDTHS[-1] else 0.0
            for q in (w for w in WIDTHS if w < d and w <= basis.shape[1]):
                decide = (self._share(q, eps) - needed) * (DECIDE + d * DECIDE_EACH)
                cost = float(seen @ (q * MULTIPLY + decide))
                if cost < least:
                    best, least = q, cost
        return best

    def _share(self, q: int, eps: float) -> NDArray[np.float64]:
        """The share of the sample that `q` coordinates leave possibly within `eps`, for each point."""
        projection = self._projection.first(q)
        ours, theirs = (projection(side).astype(np.float64) for side in self._probes)
        square = [np.einsum("ij,ij->i", side, side) for side in (ours, theirs)]
        gap = square[0][:, None] + square[1] - 2 * ours @ theirs.T
        return np.asarray((gap <= self._squared(eps)).mean(axis=1), dtype=np.float64)

    def _squared(self, eps: float) -> float:
        """The square of `eps` in the units of the coordinates, which are of the order of 1."""
        return float(min(eps * self._projection.scale * eps * self._projection.scale, 1e30))
