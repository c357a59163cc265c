"""`Spectrum`: the largest eigenvalues of a graph, and the strength of each number of clusters."""

from __future__ import annotations

from collections.abc import Sequence
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

MAX_BAR_RATIO = 20.0
"""A bar more than this many times as high as the next is cut off, and says so."""


@dataclass(frozen=True, eq=False)
class Spectrum(Head):
    """Eigenvalues, and under them the strength of each number of clusters.

    Parameters
    ----------
    name, title, says : str
    eigenvalues : ndarray of shape (m,)
        Descending from 1.
    strengths : ndarray
        For 2, 3, … clusters; 1 says nothing.
    chosen : int
        The number of clusters.
    marked : sequence of int
        Other numbers whose strength is written above their bar: the runners-up.

    Examples
    --------
    >>> from inkcluster.figures import Spectrum
    >>> figure = Spectrum("spectrum", "Spectrum", "Two.", [1, 0.99, 0.8], [20.0], 2)
    >>> figure.frame().values.tolist()
    [[1, 1.0, nan, True], [2, 0.99, 20.0, True], [3, 0.8, nan, False]]
    """

    eigenvalues: NDArray[Any] | Sequence[float]
    strengths: NDArray[Any] | Sequence[float]
    chosen: int
    marked: Sequence[int] = ()

    def frame(self) -> pd.DataFrame:
        """One row for each eigenvalue: number, value, strength, whether the number is at most `chosen`."""
        values = np.asarray(self.eigenvalues, np.float64)
        number = np.arange(1, len(values) + 1)
        strengths = np.full(len(values), np.nan)
        given = np.asarray(self.strengths, np.float64)[: max(len(values) - 1, 0)]
        strengths[1 : 1 + len(given)] = given
        return pd.DataFrame(
            {
                "number": number,
                "eigenvalue": values,
                "strength": strengths,
                "kept": number <= self.chosen,
            }
        )

    @theme.styled
    def plot(self) -> Picture:
        """Dots above, bars below, the chosen number in the accent's colour in both."""
        from matplotlib.ticker import MaxNLocator

        frame = self.frame()
        picture = theme.new(theme.WIDTH, 4.1)
        above = theme.chart(picture, 0.6, 0.3, theme.WIDTH - 0.75, 1.75)
        below = theme.chart(picture, 0.6, 2.4, theme.WIDTH - 0.75, 1.2)
        kept = frame["kept"].to_numpy()
        colours = np.where(kept, theme.ACCENTS[0], theme.NOISE).tolist()
        above.scatter(frame["number"], frame["eigenvalue"], s=26, c=colours, linewidths=0, zorder=3)
        self._break(above, frame["eigenvalue"].to_numpy())
        above.set_title("Eigenvalues of the graph of nearest images", size=theme.SMALL)
        below.set_title("Strength of each number of clusters", size=theme.SMALL)
        self._bars(below, frame)
        for axes in (above, below):
            axes.set_xlim(0.4, len(frame) + 0.6)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        above.tick_params(labelbottom=False)
        below.set_xlabel("Number of clusters")
        return picture

    def _break(self, axes: Axes, values: NDArray[np.float64]) -> None:
        """A line between the last eigenvalue of the chosen number and the next."""
        if self.chosen >= len(values):
            return
        style: dict[str, Any] = {"color": theme.ACCENTS[1], "linewidth": 0.9}
        axes.axvline(self.chosen + 0.5, linestyle=(0, (4, 3)), **style)
        words = f"{text.count(self.chosen)} clusters" if self.chosen != 1 else "1 cluster"
        at = (self.chosen + 0.5, 1.0)
        theme.note(axes, words, at, (5, -2), xycoords=("data", "axes fraction"), va="top")

    def _bars(self, axes: Axes, frame: pd.DataFrame) -> None:
        shown = frame[frame["strength"].notna()]
        if not len(shown):
            return
        number, strength = shown["number"].to_numpy(), shown["strength"].to_numpy()
        ranked = np.sort(strength)[::-1]
        cut = MAX_BAR_RATIO * ranked[min(1, len(ranked) - 1)]
        drawn = np.maximum(np.minimum(strength, cut) - 1, 0)
        colours = [theme.ACCENTS[0] if k == self.chosen else theme.NOISE for k in number]
        axes.bar(number, drawn, color=colours, width=0.7, bottom=1)
        axes.set_ylim(1, 1 + 1.35 * max(float(drawn.max()), 1e-6))
        beside = self.chosen - 1 in self.marked or self.chosen + 1 in self.marked
        for k, height, value in zip(number, drawn, strength, strict=True):
            if k == self.chosen or k in self.marked:
                said = f"{value:.2f}" if value < 100 else "over 100"
                said += ", not to scale" if value > cut else ""
                colour = theme.INK if k == self.chosen else theme.MUTED
                style = {"size": theme.TINY, "ha": "center", "color": colour}
                up = 11 if beside and k == self.chosen else 2
                theme.note(axes, said, (k, 1 + height), (0, up), **style)
