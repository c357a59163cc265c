"""`CondensedTree`: HDBSCAN's clusters, how they split and shrink, and which are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing.icicle import Icicle, layout
from inkcluster.figures.drawing.mosaic import LIGHT_ON_DARK, ink, picture_row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

MAX_ENDS = 24
"""The smallest clusters are not drawn where more than this many end."""
_LEFT, _RIGHT, _TOP = 0.75, 0.25, 0.15


@dataclass(frozen=True, eq=False)
class CondensedTree(Head):
    """The condensed tree as icicles: a bar for each cluster, from where it appears to where it ends.

    A bar's width is the logarithm of the points that are left at that height.

    Parameters
    ----------
    name, title, says : str
    tree : structured ndarray
        ``HDBSCAN.condensed_tree_``.
    selected : ndarray of int
        ``HDBSCAN.selected_clusters_``: drawn in colour, with what lies under them.
    pictures : ndarray of shape (len(selected), h, w) or None
        A picture for each selected cluster (mean images), drawn under its bar.
    labels : sequence of str or None
        One for each selected cluster; by default its number and the points it starts with.
    ink, peak
        As for :class:`inkcluster.figures.Gallery`.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import HDBSCAN
    >>> from inkcluster.figures import CondensedTree
    >>> X = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.2]])
    >>> found = HDBSCAN(min_cluster_size=3, copy=True).fit(X)
    >>> head = ("condensed", "Condensed tree", "Two clusters.")
    >>> figure = CondensedTree(*head, found.condensed_tree_, found.selected_clusters_)
    >>> figure.frame()[["cluster", "size", "label"]].values.tolist()
    [[6, 6, -1], [7, 3, 0], [8, 3, 1]]
    """

    tree: NDArray[Any]
    selected: NDArray[Any]
    pictures: NDArray[Any] | None = None
    labels: Sequence[str] | None = None
    ink: str = LIGHT_ON_DARK
    peak: float = 255.0

    def frame(self) -> pd.DataFrame:
        """One row for each cluster drawn.

        Its number and its parent's (-1 for the root's), points when it appears, heights at which it
        appears (infinite for the root) and ends, the middle of its bar, the selected cluster that
        it is or lies under (-1 for none), whether it is selected itself.
        """
        icicle = layout(self.tree, self.selected, MAX_ENDS)
        columns = ("cluster", "parent", "size", "top", "bottom", "x", "label", "selected")
        return pd.DataFrame({column: getattr(icicle, column) for column in columns})

    @theme.styled
    def plot(self) -> Picture:
        """The bars; under those of selected clusters their pictures and labels."""
        icicle = layout(self.tree, self.selected, MAX_ENDS)
        ends = max(float(icicle.x.max(initial=0.0)) + 1, 4.0)
        across = (theme.WIDTH - _LEFT - _RIGHT) / ends
        shown = np.flatnonzero(icicle.selected)
        side = min(across * 0.88, 0.55) if self.pictures is not None and len(shown) else 0.0
        labels = self._labels(icicle, shown)
        widest = text.widest([line for label in labels for line in label.split("\n")], theme.TINY)
        upright = widest <= across * 1.15
        under = 0.32 if upright else 0.1 + widest
        height = 3.0
        picture = theme.new(theme.WIDTH, _TOP + height + side + under + 0.3)
        axes = theme.chart(picture, _LEFT, _TOP, theme.WIDTH - _LEFT - _RIGHT, height)
        _draw(axes, icicle, (-0.5 - (ends - 1 - icicle.x.max()) / 2, ends))
        page = theme.overlay(picture)
        first = axes.get_xlim()[0]
        middles = _LEFT + (icicle.x[shown] - first) * across
        foot = _TOP + height + 0.07
        if side and self.pictures is not None:
            opacity = ink(self.pictures[icicle.label[shown]], peak=self.peak, polarity=self.ink)
            picture_row(page, opacity, middles, foot, side)
        for x, words in zip(middles, labels, strict=True):
            style: dict[str, Any] = {"ha": "center", "va": "top", "rotation": 0 if upright else 90}
            page.text(x, foot + side + 0.03, words, size=theme.TINY, **style)
        theme.write(picture, _LEFT, -0.04, self._note(icicle), size=theme.TINY)
        return picture

    def _labels(self, icicle: Icicle, shown: NDArray[np.intp]) -> list[str]:
        if self.labels is None:
            return [
                f"#{label}\n{text.count(size)}"
                for label, size in zip(icicle.label[shown], icicle.size[shown], strict=True)
            ]
        return [text.clean(self.labels[int(i)], 12) for i in icicle.label[shown]]

    def _note(self, icicle: Icicle) -> str:
        note = "Width: number of images (logarithmic). Colour: clusters that are kept"
        if icicle.left_out:
            few = f"{text.count(icicle.left_out)} of fewer than {text.count(icicle.least)} images"
            note += f". Not drawn: {few}"
        return note


def _draw(axes: Axes, icicle: Icicle, across: tuple[float, float]) -> None:
    """Bars and the lines that join them, over an axis of heights."""
    widest = np.log1p(icicle.size.max(initial=1))
    lowest, highest = _heights(icicle)
    lines = []
    shapes: dict[str, list[NDArray[np.float64]]] = {}
    for i in range(len(icicle.cluster)):
        steps, left = icicle.outline[i]
        y = np.concatenate([[min(icicle.top[i], highest)], steps, [icicle.bottom[i]]])
        counts = np.concatenate([[icicle.size[i]], left])
        half = 0.46 * np.log1p(np.maximum(counts, 0)) / widest
        y = np.clip(y, lowest, highest)
        side = np.column_stack([np.repeat(half, 2), np.repeat(y, 2)[1:-1]])
        shape = np.concatenate([side, side[::-1] * np.array([-1.0, 1.0])])
        shape[:, 0] += icicle.x[i]
        shapes.setdefault(theme.accent(int(icicle.label[i])), []).append(shape)
        for child in np.flatnonzero(icicle.parent == icicle.cluster[i]).tolist():
            level = min(icicle.top[child], highest)
            lines.append([(icicle.x[i], level), (icicle.x[child], level)])
    theme.add_lines(axes, lines, colors=theme.MUTED, linewidths=0.8, zorder=1)
    for colour, polygons in shapes.items():
        theme.add_polygons(axes, polygons, colour, zorder=2)
    axes.set_xlim(across[0], across[0] + across[1])
    axes.set_ylim(lowest, highest)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.yaxis.set_major_formatter(lambda value, _: text.short(value))
    axes.set_ylabel("Mutual reachability distance")


def _heights(icicle: Icicle) -> tuple[float, float]:
    """The axis: from just under the last end to a little over the first split, or all of one bar."""
    finite = icicle.top[np.isfinite(icicle.top)]
    bottom = float(icicle.bottom.min())
    top = float(finite.max()) if len(finite) else float(icicle.outline[0][0].max(initial=1.0))
    if not top > bottom:
        top = bottom + 1.0
    over = 0.12 * (top - bottom)
    return max(bottom - 0.04 * (top - bottom), 0.0), top + over
