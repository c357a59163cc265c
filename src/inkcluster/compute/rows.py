"""Rows of points in one or several shards, each of which works on the rows that it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Rows:
    """All points, as shards in the order of their rows: here, in this process, one after another.

    A shard is any object. Its methods work on its own rows, take and give small arrays, and give the
    same whatever the shard did before, so that the shard may be made again somewhere else.

    Parameters
    ----------
    shards : sequence of object
    sizes : sequence of int
        The number of rows in each.
    d : int
        Features.
    dtype : dtype
        Of the points.
    """

    are_elsewhere = False
    """Whether the shards are in other processes."""

    def __init__(self, shards: Sequence[Any], sizes: Sequence[int], d: int, dtype: Any) -> None:
        self.shards = list(shards)
        self.ends = np.cumsum(sizes)
        self.n, self.d, self.dtype = int(self.ends[-1]), d, np.dtype(dtype)

    @property
    def parts(self) -> list[slice]:
        """The range of rows of each shard."""
        starts = [0, *self.ends[:-1].tolist()]
        return [slice(a, b) for a, b in zip(starts, self.ends.tolist(), strict=True)]

    def each(self, method: str, *given: Any, of: Sequence[int] | None = None) -> list[Any]:
        """What a method of each shard returns, in order; of the shards `of` alone where given."""
        chosen = range(len(self.shards)) if of is None else of
        return self.each_its_own(method, [given] * len(chosen), of=chosen)

    def each_its_own(
        self, method: str, given: Sequence[tuple[Any, ...]], *, of: Sequence[int]
    ) -> list[Any]:
        """The same, with arguments for each shard of `of`."""
        pairs = zip(of, given, strict=True)
        return [getattr(self.shards[i], method)(*arguments) for i, arguments in pairs]

    def others(self, method: str, *given: Any) -> Rows:
        """As many rows, in the shards that a method of each shard returns."""
        return Rows(self.each(method, *given), *self._about)

    @property
    def _about(self) -> tuple[list[int], int, Any]:
        return np.diff(self.ends, prepend=0).tolist(), self.d, self.dtype

    def take(self, ids: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """Copies of some rows, (m, d), in the order of `ids` (m,)."""
        out = np.empty((len(ids), self.d), self.dtype)
        held = np.searchsorted(self.ends, ids, side="right")
        of = np.unique(held).tolist()
        starts = [part.start for part in self.parts]
        wanted = [(ids[held == i] - starts[i],) for i in of]
        for i, rows in zip(of, self.each_its_own("take", wanted, of=of), strict=True):
            out[held == i] = rows
        return out
