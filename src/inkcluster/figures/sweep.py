"""`Sweep`: clusters, noise and the largest cluster along eps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text as _text
from inkcluster.figures.drawing import theme

if TYPE_CHECKING:
    import pandas as pd
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
        As for every figure.
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
        import pandas as pd

        columns = ["eps", "clusters", "noise_share", "largest_share"]
        frames = []
        for name, line in self.series.items():
            part = line[columns].sort_values("eps")
            part.insert(0, "series", str(name))
            frames.append(part)
        if not frames:
            return pd.DataFrame(columns=["series", *columns])
        return pd.concat(frames, ignore_index=True)

    @theme.styled
    def plot(self) -> Picture:
        """Three panels side by side, lines with dots, the names of the series over them."""
        left, gap, top, height = 0.5, 0.5, 0.36, 1.75
        several = len(self.series) > 1
        top += 0.28 if several else 0.0
        width = (theme.WIDTH - left - 0.15 - 2 * gap) / 3
        picture = theme.new(theme.WIDTH, top + height + 0.48)
        frame = self.frame()
        for i, (column, title, percent) in enumerate(_PANELS):
            axes = theme.chart(picture, left + i * (width + gap), top, width, height)
            axes.set_title(title, size=theme.SMALL, pad=6)
            for j, name in enumerate(self.series):
                line = frame[frame["series"] == str(name)]
                values = line[column] * (100 if percent else 1)
                colour = theme.ACCENTS[j % len(theme.ACCENTS)]
                axes.plot(
                    line["eps"],
                    values,
                    color=colour,
                    linewidth=max(2.8 - 1.0 * j, 1.2),
                    linestyle="-" if j % 2 == 0 else (0, (5, 2)),
                    marker="o" if j % 2 == 0 else "s",
                    markersize=max(6.5 - 1.5 * j, 3.5),
                    markeredgewidth=0,
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
            words, colour = _text.clean(name), theme.ACCENTS[j % len(theme.ACCENTS)]
            theme.write(picture, x, 0.1, "■" if j % 2 else "●", color=colour)
            theme.write(picture, x + 0.14, 0.1, words, color=theme.INK)
            x += 0.14 + _text.width(words, theme.SMALL) + 0.25


def _write(axes: Axes, eps: list[float], values: list[float]) -> None:
    """Write each value over its dot."""
    for x, y in zip(eps, values, strict=True):
        style = {"size": theme.TINY, "color": theme.MUTED, "ha": "center"}
        theme.note(axes, _text.count(y), (x, y), (0, 5), **style)


def _axis(axes: Axes, eps: list[float], percent: bool) -> None:
    axes.set_ylim(bottom=0)
    if percent:
        axes.set_ylim(-3, 103)
        axes.set_yticks([0, 25, 50, 75, 100])
    else:
        axes.set_ylim(0, max(1.08 * axes.get_ylim()[1], 2))
        axes.locator_params(axis="y", nbins=5, integer=True)
    shown = _far_apart(eps, 7)
    axes.set_xticks(shown, [_text.short(value) for value in shown])
    axes.set_xlabel("eps")


def _far_apart(values: list[float], most: int) -> list[float]:
    """The values that can be written along an axis: from the smallest, none too near the one before."""
    chosen: list[float] = []
    values = sorted(set(values))
    for value in values:
        if not chosen or value - chosen[-1] >= (values[-1] - values[0]) / most:
            chosen.append(value)
    return chosen
