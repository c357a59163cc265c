"""`AlongHierarchy`: a measure at every number of clusters, from all in one to each alone."""

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

MAX_K_ALL_DRAWN = 60
"""Every k up to this is drawn; larger ones are thinned out, evenly on the logarithmic axis."""
MAX_THINNED = 150


@dataclass(frozen=True, eq=False)
class AlongHierarchy(Head):
    """Curves over k on a logarithmic axis; the best k of each is a dot.

    Parameters
    ----------
    name, title, says : str
    curves : mapping of str to ndarray
        For each curve its values at k = 1, 2, 3, …
    marks : mapping of str to int
        Numbers of clusters to mark with a line: ``{"classes": 10}``.
    best : tuple of str or None
        The curves whose best k is marked; None for all of them.
    measure : str
        What the values are.

    Examples
    --------
    >>> from inkcluster.figures import AlongHierarchy
    >>> figure = AlongHierarchy("along", "Along", "Best at 2.", {"ward": [0.0, 0.9, 0.4]}, {"classes": 2})
    >>> figure.frame().values.tolist()
    [['ward', 1, 0.0, ''], ['ward', 2, 0.9, 'best, classes'], ['ward', 3, 0.4, '']]
    """

    curves: Mapping[str, NDArray[Any] | list[float]]
    marks: Mapping[str, int] = field(default_factory=dict)
    best: tuple[str, ...] | None = None
    measure: str = "Agreement with the labels"

    def frame(self) -> pd.DataFrame:
        """One row for each point drawn: curve, k, value, and what marks that k."""
        rows = []
        for curve, given in self.curves.items():
            values = np.asarray(given, np.float64)
            for k in self._drawn(values):
                marks = [mark for mark, at in self.marks.items() if at == k]
                if k == self._top(curve):
                    marks.insert(0, "best")
                rows.append((str(curve), k, float(values[k - 1]), ", ".join(marks)))
        return pd.DataFrame(rows, columns=["curve", "k", "value", "mark"])

    @theme.styled
    def plot(self) -> Picture:
        """One chart; the curves are named at the right, the best first where all are compared."""
        lines = max(len(self.curves), 1)
        left, right, top = 0.62, 1.95, 0.42
        height = max(2.5, 0.34 * lines)
        picture = theme.new(theme.WIDTH, top + height + 0.5)
        axes = theme.chart(picture, left, top, theme.WIDTH - left - right, height)
        page = theme.overlay(picture)
        longest = max((len(values) for values in self.curves.values()), default=2)
        axes.set_xscale("log")
        axes.set_xlim(0.92, 1.1 * max(longest, 2))
        axes.set_ylim(*self._range())
        axes.xaxis.set_major_formatter(lambda value, _: text.count(value))
        axes.xaxis.minorticks_off()
        axes.set_xlabel("k, the number of clusters (logarithmic)")
        axes.set_ylabel(self.measure)
        self._draw_marks(axes)
        order = list(self.curves)
        if self.best is None:
            order.sort(key=lambda curve: -self._best(curve)[1])
        for i, curve in enumerate(order):
            self._draw(axes, curve, i)
            self._name(page, curve, i, theme.WIDTH - right + 0.2, top + 0.1 + 0.34 * i)
        return picture

    def _draw(self, axes: Axes, curve: str, i: int) -> None:
        values = np.asarray(self.curves[curve], np.float64)
        ks = np.array(self._drawn(values), np.int64)
        if not len(ks):
            return
        colour, style = _look(i)
        axes.plot(ks, values[ks - 1], color=colour, linewidth=1.4, linestyle=style, zorder=3)
        at = self._top(curve)
        if at is not None:
            axes.scatter([at], [values[at - 1]], s=30, color=colour, linewidths=0, zorder=4)

    def _name(self, page: Axes, curve: str, i: int, x: float, y: float) -> None:
        colour, style = _look(i)
        page.plot([x, x + 0.22], [y, y], color=colour, linestyle=style, linewidth=1.8)
        page.text(x + 0.3, y, text.clean(curve, 16), size=theme.SMALL, va="center")
        if self._top(curve) is not None:
            k, value = self._best(curve)
            said = f"best {text.decimals(value, 3)} at k = {text.count(k)}"
            small: dict[str, Any] = {"size": theme.TINY, "color": theme.MUTED}
            page.text(x + 0.3, y + 0.14, said, va="center", **small)

    def _draw_marks(self, axes: Axes) -> None:
        by_k: dict[int, list[str]] = {}
        for mark, k in self.marks.items():
            by_k.setdefault(k, []).append(mark)
        low, high = axes.get_xlim()
        for level, (k, names) in enumerate(sorted(by_k.items())):
            if not low <= k <= high:
                continue
            axes.axvline(k, color=theme.NOISE, linewidth=1.0, linestyle=(0, (3, 2)), zorder=1)
            style = {"size": theme.TINY, "color": theme.MUTED, "va": "bottom"}
            style["xycoords"] = ("data", "axes fraction")
            words = f"{' and '.join(names)}: {k:,}"
            theme.note(axes, words, (k, 1.0), (3, 2 + 11 * (level % 2)), **style)

    def _range(self) -> tuple[float, float]:
        both = [np.asarray(values, np.float64) for values in self.curves.values()]
        finite = [values[np.isfinite(values)] for values in both]
        low = min((float(v.min()) for v in finite if len(v)), default=0.0)
        high = max((float(v.max()) for v in finite if len(v)), default=1.0)
        low, high = min(low, 0.0), max(high, 0.1)
        return low - 0.02 * (high - low), high + 0.06 * (high - low)

    def _best(self, curve: str) -> tuple[int, float]:
        values = np.asarray(self.curves[curve], np.float64)
        if not np.isfinite(values).any():
            return 0, float("nan")
        at = int(np.nanargmax(values))
        return at + 1, float(values[at])

    def _top(self, curve: str) -> int | None:
        """The best k of a curve, if it is to be marked."""
        k = self._best(curve)[0]
        return k if k and (self.best is None or curve in self.best) else None

    def _drawn(self, values: NDArray[np.float64]) -> list[int]:
        """Which k are drawn: all small ones, the marked ones, and some of the others."""
        n = len(values)
        few = np.arange(1, min(n, MAX_K_ALL_DRAWN) + 1)
        spread = np.geomspace(MAX_K_ALL_DRAWN, max(n, MAX_K_ALL_DRAWN), MAX_THINNED)
        far = spread.round().astype(np.int64)
        more = [k for k in self.marks.values() if 1 <= k <= n]
        if np.isfinite(values).any():
            more.append(int(np.nanargmax(values)) + 1)
        ks = np.unique(np.concatenate([few, far[far <= n], np.array(more, np.int64)]))
        return [k for k in ks.tolist() if np.isfinite(values[k - 1])]


def _look(i: int) -> tuple[str, Any]:
    """A curve's colour, and its dashes when the colours come round again."""
    return theme.accent(i), "-" if i < len(theme.ACCENTS) else (0, (1, 1.2))
