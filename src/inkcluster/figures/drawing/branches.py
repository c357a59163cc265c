"""The last merges of a hierarchy as a tree that lies on its side: the root left, leaves right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures.drawing.tree import cut_height, from_the_left, roots_at

STEP = 0.1
"""The distance between the places tried for a merge between its branches, in rows."""


@dataclass(frozen=True, eq=False)
class Branches:
    """Nodes that are shown: leaves from the top, then merges, the lowest first."""

    node: NDArray[np.int64]
    """Numbers of the hierarchy's clusters."""
    height: NDArray[np.float64]
    """Of the merge; 0 for a leaf, whatever is merged inside it."""
    members: NDArray[np.int64]
    parent: NDArray[np.int64]
    """Position among the nodes shown; -1 for the root."""
    cluster: NDArray[np.int64]
    """Which cluster of the cut it is in, from the top; -1 above the cut."""
    leaves: int
    cut: float | None
    """The height that gives k clusters."""

    def rows(self, x: NDArray[np.float64], wide: float, high: float) -> NDArray[np.float64]:
        """Where the nodes stand, in rows from the top.

        A merge stands half way between its branches, or as near to that as pictures of
        `wide` (in units of `x`) by `high` (in rows) do not cover each other.
        """
        m = len(self.node)
        y = np.arange(m, dtype=np.float64)
        for i in range(self.leaves, m):
            below = np.flatnonzero(self.parent == i)
            low, top = float(y[below].min()), float(y[below].max())
            middle = (low + top) / 2
            offsets = np.arange(0.0, (top - low) / 2 + 1e-9, STEP)
            near = np.abs(x[:i] - x[i]) < wide
            y[i] = middle
            for offset in np.stack([offsets, -offsets], axis=1).ravel():
                if not (np.abs(y[:i][near] - middle - offset) < high).any():
                    y[i] = middle + offset
                    break
        return y


def branches(Z: NDArray[Any], k: int | None, truncate: int | None) -> Branches:
    """The last `truncate` clusters of a hierarchy as leaves, and the merges above them."""
    Z = np.asarray(Z, np.float64)
    n = len(Z) + 1
    shown = n if truncate is None else min(truncate, n)
    first = 2 * n - shown  # what is merged from here on is shown
    children = Z[:, :2].astype(np.int64)
    leaves: list[int] = []
    stack = [2 * n - 2]
    while stack:
        top = stack.pop()
        if top < first:
            leaves.append(top)
        else:
            stack += [int(children[top - n, 1]), int(children[top - n, 0])]
    merges = np.arange(first, 2 * n - 1)
    node = np.concatenate([np.array(leaves, np.int64), merges])
    place = np.full(2 * n - 1, -1)
    place[node] = np.arange(len(node))
    parent = np.full(len(node), -1, np.int64)
    parent[place[children[merges - n]]] = place[merges, None]
    height = np.concatenate([np.zeros(first), Z[first - n :, 2]])[node]
    members = np.concatenate([np.ones(n, np.int64), Z[:, 3].astype(np.int64)])[node]
    cluster = from_the_left(roots_at(Z, k)[node], np.arange(len(node)))
    return Branches(node, height, members, parent, cluster, shown, cut_height(Z, k))
