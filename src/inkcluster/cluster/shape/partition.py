"""Cuts a graph into small clusters, merges them by links, keeps the best cut and smooths it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans as SmallKMeans

from inkcluster.cluster.kmeans.estimator import KMeans
from inkcluster.cluster.shape.graph import Tree, merge
from inkcluster.cluster.shape.search import searched
from inkcluster.compute.threads import peers_threads
from inkcluster.errors import BadInputError
from inkcluster.progress import current

MAX_SKLEARN_IMAGES = 2500
"""Number of images up to which scikit-learn's k-means is used, so that nothing is compiled."""
MIN_PLANNED_CLUSTERS = 10
"""Number of clusters planned for, unless more are asked for."""
SMALL_CLUSTER_PLANS = ((2, 10), (2, 20), (3, 10), (3, 20))
"""Eigenvectors and small clusters per cluster planned for."""
SETS_PER_PLAN = 2
MIN_MEAN_SIZE = 8
"""Smallest mean size of small clusters, in images."""
MAX_SMALL_CLUSTERS = 400
"""Number of small clusters, at most, unless more than half as many clusters are asked for."""
MIN_INFORMATION_GAIN = 0.005
"""Information, in nats, that a cut by other links must have beyond the best by the first links."""
MIN_CLEAR_STRENGTH = 2.0
"""Strength from which the merges end so clearly at a number that their cut is not searched further."""
WALK_STEPS = 20
"""Steps of the random walk that smooths the clusters."""


@dataclass(frozen=True)
class SmallClusters:
    """One set of m small clusters, and several trees that merge them.

    Attributes
    ----------
    labels : ndarray of shape (n,)
        The small cluster of each image.
    affinity : ndarray of shape (m, m)
        Their links in the first link graph, by which cuts are judged.
    trees : tuple of Tree
        Their merges along the links of each link graph.
    """

    labels: NDArray[np.intp]
    affinity: NDArray[np.float64]
    trees: tuple[Tree, ...]


@dataclass
class Cut:
    """The cut with most information of those that were offered."""

    information: float = -np.inf
    of: SmallClusters | None = None
    parts: NDArray[np.intp] | None = None

    def offer(self, small: SmallClusters, parts: NDArray[np.intp]) -> None:
        """Take this one if it has more."""
        information = mutual_information(small.affinity, parts)
        if information > self.information:
            self.information, self.of, self.parts = information, small, parts

    def or_clearly(self, other: Cut) -> Cut:
        """This one, or the other where it has clearly more."""
        return other if other.information > self.information + MIN_INFORMATION_GAIN else self

    def labels(self) -> NDArray[np.intp]:
        """The part of each image."""
        assert self.of is not None
        assert self.parts is not None
        return np.asarray(self.parts[self.of.labels], np.intp)


def small_clusters(
    vectors: NDArray[np.float64],
    graphs: Iterable[sp.csr_matrix],
    places: NDArray[np.float32],
    k: int,
    random_state: np.random.RandomState,
) -> list[SmallClusters]:
    """Several sets of small clusters, from different numbers of eigenvectors and clusters.

    Parameters as in :func:`~inkcluster.cluster.shape.levels.parted`; `k` is planned for.
    """
    n, k = len(vectors), max(k, MIN_PLANNED_CLUSTERS)
    plan = [pair for pair in SMALL_CLUSTER_PLANS for _ in range(SETS_PER_PLAN)]
    found = []
    with current().task("small clusters", len(plan)) as done:
        for eigen, small in plan:
            count = min(n, max(k, min(small * k, most_small_clusters(n, k))))
            found.append(grouped(vectors[:, : eigen * k], count, random_state))
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


def finer_clusters(
    vectors: NDArray[np.float64],
    graph: sp.csr_matrix,
    places: NDArray[np.float32],
    k: int,
    random_state: np.random.RandomState,
) -> list[tuple[NDArray[np.float64], Tree]]:
    """Links of smaller clusters, and the tree that merges them, as often as :func:`finest` has sets.

    As in :func:`small_clusters`, but half as large, so that groups of a dozen images have some each.
    """
    n, found = len(vectors), []
    most = max(small for _, small in SMALL_CLUSTER_PLANS)
    for eigen, small in SMALL_CLUSTER_PLANS:
        for _ in range(SETS_PER_PLAN if small == most else 0):
            count = min(n, max(k, min(small * k, most_small_clusters(2 * n, k))))
            labels = grouped(vectors[:, : eigen * k], count, random_state)
            links = _affinity(graph, labels, _centres(places, labels))
            found.append((links, merge(links)))
    return found


