"""Blocks of products shown to compiled loops, by as many threads as there are cores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.dbscan.space import one_blas_thread
from inkcluster.compute.threads import in_threads, pieces

SIDE = 512
"""Points on either side of a block: its products stay in the second-level cache."""
GROWTH = 4
"""Points still open are packed anew after one block of columns, after five, after 21, ..."""

Rows = NDArray[np.int64]
Visit = Callable[[NDArray[np.float32], Rows, Rows], int]
"""Looks at a block: products, the rows that ask, the rows in its columns; how many stay open."""
VisitBoth = Callable[[NDArray[np.float32], Rows, Rows, bool], None]
"""Looks at a block for both sides; the last says whether both are the same rows."""


def sweep(
    lead: NDArray[np.float32],
    asking: Rows,
    columns: Rows,
    visit: Visit,
    open_: NDArray[np.bool_],
    *,
    after: Callable[[], None] = lambda: None,
    advance: Callable[[float], None] = lambda done: None,
) -> None:
    """Show `visit` every block of `asking` × `columns`, as long as points in it are open.

    Parameters
    ----------
    lead : ndarray of shape (n, q), float32
        As in :class:`~inkcluster.cluster.dbscan.space.Reach`.
    asking, columns : ndarray of int64
        Rows of `lead`. The first columns should be a sample of all.
    visit : callable
    open_ : ndarray of shape (n,), bool
        Who still asks; `visit` changes it.
    after : callable
        Called between packings, when no thread is at work.
    advance : callable
        Told how many points are closed or have seen all columns.
    """
    there = lead[columns]
    bounds, width = [0], SIDE
    while bounds[-1] < len(columns):
        bounds.append(min(len(columns), bounds[-1] + width))
        width *= GROWTH

    def look(part: slice, left: int, right: int) -> None:
        rows = asking[part]
        ours = _asking(lead, rows)
        product = np.empty((len(rows), SIDE), np.float32)
        for at in range(left, right, SIDE):
            end = min(right, at + SIDE)
            block = product[: len(rows), : end - at]
            np.matmul(ours, there[at:end].T, out=block)
            still = visit(block, rows, columns[at:end])
            if not still:
                return
            if 2 * still < len(rows):
                kept = open_[rows]
                rows, ours = rows[kept], ours[kept]

    # few points are a piece for each thread
    size = max(1, min(SIDE, -(-len(asking) // numba.get_num_threads())))
    with one_blas_thread():
        for left, right in pairwise(bounds):

            def ask(part: slice, left: int = left, right: int = right) -> None:
                look(part, left, right)

            last = right == len(columns)
            for done in in_threads(ask, pieces(len(asking), size)):
                advance(done if last else 0)
            after()
            before = len(asking)
            asking = asking[open_[asking]]
            advance(0 if last else before - len(asking))


def triangle(
    lead: NDArray[np.float32],
    rows: Rows,
    visit: VisitBoth,
    advance: Callable[[float], None] = lambda done: None,
) -> None:
    """Show `visit` every pair of `rows` once, in blocks; parameters as in :func:`sweep`."""
    there = lead[rows]

    def ask(part: slice) -> None:
        ours = _asking(lead, rows[part])
        product = np.empty((len(ours), SIDE), np.float32)
        for at in range(part.start, len(rows), SIDE):
            columns = slice(at, min(len(rows), at + SIDE))
            block = product[:, : columns.stop - at]
            np.matmul(ours, there[columns].T, out=block)
            visit(block, rows[part], rows[columns], at == part.start)

    with one_blas_thread():
        for done in in_threads(ask, pieces(len(rows), SIDE)):
            advance(done)


def _asking(lead: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    """The coordinates of `rows` as those that ask: with 1 where the others have their norm."""
    ours = lead[rows]
    ours[:, -1] = 1.0
    return ours


class Copies:
    """An array of which every thread changes a copy of its own, so that none waits for another.

    Parameters
    ----------
    whole : ndarray
    merge : callable
        Takes `whole` and a copy, and puts into `whole` what has changed in the copy.
    """

    def __init__(
        self,
        whole: NDArray[Any],
        merge: Callable[[NDArray[Any], NDArray[Any]], object],
    ) -> None:
        self._whole = whole
        self._merge = merge
        self._local = threading.local()
        self._made: list[NDArray[Any]] = []

    def mine(self) -> NDArray[Any]:
        """The calling thread's copy."""
        if not hasattr(self._local, "copy"):
            self._local.copy = self._whole.copy()
            self._made.append(self._local.copy)
        copy: NDArray[Any] = self._local.copy
        return copy

    def gathered(self) -> NDArray[Any]:
        """The whole, after every copy is merged into it and forgotten; no thread may be at work."""
        for copy in self._made:
            self._merge(self._whole, copy)
        self._made = []
        self._local = threading.local()
        return self._whole
