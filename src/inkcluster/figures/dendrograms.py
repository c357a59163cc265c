"""`Dendrograms`: several hierarchies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.dendrogram import tree_frame
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing import tree as _tree

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class Dendrograms(Head):
    """Small hierarchies in one picture, each with its own height and its own cut.

    Parameters
    ----------
    name, title, says : str
    panels : sequence of (title, Z, k)
        A title, a linkage matrix as SciPy's, and where to cut (None for nowhere).
    truncate : int or None
        Leaves shown of each; None shows every observation.
    columns : int or None
        Panels in a line; by default two, or three when there are five or more.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.cluster.hierarchy import single, ward
    >>> from inkcluster.figures import Dendrograms
    >>> X = np.array([[0.0], [1.0], [10.0]])
    >>> panels = [("ward", ward(X), 2), ("single", single(X), 2)]
    >>> Dendrograms("both", "Both", "Alike.", panels).frame()["panel"].tolist()
    ['ward', 'ward', 'single', 'single']
    """

    panels: Sequence[tuple[str, NDArray[Any], int | None]]
    truncate: int | None = 30
    columns: int | None = None

    def frame(self) -> pd.DataFrame:
        """One row for each link: panel, then as for :class:`inkcluster.figures.Dendrogram`."""
        if not self.panels:
            return pd.DataFrame({"panel": []})
        frames = [
            tree_frame(_tree.layout(Z, k, self.truncate)).assign(panel=str(title))
            for title, Z, k in self.panels
        ]
        links = pd.concat(frames, ignore_index=True)
        return links[["panel", *links.columns[:-1]]]

    @theme.styled
    def plot(self) -> Picture:
        """Panels in lines, titles over them."""
        m = len(self.panels)
        columns = self.columns or (min(max(m, 1), 2) if m <= 4 else 4 if m in (7, 8) else 3)
        picture, panels = theme.panels(m, columns, 0.55, 0.1, 0.5, top=0.4, height=1.5, foot=0.15)
        for panel, (axes, (title, Z, k)) in enumerate(zip(panels, self.panels, strict=True)):
            _tree.draw(axes, _tree.layout(Z, k, self.truncate), None, panel)
            heading = text.clean(title) + ("" if k is None else f", cut at {k}")
            axes.set_title(heading, size=theme.SMALL, pad=6, gid=_tree.PANEL.format(panel))
            axes.locator_params(axis="y", nbins=4)
        return picture
