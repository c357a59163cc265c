"""Merging one pair after another in a stored matrix, for points of which rounds unite only few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.linkage.plan import pairs
from inkcluster.cluster.linkage.rounds import Stored
from inkcluster.kernels.linkage import blend as linkage_blend
from inkcluster.kernels.linkage import stored as linkage_stored

SHRINK = 0.75
"""The matrix moves together when this share of its rows is left."""
STEP = 512
"""Merges between two words to the listener."""
_advance: Any = linkage_stored.advance  # more arguments than mypy can count


def by_steps(state: Stored, advance: Callable[[float], None]) -> None:
    """Merge always the nearest pair, until one cluster is left (Müllner 2011, the generic algorithm)."""
    m = left = state.m
    total = len(state.merges)
    rows: tuple[NDArray[Any], ...] = (
        np.full(m, -np.inf),  # distance to the nearest after a row
        np.full(m, -1, np.int64),  # which that is
        np.ones(m, np.bool_),  # stale
        np.zeros((m, 2), np.int32),  # earliest members of the nearest pair
        np.zeros(m),  # doubt
    )
    gone = np.zeros(m, state.matrix.dtype)
    while state.done < total:
        new = slice(state.done, min(total, state.done + max(1, min(int(m * (1 - SHRINK)), STEP))))
        _advance(
            state.matrix, m, gone, state.ceiling, state.half, state.method, state.per_unit,
            state.points, *state.members, *state.slots, *rows,
            state.merges[new], state.counts[new], state.height[new], state.doubt[new],
        )  # fmt: skip
        state.done = new.stop
        advance(pairs(left) - pairs(total + 1 - state.done))
        left = total + 1 - state.done
        if left <= SHRINK * m:
            alive = np.flatnonzero(gone == 0)
            linkage_blend.compact(state.matrix, m, alive)
            slot = np.full(m + 1, -1)
            slot[alive] = np.arange(len(alive))
            state.slots = tuple(np.ascontiguousarray(a[alive]) for a in state.slots)
            rows = tuple(np.ascontiguousarray(a[alive]) for a in rows)
            rows[1][:] = slot[rows[1]]  # -1 stays -1: it reads the place past the end
            m = len(alive)
            gone = np.zeros(m, state.matrix.dtype)
    state.m = 1
