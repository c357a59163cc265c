"""`PictureTree`: the top of a hierarchy, each leaf and each merge with its mean image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing.branches import Branches, branches
from inkcluster.figures.drawing.mosaic import LIGHT_ON_DARK, ink, show_ink, tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

ZOOMABLE = "zoomable"
"""The id of a group in the SVG that tells a page to let people zoom into the picture."""
_PART, _NODE, _BRANCHES, _HOLLOW = "node-{}-{}", "node-{}-of-{}{}", "branches-{}", "hollow-{}"
"""Ids in the SVG by which a page closes branches: the parts of each node, and whose lines follow in which order."""
_LEFT, _RIGHT, _TOP = 0.32, 1.7, 0.62
_PITCH, _SIDE, _UNDER = 0.345, 0.25, 0.075
_PER_LINE = 6
_FINE = 5.0
"""Points of the sizes under merges: small, since a page lets them be enlarged."""


@dataclass(frozen=True, eq=False)
class PictureTree(Head):
    """A hierarchy from its root (left) to its last clusters (right), coloured by class or by cluster.

    Parameters
    ----------
    name, title, says : str
    Z : ndarray of shape (n - 1, 4)
        A linkage matrix as SciPy's.
    k : int or None
        Where it is cut; no cut is drawn for None or 1.
    pictures : ndarray of shape (m, h, w)
        The mean image of each node, in the order of :meth:`nodes`.
    truncate : int or None
        Show only the last `truncate` clusters as leaves; None shows every observation.
    classes : sequence of str or None
        The class of most of each node's members, in the order of :meth:`nodes`: what colours it.
        Without them, the clusters of the cut give the colours.
    shares : sequence of float or None
        The share of that class.
    ink, peak
        As for :class:`inkcluster.figures.Gallery`.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.cluster.hierarchy import ward
    >>> from inkcluster.figures import PictureTree
    >>> Z = ward(np.array([[0.0], [1.0], [10.0], [12.0]]))
    >>> figure = PictureTree("ward", "Ward", "Two pairs.", Z, 2, np.zeros((7, 2, 2)))
    >>> figure.frame()[["node", "parent", "height", "members"]].round(1).values.tolist()[3:]
    [[3.0, 5.0, 0.0, 1.0], [4.0, 6.0, 1.0, 2.0], [5.0, 6.0, 2.0, 2.0], [6.0, -1.0, 14.8, 4.0]]
    """

    Z: NDArray[Any]
    k: int | None
    pictures: NDArray[Any]
    truncate: int | None = 30
    classes: Sequence[str] | None = None
    shares: Sequence[float] | None = None
    ink: str = LIGHT_ON_DARK
    peak: float = 255.0

    def nodes(self) -> NDArray[np.int64]:
        """The numbers of the clusters shown: leaves from the top, then merges, the lowest first."""
        return branches(self.Z, self.k, self.truncate).node

    def frame(self) -> pd.DataFrame:
        """One row for each node: node, parent (-1 for the root), height, members, leaf, cluster, class, share.

        The cluster is -1 above the cut.
        """
        tree = branches(self.Z, self.k, self.truncate)
        frame = pd.DataFrame(
            {
                "node": tree.node,
                "parent": np.where(tree.parent >= 0, tree.node[tree.parent], -1),
                "height": tree.height,
                "members": tree.members,
                "leaf": np.arange(len(tree.node)) < tree.leaves,
                "cluster": tree.cluster,
            }
        )
        if self.classes is not None:
            frame["class"] = list(self.classes)
        if self.shares is not None:
            frame["share"] = np.asarray(self.shares, np.float64)
        return frame

    @theme.styled
    def plot(self) -> Picture:
        """Branches as elbows, pictures over them, sizes under the pictures, words right of the leaves."""
        tree = branches(self.Z, self.k, self.truncate)
        legend = self._legend()
        top = _TOP + 0.2 * -(-len(legend) // _PER_LINE)
        room = theme.WIDTH - _LEFT - _RIGHT
        tallest = float(tree.height.max(initial=0.0)) or 1.0
        x = _LEFT + room * (1 - tree.height / tallest)
        high = (_SIDE + _UNDER) / _PITCH
        rows = tree.rows(x, _SIDE * 1.06, high)
        y = top + 0.1 + _PITCH * (rows + 0.5)
        foot = top + 0.1 + _PITCH * tree.leaves
        picture, page = theme.page(theme.WIDTH, foot + 0.1)
        picture.patch.set_gid(ZOOMABLE)
        self._axis(page, tree, tallest, top, foot)
        colours = self._colours(tree)
        self._draw_branches(page, tree, x, y, colours)
        self._draw_pictures(page, tree, x, y, colours)
        self._draw_words(page, tree, x, y)
        self._draw_legend(page, legend)
        return picture

    def _axis(self, page: Any, tree: Branches, tallest: float, top: float, foot: float) -> None:
        from matplotlib.ticker import MaxNLocator

        room = theme.WIDTH - _LEFT - _RIGHT
        note: dict[str, Any] = {"size": theme.TINY, "color": theme.MUTED, "va": "bottom"}
        for tick in MaxNLocator(5).tick_values(0, tallest):
            if 0 <= tick <= tallest:
                at = _LEFT + room * (1 - tick / tallest)
                page.plot([at, at], [top, foot], color=theme.GRID, linewidth=0.7, zorder=0.1)
                page.text(at, top - 0.04, text.short(tick), ha="center", **note)
        page.text(_LEFT + room + 0.21, top - 0.04, "← height of the merge", ha="left", **note)
        if tree.cut is not None:
            at = _LEFT + room * (1 - tree.cut / tallest)
            line: dict[str, Any] = {"linewidth": 0.9, "linestyle": (0, (4, 3)), "zorder": 0.2}
            page.plot([at, at], [top, foot], color=theme.INK, **line)
            words = {**note, "color": theme.INK, "size": theme.SMALL}
            page.text(at, top - 0.19, f"cut at k = {self.k}", ha="center", **words)

    def _legend(self) -> list[str]:
        """The classes that have a colour, those of most leaves' members first."""
        if self.classes is None:
            return []
        tree = branches(self.Z, self.k, self.truncate)
        held: dict[str, int] = {}
        for name, members in zip(self.classes, tree.members.tolist(), strict=True):
            held[name] = held.get(name, 0) + members
        names = sorted(held, key=lambda name: -held[name])[: 2 * len(theme.ACCENTS)]
        return sorted(names, key=_natural)

    def _colours(self, tree: Branches) -> list[tuple[str, bool]]:
        """For each node a colour, and whether its line is hollow (the second round of colours)."""
        m = len(theme.ACCENTS)
        if self.classes is not None:
            place = {name: i for i, name in enumerate(self._legend())}
            numbers = [place.get(name, -1) for name in self.classes]
        else:
            numbers = [c % (2 * m) if c >= 0 else -1 for c in tree.cluster.tolist()]
        return [(theme.MUTED, False) if i < 0 else (theme.ACCENTS[i % m], i >= m) for i in numbers]

    def _draw_branches(
        self, page: Any, tree: Branches, x: Any, y: Any, colours: list[tuple[str, bool]]
    ) -> None:
        """From each node along its height, then up or down to its parent."""
        most = max(float(np.log1p(tree.members.max(initial=1))), 1e-9)
        order = np.argsort(-tree.members, kind="stable")
        own = order[tree.parent[order] >= 0]
        up = tree.parent[own]
        elbows = np.stack([x[own], y[own], x[up], y[own], x[up], y[up]], axis=1).reshape(-1, 3, 2)
        widths = 1.2 + 2.6 * np.log1p(tree.members[own]) / most
        shades = [colours[i][0] for i in own]
        style: dict[str, Any] = {"capstyle": "butt", "joinstyle": "miter"}
        style["gid"] = _BRANCHES.format("-".join(map(str, own.tolist())))
        theme.add_lines(page, elbows, colors=shades, linewidths=widths, zorder=0.5, **style)
        hollow = np.array([colours[i][1] for i in own], bool)
        if hollow.any():
            style |= {"colors": theme.PAPER, "linewidths": widths[hollow] * 0.42, "zorder": 0.6}
            style["gid"] = _HOLLOW.format("-".join(map(str, own[hollow].tolist())))
            theme.add_lines(page, elbows[hollow], **style)

    def _draw_pictures(
        self, page: Any, tree: Branches, x: Any, y: Any, colours: list[tuple[str, bool]]
    ) -> None:
        opacity = ink(np.asarray(self.pictures), peak=self.peak, polarity=self.ink)
        _, h, w = opacity.shape[:3]
        inch = _SIDE / max(h, w)
        wide, high = w * inch, h * inch
        for i in range(len(tree.node)):
            left, upper = x[i] - wide / 2, y[i] - high / 2
            if i >= tree.leaves:  # nothing shows through, not even the size under another picture
                words = text.width(text.count(tree.members[i]), _FINE)
                under = (x[i] - words / 2, upper + high, words, _UNDER)
                tiles(page, [under], theme.PAPER, zorder=0.8, gid=_PART.format(i, "under"))
            box = (left, upper, wide, high)
            tiles(page, [box], theme.PAPER, zorder=0.9, gid=_node(tree, i))
            line: dict[str, Any] = {"edgecolors": colours[i][0], "linewidths": 0.9}
            tiles(page, [box], theme.TILE, gid=_PART.format(i, "tile"), **line)
            show_ink(page, opacity[i], box, gid=_PART.format(i, "picture"))

    def _draw_words(self, page: Any, tree: Branches, x: Any, y: Any) -> None:
        for i, members in enumerate(tree.members.tolist()):
            if i >= tree.leaves:
                under: dict[str, Any] = {"ha": "center", "va": "top", "zorder": 3, "size": _FINE}
                words = text.count(members)
                under["gid"] = _PART.format(i, "count")
                page.text(x[i], y[i] + _SIDE / 2 + 0.008, words, color=theme.MUTED, **under)
                continue
            at = x[i] + _SIDE / 2 + 0.08
            style: dict[str, Any] = {"size": theme.SMALL, "va": "center"}
            muted = {**style, "color": theme.MUTED}
            page.text(at, y[i], text.count(members), gid=_PART.format(i, "count"), **muted)
            if self.classes is not None:
                name = text.clean(self.classes[i], 8)
                page.text(at + 0.5, y[i], name, gid=_PART.format(i, "class"), **style)
            if self.shares is not None and members > 1:
                share = f"{100 * float(self.shares[i]):.0f} %"
                muted |= {"ha": "right", "gid": _PART.format(i, "share")}
                page.text(theme.WIDTH - 0.1, y[i], share, **muted)

    def _draw_legend(self, page: Any, legend: list[str]) -> None:
        across = (theme.WIDTH - 0.3) / _PER_LINE
        words = "Right of a leaf: its number of images"
        words += ", largest class and its share. Colour: largest class" if legend else ""
        page.text(0.12, 0.12, words, size=theme.SMALL, color=theme.MUTED, va="center")
        for i, name in enumerate(legend):
            line, column = divmod(i, _PER_LINE)
            left, middle = 0.12 + column * across, 0.34 + 0.2 * line
            shade, hollow = theme.ACCENTS[i % len(theme.ACCENTS)], i >= len(theme.ACCENTS)
            ends = [left, left + 0.2], [middle, middle]
            page.plot(*ends, color=shade, linewidth=3.4, solid_capstyle="butt")
            if hollow:
                page.plot(*ends, color=theme.PAPER, linewidth=1.4)
            page.text(left + 0.27, middle, text.clean(name, 12), size=theme.SMALL, va="center")


def _node(tree: Branches, i: int) -> str:
    """The id of a node's place: its number, its parent's, and whether it is a cluster of the cut."""
    up = int(tree.parent[i])
    is_cut = tree.cluster[i] >= 0 and up >= 0 and tree.cluster[up] < 0
    return _NODE.format(i, up if up >= 0 else "none", "-cut" if is_cut else "")


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers by size, before words by the alphabet."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name
