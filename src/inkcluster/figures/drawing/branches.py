"""The last merges of a hierarchy as a tree that lies on its side: the root left, leaves right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures.drawing.tree import cut_height

STEP = 0.1
"""The distance between the places tried for a merge between its branches, in rows."""


@dataclass(frozen=True, eq=False)
class Branches:
    """Nodes that are shown: leaves from the top, then merges, the lowest first.

    Parameters
    ----------
    node : ndarray of shape (m,), int64
        Numbers of the hierarchy's clusters.
    height : ndarray of shape (m,)
        Of the merge; 0 for a leaf, whatever is merged inside it.
    members : ndarray of shape (m,), int64
    parent : ndarray of shape (m,), int64
        Position among the nodes shown; -1 for the root.
    cluster : ndarray of shape (m,), int64
        Which cluster of the cut it is in, from the top; -1 above the cut.
    leaves : int
    cut : float or None
        The height that gives k clusters.
    """

    node: NDArray[np.int64]
    height: NDArray[np.float64]
    members: NDArray[np.int64]
    parent: NDArray[np.int64]
    cluster: NDArray[np.int64]
    leaves: int
    cut: float | None

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
    node = np.array([*leaves, *range(first, 2 * n - 1)], np.int64)
    place = {int(one): i for i, one in enumerate(node)}
    parent = np.full(len(node), -1, np.int64)
    height = np.zeros(len(node))
    members = np.ones(len(node), np.int64)
    for i, one in enumerate(node.tolist()):
        if one >= n:
            members[i] = int(Z[one - n, 3])
        if one >= first:
            height[i] = Z[one - n, 2]
            parent[[place[int(child)] for child in children[one - n]]] = i
    cluster = _clusters(node, parent, 2 * n - k if k is not None and 2 <= k <= n else None)
    return Branches(node, height, members, parent, cluster, shown, cut_height(Z, k))


def _clusters(
    node: NDArray[np.int64], parent: NDArray[np.int64], above: int | None
) -> NDArray[np.int64]:
    """Clusters numbered from the top; `above` is the first merge that the cut takes away."""
    root = np.full(len(node), -1, np.int64)
    if above is None:
        return root
    for i in range(len(node) - 1, -1, -1):  # parents before their children
        if node[i] < above:
            root[i] = i if parent[i] < 0 or root[parent[i]] < 0 else root[parent[i]]
    number: dict[int, int] = {}  # leaves come first, from the top
    return np.array(
        [-1 if one < 0 else number.setdefault(one, len(number)) for one in root.tolist()], np.int64
    )


def leaf_of(Z: NDArray[Any], tree: Branches) -> NDArray[np.int64]:
    """For each observation, which of the leaves shown it is in, shape (n,)."""
    n = len(Z) + 1
    owner = [-1] * (2 * n - 1)
    for i, node in enumerate(tree.node[: tree.leaves].tolist()):
        owner[node] = i
    children = np.asarray(Z)[:, :2].astype(np.int64).tolist()
    for node in range(2 * n - 2, n - 1, -1):
        if owner[node] >= 0:
            for child in children[node - n]:
                owner[child] = owner[node]
    return np.array(owner[:n], np.int64)
