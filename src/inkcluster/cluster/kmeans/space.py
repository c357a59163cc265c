"""A set of points as k-means sees it: the points, a few leading coordinates, and what these omit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from inkcluster.kernels import rotate

UNIT = 2.0**-24
"""Half the distance from 1 to the next float32."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Space:
    """Points with a cheap lower and upper bound on every distance.

    Parameters
    ----------
    raw : ndarray of shape (n, d)
        The points; float64 decides on these, and totals are taken of these.
    weight : ndarray of shape (n,), float64
    origin : ndarray of shape (d,), float64
        What coordinates are about.
    basis : ndarray of shape (d, q), float32, or None
        Orthonormal directions; None says that `lead` holds all of them.
    lead : ndarray of shape (n, q), float32
        Coordinates along the basis.
    square : ndarray of shape (n,), float64
        Squared distance to the origin.
    rho : ndarray of shape (n,), float32
        Upper bound of the norm outside the basis.
    """

    raw: NDArray[Any]
    weight: Floats
    origin: Floats
    basis: NDArray[np.float32] | None
    lead: NDArray[np.float32]
    square: Floats
    rho: NDArray[np.float32]

    @property
    def blur(self) -> float:
        """Bound of the rounding of a float32 product, relative to the norms' product."""
        return float(UNIT * (2 * self.lead.shape[1] + 16))

    def centres(
        self, centres: Floats
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], Floats]:
        """What the kernel needs of centres (R, k, d): their lead, square, slack and grain."""
        offset = centres - self.origin
        square = np.einsum("rkd,rkd->rk", offset, offset)
        if self.basis is None:
            slack = np.zeros(square.shape, np.float32)
            grain = 2 * UNIT * np.sqrt(square.max(axis=1, initial=0.0))
            return offset.astype(np.float32), square.astype(np.float32), slack, grain
        basis = self.basis.astype(np.float64)
        lead = (offset @ basis).astype(np.float32)
        rest = offset - lead.astype(np.float64) @ basis.T
        norm = np.sqrt(np.einsum("rkd,rkd->rk", rest, rest))
        slack = 2 * (norm * (1 + 1e-6) + 1e-7 * np.sqrt(square))
        spread = np.abs(lead).astype(np.float64) @ np.abs(basis).T
        reach = np.sqrt(np.einsum("rkd,rkd->rk", spread, spread).max(axis=1, initial=0.0))
        grain = 2 * UNIT * (len(self.origin) + 3) * reach
        return lead, square.astype(np.float32), slack.astype(np.float32), grain


def whole(raw: NDArray[Any], weight: Floats, origin: Floats) -> Space:
    """The space in which every coordinate is a leading one, for few features."""
    n, d = raw.shape
    lead = np.empty((n, d), np.float32)
    square = np.empty(n)
    for start in range(0, n, 65536):
        rows = raw[start : start + 65536].astype(np.float64) - origin
        lead[start : start + 65536] = rows
        np.einsum("nd,nd->n", rows, rows, out=square[start : start + 65536])
    return Space(raw, weight, origin, None, lead, square, np.zeros(n, np.float32))


def spanned(raw: NDArray[Any], weight: Floats, origin: Floats, centres: Floats) -> Space:
    """The space whose leading directions are those in which the centres differ.

    A centre then lies in it all but exactly, so that its scalar product with a point needs no more
    than the leading coordinates, and what is left out is bounded by the two norms outside.

    Parameters
    ----------
    centres : ndarray of shape (R, k, d)
    """
    n, d = raw.shape
    offset = (centres - origin).reshape(-1, d)
    if len(offset) <= d:
        values, vectors = linalg.eigh(offset @ offset.T)
        directions = (offset.T @ vectors[:, ::-1]).T
    else:
        values, vectors = linalg.eigh(offset.T @ offset)
        directions = vectors[:, ::-1].T
    values = np.maximum(values[::-1], 0.0)
    left = values.sum() - np.cumsum(values)
    q = int(np.searchsorted(-left, -values.sum() * 4e-6)) + 1
    q = min(-(-q // 16) * 16, 192, len(values))
    basis = np.ascontiguousarray(linalg.qr(directions[:q].T, mode="economic")[0], np.float32)
    lead = np.empty((n, q), np.float32)
    square = np.empty(n)
    rotate.project(raw, origin, basis, lead, square)
    inside = np.einsum("nq,nq->n", lead, lead).astype(np.float64)
    rho = np.sqrt(np.maximum(square - inside, 0.0) + 2e-6 * square).astype(np.float32)
    return Space(raw, weight, origin, basis, lead, square, rho)
