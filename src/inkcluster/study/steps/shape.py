"""Runs shape clustering and its map, for questions 6 and 7."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError, TooLittleMemoryError
from inkcluster.study.answer import Finding
from inkcluster.study.findings import placed
from inkcluster.study.run.step import step

if TYPE_CHECKING:
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

SHAPE = "shape clustering"
WEAK, INFORMATION = "weak", "information"
"""The evidence where no number of clusters stands out, and where it does by the cuts themselves."""
WARP = 2
"""How far a pixel may look for its match."""
START_SAMPLE = 5000
"""Images from which the directions are learned in which the map starts."""
SHARE_TAKEN = 0.8
"""Share of the images that would fit into memory that is clustered; the free memory may change meanwhile."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """Shape clustering of all images, or of as many as fit into memory, by which the others are placed."""

    images: ImageSet
    labels: NDArray[np.int32]  # (n,), clusters by decreasing size
    spectrum: NDArray[np.float64]  # (m,), eigenvalues of the neighbours' graph, descending from 1
    gap_strengths: NDArray[np.float64]  # (m - 2,), how clearly they break off after 2, 3, …
    strengths: NDArray[np.float64]  # how clearly there are 2, 3, …
    evidence: NDArray[np.str_]  # "information", "merges" or "weak"
    level_numbers: NDArray[np.int64]  # (l,), those that stand out, ascending
    level_strengths: NDArray[np.float64]  # (l,)
    level_labels: NDArray[np.int32]  # (l, n), the clusters at each
    nuisances: NDArray[np.int8]  # (n,), 1 + the kind of the group an image is in by one; 0 for none
    neighbors: NDArray[np.int32]  # (n, q), rows of `images`; -1 for none
    distances: NDArray[np.float32]  # (n, q)
    memberships: NDArray[np.float32]  # (n, k), rows sum to 1
    confidence: NDArray[np.float64]  # (n,), from 0 to 1
    outlier_scores: NDArray[np.float64]  # (n,)
    sample: NDArray[np.int64]  # (m,), the images that were clustered
    preparation: NDArray[np.str_]  # a JSON text: the way chosen, and all that were compared
    short: tuple[int, int] | None = None  # bytes needed and available, where not all images fit

    @property
    def k(self) -> int:
        """The number of clusters."""
        return int(self.memberships.shape[1])

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Members of each cluster."""
        return np.bincount(self.labels, minlength=self.k)

    def finding(self) -> tuple[Finding, ...]:
        """S3 where memory was too little for all images."""
        if self.short is None:
            return ()
        return (placed("Shape clustering", len(self.sample), *self.short),)


def find(images: ImageSet, plan: Plan, desk: Desk) -> Shapes:
    """Cluster all images by shape, or as many as fit into memory and place the others by these.

    Neither labels nor the plan's `k`, which may come from labels, are read; `shape_k` does not.
    """
    try:
        return cluster(images, plan, desk)
    except TooLittleMemoryError as error:
        fit = int(error.fit * SHARE_TAKEN)
        if not fit:
            raise
        return cluster(images, plan, desk, fit, (error.need, error.have))


def places(shapes: Shapes, plan: Plan, desk: Desk) -> NDArray[np.float32]:
    """The images' places on a map, shape (n, 2), from their neighbours."""
    return _image_map(shapes, plan, desk, n=len(shapes.labels), sample=len(shapes.sample))["places"]


@step(uses=("seed",), revision=5)
def _image_map(
    shapes: Shapes, plan: Plan, desk: Desk, *, n: int, sample: int
) -> dict[str, NDArray[Any]]:
    from inkcluster.cluster.image_map import image_map
    from inkcluster.compute.threads import pieces
    from inkcluster.features import PCA
    from inkcluster.images import sample_index

    images = shapes.images
    kept = min(2, n, int(np.prod(images.shape)))
    drawn = images.take(sample_index(n, min(n, START_SAMPLE), plan.seed))
    rough = PCA(kept, svd_solver="randomized", random_state=plan.seed).fit(drawn)
    rows = (np.arange(n)[part] for part in pieces(n, START_SAMPLE))
    start = np.concatenate([rough.transform(images.take(some)) for some in rows])
    start = np.column_stack([start, np.zeros((n, 2 - kept))])
    return {"places": image_map(shapes.neighbors, shapes.distances, start, random_state=plan.seed)}


def cluster(
    images: ImageSet, plan: Plan, desk: Desk, sample: int = 0, short: tuple[int, int] | None = None
) -> Shapes:
    """Cluster the images by shape: all, or `sample` of them, by which the others are placed."""
    return Shapes(images, short=short, **shape(images, plan, desk, n=len(images), sample=sample))


@step(uses=("seed", "shape_k"), revision=9)
def shape(
    images: ImageSet, plan: Plan, desk: Desk, *, n: int, sample: int
) -> dict[str, NDArray[Any]]:
    """Shape clustering of `n` images, into the number asked for if so many can be told apart."""
    from inkcluster.cluster import ShapeClustering
    from inkcluster.cluster.shape.nuisance import KINDS

    options: dict[str, Any] = {"warp": WARP, "sample": sample or None, "random_state": plan.seed}
    try:
        model = ShapeClustering(plan.shape_k or "auto", **options).fit(images)
    except BadInputError as error:
        if not plan.shape_k or isinstance(error, TooLittleMemoryError):
            raise
        model = ShapeClustering(**options).fit(images)
    names = [one.name for one in fields(Shapes)][1:-1]
    levels = model.levels_
    kinds = np.zeros(n, np.int8)
    for odd in model.nuisances_:
        kinds[odd.rows] = 1 + KINDS.index(odd.kind)
    named: dict[str, NDArray[Any]] = {
        "nuisances": kinds,
        "distances": model.neighbor_distances_,
        "evidence": np.array(model.evidence_),
        "preparation": np.array(json.dumps(model.preparation_)),
        "level_numbers": np.array([one.n_clusters for one in levels], np.int64),
        "level_strengths": np.array([one.strength for one in levels], np.float64),
        "level_labels": np.array([one.labels for one in levels], np.int32).reshape(-1, len(images)),
    }
    return {name: named[name] if name in named else getattr(model, f"{name}_") for name in names}
