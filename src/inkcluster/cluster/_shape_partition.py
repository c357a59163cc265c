"""A graph cut into clusters: many small ones first, merged by their links, voted on and smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans as SmallKMeans
from sklearn.metrics import adjusted_rand_score

from inkcluster.cluster.kmeans import KMeans
from inkcluster.progress import current

SMALL = 2500
"""Images up to which scikit-learn's k-means does, so that nothing has to be compiled."""
USUAL = 10
"""Clusters that a consensus is made for, unless more are asked for."""
MEMBERS = ((2, 10), (2, 20), (3, 10), (3, 20))
"""Of a consensus: eigenvectors and small clusters, in numbers of clusters."""
SEEDS = 2
"""Members for each of these."""
FEWEST = 8
"""Images in a small cluster, on average, at least."""
MANY = 400
"""Small clusters, at most, unless more than half as many are asked for; merging takes their cube."""
MOST = 30
"""Clusters up to which the merges are looked at for the number."""
APART = 0.01
"""Clusters that share less of their links are apart; how much less says nothing about their number."""
TOGETHER = 0.25
"""Clusters that share more of their links are one; one cloud cut in two shares nearly half."""
ROUNDS = 20
"""Steps of the random walk that smooths the votes."""


@dataclass(frozen=True)
class Member:
    """Small clusters, and the order in which they are merged.

    Attributes
    ----------
    micro : ndarray of shape (n,)
        Small cluster of each image.
    merges : ndarray of shape (m - 1, 2)
        Which two are merged next; the second's images go to the first.
    shares : ndarray of shape (m - 1,)
        Of the links of the one with fewer, the part that it has with the other.
    """

    micro: NDArray[np.intp]
    merges: NDArray[np.intp]
    shares: NDArray[np.float64]

    def cut(self, k: int) -> NDArray[np.intp]:
        """Labels (n,) of `k` clusters, or of all small ones where there are fewer."""
        member = np.arange(len(self.merges) + 1)
        for a, b in self.merges[: max(0, len(self.merges) + 1 - k)]:
            member[member == b] = a
        return np.unique(member, return_inverse=True)[1][self.micro]


def members_of(
    vectors: NDArray[np.float64],
    links: sp.csr_matrix,
    places: NDArray[np.float32],
    k: int,
    random_state: np.random.RandomState,
) -> list[Member]:
    """The members of a consensus, from different numbers of eigenvectors and of small clusters.

    Parameters
    ----------
    vectors : ndarray of shape (n, m)
        Leading eigenvectors of the graph.
    links : csr_matrix of shape (n, n)
        Symmetric; by them small clusters are merged.
    places : ndarray of shape (n, q)
        Coordinates by which clusters without a link are merged.
    k : int
        Clusters that are asked for, 0 if it is not known.
    random_state : RandomState
    """
    n, k = len(vectors), max(k, USUAL)
    plan = [pair for pair in MEMBERS for _ in range(SEEDS)]
    found = []
    with current().task("small clusters", len(plan)) as done:
        for eigen, small in plan:
            count = min(n, max(k, min(small * k, most_small_clusters(n, k))))
            rows = _on_the_sphere(vectors[:, : eigen * k])
            micro = _small_clusters(rows, count, random_state)
            found.append(Member(micro, *merge(_affinity(links, places, micro))))
            done(1)
    return found


