"""Coordinates in which a matrix product gives every distance between two bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from inkcluster.cluster.kmeans.choose import (
    MAX_COPIED_NUMBERS,
    MAX_DIRECTIONS,
    MAX_WHOLE_DIMENSIONS,
    MAX_WHOLE_NUMBERS,
    Floats,
    max_gathered,
)
from inkcluster.cluster.kmeans.restarts import State
from inkcluster.compute.threads import in_threads, pieces
from inkcluster.kernels.kmeans import nearest

GATHERED = 2048
"""Points that are gathered for one product."""
PRODUCT_NUMBERS = 2**18
"""Scalar products that are made at a time, about what a processor's cache holds."""
ROWS = 1024
"""Rows converted at a time."""
MAX_LOOSE = 4e-4
"""Share of the centres' squared norms outside the leading directions above which new ones are made."""

Renew = Callable[[Floats], "Space"]


@dataclass(frozen=True, eq=False)
class Look:
    """Centres (R, k, d) as ``nearest.settle`` reads them: (R, k, …)."""

    lead: NDArray[Any]  # -2 times the leading coordinates
    base: NDArray[Any]
    grain: NDArray[Any]  # (R, 2, k)
    slack: NDArray[np.float32]

    @property
    def is_loose(self) -> bool:
        """Whether the leading directions leave out more than a hundredth of the centres."""
        return bool(np.mean(np.square(self.slack)) > MAX_LOOSE * np.mean(self.base))


@dataclass(frozen=True, eq=False)
class Space:
    """Points with a cheap lower and upper bound on every distance.

    Parameters
    ----------
    raw : ndarray of shape (n, d)
        The points; float64 decides on these, and totals are taken of these.
    weight : ndarray of shape (n,), float64
    origin : ndarray of shape (d,), float64
        The origin of the coordinates, which float32 holds exactly.
    basis : ndarray of shape (d, q), float32, or None
        Orthonormal directions; None where the coordinates are the features.
    lead : ndarray of shape (n, q), float32 or float64, or None
        Coordinates along the basis; None where they are made from `raw` block by block.
    square : ndarray of shape (n,), float64
        Squared distance to the origin.
    rho : ndarray of shape (n,), float32
        Upper bound of the norm outside the basis.
    """

    raw: NDArray[Any]
    weight: Floats
    origin: Floats
    basis: NDArray[np.float32] | None
    lead: NDArray[Any] | None
    square: Floats
    rho: NDArray[np.float32]

    @property
    def dtype(self) -> Any:
        """The type of the coordinates."""
        return np.dtype(np.float32) if self.lead is None else self.lead.dtype

    def rows(self, at: slice | NDArray[np.int32]) -> NDArray[Any]:
        """The coordinates of some points, (m, q)."""
        if self.lead is None:
            return centred(self.raw[at], self.origin, np.float32)
        return self.lead[at] if isinstance(at, slice) else self.lead.take(at, axis=0)

    def look(self, centres: Floats) -> Look:
        """What the kernels need of centres (R, k, d).

        With u a point and v a centre about the origin, a score is ‖v‖² - 2 u·v. Rounding u, v and
        the sum of the product in any order changes it by a multiple of ‖u‖ ‖v‖ and one of ‖v‖².
        """
        dtype = self.dtype
        unit = float(np.finfo(dtype).eps) / 2
        offset = centres - self.origin
        square = np.einsum("rkd,rkd->rk", offset, offset)
        norm = np.sqrt(square)
        if self.basis is None:
            lead = offset
            slack = np.zeros(square.shape, np.float32)
            wide = np.zeros(square.shape)
        else:
            basis = self.basis.astype(np.float64)
            lead = (offset @ basis).astype(np.float32).astype(np.float64)
            rest = offset - lead @ basis.T
            left = np.sqrt(np.einsum("rkd,rkd->rk", rest, rest))
            slack = (2 * (left * (1 + 1e-6) + 1e-7 * norm)).astype(np.float32)
            spread = np.abs(lead) @ np.abs(basis).T
            reach = np.sqrt(np.einsum("rkd,rkd->rk", spread, spread))
            wide = 2 * unit * (len(self.origin) + 3) * reach
        wide += unit * (2 * lead.shape[2] + 24) * norm
        grain = np.stack([wide, 8 * unit * square], axis=1)
        return Look((-2 * lead).astype(dtype), square.astype(dtype), grain.astype(dtype), slack)


def centred(rows: NDArray[Any], origin: Floats, dtype: Any) -> NDArray[Any]:
    """Rows less an origin that float32 holds, rounded once."""
    if np.float64 in (rows.dtype, dtype):
        return (rows - origin).astype(dtype, copy=False)
    return rows - origin.astype(np.float32)


def space_for(
    raw: NDArray[Any], weight: Floats, centres: Floats | None
) -> tuple[Space, Renew | None]:
    """The space to begin with, and how to make one for centres where that may pay.

    `centres` (R, k, d), where given, hardly move any more.
    """
    origin = reference(raw)
    if raw.shape[1] <= MAX_WHOLE_DIMENSIONS or raw.size <= MAX_WHOLE_NUMBERS:
        return whole(raw, weight, origin), None
    renew = partial(spanned, raw, weight, origin)
    return (whole(raw, weight, origin) if centres is None else renew(centres)), renew


