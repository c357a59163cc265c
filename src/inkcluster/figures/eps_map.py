"""`EpsMap`: what DBSCAN finds for every eps and min_samples, in small maps over the same grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import heat, text, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class EpsMap(Head):
    """Small multiples of heat maps, eps across and min_samples down.

    Parameters
    ----------
    name, title, says : str
    eps : sequence of float, length a
    min_samples : sequence of int, length b
    panels : mapping of str to ndarray of shape (a, b)
        Values by panel title. Shares (floats, all between 0 and 1) are shaded from 0 to 1
        and written in percent; counts are shaded by their logarithm. NaN leaves a cell empty.
    marked : ndarray of shape (a, b), bool, or None
        Cells that meet the criterion; they are outlined in every panel.
    criterion : str
        What the outline means, in words.
    beneath : mapping of str to ndarray of shape (a, b)
        For some of the panels, shares that are written under the values, in percent.
    chosen : (int, int) or None
        The place of one cell that is ringed in every panel.
    suggested : float or None
        One of `eps`, which is marked on the axis.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import EpsMap
    >>> panels = {"clusters": np.array([[3, 2], [1, 1]])}
    >>> figure = EpsMap("map", "Map", "One.", [8, 9], [2, 3], panels, np.eye(2, dtype=bool))
    >>> figure.frame().columns.tolist(), len(figure.frame())
    (['panel', 'eps', 'min_samples', 'value', 'beneath', 'marked', 'chosen'], 4)
    """

    eps: Sequence[float] | NDArray[Any]
    min_samples: Sequence[int] | NDArray[Any]
    panels: Mapping[str, NDArray[Any]]
    marked: NDArray[np.bool_] | None = None
    criterion: str = ""
    beneath: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    chosen: tuple[int, int] | None = None
    suggested: float | None = None

    def frame(self) -> pd.DataFrame:
        """One row for each cell of each panel: its place, its values, whether marked or chosen."""
        eps = np.asarray(self.eps, np.float64)
        least = np.asarray(self.min_samples, np.int64)
        m, cells = len(self.panels), len(eps) * len(least)
        values = [np.asarray(panel, np.float64).ravel() for panel in self.panels.values()]
        nothing = np.full((len(eps), len(least)), np.nan)
        under = [np.asarray(self.beneath.get(p, nothing), np.float64).ravel() for p in self.panels]
        return pd.DataFrame(
            {
                "panel": np.repeat(np.array([str(p) for p in self.panels], object), cells),
                "eps": np.tile(np.repeat(eps, len(least)), m),
                "min_samples": np.tile(least, m * len(eps)),
                "value": np.concatenate(values) if values else np.empty(0),
                "beneath": np.concatenate(under) if under else np.empty(0),
                "marked": np.tile(self._marked().ravel(), m),
                "chosen": np.tile(self._ringed().ravel(), m),
            }
        )

    @theme.styled
    def plot(self) -> Picture:
        """Two panels a line, cells with their numbers, outlines where the criterion is met."""
        m = max(len(self.panels), 1)
        columns = 1 if m == 1 else 2
        a, b = len(self.eps), len(self.min_samples)
        left = 0.5
        width = (theme.WIDTH - left - 0.1 - 0.3 * (columns - 1)) / columns
        down = min(max((3.4 if self.beneath else 2.3) / max(b, 1), 0.13), 0.31)
        notes = self._notes()
        inches = {"top": 0.42, "height": down * b, "below": 0.34, "foot": 0.06 + 0.19 * len(notes)}
        picture, panels = theme.panels(len(self.panels), columns, left, 0.1, 0.3, **inches)
        points = min(theme.TINY, 72 * down * 0.62, 72 * width / max(a, 1) / 3.0)
        for i, (title, panel) in enumerate(self.panels.items()):
            axes = panels[i]
            shades, write, percent = _scale(np.asarray(panel).T)
            there = np.argwhere(np.isfinite(shades)).tolist()
            longest = max((len(write(i, j)) for i, j in there), default=1)
            size = min(points, 72 * width / max(a, 1) / (0.68 * longest))
            if title in self.beneath:
                write = _two_lines(write, np.asarray(self.beneath[title], np.float64).T)
                size = min(size, 72 * down * 0.4)
            heat.cells(axes, shades, write if points >= 4.5 else None, points=size)
            heat.outline(axes, self._marked().T)
            heat.outline(axes, self._ringed().T, theme.INK, 1.4)
            heading = text.clean(title, 60)
            if percent and "%" not in heading:
                heading += ", in %"
            axes.set_title(heading, size=theme.SMALL, pad=6)
            self._name_axes(axes, width, first=i % columns == 0)
        for i, words in enumerate(reversed(notes)):
            theme.write(picture, left, -(0.05 + 0.19 * i), words)
        return picture

    def _name_axes(self, axes: Axes, width: float, *, first: bool) -> None:
        """Name the eps that fit into `width` inches, always the suggested one."""
        a, b = len(self.eps), len(self.min_samples)
        axes.tick_params(labelbottom=True, length=0)
        names = [text.short(float(eps)) for eps in self.eps]
        room = width / max(a, 1)
        thin = max(1, int(np.ceil(1.2 * text.widest(names, theme.SMALL) / room)))
        shown, at = list(range(0, a, thin)), None
        if self.suggested is not None:
            at = int(np.abs(np.asarray(self.eps, np.float64) - self.suggested).argmin())
            shown = sorted([*(i for i in shown if abs(i - at) >= thin), at])
        axes.set_xticks(shown, [names[i] for i in shown])
        for i, label in zip(shown, axes.get_xticklabels(), strict=True):
            if i == at:
                label.set(color=theme.INK, fontweight="bold")
        axes.set_xlabel("eps", labelpad=1)
        axes.set_yticks([])
        if first:
            axes.tick_params(labelleft=True)
            axes.set_yticks(range(b), [str(int(s)) for s in self.min_samples])
            axes.set_ylabel("min_samples")

    def _notes(self) -> list[str]:
        """What the lines and the bold eps mean, a line each."""
        marked = self._marked().any() and self.criterion
        notes = [f"Outlined: {text.clean(self.criterion, 90)}"] if marked else []
        chosen = ["Dark frame: the chosen setting"] if self.chosen is not None else []
        suggested = ["Bold: the suggested eps"] if self.suggested is not None else []
        return [*notes, ". ".join(chosen + suggested)] if chosen + suggested else notes

    def _ringed(self) -> NDArray[np.bool_]:
        ringed = np.zeros((len(self.eps), len(self.min_samples)), bool)
        if self.chosen is not None:
            ringed[self.chosen] = True
        return ringed

    def _marked(self) -> NDArray[np.bool_]:
        if self.marked is None:
            return np.zeros((len(self.eps), len(self.min_samples)), bool)
        return np.asarray(self.marked, bool)


def _scale(panel: NDArray[Any]) -> tuple[NDArray[np.float64], Callable[[int, int], str], bool]:
    """Shades between 0 and 1 for a panel's values, how a value is written, and whether in percent."""
    values = np.asarray(panel, np.float64)
    finite = values[np.isfinite(values)]
    if panel.dtype.kind == "f" and np.abs(finite).max(initial=0.0) <= 1:
        return np.clip(values, 0, 1), lambda i, j: _percent(float(values[i, j])), True
    logs = np.log1p(np.maximum(values, 0.0))
    top = float(np.max(logs, initial=0.0, where=np.isfinite(logs)))
    return logs / (top or 1.0), lambda i, j: text.count(float(values[i, j])), False


def _two_lines(
    write: Callable[[int, int], str], under: NDArray[np.float64]
) -> Callable[[int, int], str]:
    """What is written in a cell, with a share under it."""

    def both(i: int, j: int) -> str:
        words = write(i, j)
        return f"{words}\n{_percent(float(under[i, j]))}" if words else ""

    return both


def _percent(share: float) -> str:
    """A share in percent, without the sign: 0.999 must not look like all."""
    percent = 100 * share
    if 99.5 <= percent < 100 or 0 < percent < 0.5:
        return f"{min(percent, 99.9):.1f}"
    return f"{percent:.0f}".replace("-0", "0")
