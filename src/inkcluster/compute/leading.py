"""A few leading directions in which most pairs of points can be told to be far apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import one_blas_thread

SAMPLE = 4096
"""Points from which the directions are found; any directions are valid, good ones are faster."""
WIDTHS = (31, 63, 127, 255)
LARGE = 1024
"""Dimensions beyond which the directions are found without the covariance matrix."""
LEFT_OUT = 0.08
"""The share of the variance that the directions may leave out before more are taken."""


class Leading:
    """Coordinates of which distances are never more than the points' own.

    The first are orthonormal directions of large variance, the last is the norm of what these leave
    out. Where points have few dimensions they are kept as they are, about the mean.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype
    widths : tuple of int
        How many directions may be taken.
    """

    def __init__(self, X: NDArray[np.generic], widths: tuple[int, ...] = WIDTHS) -> None:
        n, d = X.shape
        step = max(1, n // SAMPLE)
        sample = np.asarray(X[::step][:SAMPLE], dtype=np.float64)
        self.origin = sample.mean(axis=0)
        with one_blas_thread():  # small steps, at each of which threads would wait
            self.basis = None if d <= 1.5 * WIDTHS[0] else _enough(sample - self.origin, widths)
        self.width = d if self.basis is None else self.basis.shape[1] + 1
        """The number of coordinates."""
        self.grain = (self.width + 16) * 2.0**-23
        """The rounding of a squared distance in float32, relative to the squared norms."""

    def __call__(self, centres: NDArray[np.float64]) -> NDArray[np.float32]:
        """Coordinates of points, (m, d) to (m, width)."""
        centred = centres - self.origin
        if self.basis is None:
            return np.asarray(centred, dtype=np.float32)
        out = np.empty((len(centres), self.width), np.float32)
        inside = centred @ self.basis
        out[:, :-1] = inside
        square = np.einsum("ij,ij->i", centred, centred)
        square -= np.einsum("ij,ij->i", inside, inside)
        out[:, -1] = np.sqrt(np.maximum(square, 0))
        return out

    def squares(self, lead: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared norms, made smaller by the rounding of the products they are used with."""
        square = np.einsum("ij,ij->i", lead, lead, dtype=np.float64)
        return np.asarray(square * (1 - self.grain), dtype=np.float32)

    def fewer(
        self, lead: NDArray[np.float32], width: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The first coordinates and the norm of all others, (m, width), and their squared norms."""
        if self.basis is None or lead.shape[1] <= width:
            return lead, self.squares(lead)
        others = lead[:, width - 1 :]
        rest = np.sqrt(np.einsum("ij,ij->i", others, others, dtype=np.float64))
        few = np.column_stack([lead[:, : width - 1], rest]).astype(np.float32)
        return few, self.squares(few)


def _enough(centred: NDArray[np.float64], widths: tuple[int, ...]) -> NDArray[np.float64]:
    """As few directions (d, q) as hold most of the variance."""
    found = directions(centred)
    inside = np.einsum("ij,ij->j", along := centred @ found, along)
    total = float(np.einsum("ij,ij->", centred, centred))
    enough = np.cumsum(inside) >= (1 - LEFT_OUT) * total
    q = next((w for w in widths if w <= len(inside) and enough[w - 1]), widths[-1])
    return np.ascontiguousarray(found[:, :q])


def directions(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal directions (d, up to 255) of nearly the largest variance, the largest first."""
    small = centred.astype(np.float32)
    if small.shape[1] > LARGE:
        span = _range(small)
        small = small @ span
    _, vectors = np.linalg.eigh((small.T @ small).astype(np.float64))
    found = vectors[:, ::-1][:, : WIDTHS[-1]]
    if centred.shape[1] > LARGE:
        found = np.linalg.qr(span.astype(np.float64) @ found)[0]
    return np.ascontiguousarray(found)


def _range(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """Orthonormal directions that hold most of the variance, by block power iteration."""
    rng = np.random.default_rng(0)  # any start will do; a fixed one repeats the same speed
    width = min(*small.shape, WIDTHS[-1] + 1)
    basis = rng.standard_normal((small.shape[1], width)).astype(np.float32)
    for _ in range(3):
        basis = np.linalg.qr(small.T @ (small @ basis))[0]
    return basis
