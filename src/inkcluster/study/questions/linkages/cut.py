"""The seven hierarchies of the raw pixels, each cut into k clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.evaluate import along_hierarchy, pairwise_ari, scores
from inkcluster.images import ImageSet
from inkcluster.study.answer import Partition
from inkcluster.study.questions.parts import pictures
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings.plan import Plan
from inkcluster.study.steps import hierarchies
from inkcluster.study.steps.hierarchies import Hierarchy
from inkcluster.study.steps.samples import PIXELS, title_of

MIN_SHARE_CHAINED = 0.9
"""A linkage chains if its largest cluster holds more than this share of the images."""


class Cut:
    """One linkage cut into `k` clusters that are numbered by decreasing size.

    With labels, `scores` is the agreement with them, and `along` the ARI at 1, 2, … m clusters.
    """

    def __init__(self, tree: Hierarchy, k: int) -> None:
        from inkcluster.cluster import hierarchy

        self.tree, self.images = tree, tree.sample.images
        self.labels = hierarchy.cut(tree.Z, k)
        self.sizes = np.bincount(self.labels, minlength=k)
        self.means = pictures.mean_images(self.images.pixels, self.labels, k)
        truth = self.images.labels
        self.scores = None if truth is None else scores(truth, self.labels)
        self.along = None if truth is None else along_hierarchy(tree.Z, truth)["ari"].to_numpy()

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
        self.of = {method: Cut(tree, self.k) for method, tree in trees.items()}
        self.sizes = {method: cut.sizes for method, cut in self.of.items()}
        self.largest = {m: float(sizes[0] / sizes.sum()) for m, sizes in self.sizes.items()}
        self.chained = [m for m in self.methods if self.largest[m] > MIN_SHARE_CHAINED]
        self.apart = [m for m in self.methods if m not in self.chained]
        self.ari = self._agreement()
        self.scores = {m: cut.scores for m, cut in self.of.items() if cut.scores is not None}
        self.widest = max(trees.values(), key=len)

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

    def partitions(self) -> tuple[Partition, ...]:
        """The seven clusterings, as they stand in the arrays."""
        return tuple(
            Partition(
                title_of(method, PIXELS),
                f"labels_{method}",
                "index" if len(cut.tree) == len(self.widest) else f"index_{method}",
            )
            for method, cut in self.of.items()
        )

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
        cuts = list(self.of.values())
        found = np.eye(len(cuts))
        for i, j in zip(*np.tril_indices(len(cuts), -1), strict=True):
            found[i, j] = found[j, i] = pairwise_ari(self._shared(cuts[i], cuts[j]))[0, 1]
        return found

    def _shared(self, one: Cut, other: Cut) -> list[NDArray[np.int32]]:
        """The labels of both, on the images that both rest on."""
        if len(one.tree) == len(other.tree):
            return [one.labels, other.labels]
        few, many = sorted((one, other), key=lambda cut: len(cut.tree))
        if len(many.tree) == self.total:
            return [few.labels, many.labels[few.tree.index]]
        return [few.labels, many.labels[: len(few.tree)]]  # both are drawn from one seed
