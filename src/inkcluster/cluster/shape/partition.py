"""A graph cut into clusters: small ones first, merged by their links, the best of many cuts smoothed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans as SmallKMeans

from inkcluster.cluster.kmeans.estimator import KMeans
from inkcluster.cluster.shape.graph import Tree, merge, strengths
from inkcluster.errors import BadInputError
from inkcluster.progress import current

MAX_SMALL_IMAGES = 2500
"""Images up to which scikit-learn's k-means does, so that nothing has to be compiled."""
MIN_PLANNED_CLUSTERS = 10
"""Clusters that small ones are made for, unless more are asked for."""
PLAN = ((2, 10), (2, 20), (3, 10), (3, 20))
"""Eigenvectors and small clusters, in numbers of clusters."""
SETS = 2
"""Sets of small clusters for each of these."""
MIN_SMALL_SIZE = 8
"""Images in a small cluster, on average, at least."""
MAX_SMALL_CLUSTERS = 400
"""Small clusters, at most, unless more than half as many are asked for."""
MIN_INFORMATION_GAIN = 0.005
"""So much more information a cut by other links must have than the best by the first."""
STEPS = 20
"""Steps of the random walk that smooths the clusters."""


@dataclass(frozen=True)
class SmallClusters:
    """Small clusters of the images, and the ways in which they are merged.

    Attributes
    ----------
    labels : ndarray of shape (n,)
        Small cluster of each image.
    affinity : ndarray of shape (m, m)
        Links between them in the first graph of links, by which cuts are judged.
    trees : tuple of Tree
        Their merges by the links of each graph.
    """

    labels: NDArray[np.intp]
    affinity: NDArray[np.float64]
    trees: tuple[Tree, ...]


def small_clusters(
    vectors: NDArray[np.float64],
    graphs: Iterable[sp.csr_matrix],
    places: NDArray[np.float32],
    k: int,
    random_state: np.random.RandomState,
) -> list[SmallClusters]:
    """Several sets of small clusters, from different numbers of eigenvectors and of clusters.

    Parameters
    ----------
    vectors : ndarray of shape (n, m)
        Leading eigenvectors of the graph.
    graphs : iterable of csr_matrix of shape (n, n)
        Symmetric; by the links of each, small clusters are merged.
    places : ndarray of shape (n, q)
        Coordinates by which clusters without a link are merged.
    k : int
        Clusters that are asked for, 0 if it is not known.
    random_state : RandomState
    """
    n, k = len(vectors), max(k, MIN_PLANNED_CLUSTERS)
    plan = [pair for pair in PLAN for _ in range(SETS)]
    found = []
    with current().task("small clusters", len(plan)) as done:
        for eigen, small in plan:
            count = min(n, max(k, min(small * k, most_small_clusters(n, k))))
            found.append(_grouped(_on_the_sphere(vectors[:, : eigen * k]), count, random_state))
            done(1)
    centres = [_centres(places, labels) for labels in found]
    judges: list[NDArray[np.float64]] = []
    trees: list[list[Tree]] = [[] for _ in found]
    for graph in graphs:
        with current().task("merges", len(found)) as done:
            for labels, centre, own in zip(found, centres, trees, strict=True):
                links = _affinity(graph, labels, centre)
                own.append(merge(links))
                if len(judges) < len(found):  # this is the first graph
                    judges.append(links)
                done(1)
    kept = zip(found, judges, trees, strict=True)
    return [SmallClusters(labels, links, tuple(own)) for labels, links, own in kept]


