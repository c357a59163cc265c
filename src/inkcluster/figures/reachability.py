"""`Reachability`: the reachability plot, in which clusters are valleys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

MAX_BARS = 1_200
"""More points are drawn in this many bars."""
MIN_WIDTH_NUMBERED = 0.035
"""A stretch of a cluster carries its number from this share of the width on."""


@dataclass(frozen=True, eq=False)
class Reachability(Head):
    """How far each point is from those before it in the order, coloured by cluster.

    Parameters
    ----------
    name, title, says : str
    reachability : ndarray of shape (n,)
        By row, ``HDBSCAN.reachability_`` (or that of :class:`sklearn.cluster.OPTICS`).
    ordering : ndarray of shape (n,), int
        The rows in order, ``HDBSCAN.ordering_``.
    labels : ndarray of shape (n,), int
        By row; negative for noise.

    References
    ----------
    Ankerst, Breunig, Kriegel & Sander (1999), "OPTICS: ordering points to identify the clustering
    structure".

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster import HDBSCAN
    >>> from inkcluster.figures import Reachability
    >>> X = np.array([[0.0], [9.1], [0.1], [9.2], [0.2], [9.0]])
    >>> found = HDBSCAN(min_cluster_size=3, copy=True).fit(X)
    >>> head = ("reachability", "Reachability", "Two valleys.")
    >>> figure = Reachability(*head, found.reachability_, found.ordering_, found.labels_)
    >>> figure.frame()[["label", "height"]].round(1).values.tolist()
    [[0.0, inf], [0.0, 0.2], [0.0, 0.2], [1.0, 8.8], [1.0, 0.2], [1.0, 0.2]]
    """

    reachability: NDArray[Any]
    ordering: NDArray[Any]
    labels: NDArray[Any]

    def frame(self) -> pd.DataFrame:
        """One row for each bar, from the left.

        The place in the order of its first point, how many points it stands for, their lowest,
        median (``height``) and highest reachability, and the label that most of them have.
        """
        reach = np.asarray(self.reachability, np.float64)[self.ordering]
        labels = np.maximum(np.asarray(self.labels, np.int64)[self.ordering], -1)
        n = len(reach)
        bars = min(n, MAX_BARS)
        first = np.arange(bars + 1) * n // max(bars, 1)
        rows = []
        for a, b in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
            part = reach[a:b]
            middle = float(np.sort(part)[(b - a - 1) // 2])
            most = int(np.bincount(labels[a:b] + 1).argmax()) - 1
            rows.append((a, b - a, float(part.min()), middle, float(part.max()), most))
        return pd.DataFrame(rows, columns=["place", "points", "low", "height", "high", "label"])

    @theme.styled
    def plot(self) -> Picture:
        """The bars, over them in grey how high single points of a bar reach."""
        frame = self.frame()
        picture = theme.new(theme.WIDTH, 2.9)
        axes = theme.chart(picture, 0.75, 0.15, theme.WIDTH - 0.95, 2.25)
        edges = np.append(frame["place"].to_numpy(np.float64), len(self.ordering))
        high, height = (frame[name].to_numpy(np.float64) for name in ("high", "height"))
        top = 1.06 * float(high.max(initial=0.0, where=np.isfinite(high))) or 1.0
        high, height = np.minimum(high, top), np.minimum(height, top)
        labels = frame["label"].to_numpy(np.int64)
        if (frame["points"] > 1).any():
            _fill(axes, edges, height, high, theme.GRID)
        colours = np.array([theme.accent(label) for label in labels.tolist()], str)
        for colour in np.unique(colours).tolist():
            own = np.where(colours == colour, height, 0.0)
            _fill(axes, edges, np.zeros(len(labels)), own, colour)
        _number(axes, edges, height, labels, top)
        axes.set_xlabel("Images, similar ones side by side")
        axes.set_ylabel("Mutual reachability distance")
        axes.xaxis.set_major_formatter(lambda value, _: text.count(value))
        axes.yaxis.set_major_formatter(lambda value, _: text.short(value))
        axes.set_xlim(0, max(len(self.ordering), 1))
        axes.set_ylim(0, top)
        return picture


def _fill(
    axes: Axes,
    edges: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    colour: str,
) -> None:
    """Fill between two staircases, as one shape for each stretch where there is something."""
    there = np.concatenate([[False], high > low, [False]])
    turns = np.flatnonzero(there[1:] != there[:-1])
    shapes = []
    for a, b in turns.reshape(-1, 2).tolist():
        x = np.repeat(edges[a : b + 1], 2)[1:-1]
        over, under = np.repeat(high[a:b], 2), np.repeat(low[a:b], 2)
        shapes.append(np.column_stack([np.append(x, x[::-1]), np.append(over, under[::-1])]))
    theme.add_polygons(axes, shapes, colour, zorder=2)


def _number(
    axes: Axes,
    edges: NDArray[np.float64],
    height: NDArray[np.float64],
    labels: NDArray[np.int64],
    top: float,
) -> None:
    """Write the cluster over each long stretch."""
    turns = np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1, [len(labels)]])
    for a, b in zip(turns[:-1].tolist(), turns[1:].tolist(), strict=True):
        if b == a or labels[a] < 0 or edges[b] - edges[a] < MIN_WIDTH_NUMBERED * edges[-1]:
            continue
        over = min(float(np.median(height[a:b])) + 0.04 * top, 0.93 * top)
        style: dict[str, Any] = {"size": theme.SMALL, "ha": "center", "va": "bottom", "zorder": 4}
        axes.text((edges[a] + edges[b]) / 2, over, f"#{labels[a]}", **style)
