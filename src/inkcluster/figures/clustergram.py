"""`Clustergram`: how clusters part and join as k grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

MAX_LINE_WIDTH = 22.0
MAX_DOT_AREA = 130.0
MIN_FLOW_DRAWN = 0.002
"""Lines for a smaller share of the points are not drawn."""


@dataclass(frozen=True, eq=False)
class Clustergram(Head):
    """A dot for each cluster of each k, a line for the points it shares with one of the next k.

    Parameters
    ----------
    name, title, says : str
    flows : DataFrame
        As :func:`inkcluster.evaluate.clustergram` gives it: `k`, `cluster`, `position`, `size`,
        the same of the next k with `next_` before it, and `flow`, the points in both.
    used : int or None
        The k used elsewhere; its clusters are marked.

    References
    ----------
    Schonlau 2002.

    Examples
    --------
    >>> from inkcluster.evaluate import clustergram
    >>> from inkcluster.figures import Clustergram
    >>> flows = clustergram([[0.0], [2.0], [10.0]], {1: [0, 0, 0], 2: [0, 0, 1]})
    >>> Clustergram("clustergram", "Clustergram", "It parts.", flows).frame()["flow"].tolist()
    [2, 1]
    """

    flows: pd.DataFrame
    used: int | None = None

    def frame(self) -> pd.DataFrame:
        """One row for each line; its ends are the dots."""
        return self.flows.reset_index(drop=True)

    @theme.styled
    def plot(self) -> Picture:
        """Lines as wide as their share of the points, dots as large."""
        picture = theme.new(theme.WIDTH, 3.9)
        axes = theme.chart(picture, 0.62, 0.32, theme.WIDTH - 0.8, 3.1)
        words = "Dot: a cluster. Line: the images that two clusters share. Size: their number"
        axes.set_title(words, size=theme.SMALL, pad=6)
        axes.set_xlabel("k, the number of clusters")
        axes.set_ylabel("Mean score on the first principal component")
        frame = self.flows
        if not len(frame):
            axes.set_xlim(0, 2)
            axes.set_yticks([])
            return picture
        total = float(frame.loc[frame["k"] == frame["k"].min(), "flow"].sum())
        seen = frame[frame["flow"] >= MIN_FLOW_DRAWN * total].sort_values("flow", ascending=False)
        ends: Any = seen[["k", "position", "next_k", "next_position"]].to_numpy(float)
        style = {"colors": theme.ACCENTS[0], "alpha": 0.45, "capstyle": "round"}
        widths = (MAX_LINE_WIDTH * seen["flow"] / total).clip(0.4).tolist()
        theme.add_lines(axes, ends.reshape(-1, 2, 2), linewidths=widths, **style)
        dots = self._dots()
        for here, colour in ((False, theme.ACCENTS[0]), (True, theme.ACCENTS[1])):
            part = dots[(dots["k"] == self.used) == here]
            sizes = 5 + MAX_DOT_AREA * part["size"] / total
            axes.scatter(part["k"], part["position"], s=sizes, color=colour, linewidths=0, zorder=3)
        ks = sorted(set(dots["k"].tolist()))
        axes.set_xlim(ks[0] - 0.6, ks[-1] + 0.6)
        axes.set_xticks(ks[:: max(1, -(-len(ks) // 24))])
        low, high = float(dots["position"].min()), float(dots["position"].max())
        room = 0.08 * ((high - low) or 1.0)
        axes.set_ylim(low - room, high + room)
        axes.locator_params(axis="y", nbins=6)
        return picture

    def _dots(self) -> pd.DataFrame:
        """Every cluster once: k, cluster, position, size."""
        names = ["k", "cluster", "position", "size"]
        after = self.flows[[f"next_{name}" for name in names]].set_axis(names, axis=1)
        both = pd.concat([self.flows[names], after], ignore_index=True)
        return both.drop_duplicates(["k", "cluster"]).reset_index(drop=True)
