"""Neighbour graphs: their weights and spectrum, and how small clusters merge along their links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.neighbors import Lists
from inkcluster.compute.threads import one_blas_thread

MIN_EIGENVALUES = 31
"""Eigenvalues computed at least, so that the spectrum can show 30 clusters."""
COUNTED_NEIGHBORS = 10
"""Nearest neighbours whose links all weigh 1."""
FEW_NEIGHBORS = 5
"""Nearest neighbours whose links show classes of few images: of a dozen, ten are not all in it."""
RANKED_NEIGHBORS = 30
"""Nearest neighbours whose links weigh 1 / rank."""
EIGENVALUE_TOLERANCE = 1e-4
"""Relative error of the eigenvalues. 1e-6 gives the same clusters in three times the time."""
MAX_DENSE_IMAGES = 600
"""Number of images up to which the graph is solved as a dense matrix,"""
MAX_DENSE_FOR_MANY = 6000
"""or up to here if many eigenvectors are needed:"""
MANY_EIGENVECTORS = 0.1
"""this share of the images. The iteration's time grows with their square."""
MAX_SUGGESTED_CLUSTERS = 30
"""The largest number of clusters that the merges may suggest."""
MIN_LINK_SHARE = 0.01
"""Clusters that share less of their links are separate; smaller shares count as this one."""
MAX_LINK_SHARE = 0.25
"""Clusters that share more of their links are one; two halves of one cloud share nearly 0.5."""
MIN_RELATIVE_SIZE = 0.2
"""Smallest size that counts as a cluster, relative to the mean size of the k clusters."""


def sparse_of(values: NDArray[np.float64], rows: NDArray[np.integer]) -> sp.csr_matrix:
    """The matrix (n, n) with `values` (n, k) at the neighbours `rows` (n, k); -1 is no neighbour."""
    there = rows >= 0
    images = np.nonzero(there)[0]
    return sp.csr_matrix((values[there], (images, rows[there])), shape=(len(rows), len(rows)))


def weights(lists: Lists) -> sp.csr_matrix:
    """Self-tuning weights ``exp(-d² / (s_i s_j))`` (Zelnik-Manor & Perona 2004).

    `s` is the distance to an image's last neighbour. Of the two weights of a pair the larger is
    taken. Images at distance 0 weigh 1.
    """
    far = lists.finite_distances()
    scale = far.max(axis=1)
    product = scale[:, None] * scale[lists.rows]
    exponent = np.divide(far**2, product, out=np.zeros_like(far), where=(far > 0) & (product > 0))
    exponent[(far > 0) & (product == 0)] = np.inf
    one_way = sparse_of(np.maximum(np.exp(-exponent), 1e-12), lists.rows)
    return one_way.maximum(one_way.T).tocsr()


def gaussian_shares(lists: Lists) -> NDArray[np.float64]:
    """Weights ``exp(-(d / s)²)`` (n, k) of each image's neighbours, divided by their sum."""
    far = lists.finite_distances()
    scale = far.max(axis=1, keepdims=True)
    share = np.where(lists.rows >= 0, np.exp(-((far / np.where(scale > 0, scale, 1)) ** 2)), 0)
    return np.asarray(share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300))


def walk(lists: Lists) -> sp.csr_matrix:
    """Transition matrix of a random walk along neighbours, both ways; rows sum to 1."""
    step = sparse_of(gaussian_shares(lists), lists.rows)
    both = (step + step.T).tocsr()
    total = np.asarray(both.sum(axis=1)).ravel()
    return sp.csr_matrix(sp.diags_array(1 / np.where(total > 0, total, 1)) @ both)


def eigenvectors_needed(k: int) -> int:
    """The number of eigenvectors used to find `k` clusters; k = 0 is an unknown number."""
    return max(MIN_EIGENVALUES, 3 * k)


