"""The steps that run k-means."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.study.run.step import step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inkcluster.cluster import KMeans
    from inkcluster.cluster.kmeans import Restart
    from inkcluster.features import Features
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan


@dataclass(frozen=True, eq=False)
class KMeansRestarts:
    """All restarts of k-means on all images, by rising inertia, in units of the scaled pixels."""

    labels: NDArray[np.int32]  # (restarts, n), numbered by decreasing size within each restart
    inertias: NDArray[np.float64]  # (restarts,), sums of squared distances to the centres
    n_iter: NDArray[np.int32]  # (restarts,), iterations until the restart stopped
    centres: NDArray[np.float64]  # (restarts, k, d); NaN for a cluster without members

    @property
    def n_found(self) -> int:
        """Clusters with members in the best restart."""
        return int(self.labels[0].max()) + 1


def scaled(images: ImageSet, plan: Plan) -> tuple[Features, NDArray[np.float32]]:
    """The features that k-means runs on, fitted, and the images' vectors (n, d).

    float32 halves the time and the memory. Labels may differ from those of float64 where an image is
    equally near to two centres to seven digits.
    """
    from inkcluster.features import make

    features = make(plan.scaling, np.float32)
    return features, np.asarray(features.fit_transform(images), np.float32)


def restarts(
    images: ImageSet, plan: Plan, desk: Desk, vectors: NDArray[np.float32] | None = None
) -> KMeansRestarts:
    """Run k-means on all images with all its restarts; labels are not read.

    `vectors` (n, d), float32, are what :func:`scaled` returns, where the caller has them.
    """
    return KMeansRestarts(**kmeans(images, plan, desk, vectors))


def best(
    images: ImageSet, plan: Plan, desk: Desk, vectors: NDArray[np.float32] | None = None
) -> KMeansRestarts:
    """The lowest inertia that k-means finds on all images, one row; labels are not read.

    On large sets a deep search finds a lower one than the restarts do.
    """
    from inkcluster.cluster.kmeans.choose import is_large

    if not is_large(len(images), plan.k):
        run = restarts(images, plan, desk, vectors)
        return KMeansRestarts(run.labels[:1], run.inertias[:1], run.n_iter[:1], run.centres[:1])
    return KMeansRestarts(**kmeans_best(images, plan, desk, vectors))


def fitted(points: NDArray[Any], plan: Plan, search: str = "restarts") -> KMeans:
    """The plan's k-means of `points`, silent where fewer points differ than there are clusters."""
    from sklearn.exceptions import ConvergenceWarning

    from inkcluster.cluster import KMeans

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = KMeans(plan.k, n_init=plan.restarts, random_state=plan.seed, search=search)
        return model.fit(points)


@step(uses=("seed", "k", "scaling", "restarts"), revision=3)
def kmeans(
    images: ImageSet, plan: Plan, desk: Desk, vectors: NDArray[np.float32] | None
) -> dict[str, NDArray[Any]]:
    """The arrays of :class:`KMeansRestarts`."""
    if vectors is None:
        vectors = scaled(images, plan)[1]
    return _arrays(vectors, plan, fitted(vectors, plan).restarts_)


@step(uses=("seed", "k", "scaling", "restarts"))
def kmeans_best(
    images: ImageSet, plan: Plan, desk: Desk, vectors: NDArray[np.float32] | None
) -> dict[str, NDArray[Any]]:
    """The same of the best restart of a deep search."""
    if vectors is None:
        vectors = scaled(images, plan)[1]
    return _arrays(vectors, plan, fitted(vectors, plan, "deep").restarts_[:1])


def _arrays(
    vectors: NDArray[np.float32], plan: Plan, restarts: Sequence[Restart]
) -> dict[str, NDArray[Any]]:
    from inkcluster.cluster import relabel_by_size

    labels = np.stack([relabel_by_size(restart.labels) for restart in restarts])
    centres = np.full((len(restarts), plan.k, vectors.shape[1]), np.nan)
    for renamed, restart, kept in zip(labels, restarts, centres, strict=True):
        clusters, members = np.unique(renamed, return_index=True)
        kept[clusters] = restart.centers[restart.labels[members]]
    return {
        "labels": labels,
        "inertias": np.array([restart.inertia for restart in restarts]),
        "n_iter": np.array([restart.n_iter for restart in restarts], np.int32),
        "centres": centres,
    }
