"""Runs every method on one sample in two spaces: pixels, and PCA-whitened pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.clustering import Clustering
from inkcluster.errors import BadInputError, TooLittleMemoryError
from inkcluster.study.run.step import step, used_by
from inkcluster.study.steps import hdbscan, hierarchies, shape
from inkcluster.study.steps.density import SWEEP_USES, choose, count, scaled_labels, whitened_sweep
from inkcluster.study.steps.kmeans import fitted
from inkcluster.study.steps.samples import (
    PIXELS,
    WHITENED,
    Sample,
    space_of,
    title_of,
    whitened,
)

if TYPE_CHECKING:
    from inkcluster.features import Features
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

SPACES = (PIXELS, WHITENED)


@dataclass(frozen=True, eq=False)
class Methods:
    """The clusterings of one sample by every method.

    `refused` are the linkages left out for want of memory: the bytes needed, and those available.
    """

    sample: Sample
    clusterings: Mapping[str, Clustering]  # by name: "ward after PCA"
    pca: Features  # fitted on the sample; leads from `vectors` back to pictures
    vectors: NDArray[np.floating[Any]]  # (n, components), the PCA-whitened images
    ward: NDArray[np.float64] | None  # the hierarchy of `vectors`; None if memory is too little
    refused: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The methods' names, in the order in which they were run."""
        return list(self.clusterings)

    @property
    def kinds(self) -> list[str]:
        """The methods without their space, of those that were run in both spaces."""
        end = title_of("", PIXELS)
        kinds = [name.removesuffix(end) for name in self.names if name.endswith(end)]
        return [kind for kind in kinds if title_of(kind, WHITENED) in self.clusterings]

    def largest_share(self, name: str) -> float:
        """The share of all images that the method's largest cluster holds."""
        return float(self.clusterings[name].sizes.max(initial=0) / len(self.sample))

    @cached_property
    def ari(self) -> NDArray[np.float64]:
        """Agreement between every two methods, shape (m, m); noise is a cluster of its own."""
        from inkcluster.evaluate import pairwise_ari

        return pairwise_ari([c.labels for c in self.clusterings.values()])


def run(sample: Sample, plan: Plan, desk: Desk, images: ImageSet | None = None) -> Methods:
    """Run k-means, the linkages, DBSCAN, HDBSCAN and shape clustering.

    As in the other questions, the linkages run on raw pixels and the others on scaled ones; all of
    them run on the whitened components of the raw pixels too. If the sample holds each of `images`,
    the linkages of pixels are those of questions 3 and 4. Shape clustering is that of question 7.
    """
    from inkcluster.cluster import hierarchy
    from inkcluster.features import make

    found: dict[str, Clustering] = {}
    refused: dict[str, tuple[int, int]] = {}
    ward = None

    def add(name: str, labels: NDArray[np.int32], **values: Any) -> None:
        found[name] = Clustering(labels, name, values)

    with desk.progress.task("methods", total=2 * (3 + len(hierarchy.METHODS)) + 1) as advance:
        pca, vectors = whitened(sample.images, plan)
        scaled = np.asarray(make(plan.scaling).fit_transform(sample.images))
        for space, points in ((PIXELS, scaled), (WHITENED, vectors)):
            on = space_of(space, plan)
            kept = compare_kmeans(points, plan, desk, sample=sample, space=on)
            scaling = () if space == WHITENED else ("scaling",)
            used = plan.values(("k", "restarts", "seed", *scaling))
            add(title_of("k-means", space), kept["labels"], **used)
            advance(1)
            for method in hierarchy.METHODS:
                name = title_of(method, space)
                try:
                    if space == PIXELS:
                        labels = _linked_pixels(sample, method, plan, desk, images)
                    else:
                        linked = hierarchies.linkage(
                            vectors, desk, sample=sample, space=on, methods=(method,)
                        )
                        labels = hierarchy.cut(linked[method], plan.k)
                        ward = linked.get("ward", ward)
                    add(name, labels, k=plan.k, method=method)
                except TooLittleMemoryError as error:
                    refused[name] = (error.need, error.have)
                advance(1)
            eps, labels = _dbscan(sample, space, plan, desk)
            name = title_of("DBSCAN", space)
            add(name, labels, eps=eps, min_samples=plan.sweep_min_samples)
            advance(1)
            dense = hdbscan.run(points, desk, sample=sample, space=on, min_samples=plan.min_samples)
            core = {"min_cluster_size": dense.least, "min_samples": dense.min_samples}
            add(title_of("HDBSCAN", space), dense.labels, **core)
            advance(1)
        if images is not None:
            found |= _shape(sample, images, plan, desk)
        advance(1)
    return Methods(sample, found, pca, vectors, ward, refused)


def _shape(sample: Sample, images: ImageSet, plan: Plan, desk: Desk) -> dict[str, Clustering]:
    """Shape clustering of all images; empty if it fails."""
    from inkcluster.cluster import relabel_by_size

    try:
        shapes = shape.find(images, plan, desk)
    except BadInputError:
        return {}
    values = {"images": len(shapes.sample), "clusters found": shapes.k}
    return {
        shape.SHAPE: Clustering(relabel_by_size(shapes.labels[sample.index]), shape.SHAPE, values)
    }


@step(uses=("k", "restarts", "seed"))
def compare_kmeans(
    points: NDArray[Any], plan: Plan, desk: Desk, *, sample: Sample, space: Mapping[str, Any]
) -> dict[str, NDArray[np.int32]]:
    """K-means of a sample's points in one space."""
    from inkcluster.cluster import relabel_by_size

    return {"labels": relabel_by_size(fitted(points, plan, "deep").labels_)}


def _linked_pixels(
    sample: Sample, method: str, plan: Plan, desk: Desk, images: ImageSet | None
) -> NDArray[np.int32]:
    """A linkage of the raw pixels cut at k, of all images in their order where these are all."""
    from inkcluster.cluster import hierarchy

    if images is not None and len(np.unique(sample.index)) == len(sample) == len(images):
        Z = hierarchies.of_pixels(Sample.whole(images), desk, method)
        return hierarchy.cut(Z, plan.k)[sample.index]
    return hierarchy.cut(hierarchies.of_pixels(sample, desk, method), plan.k)


def _dbscan(sample: Sample, space: str, plan: Plan, desk: Desk) -> tuple[float, NDArray[np.int32]]:
    """The eps that the stated rule chooses, and DBSCAN's labels there."""
    from inkcluster.cluster import relabel_by_size

    if space == WHITENED:
        eps, rows = plan.sweep_eps, whitened_sweep(sample, plan, desk).labels
    else:
        eps, rows = plan.eps, scaled_labels(plan, desk, sample=sample)["labels"]
    at = choose([count(row) for row in rows])
    return eps[at], relabel_by_size(rows[at])


METHODS_USES = used_by(
    "compare_sample", compare_kmeans, scaled_labels, "min_samples", shape.shape, *SWEEP_USES
)
"""The plan's values that :func:`run` depends on."""
