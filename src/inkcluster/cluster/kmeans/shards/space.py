"""Coordinates in which a matrix product gives every distance between two bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import count
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
    starts_sharp,
)
from inkcluster.cluster.kmeans.shards.standing import Standing
from inkcluster.compute.rows import Rows
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
class Frame:
    """The coordinates in which points are compared with centres; all points share one.

    Parameters
    ----------
    origin : ndarray of shape (d,), float64
        The origin of the coordinates, which float32 holds exactly.
    basis : ndarray of shape (d, q), float32, or None
        Orthonormal directions; None where the coordinates are the features.
    dtype : dtype
        The type of the coordinates.
    kept : bool
        Whether the coordinates of all points are kept; else they are made block by block.
    number : int
        Rises with every frame that a process makes.
    """

    origin: Floats
    basis: NDArray[np.float32] | None
    dtype: Any
    kept: bool
    number: int = field(default_factory=partial(next, count()))

    def look(self, centres: Floats) -> Look:
        """What the kernels need of centres (R, k, d).

        With u a point and v a centre about the origin, a score is ‖v‖² - 2 u·v. Rounding u, v and
        the sum of the product in any order changes it by a multiple of ‖u‖ ‖v‖ and one of ‖v‖².
        """
        dtype = np.dtype(self.dtype)
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


@dataclass(frozen=True, eq=False)
class Space:
    """Points with a cheap lower and upper bound on every distance.

    Parameters
    ----------
    frame : Frame
    raw : ndarray of shape (n, d)
        The points; float64 decides on these, and totals are taken of these.
    weight : ndarray of shape (n,), float64
    lead : ndarray of shape (n, q), float32 or float64, or None
        Coordinates along the basis; None where they are made from `raw` block by block.
    square : ndarray of shape (n,), float64
        Squared distance to the origin.
    rho : ndarray of shape (n,), float32
        Upper bound of the norm outside the basis.
    """

    frame: Frame
    raw: NDArray[Any]
    weight: Floats
    lead: NDArray[Any] | None
    square: Floats
    rho: NDArray[np.float32]

    def room(self, most: int) -> NDArray[np.float32] | None:
        """Where :meth:`rows` writes up to so many points; a new array each time would cost page faults."""
        return np.empty((most, self.raw.shape[1]), np.float32) if self.lead is None else None

    def rows(
        self, at: slice | NDArray[np.int32], room: NDArray[np.float32] | None = None
    ) -> NDArray[Any]:
        """The coordinates of some points, (m, q); in `room` where it is given and they are not kept."""
        if self.lead is None:
            return centred(self.raw[at], self.frame.origin, room)
        return self.lead[at] if isinstance(at, slice) else self.lead.take(at, axis=0)


def centred(
    rows: NDArray[Any], origin: Floats, room: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Rows less an origin that float32 holds, rounded once to float32; in `room` where it is given."""
    if rows.dtype != np.float64:
        origin = origin.astype(np.float32)
    room = np.empty(rows.shape, np.float32) if room is None else room
    out = room[: len(rows)]
    np.subtract(rows, origin, out=out, casting="same_kind")
    return out


def reference(some: NDArray[Any]) -> Floats:
    """A point amid the data, about which float32 loses least, from some of the rows.

    The median, so that no outlier moves it; the mean of 8-bit points, which have none.
    """
    middle = some.mean(axis=0) if some.dtype == np.uint8 else np.median(some, axis=0)
    return np.asarray(middle, np.float64).astype(np.float32).astype(np.float64)


def can_span(n: int, d: int) -> bool:
    """Whether n points have so many coordinates that leading directions may pay."""
    return d > MAX_WHOLE_DIMENSIONS and n * d > MAX_WHOLE_NUMBERS