def most_small_clusters(n: int, k: int) -> int:
    """The largest number of small clusters of `n` images that are merged to `k` clusters."""
    return min(n, max(k, min(n // MIN_MEAN_SIZE, max(MAX_SMALL_CLUSTERS, 2 * k))))


def check_clusters(n_clusters: object) -> None:
    """Refuse a number of clusters that is neither "auto" nor a whole number from 1."""
    if isinstance(n_clusters, str) and n_clusters == "auto":
        return
    whole = isinstance(n_clusters, int | np.integer) and not isinstance(n_clusters, bool)
    if not whole or n_clusters < 1:  # type: ignore[operator]
        raise BadInputError(
            f'n_clusters must be "auto" or a whole number from 1, not {n_clusters!r}.'
        )


def finest(sets: Sequence[SmallClusters]) -> list[SmallClusters]:
    """Of the sets of :func:`small_clusters`, those planned with most small clusters."""
    most = max(small for _, small in SMALL_CLUSTER_PLANS)
    plans = [small for _, small in SMALL_CLUSTER_PLANS for _ in range(SETS_PER_PLAN)]
    return [one for one, small in zip(sets, plans, strict=True) if small == most]


def chosen(sets: list[SmallClusters], k: int, *, search: bool) -> Cut:
    """The cut at `k` clusters with most information; fewer where no cut has `k`.

    A cut along the first link graph is kept unless another has clearly more. With `search` that cut
    is improved by moves, and given up for the best of all that jumps find if this has clearly more. Information alone would rather
    have clusters of one size, so this is for numbers at which the merges do not end clearly.
    """
    cuts = [(small, [tree.cut(k) for tree in small.trees]) for small in sets]
    most = max(int(own[0].max()) + 1 for _, own in cuts)
    first, other, found = Cut(), Cut(), Cut()
    with current().task("search", len(sets)) as done:
        for small, own in cuts:
            for by, cut in enumerate(own):
                if cut.max() + 1 == most:
                    (other if by else first).offer(small, cut)
                    if search:
                        found.offer(small, searched(small.affinity, cut))
            done(1)
    best = first.or_clearly(other)
    if search:
        assert best.of is not None
        assert best.parts is not None
        best.offer(best.of, searched(best.of.affinity, best.parts, jumps=False))
    return best.or_clearly(found)


def mutual_information(links: NDArray[np.float64], parts: NDArray[np.intp]) -> float:
    """Mutual information, in nats, of the parts (m,) at the two ends of a link.

    `links` (m, m) is symmetric, with those within a cluster on the diagonal. Links between parts
    lower the information, and so do parts of unequal size. The partition of greatest likelihood in
    the degree-corrected block model has the most (Karrer & Newman 2011).

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


def smoothed(
    labels: NDArray[np.intp], step: sp.csr_matrix, links: sp.csr_matrix
) -> NDArray[np.float64]:
    """The clusters (n, k) in which a random walk from each image ends; rows sum to 1.

    The walk takes `WALK_STEPS` steps, or fewer if a cluster would otherwise lose all its images or
    the `links` (n, n) between images clearly lose information about the clusters, as they do where
    clusters touch and a long walk leads anywhere. If one step is too many, 0.51 of each image stays
    in its own cluster.
    """
    k = int(labels.max()) + 1
    own = shares = np.eye(k)[labels]
    kept: NDArray[np.float64] | None = None
    most = _information(links, labels, k)
    with current().task("random walk", WALK_STEPS) as done:
        for _ in range(WALK_STEPS):
            shares = step @ shares
            ends = shares.argmax(axis=1)
            information = _information(links, ends, k)
            most = max(most, information)
            if len(np.unique(ends)) == k and information >= most - MIN_INFORMATION_GAIN:
                kept = shares
            done(1)
    return np.asarray(0.51 * own + 0.49 * (step @ own) if kept is None else kept)


def same_for_equals(shares: NDArray[np.float64], prints: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Memberships (n, k) such that equal images have the same: the mean over those of equal `prints` (n,).

    They stay as they are where a cluster would lose all its images.
    """
    _, of, count = np.unique(prints, return_inverse=True, return_counts=True)
    if len(count) == len(of):
        return shares
    member = sp.csr_matrix(
        (np.ones(len(of)), (of, np.arange(len(of)))), shape=(len(count), len(of))
    )
    mean = (np.asarray(member @ shares) / count[:, None])[of]
    clusters = len(np.unique(shares.argmax(axis=1)))
    return mean if len(np.unique(mean.argmax(axis=1))) == clusters else shares


def _information(links: sp.csr_matrix, labels: NDArray[np.intp], k: int) -> float:
    """The mutual information of the clusters at the two ends of the links (n, n) of images."""
    pair = np.repeat(labels, np.diff(links.indptr)) * k + labels[links.indices]
    joint = np.bincount(pair, links.data, k * k).reshape(k, k).astype(np.float64)
    return mutual_information(joint, np.arange(k))


def grouped(
    vectors: NDArray[np.float64], count: int, random_state: np.random.RandomState
) -> NDArray[np.intp]:
    """At most `count` clusters of rows (n, m) of eigenvectors, on the unit sphere; no label unused."""
    rows = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
    kind: Any = KMeans
    if len(rows) <= MAX_SKLEARN_IMAGES:
        kind = SmallKMeans
        if (few := equals(rows)).max() < count:
            return few
    with peers_threads():
        found = kind(count, n_init=1, max_iter=100, random_state=random_state).fit(rows)
    return np.unique(found.labels_, return_inverse=True)[1]


def equals(rows: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which rows (n, m) of length 1 k-means can tell apart: equal numbers, from 0, for those it cannot.

    Asked for more clusters than that, scikit-learn's k-means warns.
    """
    found = np.unique(rows.round(7), axis=0, return_inverse=True)[1]
    return np.asarray(found.reshape(-1), np.intp)


def _centres(places: NDArray[np.float32], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """The mean coordinates (m, q) of each small cluster."""
    n, count = len(labels), int(labels.max()) + 1
    within = sp.csr_matrix((np.ones(n), (labels, np.arange(n))), shape=(count, n))
    return np.asarray(within @ places.astype(np.float64)) / np.bincount(labels)[:, None]


def _affinity(
    graph: sp.csr_matrix, labels: NDArray[np.intp], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Links (m, m) between small clusters, plus a tiny weight that falls with the centres' distance."""
    count = len(centres)
    pair = np.repeat(labels, np.diff(graph.indptr)) * count + labels[graph.indices]
    found = np.bincount(pair, graph.data, count * count).reshape(count, count)
    links = (found + found.T) / 2  # the two differ by rounding
    gaps = cdist(centres, centres, "sqeuclidean")
    near = np.exp(-gaps / max(float(gaps.mean()), 1e-300))
    return np.asarray(links + 1e-9 * near * np.diag(links).min(initial=1.0))
