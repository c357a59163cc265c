"""`Confusion`: which classes the members of each cluster belong to."""

from __future__ import annotations

from collections.abc import Sequence
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
class Confusion(Head):
    """Counts of clusters × classes; a cell's shade is its share of the row.

    Parameters
    ----------
    name, title, says : str
    table : ndarray of shape (k, c)
        Members of cluster i that belong to class j.
    row_names, column_names : sequence of str
        The clusters and the classes.
    row_title, column_title : str
        What rows and columns are.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import Confusion
    >>> figure = Confusion("match", "Match", "Pure.", np.array([[3, 1]]), ["#0"], ["a", "b"])
    >>> figure.frame().values.tolist()
    [['#0', 'a', 3, 0.75], ['#0', 'b', 1, 0.25]]
    """

    table: NDArray[Any]
    row_names: Sequence[str]
    column_names: Sequence[str]
    row_title: str = "Cluster"
    column_title: str = "True class"

    def frame(self) -> pd.DataFrame:
        """One row for each cell: row, column, count, share of the row."""
        rows, columns = self.table.shape
        return pd.DataFrame(
            {
                "row": np.repeat(np.array([str(r) for r in self.row_names], object), columns),
                "column": np.tile(np.array([str(c) for c in self.column_names], object), rows),
                "count": np.asarray(self.table).ravel(),
                "share": self._shares().ravel(),
            }
        )

    @theme.styled
    def plot(self) -> Picture:
        """A heat map with the counts written in its cells, zeros left out."""
        rows, columns = self.table.shape
        row_names = [text.clean(name) for name in self.row_names]
        column_names = [text.clean(name) for name in self.column_names]
        left = min(text.widest(row_names, theme.SMALL), 2.2) + 0.45
        room = theme.WIDTH - left - 0.1
        across = min(room / max(columns, 1), 0.66)
        down = min(max(6.5 / max(rows, 1), 0.06), 0.34)
        slanted = text.widest(column_names, theme.SMALL) > across
        top = 0.5 + (0.7 * text.widest(column_names, theme.SMALL) if slanted else 0.0)
        picture = theme.new(theme.WIDTH, top + rows * down + 0.1)
        axes = theme.chart(picture, left, top, columns * across, rows * down)
        points = _points(self.table, across, down)

        def number(i: int, j: int) -> str:
            return text.count(self.table[i, j]) if self.table[i, j] else ""

        heat.cells(axes, self._shares(), number if points else None, points=points or theme.TINY)
        if down >= 0.1:
            heat.name_rows(axes, row_names, points=min(theme.SMALL, 72 * down * 0.9))
        if across >= 0.1:
            heat.name_columns(axes, column_names, slanted=slanted)
        theme.write(picture, left, 0.1, self.column_title)
        theme.write(picture, left - 6 / 72, top - 0.08, self.row_title, ha="right", va="baseline")
        return picture

    def _shares(self) -> NDArray[np.float64]:
        table = np.asarray(self.table, np.float64)
        shares: NDArray[np.float64] = table / np.maximum(table.sum(axis=1, keepdims=True), 1.0)
        return shares


def _points(table: NDArray[Any], across: float, down: float) -> float | None:
    """Size of the numbers that fit in cells of this size in inches; None when they would be too small."""
    longest = len(text.count(float(np.max(table, initial=0))))
    points = min(theme.SMALL, 72 * across / (0.66 * longest + 0.6), 72 * down * 0.75)
    return points if points >= 4.5 else None
