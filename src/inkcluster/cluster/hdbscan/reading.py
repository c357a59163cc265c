"""What a single-linkage tree says about its points, each found when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.hdbscan import clusters, rows
from inkcluster.cluster.hdbscan import tree as hierarchy


@dataclass(frozen=True, eq=False)
class Reading:
    """The clusters of scikit-learn's single-linkage tree of the finite rows.

    Parameters
    ----------
    tree : structured ndarray of shape (n - 1,)
    least : int
        `min_cluster_size`.
    rule : Rule
    kinds : Kinds
        Which rows the tree is of.
    """

    tree: NDArray[np.void]
    least: int
    rule: clusters.Rule
    kinds: rows.Kinds

    @cached_property
    def finite(self) -> NDArray[np.void]:
        """The condensed tree of the finite rows."""
        return clusters.condense(self.tree, self.least)

    @cached_property
    def clusters(self) -> clusters.Clusters:
        """The clusters of the condensed tree."""
        return clusters.clusters_of(self.finite, len(self.tree) + 1)

    @cached_property
    def chosen(self) -> NDArray[np.bool_]:
        """Which of the clusters are kept, shape (m,)."""
        return clusters.select(self.clusters, self.rule)

    @cached_property
    def labels(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Labels and probabilities of all rows."""
        n = len(self.tree) + 1
        found = clusters.label(self.finite, self.clusters, self.chosen, n, self.rule)
        labels = self.kinds.spread(found[0], rows.INFINITE, rows.MISSING)
        return labels, self.kinds.spread(found[1], 0.0, np.nan)

    @cached_property
    def outlier_scores(self) -> NDArray[np.float64]:
        """GLOSH of all rows."""
        scores = clusters.outlier_scores(self.finite, self.clusters, len(self.tree) + 1)
        return self.kinds.spread(scores, 1.0, np.nan)

    @cached_property
    def persistence(self) -> NDArray[np.float64]:
        """How long each kept cluster lasts, shape (k,)."""
        return clusters.persistence(self.clusters, self.chosen, self.labels[0])

    @cached_property
    def exemplars(self) -> list[NDArray[np.int64]]:
        """The rows at the heart of each kept cluster."""
        n = len(self.tree) + 1
        found = clusters.exemplars(self.finite, self.clusters, self.chosen, n)
        return [self.kinds.finite[rows_] for rows_ in found]

    @cached_property
    def joined(self) -> NDArray[np.void]:
        """scikit-learn's tree of all rows."""
        return self.tree if self.kinds.all_finite else self.kinds.join_last(self.tree)

    @cached_property
    def linkage(self) -> NDArray[np.float64]:
        """The tree of all rows as one of SciPy's linkage matrices."""
        return np.column_stack([self.joined[name] for name in self.joined.dtype.names or ()])

    @cached_property
    def condensed(self) -> NDArray[np.void]:
        """The condensed tree, its points numbered among all rows."""
        return self.finite if self.kinds.all_finite else self.kinds.renumber(self.finite)

    @cached_property
    def selected(self) -> NDArray[np.int64]:
        """The cluster in the condensed tree that each label stands for."""
        return np.flatnonzero(self.chosen) + self.kinds.n

    @cached_property
    def reachability(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The order and the heights of the reachability plot."""
        return hierarchy.reachability(self.linkage)


def validity(edges: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The relative validity of labels (n,) along a spanning tree's edges (n - 1, 3), -1 to 1.

    A quick stand-in for DBCV (Moulavi et al. 2014), from the hdbscan package: for each cluster its
    longest inner edge and the shortest to another cluster, weighted by its share of all points.
    """
    ends, far = labels[edges[:, :2].astype(np.int64)], edges[:, 2]
    size = np.bincount(labels[labels >= 0])
    sparse, apart = np.zeros(len(size)), np.full(len(size), np.inf)
    inside = (ends[:, 0] == ends[:, 1]) & (ends[:, 0] >= 0)
    np.maximum.at(sparse, ends[inside, 0], far[inside])
    between = (ends >= 0).all(axis=1) & ~inside
    for side in ends[between].T:
        np.minimum.at(apart, side, far[between])
    longest = far.max(initial=0.0)
    if len(size) == 1:
        longest = far[(ends >= 0).any(axis=1) & ~(ends >= 0).all(axis=1)].min(initial=longest)
    apart[np.isinf(apart)] = 2 * longest  # joined through noise only
    index = (apart - sparse) / np.maximum(apart, sparse)
    return float((size * index).sum() / np.count_nonzero(labels >= -1))
