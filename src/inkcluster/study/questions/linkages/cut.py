"""The seven hierarchies of the raw pixels, each cut into k clusters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.questions.parts import pictures
from inkcluster.study.steps import hierarchies
from inkcluster.study.steps.hierarchies import Hierarchy

if TYPE_CHECKING:
    from inkcluster.evaluate import Scores
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

MIN_SHARE_CHAINED = 0.9
"""A linkage chains if its largest cluster holds more than this share of the images."""


@dataclass(frozen=True, eq=False)
class Cut:
    """One linkage of `images`, cut into `k` clusters that are numbered by decreasing size.

    With labels, `scores` is the agreement with them, and `along` the ARI at 1, 2, … m clusters.
    """

    tree: Hierarchy
    images: ImageSet
    labels: NDArray[np.int32]
    k: int
    scores: Scores | None
    along: NDArray[np.float64] | None

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Members of each cluster, the largest first."""
        return np.bincount(self.labels, minlength=self.k)

    @property
    def largest(self) -> float:
        """The share of the images that the largest cluster holds."""
        return float(self.sizes[0] / self.sizes.sum())

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """The mean image of each cluster."""
        return pictures.mean_images(self.images.pixels, self.labels, self.k)

    @property
    def best(self) -> int:
        """The number of clusters at which it agrees best with the labels."""
        assert self.along is not None
        return int(self.along.argmax()) + 1


class Cuts:
    """The seven partitions and their measures."""

    def __init__(self, images: ImageSet, plan: Plan, desk: Desk) -> None:
        from inkcluster.cluster import hierarchy

        self.plan, self.images, self.total = plan, images, len(images)
        self.methods = hierarchy.METHODS
        trees = hierarchies.build_all(images, plan, desk, self.methods)
        self.k = min(plan.k, *(len(tree) for tree in trees.values()))
        self.of = {method: _cut(images, tree, self.k) for method, tree in trees.items()}
        self.sizes = {method: cut.sizes for method, cut in self.of.items()}
        self.largest = {method: cut.largest for method, cut in self.of.items()}
        self.chained = [m for m in self.methods if self.largest[m] > MIN_SHARE_CHAINED]
        self.apart = [m for m in self.methods if m not in self.chained]
        self.ari = self._agreement()

    @property
    def scores(self) -> dict[str, Scores] | None:
        """The agreement of each linkage with the labels; None without labels."""
        found = {method: cut.scores for method, cut in self.of.items() if cut.scores is not None}
        return found or None

    @property
    def widest(self) -> Hierarchy:
        """The hierarchy of most images."""
        return max((cut.tree for cut in self.of.values()), key=len)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the answer."""
        found: dict[str, NDArray[Any]] = {"index": self.widest.index, "ari": self.ari}
        for method, cut in self.of.items():
            if len(cut.tree) != len(self.widest):
                found[f"index_{method}"] = cut.tree.index
            found[f"linkage_{method}"] = cut.tree.Z
            found[f"labels_{method}"] = cut.labels
            found[f"centres_{method}"] = cut.means
        return found

    def ranked(self) -> tuple[str, str]:
        """The linkages that agree best and least with the labels."""
        found = self.scores
        assert found is not None
        order = sorted(self.methods, key=lambda m: -found[m].ari)
        return order[0], order[-1]

    def pairs(self) -> tuple[tuple[str, str], float, tuple[str, str], float]:
        """The two most similar linkages and their ARI, the two least similar and theirs."""
        rows, columns = np.triu_indices(len(self.methods), 1)
        values = self.ari[rows, columns]
        top, bottom = int(np.argmax(values)), int(np.argmin(values))
        near = (self.methods[rows[top]], self.methods[columns[top]])
        far = (self.methods[rows[bottom]], self.methods[columns[bottom]])
        return near, float(values[top]), far, float(values[bottom])

    def _agreement(self) -> NDArray[np.float64]:
        """ARI between every two linkages, over the images that both rest on."""
        from inkcluster.evaluate import pairwise_ari

        m = len(self.methods)
        found = np.eye(m)
        for i in range(m):
            for j in range(i):
                both = self._shared(self.of[self.methods[i]], self.of[self.methods[j]])
                found[i, j] = found[j, i] = pairwise_ari(both)[0, 1]
        return found

    def _shared(self, one: Cut, other: Cut) -> list[NDArray[np.int32]]:
        """The labels of both, on the images that both rest on."""
        if len(one.tree) == len(other.tree):
            return [one.labels, other.labels]
        few, many = sorted((one, other), key=lambda cut: len(cut.tree))
        if len(many.tree) == self.total:
            return [few.labels, many.labels[few.tree.index]]
        return [few.labels, many.labels[: len(few.tree)]]  # both are drawn from one seed


def _cut(images: ImageSet, tree: Hierarchy, k: int) -> Cut:
    from inkcluster.cluster import hierarchy
    from inkcluster.evaluate import along_hierarchy, scores

    shown = tree.sample.images
    labels = hierarchy.cut(tree.Z, k)
    if shown.labels is None:
        return Cut(tree, shown, labels, k, None, None)
    along = along_hierarchy(tree.Z, shown.labels)["ari"].to_numpy()
    return Cut(tree, shown, labels, k, scores(shown.labels, labels), along)
