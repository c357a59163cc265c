"""`Scoreboard`: methods × measures, numbers in shaded cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import heat, text, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class Scoreboard(Head):
    """A table of scores in which the best of each column stands out.

    Parameters
    ----------
    name, title, says : str
    frame_ : DataFrame
        Methods as index, measures as columns. Columns with values between -1 and 1 are shaded from
        0 to 1; others (numbers of clusters, seconds) are written without shade. NaN is a dash.

    Examples
    --------
    >>> import pandas as pd
    >>> from inkcluster.figures import Scoreboard
    >>> scores = pd.DataFrame({"ARI": [0.37, 0.62]}, index=["k-means", "ward"])
    >>> Scoreboard("scores", "Scores", "Ward leads.", scores).frame().values.tolist()
    [['k-means', 'ARI', 0.37, False], ['ward', 'ARI', 0.62, True]]
    """

    frame_: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row for each cell: method, measure, value, whether it is the best of its measure."""
        best, values = self._best(), self.frame_.to_numpy(np.float64)
        cells = [
            (str(method), str(measure), float(values[i, j]), bool(best[i, j]))
            for i, method in enumerate(self.frame_.index)
            for j, measure in enumerate(self.frame_.columns)
        ]
        return pd.DataFrame(cells, columns=["method", "measure", "value", "best"])

    @theme.styled
    def plot(self) -> Picture:
        """A heat table, the best of each measure outlined and bold."""
        values = self.frame_.to_numpy(np.float64)
        rows, columns = values.shape
        methods = [text.clean(method, 30) for method in self.frame_.index]
        measures = [text.clean(measure) for measure in self.frame_.columns]
        left = min(text.widest(methods, theme.SMALL), 2.5) + 0.25
        across = min((theme.WIDTH - left - 0.45) / max(columns, 1), 1.0)
        down = 0.29
        slanted = text.widest(measures, theme.SMALL) > across * 1.1
        top = 0.3 + (0.62 * text.widest(measures, theme.SMALL) if slanted else 0.05)
        best = self._best()
        picture = theme.new(theme.WIDTH, top + rows * down + (0.34 if best.any() else 0.12))
        axes = theme.chart(picture, left, top, columns * across, rows * down)
        heat.name_rows(axes, methods)
        heat.name_columns(axes, measures, slanted=slanted)
        shaded = self._shaded()
        heat.cells(axes, np.where(shaded & np.isfinite(values), np.clip(values, 0, 1), np.nan))
        points = min(theme.SMALL, 72 * across / 3.4)
        for i in range(rows):
            for j in range(columns):
                value = values[i, j]
                on = theme.heat_step(value)[1] if shaded[j] and np.isfinite(value) else theme.INK
                words = text.decimals(value, 3) if shaded[j] else text.short(value)
                weight = "bold" if best[i, j] else "normal"
                style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "weight": weight}
                colour = on if np.isfinite(value) else theme.MUTED
                axes.text(j, i, words, size=points, color=colour, **style)
        if best.any():
            heat.outline(axes, best)
            theme.write(picture, left, -0.08, "Outlined: the best of each measure")
        return picture

    def _shaded(self) -> NDArray[np.bool_]:
        """Which columns hold scores."""
        values = self.frame_.to_numpy(np.float64)
        inside = ~np.isfinite(values) | (np.abs(values) <= 1 + 1e-9)
        known: NDArray[np.bool_] = inside.all(axis=0) & np.isfinite(values).any(axis=0)
        return known

    def _best(self) -> NDArray[np.bool_]:
        """Whether a cell is the best of its column of scores, when there are two methods or more."""
        values = self.frame_.to_numpy(np.float64)
        if len(values) < 2:
            return np.zeros(values.shape, bool)
        top = np.where(np.isfinite(values), values, -np.inf).max(axis=0)
        best: NDArray[np.bool_] = (values == top) & self._shaded()
        return best