def most_small_clusters(n: int, k: int) -> int:
    """How many small clusters there may be of `n` images, in which `k` clusters are looked for."""
    return min(n, max(k, min(n // FEWEST, max(MANY, 2 * k))))


def strengths(members: list[Member]) -> NDArray[np.float64]:
    """How clearly the merges say that there are 2, 3, … clusters; entry 0 is for 2.

    By how much the share of links drops from the merge that leaves k clusters to the one that would
    leave k - 1, the geometric mean over the members; 0 where that next merge would join what
    belongs together.
    """
    most = min(MOST + 1, *(len(m.shares) for m in members))
    last = np.array([m.shares[::-1][:most] for m in members])  # those that leave 1, 2, … clusters
    height = np.exp(np.log(np.maximum(last, APART)).mean(axis=0))
    return np.asarray(np.where(height[:-1] < TOGETHER, height[1:] / height[:-1], 0.0))


def smoothed(votes: NDArray[np.float64], step: sp.csr_matrix) -> NDArray[np.float64]:
    """The votes after a random walk from the clusters they decide on, shape (n, k)."""
    k = votes.shape[1]
    shares = np.eye(k)[votes.argmax(axis=1)]
    with current().task("random walk", ROUNDS) as done:
        for _ in range(ROUNDS):
            shares = step @ shares
            done(1)
    if len(np.unique(shares.argmax(axis=1))) < k:  # a cluster too small to hold its own
        return votes
    return np.asarray(shares)


def merge(affinity: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Merge small clusters two at a time down to one: which two (m - 1, 2), and their shares (m - 1,).

    Those are merged next that share the largest part of the links of the one with fewer: a part of
    a class has most of its links to the rest of the class, however large the classes.

    Parameters
    ----------
    affinity : ndarray of shape (m, m)
        Links between small clusters, symmetric, those within on the diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster._shape_partition import merge
    >>> merges, shares = merge(np.array([[9.0, 5, 0], [5, 9, 1], [0, 1, 9]]))
    >>> merges.tolist(), shares.round(2).tolist()
    ([[0, 1], [0, 2]], [0.36, 0.1])
    """
    links = affinity.astype(np.float64)
    count = len(links)
    volume = links.sum(axis=1)
    np.fill_diagonal(links, 0)
    alive = np.ones(count, bool)
    merges, shares = np.empty((count - 1, 2), np.intp), np.empty(count - 1)
    for step in range(count - 1):
        share = links / np.maximum(np.minimum.outer(volume, volume), 1e-300)
        share[~alive] = -1
        share[:, ~alive] = -1
        np.fill_diagonal(share, -1)
        a, b = divmod(int(share.argmax()), count)
        merges[step], shares[step] = (a, b), share[a, b]
        links[a] += links[b]
        links[:, a] += links[:, b]
        links[a, a] = 0
        volume[a] += volume[b]
        alive[b] = False
    return merges, shares


def _on_the_sphere(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-300))


def _small_clusters(
    rows: NDArray[np.float64], count: int, random_state: np.random.RandomState
) -> NDArray[np.intp]:
    """At most `count` clusters of the rows (n, m), numbered without gaps."""
    distinct = len(np.unique(rows.round(9), axis=0)) if len(rows) <= SMALL else count
    kind = SmallKMeans if len(rows) <= SMALL else KMeans
    found = kind(min(count, distinct), n_init=1, max_iter=100, random_state=random_state).fit(rows)
    return np.unique(found.labels_, return_inverse=True)[1]


def _affinity(
    links: sp.csr_matrix, places: NDArray[np.float32], micro: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Links between small clusters; those without any are the closer, the nearer their centres."""
    n, count = len(micro), int(micro.max()) + 1
    within = sp.csr_matrix((np.ones(n), (micro, np.arange(n))), shape=(count, n))
    shared = np.asarray((within @ links @ within.T).todense())
    centres = np.asarray(within @ places.astype(np.float64))
    centres /= np.bincount(micro)[:, None]
    gaps = cdist(centres, centres, "sqeuclidean")
    near = np.exp(-gaps / max(float(gaps.mean()), 1e-300))
    return np.asarray(shared + 1e-9 * near * np.diag(shared).min(initial=1.0))


def voted(members: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    """Shares of votes (n, k), the clusters numbered as in the labels that agree best with the others.

    Of labels with different numbers of clusters, only those with the most vote.
    """
    counts = [int(m.max()) + 1 for m in members]
    members = [m for m, c in zip(members, counts, strict=True) if c == max(counts)]
    k, n = max(counts), len(members[0])
    agreement = [[adjusted_rand_score(a, b) for a in members] for b in members]
    first = members[int(np.mean(agreement, axis=1).argmax())]
    votes = np.zeros((n, k))
    for member in members:
        table = np.zeros((k, k))
        np.add.at(table, (first, member), 1)
        ours, theirs = linear_sum_assignment(-table)
        number = np.empty(k, np.intp)
        number[theirs] = ours
        votes[np.arange(n), number[member]] += 1
    votes /= len(members)
    return votes if len(np.unique(votes.argmax(axis=1))) == k else np.eye(k)[first]
