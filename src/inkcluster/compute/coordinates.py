"""Few coordinates of many points, in which no two are farther apart than they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.leading import WIDTHS, directions
from inkcluster.compute.threads import in_threads, pieces

SAMPLE = 4096
"""Points from which the directions are found; any directions are valid, good ones are faster."""
PROBES = 256
"""Points of the sample that say how many pairs each number of directions leaves open."""
FIRST = (15, 23, 31, 47, 63, 95, 127)
"""Numbers of directions that the products may be made in."""
SECOND = (63, 95, 127, 191, 255)
"""Numbers of directions that the pairs left open may be looked at in."""
MULTIPLY, STEP, EXACT = 0.022, 0.1, 0.2
"""Nanoseconds a coordinate, in a product, in a bound and in a distance; only the speed depends on them.

Twice as many pairs stay open as a point's own limit leaves, because the other's may be wider.
"""
TINY = 1e-36
"""More than what float32 loses of a squared distance below its smallest numbers."""
PIECE = 1024


@dataclass(frozen=True)
class Placed:
    """Points in an order in which near ones stand together, with their coordinates.

    Attributes
    ----------
    points : ndarray of shape (n, d), read-only, C-contiguous
    order : ndarray of shape (n,), int32
        The row of `points` at each place.
    first, second : ndarray of shape (n, p) and (n, q), float32, p ≤ q
        Scaled coordinates; distances in them are never more than those of the scaled points.
    square : ndarray of shape (n,), float32
        Squared norms of `first`, made smaller by the rounding of the products they are used with.
    slack : ndarray of shape (n,), float32
        A point's part of the rounding of squared distances in `second`.
    """

    points: NDArray[np.generic]
    order: NDArray[np.int32]
    first: NDArray[np.float32]
    second: NDArray[np.float32]
    square: NDArray[np.float32]
    slack: NDArray[np.float32]

    def in_order(self, order: NDArray[np.int32]) -> Placed:
        """The same with the places taken in another order."""
        return Placed(
            self.points,
            self.order[order],
            self.first[order],
            self.second[order],
            self.square[order],
            self.slack[order],
        )


class Coordinates:
    """Orthonormal directions of large variance, and the norm of what they leave out.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype
    k : int
        How many neighbours will be asked for; tells how near is near.
    largest : float
        No number in any point to be placed is larger.
    """

    def __init__(self, X: NDArray[np.generic], k: int, largest: float) -> None:
        n, d = X.shape
        step = max(1, n // SAMPLE)
        sample = np.asarray(X[::step][:SAMPLE], dtype=np.float64)
        self.origin = sample.mean(axis=0)
        _, exponent = np.frexp(2 * largest * np.sqrt(d))
        self.scale = float(np.ldexp(1.0, int(np.clip(-exponent, -450, 450))))
        centred = (sample - self.origin) * self.scale
        self.basis = None if d <= 1.5 * WIDTHS[0] else directions(centred)
        self.widths = (d, d)
        if self.basis is not None:
            self.widths = self._widths(centred, (k + 1) * len(centred) / n)
            self.basis = np.ascontiguousarray(self.basis[:, : self.widths[1]])

    def place(self, X: NDArray[np.generic]) -> Placed:
        """Coordinates of points, in their own order."""
        n = len(X)
        points = np.ascontiguousarray(X).view()
        points.flags.writeable = False  # one type for the kernels, whether memory-mapped or not
        p, q = (width + (self.basis is not None) for width in self.widths)
        first = np.empty((n, p), np.float32)
        second = first if p == q else np.empty((n, q), np.float32)
        square, slack = np.empty(n, np.float32), np.empty(n, np.float32)

        def project(part: slice) -> None:
            centred = (np.asarray(points[part], dtype=np.float64) - self.origin) * self.scale
            norms = np.einsum("ij,ij->i", centred, centred)
            square[part] = norms * (1 - (p + 32) * 2.0**-23) - TINY
            slack[part] = norms * ((q + 32) * 2.0**-23) + TINY
            if self.basis is None:
                first[part] = centred
                return
            inside = centred @ self.basis
            second[part] = _with_rest(inside, norms, q - 1)
            first[part] = _with_rest(inside, norms, p - 1)

        for _ in in_threads(project, pieces(n, PIECE)):
            pass
        return Placed(points, np.arange(n, dtype=np.int32), first, second, square, slack)

    def _widths(self, centred: NDArray[np.float64], nearer: float) -> tuple[int, int]:
        """Numbers of directions that cost least, judged by how many pairs a sample leaves open."""
        assert self.basis is not None
        inside = centred @ self.basis
        norms = np.einsum("ij,ij->i", centred, centred)
        probes = slice(None, None, max(1, len(centred) // PROBES))
        every = norms[probes, None] + norms - 2 * centred[probes] @ centred.T
        rank = min(max(1, round(nearer)), len(centred) - 1)
        limit = np.partition(every, rank, axis=1)[:, rank, None]
        left = {}
        for width in sorted({*FIRST, *SECOND}):
            lead = _with_rest(inside, norms, width).astype(np.float64)
            square = np.einsum("ij,ij->i", lead, lead)
            bounds = square[probes, None] + square - 2 * lead[probes] @ lead.T
            left[width] = float(np.mean(bounds <= limit))
        most, d = inside.shape[1], centred.shape[1]

        def cost(p: int, q: int) -> float:
            deeper = left[p] * (6 + STEP * q) if q > p else 0.0
            return float(MULTIPLY * p + deeper + left[q] * (20 + EXACT * d))

        choices = [
            (p, q)
            for p in FIRST
            for q in {p, *SECOND}
            if p <= q and (q <= most or p == q) and p <= most
        ]
        return min(choices, key=lambda both: cost(*both))


def _with_rest(
    inside: NDArray[np.float64], norms: NDArray[np.float64], width: int
) -> NDArray[np.float32]:
    """The first `width` coordinates, and the norm of all others."""
    lead = inside[:, :width]
    rest = np.maximum(norms - np.einsum("ij,ij->i", lead, lead), 0)
    return np.column_stack([lead, np.sqrt(rest)]).astype(np.float32)


def near_together(first: NDArray[np.float32], block: int) -> NDArray[np.int32]:
    """An order in which each `block` places hold near points: halved along the widest coordinate."""
    order = np.arange(len(first), dtype=np.int32)

    def halve(part: NDArray[np.int32]) -> None:
        if len(part) <= block:
            return
        some = first[part]
        along = some[:, np.argmax(some.var(axis=0))]
        middle = (len(part) + block - 1) // block // 2 * block
        part[:] = part[np.argpartition(along, middle)]
        halve(part[:middle])
        halve(part[middle:])

    halve(order)
    return order
