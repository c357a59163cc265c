"""Which rows take part: those that are not finite are left out and put back; centres of clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.metrics import pairwise_distances_chunked

NOISE, INFINITE, MISSING = -1, -2, -3
"""Labels as in scikit-learn."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Which rows take part, ascending; one with infinity and missing values is `missing`."""

    finite: NDArray[np.int64]
    infinite: NDArray[np.int64]
    missing: NDArray[np.int64]

    @property
    def n(self) -> int:
        """All rows."""
        return len(self.finite) + len(self.infinite) + len(self.missing)

    @property
    def all_finite(self) -> bool:
        """Whether no row is left out."""
        return len(self.finite) == self.n

    def spread(self, values: NDArray[Any], infinite: float, missing: float) -> NDArray[Any]:
        """Values of the finite rows among those of the others."""
        out = np.empty(self.n, values.dtype)
        out[self.finite] = values
        out[self.infinite] = infinite
        out[self.missing] = missing
        return out

    def renumber(self, tree: NDArray[np.void]) -> NDArray[np.void]:
        """A condensed tree of the finite rows, its points numbered among all rows."""
        out = tree.copy()
        for side in ("parent", "child"):
            out[side] = self._names[tree[side]]
        return out

    def join_last(self, tree: NDArray[np.void]) -> NDArray[np.void]:
        """A single-linkage tree of the finite rows, the others joined at infinite height."""
        apart = np.sort(np.concatenate([self.infinite, self.missing]))
        step = np.arange(len(apart))
        out = np.empty(len(tree) + len(apart), tree.dtype)
        before, last = out[: len(tree)], out[len(tree) :]
        before[:] = tree
        for side in ("left_node", "right_node"):
            before[side] = self._names[tree[side]]
        last["left_node"] = self.n + len(tree) - 1 + step  # what the row before makes
        last["right_node"] = apart
        last["value"] = np.inf
        last["cluster_size"] = len(tree) + 2 + step
        return out

    @property
    def _names(self) -> NDArray[np.int64]:
        """What the finite rows, then the nodes above them, are called among all rows."""
        more = len(self.finite)
        return np.concatenate([self.finite, np.arange(self.n, self.n + more)])


def kinds_of(X: Any) -> Kinds:
    """Sort the rows of dense or sparse points into finite, infinite and missing."""
    if getattr(X, "dtype", None) == np.uint8:
        return all_finite(len(X))
    missing, infinite = np.zeros((2, X.shape[0]), np.bool_)
    if not issparse(X):
        if not np.isfinite(X).all():
            missing, infinite = np.isnan(X).any(axis=1), np.isinf(X).any(axis=1)
    else:
        entries = cast(Any, X).tocoo()
        missing[entries.row[np.isnan(entries.data)]] = True
        infinite[entries.row[np.isinf(entries.data)]] = True
    kinds = (~missing & ~infinite, infinite & ~missing, missing)
    return Kinds(*(np.flatnonzero(kind) for kind in kinds))


def all_finite(n: int) -> Kinds:
    """`n` rows, none of them left out."""
    none = np.empty(0, np.int64)
    return Kinds(np.arange(n), none, none)


def centroids(
    X: Any, labels: NDArray[np.int64], strength: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The mean of each cluster's points, weighted by how strongly they belong, shape (k, d)."""
    out = np.empty((_count(labels), X.shape[1]))
    for c in range(len(out)):
        weight = strength[labels == c]
        out[c] = (weight @ X[np.flatnonzero(labels == c)]) / weight.sum()
    return out


def medoids(
    X: Any, labels: NDArray[np.int64], strength: NDArray[np.float64], metric: Any,
    metric_params: dict[str, Any],
) -> NDArray[np.float64]:  # fmt: skip
    """The point of each cluster with the least weighted sum of distances to the others, (k, d)."""
    out = np.empty((_count(labels), X.shape[1]))
    for c in range(len(out)):
        points, weight = X[np.flatnonzero(labels == c)], strength[labels == c]
        wide = points if issparse(X) else points.astype(np.float64)  # two may tie but for rounding
        blocks = pairwise_distances_chunked(wide, metric=metric, **metric_params)
        at = int(np.argmin(np.concatenate([(block * weight).sum(axis=1) for block in blocks])))
        out[c] = points[[at]].toarray() if issparse(X) else points[at]
    return out


def _count(labels: NDArray[np.int64]) -> int:
    """How many clusters there are."""
    return int(labels.max(initial=-1)) + 1
