"""The seven hierarchies of one sample of the raw pixels, each cut into k."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study import pictures

if TYPE_CHECKING:
    from inkcluster.evaluate import Scores
    from inkcluster.images import ImageSet
    from inkcluster.study.desk import Desk
    from inkcluster.study.plan import Plan

CHAINED = 0.9
"""A linkage chains when its largest cluster holds more than this share of the images."""
_REVISION = 1


class Cuts:
    """The seven partitions of one sample, and what is known about them."""

    def __init__(self, images: ImageSet, plan: Plan, desk: Desk) -> None:
        from inkcluster.cluster import hierarchy
        from inkcluster.evaluate import pairwise_ari, scores

        self.plan, self.images, self.total = plan, images, len(images)
        self.methods = hierarchy.METHODS
        self.index = _draw(images, plan)
        self.sample = images.take(self.index)
        self.Z = _hierarchies(self.sample, plan, desk)
        self.k = min(plan.k, len(self.sample))
        self.labels = {method: hierarchy.cut(self.Z[method], self.k) for method in self.methods}
        self.sizes = {
            method: np.bincount(labels, minlength=self.k) for method, labels in self.labels.items()
        }
        self.largest = {m: float(s[0] / s.sum()) for m, s in self.sizes.items()}
        self.chained = [m for m in self.methods if self.largest[m] > CHAINED]
        self.apart = [m for m in self.methods if m not in self.chained]
        self.ari = pairwise_ari([self.labels[method] for method in self.methods])
        self.means = {
            method: pictures.mean_images(self.sample.pixels, labels, self.k)
            for method, labels in self.labels.items()
        }
        self.scores: dict[str, Scores] | None = None
        if self.sample.labels is not None:
            truth = self.sample.labels
            self.scores = {m: scores(truth, labels) for m, labels in self.labels.items()}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What the answer rests on."""
        found: dict[str, NDArray[Any]] = {"index": self.index, "ari": self.ari}
        for method in self.methods:
            found[f"linkage_{method}"] = self.Z[method]
            found[f"labels_{method}"] = self.labels[method]
            found[f"centres_{method}"] = self.means[method]
        return found

    def ranked(self) -> tuple[str, str]:
        """The linkages that agree best and least with the labels."""
        assert self.scores is not None
        found = self.scores
        order = sorted(self.methods, key=lambda m: -found[m].ari)
        return order[0], order[-1]

    def pairs(self) -> tuple[tuple[str, str], float, tuple[str, str], float]:
        """The two linkages that are most alike, their ARI, the two that are least alike, theirs."""
        rows, columns = np.triu_indices(len(self.methods), 1)
        values = self.ari[rows, columns]
        top, bottom = int(np.argmax(values)), int(np.argmin(values))
        near = (self.methods[rows[top]], self.methods[columns[top]])
        far = (self.methods[rows[bottom]], self.methods[columns[bottom]])
        return near, float(values[top]), far, float(values[bottom])


def _draw(images: ImageSet, plan: Plan) -> NDArray[np.int64]:
    """Which images: all of them in their own order, or a sample."""
    from inkcluster.images import sample_index

    n = plan.linkage_sample
    if n >= len(images) and not plan.replace:
        return np.arange(len(images))
    return sample_index(len(images), n, plan.seed, replace=plan.replace)


def _hierarchies(sample: ImageSet, plan: Plan, desk: Desk) -> dict[str, NDArray[np.float64]]:
    """The seven hierarchies of the raw pixels."""
    from inkcluster.cluster import hierarchy

    methods = hierarchy.METHODS

    def compute() -> dict[str, NDArray[Any]]:
        with desk.progress.task("linkages", total=len(methods)) as advance:
            trees = {}
            for method in methods:
                trees[method] = hierarchy.linkage(sample.flat(), method)
                advance(1)
        return trees

    parameters = {**plan.values(("seed", "replace", "linkage_sample")), "revision": _REVISION}
    kept = desk.keep("linkages", parameters, compute)
    return {method: kept[method] for method in methods}
