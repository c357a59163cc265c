"""The trees as arrays, with the methods that users of the hdbscan package look for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._hdbscan._tree import HIERARCHY_dtype, labelling_at_cut

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BARS = 20
"""Bars that one cluster is drawn with, at most."""


class _Table(np.ndarray):
    """An array with more methods; what is calculated from it is an ordinary array."""

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)

    def to_numpy(self) -> NDArray[Any]:
        """A copy as an ordinary array."""
        return np.array(self)


class CondensedTree(_Table):
    """A condensed tree: ``parent``, ``child``, ``lambda_val``, ``child_size``.

    Attributes
    ----------
    selected : ndarray of shape (k,), int64
        The clusters that are kept.
    """

    selected: NDArray[np.int64] = np.empty(0, np.int64)

    @classmethod
    def of(cls, tree: NDArray[np.void], selected: NDArray[np.int64]) -> Self:
        """A view of `tree`."""
        table = tree.view(cls)
        table.selected = selected
        return table

    def __reduce__(self) -> Any:
        return CondensedTree.of, (np.asarray(self), self.selected)

    def to_pandas(self) -> pd.DataFrame:
        """A table of the four columns."""
        import pandas as pd

        return pd.DataFrame({name: self.to_numpy()[name] for name in self.dtype.names or ()})

    def plot(  # noqa: PLR0917 (the hdbscan package's)
        self,
        leaf_separation: float = 1.0,
        cmap: str = "viridis",
        select_clusters: bool = False,
        label_clusters: bool = False,
        selection_palette: Any = None,
        axis: Axes | None = None,
        colorbar: bool = True,
        log_size: bool = False,
    ) -> Axes:
        """Draw each cluster as an icicle, from where it appears to where it ends.

        Heights are lambda, 1 / mutual reachability, downwards; widths and colours the points left.
        :class:`inkcluster.figures.CondensedTree` draws the same with pictures.

        Parameters
        ----------
        leaf_separation : float
            Between the middles of two clusters that do not split.
        cmap : str
            The colour map of the sizes.
        select_clusters, label_clusters : bool
            Whether to draw ellipses around the clusters that are kept, and their numbers.
        selection_palette : sequence of colours, optional
            One for each cluster that is kept; red if left out.
        axis : matplotlib.axes.Axes, optional
            The current one if left out.
        colorbar, log_size : bool
            Whether to draw the scale of colours, and sizes as logarithms.

        Returns
        -------
        matplotlib.axes.Axes
        """
        import matplotlib.pyplot as plt
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize
        from matplotlib.patches import Ellipse

        axis = plt.gca() if axis is None else axis
        bars, x, spans = self._bars(leaf_separation, np.log1p if log_size else np.asarray)
        middle, top, bottom, size = bars
        width = leaf_separation * size / size.max()
        scale = ScalarMappable(Normalize(0, size.max()), plt.get_cmap(cmap))
        axis.bar(middle, bottom - top, width, top, color=scale.to_rgba(size), linewidth=0)
        tree = self.to_numpy()
        for row in tree[tree["child_size"] > 1]:
            across = [x[int(row["parent"])], x[int(row["child"])]]
            axis.plot(across, [spans[int(row["child"])][0]] * 2, color="black", linewidth=1)
        for number, cluster in enumerate(self.selected.tolist() if select_clusters else ()):
            appears, ends, most = spans[cluster]
            colour = "r" if selection_palette is None else selection_palette[number]
            centre = (x[cluster], (appears + ends) / 2)
            wide, high = 2 * leaf_separation * most / size.max(), 1.2 * (ends - appears)
            axis.add_patch(
                Ellipse(centre, wide, high, facecolor="none", edgecolor=colour, linewidth=2)
            )
            if label_clusters:
                axis.annotate(str(number), centre, ha="center", va="center")
        if colorbar:
            bar = axis.figure.colorbar(scale, ax=axis)
            bar.set_label("log(Number of points)" if log_size else "Number of points")
        axis.set_xticks([])
        axis.spines[["right", "top", "bottom"]].set_visible(False)
        axis.invert_yaxis()
        axis.set_ylabel(r"$\lambda$ value")
        return axis

    def _bars(
        self, apart: float, scale: Any
    ) -> tuple[NDArray[np.float64], dict[int, float], dict[int, tuple[float, float, float]]]:
        """Bars (middle, top, bottom, size), the middle and the extent (top, bottom, size) by cluster."""
        tree = self.to_numpy()
        value = tree["lambda_val"]
        finite = value[np.isfinite(value)]
        value = np.minimum(value, 1.1 * finite.max(initial=1e-300))
        root, last = int(tree["parent"].min()), int(tree["parent"].max())
        births = dict.fromkeys(range(root, last + 1), 0.0)
        below: dict[int, list[int]] = {cluster: [] for cluster in births}
        splits = tree["child_size"] > 1
        for row, at in zip(tree[splits].tolist(), value[splits].tolist(), strict=True):
            births[row[1]] = at
            below[row[0]].append(row[1])
        x: dict[int, float] = {}
        waiting = [root]
        while waiting:  # the leaves from the left
            cluster = waiting.pop()
            waiting.extend(reversed(below[cluster]))
            if not below[cluster]:
                x[cluster] = apart * len(x)
        for cluster in range(last, root - 1, -1):
            if below[cluster]:
                x[cluster] = float(np.mean([x[child] for child in below[cluster]]))
        bars, spans = [], {}
        for cluster in births:
            rows = tree["parent"] == cluster
            order = np.argsort(value[rows], kind="stable")
            leaves = value[rows][order]
            size = int(tree["child_size"][rows].sum())
            left = size - np.append(0, np.cumsum(tree["child_size"][rows][order]))
            edges = np.linspace(births[cluster], leaves[-1], BARS + 1)
            there = left[np.searchsorted(leaves, edges[:-1], side="right")]
            spans[cluster] = (births[cluster], float(leaves[-1]), float(scale(size)))
            bars.append(np.stack([np.full(BARS, x[cluster]), edges[:-1], edges[1:], scale(there)]))
        return np.concatenate(bars, axis=1), x, spans


class SingleLinkageTree(_Table):
    """The hierarchy as one of SciPy's linkage matrices, (n - 1, 4)."""

    def to_pandas(self) -> pd.DataFrame:
        """A table: ``parent``, ``left_child``, ``right_child``, ``distance``, ``size``."""
        import pandas as pd

        parent = np.arange(len(self) + 1, 2 * len(self) + 1)
        sides = {
            name: self.to_numpy()[:, i] for i, name in enumerate(("left_child", "right_child"))
        }
        rest = {"distance": self.to_numpy()[:, 2], "size": self.to_numpy()[:, 3]}
        return pd.DataFrame({"parent": parent, **sides, **rest})

    def get_clusters(self, cut_distance: float, min_cluster_size: int = 5) -> NDArray[np.int64]:
        """Labels (n,) of the parts below `cut_distance`; -1 for those under `min_cluster_size`."""
        tree = np.empty(len(self), HIERARCHY_dtype)
        for i, name in enumerate(HIERARCHY_dtype.names):
            tree[name] = self[:, i]
        return np.asarray(labelling_at_cut(tree, cut_distance, min_cluster_size))

    def plot(
        self, axis: Axes | None = None, truncate_mode: Any = None, p: int = 0, **options: Any
    ) -> Axes:
        """Draw SciPy's dendrogram; `options` are :func:`scipy.cluster.hierarchy.dendrogram`'s."""
        import matplotlib.pyplot as plt
        from scipy.cluster.hierarchy import dendrogram

        axis = plt.gca() if axis is None else axis
        Z = self.to_numpy()
        Z = Z[np.isfinite(Z[:, 2])]  # rows that take no part join last
        if len(Z) < len(self):
            used = np.unique(np.concatenate([Z[:, :2].ravel(), len(self) + 1 + np.arange(len(Z))]))
            Z[:, :2] = np.searchsorted(used, Z[:, :2])
        chosen = {"no_labels": True, "color_threshold": 0.0, **options}
        dendrogram(Z, p=p, truncate_mode=truncate_mode, ax=axis, **chosen)
        axis.set_ylabel("Mutual reachability distance")
        return axis


