"""`AgreementMap`: how much every two methods agree."""

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

MIN_POINTS = 4.5
"""Smaller numbers are not written."""


@dataclass(frozen=True, eq=False)
class AgreementMap(Head):
    """The agreement of every two methods, as a lower triangle.

    Parameters
    ----------
    name, title, says : str
    matrix : ndarray of shape (m, m)
        Symmetric, 1 on the diagonal; NaN where it is unknown.
    names : sequence of str
        The m methods.
    measure : str
        What the numbers are.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import AgreementMap
    >>> matrix = np.array([[1.0, 0.4], [0.4, 1.0]])
    >>> AgreementMap("map", "Agreement", "Some.", matrix, ["ward", "k-means"]).frame().values.tolist()
    [['k-means', 'ward', 0.4]]
    """

    matrix: NDArray[Any]
    names: Sequence[str]
    measure: str = "ARI"

    def frame(self) -> pd.DataFrame:
        """One row for each pair: first, second, agreement."""
        i, j = np.tril_indices(len(self.names), -1)
        names = np.array([str(name) for name in self.names], object)
        return pd.DataFrame(
            {"first": names[i], "second": names[j], "agreement": np.asarray(self.matrix)[i, j]}
        )

    @theme.styled
    def plot(self) -> Picture:
        """The lower triangle as a heat map, names at the left and along the diagonal."""
        m = len(self.names)
        names = [text.clean(name) for name in self.names]
        matrix = np.asarray(self.matrix, np.float64)
        left = min(text.widest(names, theme.SMALL), 2.4) + 0.25
        right = min(text.widest(names[:-1][-3:], theme.SMALL), 2.0) * 0.77 + 0.1
        cells = max(m - 1, 1)
        across = min((theme.WIDTH - left - right) / cells, 0.62)
        down = min(across * 0.8, 0.36)
        top = 0.3 + 0.65 * text.widest(names[:1], theme.SMALL)
        picture = theme.new(theme.WIDTH, top + cells * down + 0.12)
        axes = theme.chart(picture, left, top, cells * across, cells * down)
        lower = np.full((cells, cells), np.nan)
        i, j = np.tril_indices(m, -1)
        lower[i - 1, j] = matrix[i, j]
        points = min(theme.SMALL, 72 * across / 3.2)
        zero = "−0" if points >= theme.TINY else "−"  # small cells have no room for both

        def number(i: int, j: int) -> str:
            return text.decimals(lower[i, j]).replace("−0", zero)

        heat.cells(axes, lower, number if points >= MIN_POINTS else None, points=points)
        heat.name_rows(axes, names[1:])
        for column, name in enumerate(names[:-1]):
            slant = {"rotation": 40, "rotation_mode": "anchor", "annotation_clip": False}
            theme.note(axes, name, (column, column - 0.5), (-2, 4), color=theme.MUTED, **slant)
        return picture