def first_frame(rows: Rows, centres: Floats | None = None) -> Frame:
    """The frame to begin with; `centres` (R, k, d), where given, hardly move any more."""
    origin = reference(rows.take(np.arange(0, rows.n, max(1, rows.n // 512))))
    if centres is not None and can_span(rows.n, rows.d):
        return spanned(origin, centres)
    return whole(origin, rows.n, rows.dtype, np.float64 if starts_sharp() else np.float32)


def whole(origin: Floats, n: int, of: Any, dtype: Any = np.float32) -> Frame:
    """The frame of n points of type `of` in which every coordinate is a leading one."""
    d = len(origin)
    most = MAX_WHOLE_NUMBERS if of == np.uint8 else MAX_COPIED_NUMBERS
    return Frame(origin, None, dtype, d <= MAX_WHOLE_DIMENSIONS or n * d <= most)


def spanned(origin: Floats, centres: Floats) -> Frame:
    """The frame whose leading directions are those in which centres (R, k, d) differ.

    The centres lie in it almost exactly. Their scalar products with a point then need the leading
    coordinates only, and the norms outside bound the rest.
    """
    d = len(origin)
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
    return Frame(origin, basis, np.float32, kept=True)


def space_in(frame: Frame, raw: NDArray[Any], weight: Floats) -> Space:
    """The points (n, d) in a frame."""
    n, d = raw.shape
    basis, origin = frame.basis, frame.origin
    width = d if basis is None else basis.shape[1]
    as_is = basis is None and raw.dtype == frame.dtype and not origin.any()
    lead = raw if as_is else np.empty((n, width), frame.dtype) if frame.kept else None
    square = np.empty(n)

    size = ROWS if basis is not None else max(ROWS, 2**16 // d)

    def fill(part: slice) -> None:
        room: NDArray[Any] = np.empty((size, d), np.float64 if basis is None else np.float32)
        for start in range(part.start, part.stop, size):
            at = slice(start, min(start + size, part.stop))
            if basis is None:
                rows = np.subtract(raw[at], origin, out=room[: at.stop - start])
                if lead is not None and not as_is:
                    lead[at] = rows
            else:
                rows = centred(raw[at], origin, room)
                np.dot(rows, basis, out=lead[at])  # type: ignore[index]
            np.einsum("nd,nd->n", rows, rows, out=square[at], dtype=np.float64)

    for _ in in_threads(fill, pieces(n, 16 * size)):
        pass
    if basis is None or lead is None:
        rho = np.zeros(n, np.float32)
    else:
        inside = np.einsum("nq,nq->n", lead, lead).astype(np.float64)
        rho = np.sqrt(np.maximum(square - inside, 0.0) + 2e-6 * square).astype(np.float32)
    return Space(frame, raw, weight, lead, square, rho)


def label(  # noqa: PLR0917
    space: Space,
    look: Look,
    centres: Floats,
    state: Standing,
    active: NDArray[np.int64],
    drop: NDArray[np.float32],
    *,
    part: slice,
) -> tuple[list[int], NDArray[np.int64], int, int]:
    """Label a part of the points in the active restarts, whose centres (A, k, d) are given.

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
    labels, margin, who, was = state.labels, state.margin, state.who, state.was
    everyone = np.arange(part.start, part.stop, dtype=np.int32)
    size = part.stop - part.start
    ends = [part.start] * len(active)
    decided = 0

    def settle(a: int, score: NDArray[Any], ids: NDArray[np.int32]) -> int:
        r = active[a]
        ends[a], open_ = nearest.settle(
            score, look.base[a], look.grain[a], look.slack[a], ids,
            space.raw, space.square, space.rho, centres[a],
            margin[r], labels[r], who[r], was[r], ends[a],
        )  # fmt: skip
        return open_

    most = max_gathered()
    opened = np.array(
        [
            nearest.find_open(margin[r, part], labels[r, part], drop[a], who[r, part], part.start)
            for a, r in enumerate(active)
        ],
        np.int64,
    )
    room = space.room(GATHERED)
    dense = np.flatnonzero(opened > most * size)
    if len(dense):
        lead = look.lead[dense].reshape(len(dense) * k, -1)
        rows = max(256, min(GATHERED, PRODUCT_NUMBERS // len(lead)))
        for start in range(part.start, part.stop, rows):
            at = slice(start, min(start + rows, part.stop))
            score = lead @ space.rows(at, room).T
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
            decided += settle(int(a), look.lead[a] @ space.rows(ids, room).T, ids)
    return ends, opened, decided, len(dense)
