"""Every method on one sample in two spaces: scaled or raw pixels, and PCA-whitened pixels."""

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
from inkcluster.study.steps import hdbscan, hierarchies, shape
from inkcluster.study.steps.density import SWEEP_USES, choose, count, scaled_sweep, whitened_sweep
from inkcluster.study.steps.samples import SAMPLE_USES, WHITENING_USES, Sample, whitened

if TYPE_CHECKING:
    from inkcluster.features import Features
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

PIXELS, WHITENED = "pixels", "whitened"
SHAPE = "shape clustering"
SPACES = (PIXELS, WHITENED)
_WORDS = {PIXELS: "on pixels", WHITENED: "after PCA"}
METHODS_USES = tuple(dict.fromkeys(("k", "restarts", "scaling", "eps", "min_samples", *SWEEP_USES)))
"""The plan's values that :func:`run` depends on."""


@dataclass(frozen=True, eq=False)
class Methods:
    """What every method yields on one sample.

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
    """Run k-means, the linkages, DBSCAN and HDBSCAN in both spaces; each step is kept on the desk.

    k-means and the two by density run on scaled pixels and the linkages on raw ones, as in the other
    questions; all of them run on the whitened components of the raw pixels. Where the sample
    holds each of `images`, the linkages of their pixels are those of questions 3 and 4. Shape
    clustering is that of question 7, of all images, where it can be had.
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


def parameters(space: str, plan: Plan, *names: str) -> dict[str, Any]:
    """What a step depends on that runs in `space` with the plan's values `names`."""
    uses = (*WHITENING_USES, *names) if space == WHITENED else (*SAMPLE_USES, *names)
    return {"space": space, **plan.values(("compare_sample", *uses))}


def _shape(sample: Sample, images: ImageSet, plan: Plan, desk: Desk) -> dict[str, Clustering]:
    """Shape clustering of all images, as far as it says something about the sample.

    Nothing where it cannot be had, which question 7 says, or where it rests on other images.
    """
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
    from sklearn.exceptions import ConvergenceWarning

    from inkcluster.cluster import KMeans, relabel_by_size
    from inkcluster.features import make
    from inkcluster.progress import listening

    def compute() -> Mapping[str, NDArray[Any]]:
        points = vectors if space == WHITENED else make(plan.scaling).fit_transform(sample.images)
        model = KMeans(plan.k, n_init=plan.restarts, random_state=plan.seed)
        with listening(desk.progress), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer images than clusters
            return {"labels": relabel_by_size(model.fit(points).labels_)}

    scaling = () if space == WHITENED else ("scaling",)
    kept = desk.keep("compare-kmeans", parameters(space, plan, "k", "restarts", *scaling), compute)
    values = plan.values(("k", "restarts", "seed", *scaling))
    return Clustering(kept["labels"], title_of("k-means", space), values)


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
    """A linkage cut at k, and Ward's hierarchy where it is Ward of the whitened images."""
    from inkcluster.cluster import hierarchy
    from inkcluster.progress import listening

    whole = images is not None and len(np.unique(sample.index)) == len(sample) == len(images)
    if images is not None and whole and space == PIXELS:
        Z = hierarchies.of_all(images, desk, method)
        return hierarchy.cut(Z, plan.k)[sample.index], None

    def compute() -> Mapping[str, NDArray[Any]]:
        points = sample.images.flat() if space == PIXELS else vectors
        with listening(desk.progress):
            Z = hierarchy.linkage(points, method)
        labels = {"labels": hierarchy.cut(Z, plan.k)}
        return {**labels, "Z": Z} if method == "ward" else labels

    what = {"method": method, **parameters(space, plan, "k")}
    kept = desk.keep("compare-linkage", what, compute)
    return kept["labels"], kept.get("Z")


def _dbscan(sample: Sample, space: str, plan: Plan, desk: Desk) -> Clustering:
    """DBSCAN at the eps that the stated rule chooses."""
    from inkcluster.cluster import relabel_by_size

    if space == WHITENED:
        eps, rows = plan.sweep_eps, whitened_sweep(sample, plan, desk).labels
    else:
        eps, rows = plan.eps, scaled_sweep(sample, plan, desk)
    at = choose([count(row) for row in rows])
    values = {"eps": eps[at], "min_samples": plan.sweep_min_samples}
    return Clustering(relabel_by_size(rows[at]), title_of("DBSCAN", space), values)


def _hdbscan(
    sample: Sample, vectors: NDArray[Any], space: str, plan: Plan, desk: Desk
) -> Clustering:
    """HDBSCAN as in question 5."""
    from inkcluster.features import make

    uses = WHITENING_USES if space == WHITENED else ("scaling", *SAMPLE_USES)
    points = vectors
    if space == PIXELS:
        points = np.asarray(make(plan.scaling).fit_transform(sample.images))
    kept = hdbscan.run(points, plan.min_samples, {"space": space, **plan.values(uses)}, desk)
    values = {"min_cluster_size": kept.least, "min_samples": kept.min_samples}
    return Clustering(kept.labels, title_of("HDBSCAN", space), values)
