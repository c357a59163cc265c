"""Runs HDBSCAN on a sample, for questions 5 and 6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.run.step import step
from inkcluster.study.steps.density import MEMBERS, Counts, count

if TYPE_CHECKING:
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.steps.samples import Sample

IMAGES_PER_MEMBER = 1000
"""A cluster has at least one member for this many images, and at least five members."""


@dataclass(frozen=True, eq=False)
class Kept:
    """HDBSCAN's clusters of n images."""

    least: int  # the members that a cluster must have
    min_samples: int  # which neighbour's distance is the core distance, the image itself counted
    labels: NDArray[np.int32]  # (n,), clusters by decreasing size; -1 for noise
    outlier_scores: NDArray[np.float64]  # (n,), GLOSH
    ordering: NDArray[np.int64]  # (n,), of the reachability plot
    reachability: NDArray[np.float64]  # (n,)
    tree: NDArray[np.void]  # the condensed tree
    selected: NDArray[np.int64]  # (k,), each cluster's number in the tree

    @property
    def counts(self) -> Counts:
        """Counts of the labelling."""
        return count(self.labels)

    @property
    def setting(self) -> str:
        """The setting in words."""
        return f"min_cluster_size {self.least} and min_samples {self.min_samples}"


def neighbour_of(min_samples: tuple[int, ...], n: int) -> int:
    """Which other image's distance counts: one less than the median, since DBSCAN counts the point.

    Examples
    --------
    >>> neighbour_of((2, 3, 4, 5, 6, 7, 8, 9), 1000), neighbour_of((1,), 1000), neighbour_of((9,), 5)
    (4, 1, 4)
    """
    return min(max(int(np.median(min_samples)) - 1, 1), n - 1)


Lists = tuple[NDArray[np.float64], NDArray[np.int32]]


def run(
    vectors: NDArray[Any],
    desk: Desk,
    lists: Lists | None = None,
    *,
    sample: Sample,
    space: Mapping[str, Any],
    min_samples: tuple[int, ...],
) -> Kept:
    """Run HDBSCAN on `vectors` (n, d), the images of `sample` in `space`.

    `lists` are their neighbours, where the caller has them; the median of `min_samples` is taken.
    """
    n = len(vectors)
    least = max(MEMBERS, n // IMAGES_PER_MEMBER)
    core = neighbour_of(min_samples, n) + 1
    kept = hdbscan(vectors, lists, desk, sample=sample, space=space, least=least, core=core)
    return Kept(least, core, **kept)


@step()
def hdbscan(
    vectors: NDArray[Any],
    lists: Lists | None,
    desk: Desk,
    *,
    sample: Sample,
    space: Mapping[str, Any],
    least: int,
    core: int,
) -> dict[str, NDArray[Any]]:
    """The arrays of :class:`Kept`; clusters by decreasing size."""
    from inkcluster.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=least, min_samples=core, copy=True)
    model.fit(vectors, lists=lists)
    order = np.argsort(-np.bincount(model.labels_[model.labels_ >= 0]), kind="stable")
    place = np.append(np.argsort(order), -1)  # the last is for noise
    return {
        "labels": place[model.labels_].astype(np.int32),
        "outlier_scores": model.outlier_scores_,
        "ordering": model.ordering_,
        "reachability": model.reachability_,
        "tree": model.condensed_tree_,
        "selected": model.selected_clusters_[order],
    }
