"""`MergeHeights`: the last merges of hierarchies, where a large step suggests a number of clusters."""

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
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class MergeHeights(Head):
    """Height of the merge that joins k clusters into k - 1, for the last merges.

    Parameters
    ----------
    name, title, says : str
    heights : mapping of str to ndarray
        Merge heights of each hierarchy (the third column of Z, any order), by panel title.
    suggested : mapping of str to int
        The k that each panel suggests; it is marked.
    most : int
        The largest k shown.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import MergeHeights
    >>> figure = MergeHeights("heights", "Heights", "Two.", {"ward": np.array([1.0, 2.0, 14.9])})
    >>> figure.frame().values.tolist()
    [['ward', 2, 14.9, False], ['ward', 3, 2.0, False], ['ward', 4, 1.0, False]]
    """

    heights: Mapping[str, NDArray[Any]]
    suggested: Mapping[str, int] = field(default_factory=dict)
    most: int = 20

    def frame(self) -> pd.DataFrame:
        """One row for each dot: panel, k, height of the merge of k into k - 1, whether k is suggested."""
        rows = [
            (str(panel), k, float(height), self.suggested.get(panel) == k)
            for panel, heights in self.heights.items()
            for k, height in enumerate(self._last(heights), start=2)
        ]
        return pd.DataFrame(rows, columns=["panel", "k", "height", "suggested"])

    @theme.styled
    def plot(self) -> Picture:
        """Falling dots, one panel a hierarchy; the suggested k stands out with its number."""
        m = max(len(self.heights), 1)
        columns = min(m, 4 if m == 4 or m > 6 else 3)
        left, inches = 0.65, {"top": 0.36, "height": 1.45, "below": 0.16, "foot": 0.28}
        picture, panels = theme.panels(len(self.heights), columns, left, 0.12, 0.5, **inches)
        for i, (axes, (panel, heights)) in enumerate(
            zip(panels, self.heights.items(), strict=True)
        ):
            last = self._last(heights)
            ks = np.arange(2, 2 + len(last))
            axes.plot(ks, last, color=theme.NOISE, linewidth=1.0, zorder=2)
            axes.scatter(ks, last, s=13, color=theme.ACCENTS[0], linewidths=0, zorder=3)
            axes.set_title(text.clean(panel, 30), size=theme.SMALL, pad=5)
            axes.set_xlim(1.2, max(self.most, 3) + 0.8)
            axes.set_ylim(0, 1.12 * float(last.max(initial=0.0)) or 1.0)
            axes.locator_params(axis="y", nbins=4)
            axes.yaxis.set_major_formatter(lambda value, _: text.tick(value))
            axes.locator_params(axis="x", nbins=6, integer=True)
            k = self.suggested.get(panel)
            if k is not None and 2 <= k < 2 + len(last):
                height = last[k - 2]
                axes.scatter([k], [height], s=46, color=theme.ACCENTS[1], linewidths=0, zorder=4)
                theme.note(axes, f"k = {k}", (k, height), (6, 4))
            if i % columns == 0:
                axes.set_ylabel("Height")
        words = "Horizontal axis: k, for the merge of k clusters into k − 1"
        theme.write(picture, left, -0.06, words)
        return picture

    def _last(self, heights: NDArray[Any]) -> NDArray[np.float64]:
        """The highest merges, highest first: of 2 clusters into 1, of 3 into 2, and so on."""
        ordered: NDArray[np.float64] = np.sort(np.asarray(heights, np.float64))[::-1]
        return ordered[: max(self.most - 1, 1)]
