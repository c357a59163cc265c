"""`Sweep`: clusters, noise and the largest cluster along eps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

_PANELS = (
    ("clusters", "Clusters", False),
    ("noise_share", "Noise, % of the images", True),
    ("largest_share", "Largest cluster, % of the images", True),
)


@dataclass(frozen=True, eq=False)
class Sweep(Head):
    """What DBSCAN gives along eps, one line a series, in three panels over the same axis.

    Parameters
    ----------
    name, title, says : str
    eps : sequence of float
        The values of eps marked on the axis.
    series : mapping of str to DataFrame
        By name (``"randomized solver"``), columns ``eps``, ``clusters``, ``noise_share`` and
        ``largest_share``, the shares between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from inkcluster.figures import Sweep
    >>> line = pd.DataFrame(
    ...     {"eps": [1.0], "clusters": [30], "noise_share": [0.99], "largest_share": [0.01]}
    ... )
    >>> Sweep("sweep", "Sweep", "Noise.", [1.0], {"whitened": line}).frame().values.tolist()
    [['whitened', 1.0, 30, 0.99, 0.01]]
    """

    eps: tuple[float, ...] | list[float]
    series: Mapping[str, pd.DataFrame]

    def frame(self) -> pd.DataFrame:
        """One row for each eps of each series; its three columns are the marks of the three panels."""
        columns = ["eps", "clusters", "noise_share", "largest_share"]
        parts = [
            line.sort_values("eps").assign(series=str(name))[["series", *columns]]
            for name, line in self.series.items()
        ]
        nothing = pd.DataFrame(columns=["series", *columns])
        return pd.concat(parts, ignore_index=True) if parts else nothing

    @theme.styled
    def plot(self) -> Picture:
        """Three panels side by side, lines with dots, the names of the series over them."""
        several = len(self.series) > 1
        top = 0.64 if several else 0.36
        picture, panels = theme.panels(3, 3, 0.5, 0.15, 0.5, top=top, height=1.75, foot=0.48)
        frame = self.frame()
        for axes, (column, title, percent) in zip(panels, _PANELS, strict=True):
            axes.set_title(title, size=theme.SMALL, pad=6)
            for j, name in enumerate(self.series):
                line = frame[frame["series"] == str(name)]
                values = line[column] * (100 if percent else 1)
                look: dict[str, Any] = (
                    {"linestyle": (0, (5, 2)), "marker": "s"} if j % 2 else {"marker": "o"}
                )
                axes.plot(
                    line["eps"],
                    values,
                    color=theme.accent(j),
                    linewidth=max(2.8 - 1.0 * j, 1.2),
                    markersize=max(6.5 - 1.5 * j, 3.5),
                    markeredgewidth=0,
                    **look,
                )
                if not (several or percent):
                    _write(axes, line["eps"].tolist(), values.tolist())
            _axis(axes, [float(e) for e in self.eps], percent)
        if several:
            self._key(picture)
        return picture

    def _key(self, picture: Picture) -> None:
        """Write the names of the series in their colours, from the left."""
        x = 0.5
        for j, name in enumerate(self.series):
            words = text.clean(name)
            theme.write(picture, x, 0.1, "■" if j % 2 else "●", color=theme.accent(j))
            theme.write(picture, x + 0.14, 0.1, words, color=theme.INK)
            x += 0.14 + text.width(words, theme.SMALL) + 0.25


def _write(axes: Axes, eps: list[float], values: list[float]) -> None:
    """Write each value over its dot."""
    for x, y in zip(eps, values, strict=True):
        style = {"size": theme.TINY, "color": theme.MUTED, "ha": "center"}
        theme.note(axes, text.count(y), (x, y), (0, 5), **style)


def _axis(axes: Axes, eps: list[float], percent: bool) -> None:
    axes.set_ylim(bottom=0)
    if percent:
        axes.set_ylim(-3, 103)
        axes.set_yticks([0, 25, 50, 75, 100])
    else:
        axes.set_ylim(0, max(1.08 * axes.get_ylim()[1], 2))
        axes.locator_params(axis="y", nbins=5, integer=True)
    shown = _far_apart(eps, 7)
    axes.set_xticks(shown, [text.short(value) for value in shown])
    axes.set_xlabel("eps")


def _far_apart(values: list[float], most: int) -> list[float]:
    """The values that can be written along an axis: from the smallest, none too near the one before."""
    chosen: list[float] = []
    values = sorted(set(values))
    for value in values:
        if not chosen or value - chosen[-1] >= (values[-1] - values[0]) / most:
            chosen.append(value)
    return chosen
