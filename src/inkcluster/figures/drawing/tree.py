"""Drawing one hierarchy: SciPy's coordinates, one collection for each colour."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures.drawing import text as _text
from inkcluster.figures.drawing import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Tree:
    """A hierarchy laid out for drawing.

    Parameters
    ----------
    x, y : ndarray of shape (links, 4)
        The bracket of each link; leaves stand at 5, 15, 25, ...
    cluster : ndarray of shape (links,)
        Which cluster under the cut a link belongs to, from the left; -1 above the cut.
    leaves : ndarray of shape (leaves,)
        Which node of the hierarchy each leaf is, from the left.
    members : ndarray of shape (leaves,)
        How many observations each leaf stands for.
    cut : float or None
        The height that gives k clusters; None when there is none.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    cluster: NDArray[np.int64]
    leaves: NDArray[np.int64]
    members: NDArray[np.int64]
    cut: float | None

    @property
    def positions(self) -> NDArray[np.float64]:
        """Where the leaves stand."""
        return np.asarray(10.0 * np.arange(len(self.leaves)) + 5.0, np.float64)


def layout(Z: NDArray[Any], k: int | None, truncate: int | None) -> Tree:
    """Lay a linkage matrix out, reduced to its last `truncate` leaves when given.

    ``scipy.cluster.hierarchy.dendrogram`` gives the coordinates. A cut at k takes the last k - 1
    merges away; the clusters left are numbered in the order in which they stand.
    """
    from scipy.cluster.hierarchy import dendrogram

    Z = np.asarray(Z, np.float64)
    n = len(Z) + 1
    shown = n if truncate is None else min(truncate, n)
    root = _roots(Z, k)
    with _deep_recursion(shown):
        drawn = dendrogram(
            Z,
            p=shown,
            truncate_mode="lastp" if shown < n else None,
            no_plot=True,
            link_color_func=lambda node: str(root[node]),
        )
    x = np.asarray(drawn["icoord"], np.float64).reshape(-1, 4)
    y = np.asarray(drawn["dcoord"], np.float64).reshape(-1, 4)
    roots = np.array([int(colour) for colour in drawn["color_list"]], np.int64)
    leaves = np.asarray(drawn["leaves"], np.int64)
    members = np.where(leaves < n, 1, Z[np.maximum(leaves - n, 0), 3]).astype(np.int64)
    return Tree(x, y, _from_the_left(roots, x[:, 0]), leaves, members, cut_height(Z, k))


def cut_height(Z: NDArray[Any], k: int | None) -> float | None:
    """Half way between the merges that a cut at k clusters keeps and takes away; None when there is no cut."""
    heights = np.sort(np.asarray(Z, np.float64)[:, 2])
    if k is None or not 2 <= k <= len(heights):
        return None
    return float((heights[-k] + heights[-k + 1]) / 2)


def _roots(Z: NDArray[np.float64], k: int | None) -> NDArray[np.int64]:
    """For each node, the node that is its cluster at k; -1 for the merges above the cut."""
    n = len(Z) + 1
    root = np.full(2 * n - 1, -1, np.int64)
    if k is None or not 2 <= k <= n:
        return root
    first_above = 2 * n - k
    for node in range(2 * n - 2, n - 1, -1):
        for child in Z[node - n, :2].astype(np.int64):
            if child < first_above:
                root[child] = child if node >= first_above else root[node]
    return root


def _from_the_left(roots: NDArray[np.int64], left: NDArray[np.float64]) -> NDArray[np.int64]:
    """Renumber clusters 0, 1, ... by where their leftmost link stands; -1 stays."""
    names = np.unique(roots[roots >= 0])
    names = names[np.argsort([left[roots == name].min() for name in names], kind="stable")]
    cluster = np.full(len(roots), -1, np.int64)
    for i, name in enumerate(names):
        cluster[roots == name] = i
    return cluster


def draw(axes: Axes, tree: Tree, k: int | None) -> None:
    """Draw brackets coloured by cluster, and the cut as a dashed line; `k` is written at its end if given."""
    from matplotlib.collections import LineCollection

    brackets = np.stack([tree.x, tree.y], axis=2)
    for cluster in np.unique(tree.cluster).tolist():
        above = cluster < 0  # links of the clusters the cut leaves apart
        lines = LineCollection(
            list(brackets[tree.cluster == cluster]),
            colors=theme.MUTED if above else theme.ACCENTS[cluster % len(theme.ACCENTS)],
            linewidths=1.1 if len(tree.leaves) <= 100 else 0.6,
            capstyle="round",
        )
        axes.add_collection(lines, autolim=False)
    right = 10.0 * max(len(tree.leaves), 1)
    top = float(tree.y.max(initial=0.0)) or 1.0
    axes.set_xlim(0, right)
    axes.set_ylim(0, top * 1.05)
    axes.tick_params(bottom=False, labelbottom=False)
    axes.yaxis.set_major_formatter(lambda value, _: _text.short(value))
    if tree.cut is not None:
        axes.axhline(tree.cut, color=theme.INK, linewidth=0.9, linestyle=(0, (4, 3)))
        if k is not None:
            style = {"va": "center_baseline", "annotation_clip": False}
            place = ("axes fraction", "data")
            theme.note(axes, f"k = {k}", (1, tree.cut), (4, 0), xycoords=place, **style)


@contextmanager
def _deep_recursion(leaves: int) -> Iterator[None]:
    """SciPy walks down a hierarchy by recursion; a chain of merges needs a frame for each leaf."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 2 * leaves + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
