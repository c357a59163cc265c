"""Where the points of a shard stand in each restart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(eq=False)
class Standing:
    """Where points (n,) stand in each restart: (R, n).

    `margin` bounds from below each point's distance to its second nearest centre less that to its
    own; `who` and `was` are written with the points that move and their former labels.
    """

    labels: NDArray[np.int32]
    margin: NDArray[np.float32]
    who: NDArray[np.int32]
    was: NDArray[np.int32]

    @classmethod
    def new(cls, restarts: int, n: int) -> Standing:
        """That of points without labels."""
        shape = restarts, n
        labels, margin = np.full(shape, -1, np.int32), np.full(shape, -1, np.float32)
        return cls(labels, margin, np.empty(shape, np.int32), np.empty(shape, np.int32))
