"""Coordinates in which a float32 product says which points may be within eps, and which are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.leading import directions
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces

WIDTHS = (16, 24, 32, 48, 64, 96, 128, 160, 192)
"""Leading coordinates that a product may take."""
PROBES = 256
"""Points compared with each other to choose how many coordinates are taken."""
ENOUGH = 64
"""Others within eps after which a point is taken to be done, roughly."""
MAX_PLAIN_DIMENSIONS = 46
"""Dimensions up to which points are taken as they are."""
SAMPLE = 4096
"""Points from which the directions are found; any directions are valid, good ones are faster."""
PIECE = 1024
# Nanoseconds for a pair: for each coordinate of the product, and for a decision in float64.
MULTIPLY, DECIDE, DECIDE_EACH = 0.022, 60.0, 0.3


@dataclass(frozen=True)
class Reach:
    """What tells whether points are within one eps.

    Parameters
    ----------
    lead : ndarray of shape (n, q + 1), float32
        Coordinates, and half of their squared norm, negative and a little smaller than it is.
    limit, sure : ndarray of shape (n,), float32
        What the product of a row (with 1 in its last place) with another row must reach for the two
        to be possibly, and certainly, within eps.
    """

    lead: NDArray[np.float32]
    limit: NDArray[np.float32]
    sure: NDArray[np.float32]


class Space:
    """Coordinates of `X` whose distances are never more than the points' own.

    Parameters
    ----------
    X : ndarray of shape (n, d), real and finite
    complete : bool
        Whether all dimensions are kept, so that most pairs within eps are known to be so.
    """

    def __init__(self, X: NDArray[Any], *, complete: bool = False) -> None:
        n, d = X.shape
        self._X = X
        self._origin = X[:: max(1, n // PIECE)].mean(axis=0, dtype=np.float64)
        far = 1e-300
        for part in pieces(n, PIECE):
            far = max(far, float(np.abs(X[part] - self._origin).max()))
        # Of the order of 1, so that no square leaves float32's range.
        self._scale = 2.0 ** -float(np.frexp(far)[1])
        self._basis = None
        if not complete and 1e-15 < far < 1e15 and d > MAX_PLAIN_DIMENSIONS:
            sample = np.asarray(X[:: max(1, n // SAMPLE)][:SAMPLE], dtype=np.float64)
            with one_blas_thread():  # small steps, at each of which threads would wait
                self._basis = directions(sample - self._origin)[:, : WIDTHS[-1]].copy()
        rows = np.random.default_rng(0).integers(0, n, (2, PROBES))
        self._probes = [np.asarray(X[side], dtype=np.float64) for side in rows]

    def within(self, eps: float) -> Reach:
        """The coordinates that suit `eps` best, and their limits."""
        d = int(self._X.shape[1])
        q = self._width(eps)
        rest = q < d
        lead = np.empty((len(self._X), q + rest + 1), np.float32)
        half = np.empty(len(lead))

        def project(part: slice) -> None:
            lead[part, :-1] = self._coordinates(np.asarray(self._X[part], dtype=np.float64), q)
            ours = lead[part, :-1]
            half[part] = 0.5 * np.einsum("ij,ij->i", ours, ours, dtype=np.float64)

        with one_blas_thread():
            for _ in in_threads(project, pieces(len(lead), PIECE)):
                pass
        grain = (lead.shape[1] + 32) * 2.0**-23
        lead[:, -1] = -half * (1 - grain)
        reach = 0.5 * self._squared(eps)
        low = half * (1 - grain) - reach * (1 + 1e-6)
        limit = np.nextafter(low.astype(np.float32), np.float32(-np.inf))
        if rest:
            return Reach(lead, limit, np.full(len(lead), np.inf, np.float32))
        high = half * (1 + grain) + 2 * grain * half.max() - reach * (1 - 1e-6)
        return Reach(lead, limit, np.nextafter(high.astype(np.float32), np.float32(np.inf)))

    def _width(self, eps: float) -> int:
        """How many coordinates make the sweeps cheapest, judged by a sample of pairs."""
        d = int(self._X.shape[1])
        if self._basis is None:
            return d
        with one_blas_thread():
            true = self._share(d, eps)
            # A point is done when it has met enough others: it sees this share of the columns.
            seen = np.minimum(1.0, ENOUGH / (len(self._X) * np.maximum(true, 1e-9)))
            best, least = d, d * MULTIPLY * float(seen.sum())
            # All dimensions decide on the pairs within eps by themselves, fewer do not; where there
            # are many, all are out of the question, for the memory too.
            needed = true if d > WIDTHS[-1] else 0.0
            for q in (w for w in WIDTHS if w < d and w <= self._basis.shape[1]):
                decide = (self._share(q, eps) - needed) * (DECIDE + d * DECIDE_EACH)
                cost = float(seen @ (q * MULTIPLY + decide))
                if cost < least:
                    best, least = q, cost
        return best

    def _share(self, q: int, eps: float) -> NDArray[np.float64]:
        """The share of the sample that `q` coordinates leave possibly within `eps`, for each point."""
        ours, theirs = (self._coordinates(side, q) for side in self._probes)
        square = [np.einsum("ij,ij->i", side, side) for side in (ours, theirs)]
        gap = square[0][:, None] + square[1] - 2 * ours @ theirs.T
        return np.asarray((gap <= self._squared(eps)).mean(axis=1), dtype=np.float64)

    def _coordinates(self, points: NDArray[np.float64], q: int) -> NDArray[np.float64]:
        """Of points (m, d): the first q, and the norm of what they leave out; all d if q is d."""
        centred = points - self._origin
        if q == self._X.shape[1] or self._basis is None:
            return np.asarray(centred * self._scale, dtype=np.float64)
        inside = centred @ self._basis[:, :q]
        left = np.einsum("ij,ij->i", centred, centred) - np.einsum("ij,ij->i", inside, inside)
        out = np.column_stack([inside, np.sqrt(np.maximum(left, 0.0))])
        return np.asarray(out * self._scale, dtype=np.float64)

    def _squared(self, eps: float) -> float:
        """The square of `eps` in the units of the coordinates, which are of the order of 1."""
        return float(min(eps * self._scale * eps * self._scale, 1e30))
