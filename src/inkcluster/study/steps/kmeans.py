"""Steps that more than one question stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inkcluster.features import Features
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan

KMEANS_USES = ("seed", "k", "scaling", "restarts")
"""The plan's values that :func:`kmeans` depends on."""
_REVISION = 1
_SMALL = 2_000_000


@dataclass(frozen=True, eq=False)
class KMeansRestarts:
    """Every restart of k-means on all images, best first.

    Parameters
    ----------
    labels : ndarray of shape (restarts, n), int32
        Clusters numbered by decreasing size within each restart.
    inertias : ndarray of shape (restarts,), float64
        Sum of squared distances of the images to their centres, in units of the scaled pixels.
    n_iter : ndarray of shape (restarts,), int32
        Iterations until the restart stopped.
    centres : ndarray of shape (restarts, k, d), float64
        Means of the clusters' members, in units of the scaled pixels; NaN for a cluster without
        members, which happens where there are fewer different images than clusters.
    """

    labels: NDArray[np.int32]
    inertias: NDArray[np.float64]
    n_iter: NDArray[np.int32]
    centres: NDArray[np.float64]

    @property
    def n_found(self) -> int:
        """Clusters with members in the best restart."""
        return int(self.labels[0].max()) + 1


def scaled(images: ImageSet, plan: Plan) -> tuple[Features, NDArray[np.float32]]:
    """The features that k-means runs on, fitted, and the images' vectors (n, d).

    float32 for sets of every size: it halves the time and the memory. Labels may differ where an
    image is as near to one centre as to another to seven digits; centres and inertias are computed
    from the labels in float64.
    """
    from inkcluster.features import make

    features = make(plan.scaling, np.float32)
    return features, np.asarray(features.fit_transform(images), np.float32)


def kmeans(
    images: ImageSet, plan: Plan, desk: Desk, vectors: NDArray[np.float32] | None = None
) -> KMeansRestarts:
    """Run k-means with all its restarts, or take it from the desk.

    Parameters
    ----------
    images : ImageSet
        All of them are clustered; labels are not read.
    plan : Plan
        Its `k`, `restarts`, `scaling` and `seed` are used.
    desk : Desk
        Keeps the result, which several questions share.
    vectors : ndarray of shape (n, d), float32, optional
        What :func:`scaled` gives, where the caller has it.

    Returns
    -------
    KMeansRestarts
    """

    def compute() -> Mapping[str, NDArray[Any]]:
        return _run(scaled(images, plan)[1] if vectors is None else vectors, plan, desk)

    parameters = {**plan.values(KMEANS_USES), "dtype": "float32", "revision": _REVISION}
    kept = desk.keep("kmeans", parameters, compute)
    return KMeansRestarts(kept["labels"], kept["inertias"], kept["n_iter"], kept["centres"])


def _run(vectors: NDArray[np.float32], plan: Plan, desk: Desk) -> dict[str, NDArray[Any]]:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    from inkcluster.cluster import KMeans, relabel_by_size
    from inkcluster.progress import listening

    model = KMeans(plan.k, n_init=plan.restarts, random_state=plan.seed)
    # Threads gain nothing on little data, and wait for each other on a machine with other work.
    threads = 1 if vectors.size < _SMALL else None
    with listening(desk.progress), threadpool_limits(threads), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different images than clusters
        restarts = model.fit(vectors).restarts_
    labels = np.stack([relabel_by_size(restart.labels) for restart in restarts])
    squares = float(np.einsum("ij,ij->", vectors, vectors, dtype=np.float64))
    measured = [_centres(vectors, row, plan.k, squares) for row in labels]
    inertias = np.array([inertia for _, inertia in measured])
    order = np.argsort(inertias, kind="stable")
    return {
        "labels": labels[order],
        "inertias": inertias[order],
        "n_iter": np.array([restart.n_iter for restart in restarts], np.int32)[order],
        "centres": np.stack([centres for centres, _ in measured])[order],
    }


def _centres(
    vectors: NDArray[np.float32], labels: NDArray[np.int32], k: int, squares: float
) -> tuple[NDArray[np.float64], float]:
    """Means (k, d) of the clusters and the inertia about them, in float64: Σx² - Σ n·centre²."""
    centres = np.full((k, vectors.shape[1]), np.nan)
    inertia = squares
    for cluster in range(int(labels.max()) + 1):
        members = vectors[labels == cluster]
        centres[cluster] = members.mean(axis=0, dtype=np.float64)
        inertia -= len(members) * float(centres[cluster] @ centres[cluster])
    return centres, max(inertia, 0.0)
