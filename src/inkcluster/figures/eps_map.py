"""`EpsMap`: what DBSCAN finds for every eps and min_samples, in small maps over the same grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.figures import _heat, _text, theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class EpsMap:
    """Small multiples of heat maps, eps across and min_samples down.

    Parameters
    ----------
    name, title, says : str
        As for every figure.
    eps : sequence of float, length a
    min_samples : sequence of int, length b
    panels : mapping of str to ndarray of shape (a, b)
        Values by panel title. Shares (all between 0 and 1, not integers) are shaded from 0 to 1
        and written in percent; counts are shaded by their logarithm. NaN leaves a cell empty.
    marked : ndarray of shape (a, b), bool, or None
        Cells that meet the criterion; they are outlined in every panel.
    criterion : str
        What the outline means, in words.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import EpsMap
    >>> panels = {"clusters": np.array([[3, 2], [1, 1]])}
    >>> figure = EpsMap("map", "Map", "One.", [8, 9], [2, 3], panels, np.eye(2, dtype=bool))
    >>> figure.frame().columns.tolist(), len(figure.frame())
    (['panel', 'eps', 'min_samples', 'value', 'marked'], 4)
    """

    name: str
    title: str
    says: str
    eps: Sequence[float] | NDArray[Any]
    min_samples: Sequence[int] | NDArray[Any]
    panels: Mapping[str, NDArray[Any]]
    marked: NDArray[np.bool_] | None = None
    criterion: str = ""

    def frame(self) -> pd.DataFrame:
        """One row for each cell of each panel: panel, eps, min_samples, value, marked."""
        import pandas as pd

        eps = np.asarray(self.eps, np.float64)
        least = np.asarray(self.min_samples, np.int64)
        m, cells = len(self.panels), len(eps) * len(least)
        values = [np.asarray(panel, np.float64).ravel() for panel in self.panels.values()]
        return pd.DataFrame(
            {
                "panel": np.repeat(np.array([str(p) for p in self.panels], object), cells),
                "eps": np.tile(np.repeat(eps, len(least)), m),
                "min_samples": np.tile(least, m * len(eps)),
                "value": np.concatenate(values) if values else np.empty(0),
                "marked": np.tile(self._marked().ravel(), m),
            }
        )

    @theme.styled
    def plot(self) -> Picture:
        """Two panels a line, cells with their numbers, outlines where the criterion is met."""
        m = max(len(self.panels), 1)
        columns = 1 if m == 1 else 2
        lines = -(-m // columns)
        a, b = len(self.eps), len(self.min_samples)
        left, gap, top, bottom = 0.5, 0.3, 0.42, 0.34
        width = (theme.WIDTH - left - 0.1 - gap * (columns - 1)) / columns
        down = min(max(2.3 / max(b, 1), 0.13), 0.27)
        height = down * b
        extra = 0.3 if self._marked().any() and self.criterion else 0.06
        picture = theme.new(theme.WIDTH, lines * (top + height + bottom) + extra)
        points = min(theme.TINY, 72 * down * 0.62, 72 * width / max(a, 1) / 3.0)
        for i, (title, panel) in enumerate(self.panels.items()):
            line, column = divmod(i, columns)
            axes = theme.chart(
                picture,
                left + column * (width + gap),
                top + line * (top + height + bottom),
                width,
                height,
            )
            _heat.bare(axes)
            shades, write, percent = _scale(np.asarray(panel, np.float64).T)
            _heat.cells(axes, shades, write if points >= 4.5 else None, points=points)
            _heat.outline(axes, self._marked().T)
            heading = _text.clean(title, 40)
            if percent and "%" not in heading:
                heading += ", in %"
            axes.set_title(heading, size=theme.SMALL, pad=6)
            axes.tick_params(labelbottom=True, length=0)
            thin = max(1, -(-a // 14))
            axes.set_xticks(range(0, a, thin), [_text.short(float(e)) for e in self.eps][::thin])
            axes.set_xlabel("eps", labelpad=1)
            axes.set_yticks([])
            if column == 0:
                axes.tick_params(labelleft=True)
                axes.set_yticks(range(b), [str(int(s)) for s in self.min_samples])
                axes.set_ylabel("min_samples")
        if self._marked().any() and self.criterion:
            picture.text(
                left / theme.WIDTH,
                0.05 / picture.get_size_inches()[1],
                f"Outlined: {_text.clean(self.criterion, 90)}",
                size=theme.SMALL,
                color=theme.MUTED,
                va="bottom",
            )
        return picture

    def _marked(self) -> NDArray[np.bool_]:
        if self.marked is None:
            return np.zeros((len(self.eps), len(self.min_samples)), bool)
        return np.asarray(self.marked, bool)


def _scale(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], Callable[[int, int], str], bool]:
    """Shades between 0 and 1 for a panel's values, how a value is written, and whether in percent."""
    finite = values[np.isfinite(values)]
    whole = bool(np.all(finite == np.rint(finite)))
    if len(finite) and np.abs(finite).max() <= 1 and not whole:
        return np.clip(values, 0, 1), lambda i, j: _percent(float(values[i, j])), True
    logs = np.log1p(np.maximum(values, 0.0))
    top = float(np.max(logs, initial=0.0, where=np.isfinite(logs)))
    return logs / (top or 1.0), lambda i, j: _text.count(float(values[i, j])), False


def _percent(share: float) -> str:
    """A share in percent, without the sign: 0.999 must not look like all."""
    percent = 100 * share
    if 99.5 <= percent < 100 or 0 < percent < 0.5:
        return f"{min(percent, 99.9):.1f}"
    return f"{percent:.0f}".replace("-0", "0")