class MinimumSpanningTree(_Table):
    """The edges of the spanning tree, (n - 1, 3): two rows and their mutual reachability.

    Attributes
    ----------
    points : ndarray of shape (n, d)
    """

    points: NDArray[Any]

    @classmethod
    def of(cls, edges: NDArray[np.float64], points: NDArray[Any]) -> Self:
        """A view of `edges`."""
        table = edges.view(cls)
        table.points = points
        return table

    def __reduce__(self) -> Any:
        return MinimumSpanningTree.of, (np.asarray(self), self.points)

    def to_pandas(self) -> pd.DataFrame:
        """A table: ``from``, ``to``, ``distance``."""
        import pandas as pd

        start, end, far = self.to_numpy().T
        return pd.DataFrame({"from": start.astype(int), "to": end.astype(int), "distance": far})

    def plot(
        self, axis: Axes | None = None, cmap: str = "viridis_r", colorbar: bool = True
    ) -> Axes:
        """Draw the edges between the points, or their first two principal components."""
        import matplotlib.pyplot as plt
        from matplotlib.collections import LineCollection
        from sklearn.decomposition import PCA

        axis = plt.gca() if axis is None else axis
        edges = self.to_numpy()
        used = np.unique(edges[:, :2].astype(int))
        flat = np.full((int(used.max()) + 1, 2), np.nan)
        points = np.asarray(self.points[used], np.float64)
        if points.shape[1] > 2:
            points = PCA(2).fit_transform(points)
        flat[used, : points.shape[1]] = points
        flat[used, points.shape[1] :] = 0.0
        lines = LineCollection(flat[edges[:, :2].astype(int)], cmap=cmap, array=edges[:, 2])
        axis.add_collection(lines)
        axis.plot(*flat[used].T, ".", color="black", markersize=2)
        axis.autoscale_view()
        if colorbar:
            axis.figure.colorbar(lines, ax=axis, label="Mutual reachability distance")
        return axis
