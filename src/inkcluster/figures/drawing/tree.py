"""Drawing one hierarchy: SciPy's coordinates, one collection for each colour."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures.drawing import text, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_NAMED = 100
"""The branches of a tree with more leaves have no names, by which a page could close them."""
LEAF = "leaf-{}-{}-{}"
"""The id of what hangs at a leaf of a panel: a label, a picture, its tile."""
PANEL = "panel-{}"
"""The id of a panel's title."""
_LINKS = "links-{}-{}-{}"


@dataclass(frozen=True, eq=False)
class Tree:
    """A hierarchy laid out for drawing: brackets (links, 4), and leaves at 5, 15, 25, …"""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    cluster: NDArray[np.int64]
    """Of each link, under the cut, from the left; -1 above it."""
    parent: NDArray[np.int64]
    """Of each link, the link above it; -1 for the last. A link comes after those below it."""
    span: NDArray[np.int64]
    """The first and the last leaf below each link, shape (links, 2)."""
    leaves: NDArray[np.int64]
    """The node of the hierarchy that each leaf is, from the left."""
    members: NDArray[np.int64]
    """Observations in each leaf."""
    cut: float | None
    """The height that gives k clusters."""

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
    with _deep_recursion(shown):
        drawn = dendrogram(
            Z,
            p=shown,
            truncate_mode="lastp" if shown < n else None,
            no_plot=True,
            link_color_func=str,
        )
    x = np.asarray(drawn["icoord"], np.float64).reshape(-1, 4)
    y = np.asarray(drawn["dcoord"], np.float64).reshape(-1, 4)
    node = np.array([int(name) for name in drawn["color_list"]], np.int64)
    leaves = np.asarray(drawn["leaves"], np.int64)
    members = np.where(leaves < n, 1, Z[np.maximum(leaves - n, 0), 3]).astype(np.int64)
    cluster = from_the_left(roots_at(Z, k)[node], x[:, 0])
    return Tree(x, y, cluster, *_below(Z, node, leaves), leaves, members, cut_height(Z, k))


def _below(
    Z: NDArray[np.float64], node: NDArray[np.int64], leaves: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The link above each link, and its first and last leaf; `node` has children before parents."""
    n = len(Z) + 1
    parent = np.full(len(node), -1, np.int64)
    span = {leaf: (place, place) for place, leaf in enumerate(leaves.tolist())}
    place = {own: at for at, own in enumerate(node.tolist())}
    for at, own in enumerate(node.tolist()):
        children = Z[own - n, :2].astype(np.int64).tolist()
        for child in children:
            if child in place:
                parent[place[child]] = at
        ends = [span[child] for child in children]
        span[own] = min(first for first, _ in ends), max(last for _, last in ends)
    return parent, np.array([span[own] for own in node.tolist()], np.int64).reshape(-1, 2)


def cut_height(Z: NDArray[Any], k: int | None) -> float | None:
    """Half way between the merges that a cut at k clusters keeps and takes away; None when there is no cut."""
    heights = np.sort(np.asarray(Z, np.float64)[:, 2])
    if k is None or not 2 <= k <= len(heights):
        return None
    return float((heights[-k] + heights[-k + 1]) / 2)


def roots_at(Z: NDArray[np.float64], k: int | None) -> NDArray[np.int64]:
    """For each node, the node that is its cluster at k; -1 for the merges above the cut."""
    n = len(Z) + 1
    root = np.full(2 * n - 1, -1, np.int64)
    if k is None or not 2 <= k <= n:
        return root
    parts = Z[n - k :, :2].astype(np.int64).ravel()  # of the merges above the cut
    clusters = parts[parts < 2 * n - k]
    root[clusters] = clusters
    return _handed_down(Z, root)


def from_the_left(roots: NDArray[np.int64], left: NDArray[Any]) -> NDArray[np.int64]:
    """Renumber clusters 0, 1, ... by where their leftmost part stands; -1 stays."""
    names = dict.fromkeys(roots[np.argsort(left, kind="stable")].tolist())
    number = {name: i for i, name in enumerate(name for name in names if name >= 0)}
    return np.array([number.get(root, -1) for root in roots.tolist()], np.int64)


def leaf_of(Z: NDArray[Any], leaves: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each observation, which of `leaves` (nodes of the hierarchy) it is in, shape (n,)."""
    owner = np.full(2 * len(Z) + 1, -1, np.int64)
    owner[leaves] = np.arange(len(leaves))
    return _handed_down(np.asarray(Z), owner)[: len(Z) + 1]


def _handed_down(Z: NDArray[Any], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give what each node has (not -1) to all nodes below it."""
    children, given = Z[:, :2].astype(np.int64).tolist(), owner.tolist()
    for merge in range(len(Z) - 1, -1, -1):
        own = given[merge + len(Z) + 1]
        if own >= 0:
            for child in children[merge]:
                given[child] = own
    return np.array(given, np.int64)


def draw(axes: Axes, tree: Tree, k: int | None, panel: int = 0) -> None:
    """Draw brackets coloured by cluster, and the cut as a dashed line; `k` is written at its end if given.

    In an SVG of a tree that is not too large, the brackets of a cluster are a group whose id tells
    the page how they hang together: ``links-PANEL-CLUSTER-`` and for each
    ``LINK.PARENT.FIRST.LAST.MEMBERS``, joined by hyphens; ``none`` where there is no cluster or parent.
    """
    brackets = np.stack([tree.x, tree.y], axis=2)
    for cluster in np.unique(tree.cluster).tolist():
        colour = theme.MUTED if cluster < 0 else theme.accent(cluster)
        style: dict[str, Any] = {"linewidths": 1.1 if len(tree.leaves) <= 100 else 0.6}
        own = np.flatnonzero(tree.cluster == cluster)
        if len(tree.leaves) <= MAX_NAMED:
            style["gid"] = _LINKS.format(panel, _number(cluster), _named(tree, own))
        theme.add_lines(axes, list(brackets[own]), colors=colour, capstyle="round", **style)
    right = 10.0 * max(len(tree.leaves), 1)
    top = float(tree.y.max(initial=0.0)) or 1.0
    axes.set_xlim(0, right)
    axes.set_ylim(0, top * 1.05)
    axes.tick_params(bottom=False, labelbottom=False)
    axes.yaxis.set_major_formatter(lambda value, _: text.short(value))
    if tree.cut is not None:
        axes.axhline(tree.cut, color=theme.INK, linewidth=0.9, linestyle=(0, (4, 3)))
        if k is not None:
            style = {"va": "center_baseline", "annotation_clip": False}
            style["xycoords"] = ("axes fraction", "data")
            theme.note(axes, f"k = {k}", (1, tree.cut), (4, 0), **style)


def _named(tree: Tree, links: NDArray[np.int64]) -> str:
    """What the page is told of these links."""
    names = []
    for link in links.tolist():
        first, last = tree.span[link].tolist()
        members = int(tree.members[first : last + 1].sum())
        names.append(f"{link}.{_number(int(tree.parent[link]))}.{first}.{last}.{members}")
    return "-".join(names)


def _number(value: int) -> str:
    return str(value) if value >= 0 else "none"


@contextmanager
def _deep_recursion(leaves: int) -> Iterator[None]:
    """SciPy walks down a hierarchy by recursion; a chain of merges needs a frame for each leaf."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 2 * leaves + 1000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
