"""`Restarts`: how far the restarts of k-means came, and how well each matches the labels."""

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


@dataclass(frozen=True, eq=False)
class Restarts(Head):
    """Inertia of each restart, best first, and its ARI with the labels where there are any.

    Parameters
    ----------
    name, title, says : str
    inertias : ndarray of shape (m,)
        Sums of squared distances, in the order in which they are to be shown.
    ari_with_labels : ndarray of shape (m,) or None
        Adjusted Rand index of each restart with the labels.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import Restarts
    >>> figure = Restarts("restarts", "Restarts", "Stable.", np.array([100.0, 101.0]), None)
    >>> figure.frame().round(2).values.tolist()
    [[1.0, 100.0, 0.0], [2.0, 101.0, 1.0]]
    """

    inertias: NDArray[Any] | Sequence[float]
    ari_with_labels: NDArray[Any] | Sequence[float] | None = None

    def frame(self) -> pd.DataFrame:
        """One row for each restart: rank, inertia, percent above the best, ARI with the labels."""
        inertias = np.asarray(self.inertias, np.float64)
        columns: dict[str, Any] = {
            "restart": np.arange(1, len(inertias) + 1),
            "inertia": inertias,
            "percent_above_best": self._above(),
        }
        if self.ari_with_labels is not None:
            columns["ari_with_labels"] = np.asarray(self.ari_with_labels, np.float64)
        return pd.DataFrame(columns)

    @theme.styled
    def plot(self) -> Picture:
        """Dots: percent above the best inertia, and the ARI beside it."""
        panels = 1 if self.ari_with_labels is None else 2
        m = len(self._above())
        height = 0.22 * m + 1.0
        picture = theme.new(theme.WIDTH, height)
        left, gap = 0.65, 0.45
        width = (theme.WIDTH - left - 0.9 - gap * (panels - 1)) / panels
        first = theme.chart(picture, left, 0.42, width, 0.22 * m + 0.1)
        _dots(first, self._above(), theme.ACCENTS[0], from_zero=True)
        first.set_title("Inertia, % above the best", size=theme.SMALL, loc="left")
        first.set_ylabel("Restart, best first")
        if panels == 1:
            _notes(first, [text.short(value) for value in np.asarray(self.inertias, np.float64)])
            return picture
        second = theme.chart(picture, left + width + gap, 0.42, width, 0.22 * m + 0.1)
        ari = np.asarray(self.ari_with_labels, np.float64)
        _dots(second, ari, theme.ACCENTS[1], from_zero=False)
        second.set_title("ARI with the labels", size=theme.SMALL, loc="left")
        second.tick_params(labelleft=False)
        _notes(second, [text.decimals(value, 4) for value in ari])
        return picture

    def _above(self) -> NDArray[np.float64]:
        inertias = np.asarray(self.inertias, np.float64)
        best = float(inertias.min(initial=np.inf))
        if not 0 < best < np.inf:
            return np.zeros(len(inertias))
        above: NDArray[np.float64] = 100 * (inertias / best - 1)
        return above


def _notes(axes: Axes, notes: list[str]) -> None:
    """Write a note right of each row."""
    style = {"size": theme.TINY, "color": theme.MUTED, "va": "center_baseline"}
    for i, words in enumerate(notes):
        theme.note(axes, words, (1, i + 1), (8, 0), xycoords=("axes fraction", "data"), **style)


def _dots(axes: Axes, values: NDArray[np.float64], colour: str, *, from_zero: bool) -> None:
    m = len(values)
    ranks = np.arange(1, m + 1)
    axes.set_ylim(m + 0.7, 0.3)
    every = max(1, -(-m // 30))
    axes.set_yticks(ranks[::every], [str(rank) for rank in ranks[::every]])
    finite = values[np.isfinite(values)]
    low, high = float(finite.min(initial=np.inf)), float(finite.max(initial=-np.inf))
    if from_zero:
        room = max(high, 0.02)
        axes.set_xlim(-0.06 * room, 1.08 * room)
        axes.hlines(ranks, 0.0, values, color=theme.GRID, linewidth=1.2)
    else:
        # No narrower than 0.02: what agrees to the third digit should look alike.
        half = max(0.6 * (high - low), 0.01)
        middle = (low + high) / 2 if len(finite) else 0.5
        axes.set_xlim(middle - half, middle + half)
        axes.hlines(ranks, middle - half, middle + half, color=theme.GRID, linewidth=1.2)
    axes.scatter(values, ranks, s=34, color=colour, linewidths=0, zorder=3, clip_on=False)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x")
    axes.locator_params(axis="x", nbins=4)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False)
