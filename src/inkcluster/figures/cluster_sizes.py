"""`ClusterSizes`: how each method divides the images among its clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing.mosaic import tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

MIN_SHARE_DRAWN = 0.012
"""Clusters with a smaller share are drawn together at the end of the bar."""


@dataclass(frozen=True, eq=False)
class ClusterSizes(Head):
    """One bar a method, cut into its clusters, the largest first, noise last.

    Parameters
    ----------
    name, title, says : str
    sizes : mapping of str to sequence of int
        Members of each cluster, for each method.
    noise : mapping of str to int
        Images that belong to no cluster, for the methods that have noise.

    Examples
    --------
    >>> from inkcluster.figures import ClusterSizes
    >>> figure = ClusterSizes("sizes", "Sizes", "A chain.", {"single": [2, 996, 1]}, {"single": 1})
    >>> figure.frame().values.tolist()
    [['single', 'cluster', 1, 996, 0.996], ['single', 'smaller', 2, 3, 0.003], ['single', 'noise', 1, 1, 0.001]]
    """

    sizes: Mapping[str, Sequence[int] | NDArray[Any]]
    noise: Mapping[str, int] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """One row for each piece of a bar: method, what, how many clusters (or 1), images, share.

        What is "cluster", "smaller" (all clusters too small to be seen, together) or "noise".
        """
        rows = [
            (str(method), what, clusters, images, images / max(1, total))
            for method, (pieces, total) in self._pieces().items()
            for what, clusters, images in pieces
        ]
        return pd.DataFrame(rows, columns=["method", "what", "clusters", "images", "share"])

    @theme.styled
    def plot(self) -> Picture:
        """Horizontal bars with the share of the largest cluster at their end."""
        pieces = self._pieces()
        names = [text.clean(method, 30) for method in pieces]
        left = min(text.widest(names, theme.SMALL), 2.4) + 0.2
        right = 1.35
        room = theme.WIDTH - left - right
        bar, step, top = 0.25, 0.37, 0.42
        picture, axes = theme.page(theme.WIDTH, top + step * len(pieces) + 0.05)
        note: dict[str, Any] = {"size": theme.SMALL, "color": theme.MUTED}
        axes.text(left, 0.2, "Share of the images, largest cluster first", va="center", **note)
        axes.text(left + room + 0.1, 0.2, "Clusters · largest", va="center", **note)
        for i, (name, (parts, total)) in enumerate(zip(names, pieces.values(), strict=True)):
            y = top + i * step
            axes.text(left - 0.1, y + bar / 2, name, ha="right", va="center", size=theme.SMALL)
            x = left
            for j, (what, clusters, images) in enumerate(parts):
                wide = room * images / max(1, total)
                fill, on = _colours(what, j)
                line = 0.8 if wide > 0.02 else 0.0
                tiles(axes, [(x, y, wide, bar)], fill, edgecolors=theme.PAPER, linewidths=line)
                inside = text.count(images)
                if what == "smaller":
                    inside = f"{text.count(clusters)} more"
                if what == "noise" and text.width("noise " + inside, theme.TINY) < wide - 0.04:
                    inside = "noise " + inside
                if text.width(inside, theme.TINY) < wide - 0.04:
                    style: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 3}
                    at = x + wide / 2, y + bar / 2
                    axes.text(*at, inside, size=theme.TINY, color=on, **style)
                x += wide
            axes.text(left + room + 0.1, y + bar / 2, self._note(parts, total), va="center", **note)
        return picture

    def _note(self, parts: list[tuple[str, int, int]], total: int) -> str:
        clusters = sum(number for what, number, _ in parts if what != "noise")
        largest = max((images for what, _, images in parts if what == "cluster"), default=0)
        share = 100 * largest / max(1, total)
        said = ">99.9" if 99.95 <= share < 100 else f"{share:.{1 if 99 < share < 100 else 0}f}"
        return f"{text.count(clusters)} · {said} %"

    def _pieces(self) -> dict[str, tuple[list[tuple[str, int, int]], int]]:
        """For each method the pieces (what, clusters, images) of its bar, and all its images."""
        found = {}
        for method, given in self.sizes.items():
            sizes = sorted((int(size) for size in given if size > 0), reverse=True)
            noise = int(self.noise.get(method, 0))
            total = sum(sizes) + noise
            seen = [size for size in sizes if size >= MIN_SHARE_DRAWN * total] or sizes[:1]
            rest = sizes[len(seen) :]
            pieces = [("cluster", 1, size) for size in seen]
            if len(rest) == 1:
                pieces.append(("cluster", 1, rest[0]))
            elif rest:
                pieces.append(("smaller", len(rest), sum(rest)))
            if noise:
                pieces.append(("noise", 1, noise))
            found[method] = (pieces, total)
        return found


def _colours(what: str, j: int) -> tuple[str, str]:
    """Fill of a piece, and colour of the number on it: paler from the largest to the smallest."""
    if what == "noise":
        return theme.TILE, theme.MUTED
    if what == "smaller":
        return theme.HEAT[1], theme.INK
    step = max(2, len(theme.HEAT) - 2 - j)
    return theme.heat_step(step / (len(theme.HEAT) - 1))
