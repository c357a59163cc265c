"""Projects points to a few coordinates whose distances bound the points' own from below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.threads import one_blas_thread

SAMPLE = 4096
"""Points from which the directions are found; any directions are valid, good ones are faster."""
WIDTHS = (31, 63, 127, 255)
"""Numbers of directions to choose from; the last is the most that are found."""
MAX_PLAIN_DIMENSIONS = 46
"""Dimensions up to which points are only centred: directions would save nothing."""
MAX_COVARIANCE_DIMENSIONS = 1024
"""Dimensions up to which the directions are found from the covariance matrix."""
MAX_REACH, MAX_FAR_SHARE = 10.0, 0.01
"""Times the median reach beyond which a point lies far out, and the share of points that may."""
MAX_LEFT_OUT = 0.08
"""Share of the variance that the directions may leave out."""

_kept: ContextVar[dict[Any, Any]] = ContextVar("kept")


@dataclass(frozen=True)
class Projection:
    """Coordinates along orthonormal directions, and the norm of the residual as the last one.

    For points a and b with residuals r and s, ‖r − s‖ ≥ |‖r‖ − ‖s‖|, so that a distance in these
    coordinates is never more than that of the points times `scale`; :meth:`grain` bounds what
    float32 adds. The engines rule out most pairs by it and decide on the rest in float64.

    All engines that search for near points share this class. They differ in how many directions
    they take: hierarchies by the share of the variance (:func:`leading`), neighbours and DBSCAN by
    the cost of the pairs that a sample leaves open. k-means compares points with few centres, which
    span the directions themselves and leave no residual; it has its own coordinates.

    Parameters
    ----------
    origin : ndarray of shape (d,), float64
    basis : ndarray of shape (d, q), float64, or None
        Orthonormal columns; None keeps all dimensions.
    scale : float
        A power of two.
    """

    origin: NDArray[np.float64]
    basis: NDArray[np.float64] | None
    scale: float = 1.0

    @property
    def width(self) -> int:
        """The number of coordinates."""
        return len(self.origin) if self.basis is None else self.basis.shape[1] + 1

    @property
    def grain(self) -> float:
        """The rounding of a squared distance in float32, relative to the squared norms."""
        return grain(self.width)

    def __call__(self, points: NDArray[np.generic]) -> NDArray[np.float32]:
        """Coordinates of points, (m, d) to (m, width)."""
        inside, squares = self.split(points)
        return inside.astype(np.float32) if self.basis is None else with_rest(inside, squares)

    def split(self, points: NDArray[np.generic]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates along directions, (m, d) to (m, q), and squared distances to the origin."""
        centred = np.asarray(points, dtype=np.float64) - self.origin
        squares = np.einsum("ij,ij->i", centred, centred) * self.scale**2
        return (centred if self.basis is None else centred @ self.basis) * self.scale, squares

    def first(self, q: int) -> Projection:
        """The projection to the first `q` directions; to all dimensions if q is d or more."""
        if self.basis is None or q >= len(self.origin):
            return replace(self, basis=None)
        return replace(self, basis=np.ascontiguousarray(self.basis[:, :q]))

    def squares(self, lead: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared norms of coordinates, less the rounding of the products they are used with."""
        square = np.einsum("ij,ij->i", lead, lead, dtype=np.float64)
        return np.asarray(square * (1 - self.grain), dtype=np.float32)

    def fewer(
        self, lead: NDArray[np.float32], width: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The first coordinates and the norm of all others, (m, width), and their squared norms."""
        if self.basis is None or lead.shape[1] <= width:
            return lead, self.squares(lead)
        squares = np.einsum("ij,ij->i", lead, lead, dtype=np.float64)
        few = with_rest(lead[:, : width - 1], squares)
        return few, self.squares(few)


def grain(width: int) -> float:
    """Bound of the rounding of a float32 squared distance in `width` coordinates, relative."""
    return (width + 32) * 2.0**-23


def scale_of(largest: float, d: int) -> float:
    """A power of two by which points of `d` values up to `largest` get norms of at most 1."""
    _, exponent = np.frexp(2 * largest * np.sqrt(d))
    return float(np.ldexp(1.0, int(np.clip(-exponent, -450, 450))))


def with_rest(inside: NDArray[np.floating], squares: NDArray[np.float64]) -> NDArray[np.float32]:
    """Coordinates (m, q), and the norm of what they leave out of squared norms, (m, q + 1)."""
    out = np.empty((inside.shape[0], inside.shape[1] + 1), np.float32)
    out[:, :-1] = inside
    rest = squares - np.einsum("ij,ij->i", inside, inside, dtype=np.float64)
    out[:, -1] = np.sqrt(np.maximum(rest, 0))
    return out


def leading(X: NDArray[np.generic], widths: tuple[int, ...] = WIDTHS) -> Projection:
    """The projection to the fewest directions, of `widths`, with most of the variance of X (n, d)."""
    projection, centred = all_directions(X)
    if projection.basis is None:
        return projection
    inside = centred @ projection.basis
    held = np.cumsum(np.einsum("ij,ij->j", inside, inside))
    enough = held >= (1 - MAX_LEFT_OUT) * float(np.einsum("ij,ij->", centred, centred))
    return projection.first(
        next((w for w in widths if w <= len(held) and enough[w - 1]), widths[-1])
    )


def all_directions(
    X: NDArray[np.generic], most: int = WIDTHS[-1]
) -> tuple[Projection, NDArray[np.float64]]:
    """The projection of X (n, d) to `most` directions, and the sample that these were found from.

    All dimensions are kept if they are few or `most` is 0. The sample, of up to 4,096 points, is
    without the few that lie far out, and centred; read only. Within :func:`kept_directions` they
    are found once.
    """
    n, d = X.shape
    whole = most == 0 or d <= MAX_PLAIN_DIMENSIONS
    kept = {} if whole else _kept.get({})
    at = X.__array_interface__["data"][0], X.shape, X.strides, X.dtype.str
    if at not in kept:
        sample = np.asarray(X[:: max(1, n // SAMPLE)][:SAMPLE], dtype=np.float64)
        origin, inner = middle(sample)
        centred = sample[inner] - origin
        kept[at] = Projection(origin, None if whole else _directions(centred, WIDTHS[-1])), centred
    projection, centred = kept[at]
    return (projection.first(most) if most < WIDTHS[-1] else projection), centred


def middle(points: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The mean (d,) of points (n, d) but for the few that lie far out, and who is counted (n,).

    A point at 10⁶ would move the mean of a thousand others by a thousand, and products lose digits
    of distances as the norms grow.
    """
    inner = np.ones(len(points), np.bool_)
    while True:
        origin = np.asarray((points if inner.all() else points[inner]).mean(axis=0), np.float64)
        centred = points - origin
        reach = np.maximum(centred.max(axis=1), -centred.min(axis=1))
        near = inner & (reach <= MAX_REACH * np.median(reach[inner]))
        if (
            not len(points) * (1 - MAX_FAR_SHARE)
            <= np.count_nonzero(near)
            < np.count_nonzero(inner)
        ):
            return origin, inner
        inner = near


@contextmanager
def kept_directions() -> Iterator[None]:
    """Keep the directions of points, which stay as they are meanwhile, for all who ask for them."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def _directions(centred: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Orthonormal directions (d, up to `most`) of nearly the largest variance, in its order."""
    exponent = np.frexp(max(centred.max(), -centred.min()))[1]
    small = np.ldexp(centred, -exponent).astype(np.float32)  # whose squares do not overflow
    wide = small.shape[1] > MAX_COVARIANCE_DIMENSIONS
    with one_blas_thread():  # small steps, at each of which threads would wait
        if wide:
            span = _range(small)
            small = small @ span
        _, vectors = np.linalg.eigh((small.T @ small).astype(np.float64))
        found = vectors[:, ::-1][:, :most]
        if wide:
            found = np.linalg.qr(span.astype(np.float64) @ found)[0]
    return np.ascontiguousarray(found)


def _range(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """Orthonormal directions that hold most of the variance, by block power iteration.

    After Halko, Martinsson and Tropp (2011), Finding structure with randomness.
    """
    rng = np.random.default_rng(0)  # a fixed start repeats the same speed
    width = min(*small.shape, WIDTHS[-1] + 1)
    basis = rng.standard_normal((small.shape[1], width)).astype(np.float32)
    for _ in range(3):
        basis = np.linalg.qr(small.T @ (small @ basis))[0]
    return basis
