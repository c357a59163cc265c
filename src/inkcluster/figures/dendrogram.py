"""`Dendrogram`: one hierarchy with its cut, and what hangs at its leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from inkcluster.figures.base import Head
from inkcluster.figures.drawing import text, theme
from inkcluster.figures.drawing import tree as _tree
from inkcluster.figures.drawing.mosaic import LIGHT_ON_DARK, ink, picture_row

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

MAX_PICTURES = 40
"""No pictures are drawn under more leaves than this."""
_LEFT, _RIGHT = 0.75, 0.5


@dataclass(frozen=True, eq=False)
class Dendrogram(Head):
    """A hierarchy, its clusters at k in colours, the cut dashed.

    Parameters
    ----------
    name, title, says : str
    Z : ndarray of shape (n - 1, 4)
        A linkage matrix as SciPy's.
    k : int or None
        Where it is cut; no cut is drawn for None or 1.
    leaf_pictures : ndarray (leaves, h, w) or None
        A picture for each leaf as drawn, from the left (mean images): see :meth:`leaf_members`.
        With ``truncate=None`` they may also be the n images themselves, in the data's order.
        Not drawn when there are more than forty leaves.
    truncate : int or None
        Show only the last `truncate` clusters as leaves; None shows every observation.
    leaf_labels : sequence of str or None
        One for each leaf, in the order of `leaf_pictures`; by default the members of each leaf.
    ink, peak
        As for :class:`inkcluster.figures.Gallery`.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.cluster.hierarchy import ward
    >>> from inkcluster.figures import Dendrogram
    >>> Z = ward(np.array([[0.0], [1.0], [10.0], [12.0]]))
    >>> figure = Dendrogram("ward", "Ward", "Two pairs.", Z, 2)
    >>> figure.frame()[["height", "cluster"]].round(1).values.tolist()
    [[1.0, 0.0], [2.0, 1.0], [14.8, -1.0]]
    """

    Z: NDArray[Any]
    k: int | None
    leaf_pictures: NDArray[Any] | None = None
    truncate: int | None = 30
    leaf_labels: Sequence[str] | None = None
    ink: str = LIGHT_ON_DARK
    peak: float = 255.0

    def frame(self) -> pd.DataFrame:
        """One row for each link: left, right, height, height of its left and right foot, cluster.

        The cluster is -1 above the cut.
        """
        return tree_frame(_tree.layout(self.Z, self.k, self.truncate))

    def leaf_members(self) -> list[NDArray[np.int64]]:
        """The observations of each leaf as drawn, from the left."""
        leaves = _tree.layout(self.Z, self.k, self.truncate).leaves
        leaf = _tree.leaf_of(self.Z, leaves)
        ends = np.cumsum(np.bincount(leaf, minlength=len(leaves)))
        return np.split(np.argsort(leaf, kind="stable"), ends[:-1])

    @theme.styled
    def plot(self) -> Picture:
        """The tree; under it pictures and labels of the leaves where there is room."""
        tree = _tree.layout(self.Z, self.k, self.truncate)
        leaves = len(tree.leaves)
        across = (theme.WIDTH - _LEFT - _RIGHT) / max(leaves, 1)
        pictured = self.leaf_pictures is not None and leaves <= MAX_PICTURES
        side = min(across * 0.88, 0.55) if pictured else 0.0
        labels = self._labels(tree) if leaves <= MAX_PICTURES else None
        upright = labels is None or text.widest(labels, theme.TINY) <= across * 1.15
        under = 0.0 if labels is None else 0.2 if upright else 0.1 + text.widest(labels, theme.TINY)
        height = 2.7
        note = labels is not None and self.leaf_labels is None and tree.members.max() > 1
        picture = theme.new(theme.WIDTH, 0.15 + height + side + under + (0.26 if note else 0.1))
        axes = theme.chart(picture, _LEFT, 0.15, theme.WIDTH - _LEFT - _RIGHT, height)
        _tree.draw(axes, tree, self.k)
        axes.set_ylabel("Height of the merge")
        page = theme.overlay(picture)
        middles = _LEFT + tree.positions / 10 * across
        foot = 0.15 + height + 0.07
        if pictured:
            pictures = np.asarray(self.leaf_pictures)
            if self._by_observation(tree):
                pictures = pictures[tree.leaves]
            opacity = ink(pictures, peak=self.peak, polarity=self.ink)
            picture_row(page, opacity, middles, foot, side, name=_tree.LEAF.format(0, "{}", "{}"))
        if labels is not None:
            style: dict[str, Any] = {"ha": "center", "va": "top", "rotation": 0 if upright else 90}
            for leaf, (x, label) in enumerate(zip(middles, labels, strict=True)):
                style["gid"] = _tree.LEAF.format(0, leaf, "label")
                page.text(x, foot + side + 0.03, label, size=theme.TINY, color=theme.MUTED, **style)
        if note:
            words = "Number under a leaf: the images in it"
            theme.write(picture, _LEFT, -0.04, words, size=theme.TINY)
        return picture

    def _labels(self, tree: _tree.Tree) -> list[str] | None:
        if self.leaf_labels is not None:
            order = tree.leaves if self._by_observation(tree) else range(len(self.leaf_labels))
            return [text.clean(self.leaf_labels[int(i)], 12) for i in order]
        if self.truncate is None and tree.members.max() == 1:
            return [str(leaf) for leaf in tree.leaves]
        return [text.count(members) for members in tree.members]

    def _by_observation(self, tree: _tree.Tree) -> bool:
        """Whether pictures and labels come in the data's order, not in the tree's."""
        return self.truncate is None and len(tree.leaves) == len(self.Z) + 1


def tree_frame(tree: _tree.Tree) -> pd.DataFrame:
    """Tabulate the links of a laid-out tree, one row each."""
    return pd.DataFrame(
        {
            "left": tree.x[:, 0],
            "right": tree.x[:, 3],
            "height": tree.y[:, 1],
            "left_foot": tree.y[:, 0],
            "right_foot": tree.y[:, 3],
            "cluster": tree.cluster,
        }
    )
