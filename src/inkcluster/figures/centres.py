"""`Centres`: what each cluster looks like on average, with its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing.mosaic import LIGHT_ON_DARK, Mosaic, ink

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_MARGIN = 0.1
_GAP = 0.22


@dataclass(frozen=True, eq=False)
class Centres(Head):
    """The centres of clusters as pictures.

    Parameters
    ----------
    name, title, says : str
    centres : ndarray of shape (k, h, w)
        In units up to `peak`; what lies outside 0 to `peak` is clipped.
    sizes : sequence of int, length k
        Members of each cluster.
    captions : sequence of str
        One for each cluster (what it is: ``"mostly 4"``), or none at all.
    peak : float
        The value of full ink, or of bare paper when dark on light.
    ink : {"light on dark", "dark on light", "picture"}
        Which pixels are the strokes.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.figures import Centres
    >>> figure = Centres("centres", "Centres", "Two.", np.zeros((2, 8, 8)), [70, 30], ["a", "b"])
    >>> figure.frame().values.tolist()
    [[0, 70, 0.7, 'a'], [1, 30, 0.3, 'b']]
    """

    centres: NDArray[Any]
    sizes: Sequence[int] | NDArray[Any]
    captions: Sequence[str] = ()
    peak: float = 255.0
    ink: str = LIGHT_ON_DARK

    def frame(self) -> pd.DataFrame:
        """One row for each centre: cluster, size, share of all members, caption."""
        sizes = np.asarray(self.sizes, np.int64)
        return pd.DataFrame(
            {
                "cluster": np.arange(len(sizes)),
                "size": sizes,
                "share": sizes / max(1, int(sizes.sum())),
                "caption": [self._caption(i) for i in range(len(sizes))],
            }
        )

    @theme.styled
    def plot(self) -> Picture:
        """Centres in lines of five (ten when there are more than twenty), numbers and sizes under each."""
        k = len(self.centres)
        columns = 5 if k in (5, 10) else min(max(k, 4), 6 if k <= 24 else 10)
        side = min((theme.WIDTH - 2 * _MARGIN) / columns - _GAP, 1.25)
        captioned = any(self._caption(i) for i in range(k))
        under = 0.4 if captioned else 0.24
        mosaic = Mosaic(
            left=_MARGIN + _GAP / 2,
            top=_MARGIN,
            columns=columns,
            lines=max(1, -(-k // columns)),
            shape=(int(self.centres.shape[1]), int(self.centres.shape[2])),
            side=side,
            gap=_GAP,
            line_gap=under + 0.12,
        ).within(theme.WIDTH - 2 * _MARGIN - _GAP / 2)
        picture, axes = theme.page(theme.WIDTH, mosaic.size[1] + under + 2 * _MARGIN)
        places = [divmod(i, columns) for i in range(k)]
        for i, place in enumerate(places):
            x, y, width, height = mosaic.box(*place)
            style: dict[str, Any] = {"ha": "center", "va": "top", "size": theme.SMALL}
            words = f"#{i} · {text.count(int(self.sizes[i]))}"
            axes.text(x + width / 2, y + height + 0.07, words, **style)
            if captioned:
                room = max(6, int((width + _GAP) / (0.52 * theme.SMALL / 72)))
                caption = text.clean(self._caption(i), min(room, text.LONGEST))
                axes.text(x + width / 2, y + height + 0.23, caption, color=theme.MUTED, **style)
        mosaic.draw(axes, ink(self.centres, peak=self.peak, polarity=self.ink), places)
        return picture

    def _caption(self, i: int) -> str:
        return str(self.captions[i]) if i < len(self.captions) else ""
