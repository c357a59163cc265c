"""`KDistance`: the sorted distances to the k-th neighbour, and the knee that suggests eps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.words import ordinal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

MAX_POINTS = 1_000
"""A longer curve is thinned out to this many points; its ends and its knee stay."""


@dataclass(frozen=True, eq=False)
class KDistance(Head):
    """The curve of k-distances with its knee.

    Parameters
    ----------
    name, title, says : str
    curve : ndarray of shape (n,)
        Distances to the k-th neighbour in ascending order.
    knee_index : int or None
        Where the curve turns up.
    k : int
        Which neighbour, from 1.
    levels : sequence of float
        The eps of a map, marked at the right.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import KDistance
    >>> figure = KDistance("knee", "Knee", "Here.", np.array([1.0, 1.1, 1.2, 5.0]), 2, 5)
    >>> figure.frame().query("knee").values.tolist()
    [[2, 1.2, True]]
    """

    curve: NDArray[Any]
    knee_index: int | None
    k: int
    levels: Sequence[float] = ()

    def frame(self) -> pd.DataFrame:
        """One row for each point of the drawn curve: rank, distance, whether it is the knee."""
        curve = np.asarray(self.curve, np.float64)
        shown = np.linspace(0, len(curve) - 1, min(len(curve), MAX_POINTS)).round().astype(int)
        if self.knee_index is not None:
            shown = np.append(shown, self.knee_index)
        shown = np.unique(shown)
        return pd.DataFrame(
            {"rank": shown, "distance": curve[shown], "knee": shown == self.knee_index}
        )

    @theme.styled
    def plot(self) -> Picture:
        """The curve; at the knee a dot, a dashed level and the distance."""
        frame = self.frame()
        picture = theme.new(theme.WIDTH, 2.9)
        axes = theme.chart(picture, 0.6, 0.15, theme.WIDTH - 0.8, 2.25)
        axes.plot(frame["rank"], frame["distance"], color=theme.ACCENTS[0], linewidth=1.8)
        axes.set_xlabel("Images, sorted by distance")
        axes.set_ylabel(f"Distance to the {ordinal(self.k)} nearest image")
        axes.xaxis.set_major_formatter(lambda value, _: text.count(value))
        axes.set_xlim(0, max(len(self.curve) - 1, 1))
        axes.set_ylim(0, 1.08 * float(frame["distance"].max()) or 1.0)
        self._mark_levels(axes)
        if self.knee_index is not None:
            height = float(np.asarray(self.curve)[self.knee_index])
            style: dict[str, Any] = {"color": theme.ACCENTS[1], "zorder": 4}
            axes.axhline(height, linewidth=0.9, linestyle=(0, (4, 3)), **style)
            axes.scatter([self.knee_index], [height], s=46, linewidths=0, **style)
            share = 100 * (self.knee_index + 1) / max(len(self.curve), 1)
            words = (
                f"Knee (suggested eps): {text.short(height)}; {share:.0f} % of the images are below"
            )
            theme.note(axes, words, (0, height), (6, 5), xycoords=("axes fraction", "data"))
        return picture

    def _mark_levels(self, axes: Axes) -> None:
        """Short lines at the right end, one for each eps of the map."""
        top = axes.get_ylim()[1]
        inside = [level for level in self.levels if level <= top]
        if not inside:
            return
        across = axes.get_yaxis_transform()
        axes.hlines(inside, 0.965, 1.0, transform=across, color=theme.MUTED, linewidth=1.2)
        style: dict[str, Any] = {"size": theme.TINY, "color": theme.MUTED, "va": "center"}
        axes.text(0.96, min(inside), "eps of the map", transform=across, ha="right", **style)