def reference(raw: NDArray[Any]) -> Floats:
    """A point amid the data, about which float32 loses least; always from the same few rows.

    The median, so that no outlier moves it; the mean of 8-bit points, which have none.
    """
    step = max(1, len(raw) // 512)
    some = raw[::step]
    middle = some.mean(axis=0) if raw.dtype == np.uint8 else np.median(some, axis=0)
    return np.asarray(middle, np.float64)


def whole(raw: NDArray[Any], weight: Floats, origin: Floats, dtype: Any = np.float32) -> Space:
    """The space in which every coordinate is a leading one."""
    n, d = raw.shape
    origin = origin.astype(np.float32).astype(np.float64)
    most = MAX_WHOLE_NUMBERS if raw.dtype == np.uint8 else MAX_COPIED_NUMBERS
    kept = d <= MAX_WHOLE_DIMENSIONS or raw.size <= most
    lead = np.empty((n, d), dtype) if kept else None
    square = np.empty(n)

    def fill(part: slice) -> None:
        rows = raw[part].astype(np.float64) - origin
        np.einsum("nd,nd->n", rows, rows, out=square[part])
        if lead is not None:
            lead[part] = rows

    for _ in in_threads(fill, pieces(n, max(ROWS, 2**16 // d))):
        pass
    return Space(raw, weight, origin, None, lead, square, np.zeros(n, np.float32))


def spanned(raw: NDArray[Any], weight: Floats, origin: Floats, centres: Floats) -> Space:
    """The space whose leading directions are those in which centres (R, k, d) differ.

    The centres lie in it almost exactly. Their scalar products with a point then need the leading
    coordinates only, and the norms outside bound the rest.
    """
    n, d = raw.shape
    origin = origin.astype(np.float32).astype(np.float64)
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
    q = min(-(-q // 16) * 16, MAX_DIRECTIONS, len(values))
    basis = np.ascontiguousarray(linalg.qr(directions[:q].T, mode="economic")[0], np.float32)
    lead = np.empty((n, q), np.float32)
    square = np.empty(n)

    def fill(part: slice) -> None:
        rows = centred(raw[part], origin, np.float32)
        np.einsum("nd,nd->n", rows, rows, out=square[part], dtype=np.float64)
        np.dot(rows, basis, out=lead[part])

    for _ in in_threads(fill, pieces(n, ROWS)):
        pass
    inside = np.einsum("nq,nq->n", lead, lead).astype(np.float64)
    rho = np.sqrt(np.maximum(square - inside, 0.0) + 2e-6 * square).astype(np.float32)
    return Space(raw, weight, origin, basis, lead, square, rho)


def label(
    space: Space,
    look: Look,
    s: State,
    active: NDArray[np.int64],
    drop: NDArray[np.float32],
    *,
    part: slice,
    who: NDArray[np.int32],
    was: NDArray[np.int32],
) -> tuple[list[int], NDArray[np.int64], int, int]:
    """Label a part of the points in the active restarts; `who` and `was` (R, n) hold what moved.

    Restarts that leave most of it open share one product with all of it, which reads the points
    once; for the others their open points are gathered.

    Returns
    -------
    ends : list of int
        Where in `who` and `was`, from the start of the part, what was written for each ends.
    opened : ndarray of shape (len(active),)
        How many points each left open.
    decided : int
        How many points float64 decided.
    whole : int
        How many restarts took part with all points.
    """
    k = look.base.shape[1]
    everyone = np.arange(part.start, part.stop, dtype=np.int32)
    size = part.stop - part.start
    ends = [part.start] * len(active)
    decided = 0

    def settle(a: int, score: NDArray[Any], ids: NDArray[np.int32]) -> int:
        r = active[a]
        ends[a], open_ = nearest.settle(
            score, look.base[a], look.grain[a], look.slack[a], ids,
            space.raw, space.square, space.rho, s.centres[r],
            s.margin[r], s.labels[r], who[r], was[r], ends[a],
        )  # fmt: skip
        return open_

    most = max_gathered()
    opened = np.array(
        [
            nearest.find_open(
                s.margin[r, part], s.labels[r, part], drop[a], who[r, part], part.start
            )
            for a, r in enumerate(active)
        ],
        np.int64,
    )
    dense = np.flatnonzero(opened > most * size)
    if len(dense):
        lead = look.lead[dense].reshape(len(dense) * k, -1)
        rows = max(256, min(GATHERED, PRODUCT_NUMBERS // len(lead)))
        for start in range(part.start, part.stop, rows):
            at = slice(start, min(start + rows, part.stop))
            score = lead @ space.rows(at).T
            for b, a in enumerate(dense):
                decided += settle(
                    int(a),
                    score[b * k : (b + 1) * k],
                    everyone[at.start - part.start : at.stop - part.start],
                )
    for a in np.flatnonzero((opened > 0) & (opened <= most * size)):
        todo = who[active[a], part.start : part.start + opened[a]]
        for at in pieces(len(todo), GATHERED):
            ids = todo[at]
            decided += settle(int(a), look.lead[a] @ space.rows(ids).T, ids)
    return ends, opened, decided, len(dense)