def most_small_clusters(n: int, k: int) -> int:
    """How many small clusters there may be of `n` images, in which `k` clusters are looked for."""
    return min(n, max(k, min(n // MIN_SMALL_SIZE, max(MAX_SMALL_CLUSTERS, 2 * k))))


def parted(  # noqa: PLR0917 (as small_clusters, and one more)
    vectors: NDArray[np.float64],
    graphs: Iterable[sp.csr_matrix],
    places: NDArray[np.float32],
    k: int,
    numbered: int,
    random_state: np.random.RandomState,
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """How clearly the merges speak for 2, 3, … clusters, and labels (n,) of `k` of them.

    As :func:`small_clusters`; with k = 0 there are as many as the first `numbered` graphs show most
    clearly.

    Raises
    ------
    BadInputError
        If fewer than `k` can be told apart.
    """
    small = small_clusters(vectors, graphs, places, k, random_state)
    strengths = number_strengths(small, numbered)
    k = k or (int(strengths.argmax()) + 2 if strengths.any() else 1)
    labels = chosen(small, k)
    if labels.max() + 1 < k:
        raise BadInputError(
            f"The images fall into {labels.max() + 1} groups that can be told apart, fewer than "
            f"n_clusters={k}; ask for fewer clusters."
        )
    return strengths, labels


def check_clusters(n_clusters: object) -> None:
    """Refuse what is no number of clusters."""
    if n_clusters != "auto" and (not isinstance(n_clusters, int | np.integer) or n_clusters < 1):
        raise BadInputError(
            f'n_clusters must be "auto" or a whole number from 1, not {n_clusters!r}.'
        )


def number_strengths(sets: list[SmallClusters], graphs: int) -> NDArray[np.float64]:
    """How clearly the merges by the first `graphs` graphs speak for 2, 3, … clusters."""
    return strengths(
        [(tree, np.bincount(small.labels)) for small in sets for tree in small.trees[:graphs]]
    )


def chosen(sets: list[SmallClusters], k: int) -> NDArray[np.intp]:
    """Labels (n,) of `k` clusters, by the cut that has most information; fewer where none has `k`.

    A cut by the first graph is kept unless another has clearly more.
    """
    cuts = [[tree.cut(k) for tree in small.trees] for small in sets]
    most = max(int(own[0].max()) + 1 for own in cuts)
    information = np.array(
        [
            [
                mutual_information(small.affinity, part) if part.max() + 1 == most else -np.inf
                for part in own
            ]
            for small, own in zip(sets, cuts, strict=True)
        ]
    )
    first = int(information[:, 0].argmax())
    which, by = divmod(int(information.argmax()), information.shape[1])
    if information[which, by] <= information[first, 0] + MIN_INFORMATION_GAIN:
        which, by = first, 0
    return np.asarray(cuts[which][by][sets[which].labels])


def mutual_information(links: NDArray[np.float64], parts: NDArray[np.intp]) -> float:
    """What the part of one end of a link says about that of the other end, in nats.

    Links between parts lower it, and so do parts of unequal size: two classes as one part beside a
    few images as another have less than two classes apart. A partition of greatest likelihood in
    the degree-corrected block model (Karrer & Newman 2011) has most of it.

    Parameters
    ----------
    links : ndarray of shape (m, m)
        Symmetric, those within on the diagonal.
    parts : ndarray of shape (m,)

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.partition import mutual_information
    >>> links = np.kron(np.eye(2), np.ones((2, 2)))
    >>> round(mutual_information(links, np.array([0, 0, 1, 1])), 4)  # log 2
    0.6931
    >>> round(mutual_information(links, np.array([0, 1, 0, 1])), 4)
    0.0
    """
    member = np.eye(int(parts.max()) + 1)[parts]
    joint = member.T @ links @ member
    joint /= joint.sum()
    own = joint.sum(axis=1)
    there = joint > 0
    expected = np.outer(own, own)
    return float((joint[there] * np.log(joint[there] / expected[there])).sum())


def smoothed(labels: NDArray[np.intp], step: sp.csr_matrix) -> NDArray[np.float64]:
    """Where a random walk from each image ends, shape (n, k), of the k clusters of the labels (n,).

    The walk has `STEPS` steps, or as many as leave every cluster some image of its own. If one step
    already leaves a cluster none, the labels stay, by little more than half.
    """
    k = int(labels.max()) + 1
    own = shares = np.eye(k)[labels]
    kept: NDArray[np.float64] | None = None
    with current().task("random walk", STEPS) as done:
        for _ in range(STEPS):
            shares = step @ shares
            if len(np.unique(shares.argmax(axis=1))) == k:
                kept = shares
            done(1)
    if kept is None:
        kept = 0.51 * own + 0.49 * (step @ own)
    return np.asarray(kept)


def _on_the_sphere(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-300))


def _grouped(
    rows: NDArray[np.float64], count: int, random_state: np.random.RandomState
) -> NDArray[np.intp]:
    """At most `count` clusters of the rows (n, m), numbered without gaps."""
    distinct = len(np.unique(rows.round(9), axis=0)) if len(rows) <= MAX_SMALL_IMAGES else count
    kind = SmallKMeans if len(rows) <= MAX_SMALL_IMAGES else KMeans
    found = kind(min(count, distinct), n_init=1, max_iter=100, random_state=random_state).fit(rows)
    return np.unique(found.labels_, return_inverse=True)[1]


def _centres(places: NDArray[np.float32], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """The mean places (m, q) of small clusters."""
    n, count = len(labels), int(labels.max()) + 1
    within = sp.csr_matrix((np.ones(n), (labels, np.arange(n))), shape=(count, n))
    return np.asarray(within @ places.astype(np.float64)) / np.bincount(labels)[:, None]


def _affinity(
    graph: sp.csr_matrix, labels: NDArray[np.intp], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Links between small clusters; those without any are the closer, the nearer their centres."""
    count = len(centres)
    pair = np.repeat(labels, np.diff(graph.indptr)) * count + labels[graph.indices]
    found = np.bincount(pair, graph.data, count * count).reshape(count, count)
    links = (found + found.T) / 2  # which differ by rounding
    gaps = cdist(centres, centres, "sqeuclidean")
    near = np.exp(-gaps / max(float(gaps.mean()), 1e-300))
    return np.asarray(links + 1e-9 * near * np.diag(links).min(initial=1.0))
