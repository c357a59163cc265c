"""`KCurves`: criteria for the number of clusters along k, what each suggests marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class KCurves(Head):
    """One panel a criterion: its value for each k, the k that it suggests marked.

    Parameters
    ----------
    name, title, says : str
    ks : sequence of int
        Numbers of clusters, rising.
    curves : mapping of str to ndarray of shape (number of ks,)
        Values by panel title; NaN where there is none.
    suggested : mapping of str to int
        The k that each panel suggests.
    errors : mapping of str to ndarray
        Half the height of a bar at each value, where a panel has them.
    used : int or None
        The k used elsewhere; a thin line in each panel.

    Examples
    --------
    >>> from inkcluster.figures import KCurves
    >>> figure = KCurves("k", "k", "Two.", [2, 3], {"silhouette": [0.5, 0.25]}, {"silhouette": 2})
    >>> figure.frame().values.tolist()
    [['silhouette', 2, 0.5, 0.0, True], ['silhouette', 3, 0.25, 0.0, False]]
    """

    ks: NDArray[Any] | list[int]
    curves: Mapping[str, NDArray[Any] | list[float]]
    suggested: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, NDArray[Any] | list[float]] = field(default_factory=dict)
    used: int | None = None

    def frame(self) -> pd.DataFrame:
        """One row for each dot: panel, k, value, error (0 without bars), whether k is suggested."""
        rows = []
        for panel, values in self.curves.items():
            errors = self.errors.get(panel, [0.0] * len(self.ks))
            for k, value, error in zip(self.ks, values, errors, strict=True):
                if np.isfinite(value):
                    shown = float(error) if np.isfinite(error) else 0.0
                    is_it = self.suggested.get(panel) == k
                    rows.append((str(panel), int(k), float(value), shown, is_it))
        return pd.DataFrame(rows, columns=["panel", "k", "value", "error", "suggested"])

    @theme.styled
    def plot(self) -> Picture:
        """Small multiples, three a line; the suggested k stands out with its number."""
        frame = self.frame()
        m = len(self.curves)
        left, inches = 0.62, {"top": 0.34, "height": 1.35, "below": 0.26, "foot": 0.26}
        picture, panels = theme.panels(m, min(max(m, 1), 3), left, 0.15, 0.58, **inches)
        for axes, panel in zip(panels, self.curves, strict=True):
            axes.set_title(text.clean(panel, 32), size=theme.SMALL, pad=5)
            self._panel(axes, frame[frame["panel"] == str(panel)])
        words = "Horizontal axis: k, the number of clusters. Large dot: the suggested k"
        if self.used is not None:
            words += f". Dashed line: k = {self.used}, as used"
        theme.write(picture, left, -0.06, words)
        return picture

    def _panel(self, axes: Axes, rows: pd.DataFrame) -> None:
        ends = [int(k) for k in self.ks] or [1, 2]
        axes.set_xlim(min(ends) - 0.8, max(ends) + 0.8)
        if self.used is not None and ends[0] <= self.used <= ends[-1]:
            axes.axvline(self.used, color=theme.NOISE, linewidth=1.0, linestyle=(0, (3, 2)))
        if not len(rows):
            axes.set_yticks([])
            return
        ks, values = rows["k"].to_numpy(), rows["value"].to_numpy()
        errors = rows["error"].to_numpy()
        axes.vlines(ks, values - errors, values + errors, color=theme.ACCENTS[0], linewidth=1.0)
        axes.plot(ks, values, color=theme.NOISE, linewidth=1.0, zorder=2)
        axes.scatter(ks, values, s=12, color=theme.ACCENTS[0], linewidths=0, zorder=3)
        low, high = float((values - errors).min()), float((values + errors).max())
        room = (high - low) or abs(high) or 1.0
        axes.set_ylim(low - 0.2 * room, high + 0.22 * room)
        axes.locator_params(axis="y", nbins=4)
        axes.locator_params(axis="x", nbins=6, integer=True)
        axes.yaxis.set_major_formatter(lambda value, _: text.tick(value))
        for k, value in rows.loc[rows["suggested"], ["k", "value"]].itertuples(index=False):
            axes.scatter([k], [value], s=44, color=theme.ACCENTS[1], linewidths=0, zorder=4)
            right = k > (ends[0] + ends[-1]) / 2
            offset = (-5 if right else 5, -11 if value < low + 0.2 * room else 5)
            theme.note(axes, f"k = {k}", (k, value), offset, ha="right" if right else "left")
