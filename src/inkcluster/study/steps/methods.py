"""Runs every method on one sample in two spaces: pixels, and PCA-whitened pixels."""

from __future__ import annotations

import warnings
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
from inkcluster.study.steps.samples import PIXELS, WHITENED, Sample, space_of, whitened

if TYPE_CHECKING:
    from inkcluster.features import Features
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

SHAPE = "shape clustering"
SPACES = (PIXELS, WHITENED)
_WORDS = {PIXELS: "on pixels", WHITENED: "after PCA"}


@dataclass(frozen=True, eq=False)
class Methods:
    """The clusterings of one sample by every method.

    Parameters
    ----------
    sample : Sample
    clusterings : dict of str to Clustering
        By name (``"ward after PCA"``), clusters numbered by decreasing size.
    pca : Features
        Fitted on the sample; leads from `vectors` back to pictures.
    vectors : ndarray of shape (n, components)
        The PCA-whitened images.
    ward : ndarray of shape (n - 1, 4) or None
        Ward's hierarchy of `vectors`; None where the memory is too little for it.
    refused : mapping of str to (int, int)
        The linkages left out for want of memory: the bytes that they need, and those that
        may be used.
    """

    sample: Sample
    clusterings: Mapping[str, Clustering]
    pca: Features
    vectors: NDArray[np.floating[Any]]
    ward: NDArray[np.float64] | None
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


def title_of(kind: str, space: str) -> str:
    """A method in a space, as the report names it.

    Examples
    --------
    >>> title_of("ward", PIXELS), title_of("ward", WHITENED)
    ('ward on pixels', 'ward after PCA')
    """
    return f"{kind} {_WORDS[space]}"


def run(sample: Sample, plan: Plan, desk: Desk, images: ImageSet | None = None) -> Methods:
    """Run k-means, the linkages, DBSCAN, HDBSCAN and shape clustering.

    As in the other questions, the linkages run on raw pixels and the others on scaled ones; all of
    them run on the whitened components of the raw pixels too. If the sample holds each of `images`,
    the linkages of pixels are those of questions 3 and 4. Shape clustering is that of question 7.
    """
    from inkcluster.cluster import hierarchy

    found: dict[str, Clustering] = {}
    refused: dict[str, tuple[int, int]] = {}
    ward = None
    with desk.progress.task("methods", total=2 * (3 + len(hierarchy.METHODS)) + 1) as advance:
        pca, vectors = whitened(sample.images, plan)
        for space in SPACES:
            found[title_of("k-means", space)] = _kmeans(sample, vectors, space, plan, desk)
            advance(1)
            for method in hierarchy.METHODS:
                name = title_of(method, space)
                try:
                    labels, Z = _linkage(
                        sample, vectors, method, space, plan=plan, desk=desk, images=images
                    )
                    found[name] = Clustering(labels, name, {"k": plan.k, "method": method})
                    ward = Z if name == title_of("ward", WHITENED) else ward
                except TooLittleMemoryError as error:
                    refused[name] = (error.need, error.have)
                advance(1)
            found[title_of("DBSCAN", space)] = _dbscan(sample, space, plan, desk)
            advance(1)
            found[title_of("HDBSCAN", space)] = _hdbscan(sample, vectors, space, plan, desk)
            advance(1)
        if images is not None:
            found |= _shape(sample, images, plan, desk)
        advance(1)
    return Methods(sample, found, pca, vectors, ward, refused)


def _shape(sample: Sample, images: ImageSet, plan: Plan, desk: Desk) -> dict[str, Clustering]:
    """Shape clustering of all images; empty if it fails or does not fit into memory."""
    from inkcluster.cluster import relabel_by_size

    try:
        shapes = shape.find(images, plan, desk)
    except BadInputError:
        return {}
    if shapes.short is not None:
        return {}
    values = {"images": shapes.total, "clusters found": shapes.k}
    return {SHAPE: Clustering(relabel_by_size(shapes.labels[sample.index]), SHAPE, values)}


def _kmeans(
    sample: Sample, vectors: NDArray[Any], space: str, plan: Plan, desk: Desk
) -> Clustering:
    from inkcluster.features import make

    points = vectors if space == WHITENED else make(plan.scaling).fit_transform(sample.images)
    kept = compare_kmeans(points, plan, desk, sample=sample, space=space_of(space, plan))
    scaling = () if space == WHITENED else ("scaling",)
    values = plan.values(("k", "restarts", "seed", *scaling))
    return Clustering(kept["labels"], title_of("k-means", space), values)


@step(uses=("k", "restarts", "seed"))
def compare_kmeans(
    points: NDArray[Any], plan: Plan, desk: Desk, *, sample: Sample, space: Mapping[str, Any]
) -> dict[str, NDArray[np.int32]]:
    """K-means of a sample's points in one space."""
    from sklearn.exceptions import ConvergenceWarning

    from inkcluster.cluster import KMeans, relabel_by_size

    model = KMeans(plan.k, n_init=plan.restarts, random_state=plan.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer images than clusters
        return {"labels": relabel_by_size(model.fit(points).labels_)}


def _linkage(
    sample: Sample,
    vectors: NDArray[Any],
    method: str,
    space: str,
    *,
    plan: Plan,
    desk: Desk,
    images: ImageSet | None,
) -> tuple[NDArray[np.int32], NDArray[np.float64] | None]:
    """A linkage cut at k, and the hierarchy where it is of the whitened images."""
    from inkcluster.cluster import hierarchy

    if space == PIXELS:
        if images is not None and len(np.unique(sample.index)) == len(sample) == len(images):
            Z = hierarchies.of_pixels(Sample.whole(images), desk, method)
            return hierarchy.cut(Z, plan.k)[sample.index], None
        return hierarchy.cut(hierarchies.of_pixels(sample, desk, method), plan.k), None
    found = hierarchies.linkage(
        vectors, desk, sample=sample, space=space_of(space, plan), methods=(method,)
    )
    return hierarchy.cut(found[method], plan.k), found[method]


def _dbscan(sample: Sample, space: str, plan: Plan, desk: Desk) -> Clustering:
    """DBSCAN at the eps that the stated rule chooses."""
    from inkcluster.cluster import relabel_by_size

    if space == WHITENED:
        eps, rows = plan.sweep_eps, whitened_sweep(sample, plan, desk).labels
    else:
        eps, rows = plan.eps, scaled_labels(plan, desk, sample=sample)["labels"]
    at = choose([count(row) for row in rows])
    values = {"eps": eps[at], "min_samples": plan.sweep_min_samples}
    return Clustering(relabel_by_size(rows[at]), title_of("DBSCAN", space), values)


def _hdbscan(
    sample: Sample, vectors: NDArray[Any], space: str, plan: Plan, desk: Desk
) -> Clustering:
    """HDBSCAN as in question 5."""
    from inkcluster.features import make

    points = vectors
    if space == PIXELS:
        points = np.asarray(make(plan.scaling).fit_transform(sample.images))
    kept = hdbscan.run(
        points,
        desk,
        sample=sample,
        space=space_of(space, plan),
        min_samples=plan.min_samples,
    )
    values = {"min_cluster_size": kept.least, "min_samples": kept.min_samples}
    return Clustering(kept.labels, title_of("HDBSCAN", space), values)


METHODS_USES = used_by(
    "compare_sample", compare_kmeans, scaled_labels, "min_samples", shape.shape, *SWEEP_USES
)
"""The plan's values that :func:`run` depends on."""
