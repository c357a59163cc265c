"""`SuggestionCounts`: how many clusters the resamples of each size suggest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import heat, text, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True, eq=False)
class SuggestionCounts(Head):
    """How often each k was suggested, for each size of sample.

    Parameters
    ----------
    name, title, says : str
    frame_ : DataFrame
        Columns ``sample_size``, ``k`` and ``count``: how many resamples of that size suggest k.

    Examples
    --------
    >>> import pandas as pd
    >>> from inkcluster.figures import SuggestionCounts
    >>> counts = pd.DataFrame({"sample_size": [500, 500], "k": [4, 5], "count": [1, 3]})
    >>> SuggestionCounts("k", "k", "Five.", counts).frame().values.tolist()
    [[500.0, 4.0, 1.0, 0.25], [500.0, 5.0, 3.0, 0.75]]
    """

    frame_: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row for each sample size and k: the count, and its share of the resamples of that size."""
        given = self.frame_[["sample_size", "k", "count"]]
        counts = given.groupby(["sample_size", "k"], as_index=False).sum()
        total = counts.groupby("sample_size")["count"].transform("sum")
        return counts.assign(share=counts["count"] / total.clip(lower=1))

    @theme.styled
    def plot(self) -> Picture:
        """A heat map of k × sample size with the counts in it."""
        frame = self.frame()
        sizes = sorted(frame["sample_size"].unique())
        suggested = [int(k) for k in frame["k"]]
        low, high = min(suggested, default=2), max(suggested, default=3)
        ks = list(range(min(low, 2), max(high, 6) + 1))
        if len(ks) > 24:
            ks = sorted(set(suggested))
        counts = np.zeros((len(sizes), len(ks)), np.int64)
        shares = np.zeros(counts.shape)
        for size, k, count, share in frame.itertuples(index=False):
            place = sizes.index(size), ks.index(int(k))
            counts[place], shares[place] = count, share
        left, top, down = 1.15, 0.52, 0.34
        across = min((theme.WIDTH - left - 0.3) / max(len(ks), 1), 0.62)
        picture = theme.new(theme.WIDTH, top + down * max(len(sizes), 1) + 0.12)
        axes = theme.chart(picture, left, top, across * len(ks), down * max(len(sizes), 1))
        heat.cells(axes, shares, lambda i, j: text.count(counts[i, j]) if counts[i, j] else "")
        heat.name_rows(axes, [f"{text.count(size)} images" for size in sizes])
        heat.name_columns(axes, [str(k) for k in ks])
        theme.write(picture, left, 0.1, "Suggested number of clusters; in a cell, the resamples")
        return picture