def is_dense(n: int, count: int) -> bool:
    """Whether `count` eigenvectors of `n` images take less time from the dense matrix."""
    many = n <= MAX_DENSE_FOR_MANY and count >= MANY_EIGENVECTORS * n
    return n <= MAX_DENSE_IMAGES or many or count >= n - 1


def leading(
    graph: sp.csr_matrix, count: int, start: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The largest eigenvalues (count,) and eigenvectors (n, count) of the normalised graph.

    The graph is divided by the square roots of both degrees (Ng, Jordan & Weiss 2001). The
    iteration begins at `start` (n,), which does not affect the result.
    """
    n = graph.shape[0]
    count = min(count, n)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    root = sp.diags_array(1 / np.sqrt(np.where(degree > 0, degree, 1)))
    normal = (root @ graph @ root).tocsr()
    if is_dense(n, count):
        with one_blas_thread():
            values, vectors = eigh(normal.toarray(), subset_by_index=(n - count, n - 1))
    else:
        width = min(n - 1, max(2 * count + 1, 40))
        values, vectors = eigsh(
            normal, count, which="LA", v0=start, tol=EIGENVALUE_TOLERANCE, ncv=width
        )
    order = np.argsort(-values, kind="stable")[:count]
    return np.clip(values[order], -1, 1), vectors[:, order]


def gap_strengths(spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 - the next eigenvalue, divided by 1 - the last, for 2, 3, … eigenvalues."""
    far = np.maximum(1 - spectrum, 1e-9)  # rounding leaves about this much of 1 - 1
    return np.asarray(far[2:] / far[1:-1])


def link_graphs(
    forward: Lists, backward: Lists, places: NDArray[np.float32], min_size: int
) -> Iterator[sp.csr_matrix]:
    """Three link graphs, one at a time: counted both ways, by rank both ways, by rank forward."""
    both = (forward, backward)
    yield counted_links(forward, backward, places, min_size, COUNTED_NEIGHBORS)
    ranked = tuple(lists.nearest(RANKED_NEIGHBORS) for lists in both)
    yield joined(links(ranked, by_rank=True), places, min_size)
    yield joined(links(ranked[:1], by_rank=True), places, min_size)


def counted_links(
    forward: Lists, backward: Lists, places: NDArray[np.float32], min_size: int, count: int
) -> sp.csr_matrix:
    """How often two images are among the `count` nearest of each other, both ways."""
    near = tuple(lists.nearest(count) for lists in (forward, backward))
    return joined(links(near), places, min_size)


def links(lists: tuple[Lists, ...], *, by_rank: bool = False) -> sp.csr_matrix:
    """How often two images are in each other's lists, symmetric; by rank, 1, 1/2, 1/3, … each."""
    n, k = lists[0].rows.shape
    weight = np.tile(1 / np.arange(1, k + 1) if by_rank else np.ones(k), (n, 1))
    total = sum((sparse_of(weight, one.rows) for one in lists), sp.csr_matrix((n, n)))
    return sp.csr_matrix(total + total.T)


def joined(graph: sp.csr_matrix, places: NDArray[np.float32], min_size: int) -> sp.csr_matrix:
    """The graph with every part of fewer than `min_size` images linked to the rest.

    Images that have only each other, such as copies of one scan, are no cluster. Each gets a link
    of weight 1 to the nearest image outside, by the coordinates `places` (n, q).
    """
    part = connected_components(graph, directed=False)[1]
    stray = np.bincount(part)[part] < min_size
    if stray.all() or not stray.any():
        return graph
    strays, rest = np.flatnonzero(stray), np.flatnonzero(~stray)
    _, near = nearest_neighbors(places[rest], 1, queries=places[strays])
    ends = strays, rest[near[:, 0]]
    extra = sp.csr_matrix((np.ones(len(strays)), ends), shape=graph.shape)
    return (graph + extra + extra.T).tocsr()


@dataclass(frozen=True)
class Tree:
    """The merges of m small clusters, in order.

    Attributes
    ----------
    merges : ndarray of shape (m - 1, 2)
        The two clusters merged; the images of the second go to the first.
    shares : ndarray of shape (m - 1,)
        Links between the two, divided by all links of the one with fewer.
    """

    merges: NDArray[np.intp]
    shares: NDArray[np.float64]

    def cut(self, k: int) -> NDArray[np.intp]:
        """The part of each small cluster (m,) when `k` parts are left; m parts where m < k."""
        part = np.arange(len(self.merges) + 1)
        for a, b in self.merges[: max(0, len(self.merges) + 1 - k)]:
            part[part == b] = a
        return np.unique(part, return_inverse=True)[1]

    def heights(self, sizes: NDArray[np.intp], most: int) -> NDArray[np.float64]:
        """The share at which 2, 3, …, `most` ≤ m clusters end, shape (most - 1,).

        k clusters end with the last merge before which k parts have `MIN_RELATIVE_SIZE` of the mean
        size. `MAX_LINK_SHARE` where there never are k such parts. `sizes` (m,) counts the images of
        each small cluster.
        """
        numbers = np.arange(2, most + 1)
        least = MIN_RELATIVE_SIZE * sizes.sum() / numbers
        size = sizes.copy()
        found = np.full(len(numbers), MAX_LINK_SHARE)
        for (a, b), share in zip(self.merges, self.shares, strict=True):
            largest = np.sort(size)[::-1][1:most]  # entry k - 2 is the k-th largest
            found[largest >= least] = share
            size[a] += size[b]
            size[b] = 0
        return found


def strengths(trees: Sequence[tuple[Tree, NDArray[np.intp]]]) -> NDArray[np.float64]:
    """How clearly the merges suggest 2, 3, … clusters; entry 0 is for 2.

    The share of links at which k + 1 clusters end, divided by that at which k end: the geometric
    mean over the trees, each with the sizes of its small clusters. 0 where the merge that ends k
    clusters joins what belongs together.
    """
    most = min(MAX_SUGGESTED_CLUSTERS + 2, *(len(sizes) for _, sizes in trees))
    last = np.array([tree.heights(sizes, most) for tree, sizes in trees])
    height = np.exp(np.log(np.maximum(last, MIN_LINK_SHARE)).mean(axis=0))
    return np.asarray(np.where(height[:-1] < MAX_LINK_SHARE, height[1:] / height[:-1], 0.0))


def merge(affinity: NDArray[np.float64]) -> Tree:
    """Merge small clusters pair by pair, from their links (m, m); the diagonal counts those within.

    The next pair shares the largest part of the links of the one with fewer. A part of a class has
    most of its links to the rest of the class, however large the classes are.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.shape.graph import merge
    >>> tree = merge(np.array([[9.0, 5, 0], [5, 9, 1], [0, 1, 9]]))
    >>> tree.merges.tolist(), tree.shares.round(2).tolist()
    ([[0, 1], [0, 2]], [0.36, 0.1])
    """
    links = affinity.astype(np.float64)
    count = len(links)
    volume = links.sum(axis=1)
    np.fill_diagonal(links, 0)
    share = links / np.maximum(np.minimum.outer(volume, volume), 1e-300)
    np.fill_diagonal(share, -1)
    merges, shares = np.empty((count - 1, 2), np.intp), np.empty(count - 1)
    for step in range(count - 1):
        a, b = divmod(int(share.argmax()), count)
        merges[step], shares[step] = (a, b), share[a, b]
        links[a] += links[b]
        links[:, a] = links[a]
        volume[a] += volume[b]
        gone = share[a] < 0
        gone[b] = True
        share[b] = share[:, b] = -1
        share[a] = np.where(gone, -1, links[a] / np.maximum(np.minimum(volume[a], volume), 1e-300))
        share[:, a] = share[a]
    return Tree(merges, shares)
