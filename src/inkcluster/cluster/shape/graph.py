"""Graphs of neighbours: their weights and spectrum, and how small clusters merge by their links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.neighbors import Lists, Neighbors

MIN_EIGENVALUES = 31
"""Of the spectrum: so that up to 30 clusters may show in it."""
COUNTED = 10
"""Neighbours whose links are counted."""
RANKED = 30
"""Neighbours whose links weigh less, the farther down the list."""
TOLERANCE = 1e-4
"""Of the eigenvalues; a hundredth of it gives the same clusters in three times the time."""
MAX_DENSE = 600
"""Images up to which all eigenvectors are computed."""
MAX_NUMBER = 30
"""The largest number of clusters that the merges may suggest."""
MIN_SHARE = 0.01
"""Clusters that share less of their links are separate; how much less says nothing about their number."""
MAX_SHARE = 0.25
"""Clusters that share more of their links are one; one cloud cut in two shares nearly half."""
MIN_SIZE = 0.2
"""Of the mean size of k clusters: what is smaller is not counted as one of them."""


def weights(lists: Lists) -> sp.csr_matrix:
    """Self-tuning weights (Zelnik-Manor & Perona 2004), symmetric by the larger of two.

    ``exp(-d² / (s_i s_j))`` with `s` the distance to an image's last neighbour. Images at distance
    0 weigh 1.
    """
    n, k = lists.rows.shape
    there = lists.rows >= 0
    scale = np.where(there, lists.distances, 0).max(axis=1)
    of = np.repeat(np.arange(n), k).reshape(n, k)[there]
    to, far = lists.rows[there], lists.distances[there]
    product = scale[of] * scale[to]
    exponent = np.divide(far**2, product, out=np.zeros_like(far), where=(far > 0) & (product > 0))
    exponent[(far > 0) & (product == 0)] = np.inf
    one_way = sp.csr_matrix((np.maximum(np.exp(-exponent), 1e-12), (of, to)), shape=(n, n))
    return one_way.maximum(one_way.T).tocsr()


def walk(lists: Lists) -> sp.csr_matrix:
    """The step of a random walk to images in which one is found, or which are found in it.

    Rows sum to 1. From the weights ``exp(-(d / s)²)`` of each image's own list, made to sum to 1,
    and their transpose.
    """
    n, k = lists.rows.shape
    there = lists.rows >= 0
    scale = np.where(there, lists.distances, 0).max(axis=1, keepdims=True)
    share = np.where(there, lists.distances, 0) / np.where(scale > 0, scale, 1)
    one = np.where(there, np.exp(-(share**2)), 0)
    one /= np.maximum(one.sum(axis=1, keepdims=True), 1e-300)
    of = np.repeat(np.arange(n), k)[there.ravel()]
    step = sp.csr_matrix((one[there], (of, lists.rows[there])), shape=(n, n))
    both = (step + step.T).tocsr()
    total = np.asarray(both.sum(axis=1)).ravel()
    return sp.csr_matrix(sp.diags_array(1 / np.where(total > 0, total, 1)) @ both)


def enough(k: int) -> int:
    """How many eigenvectors `k` clusters are looked for in; 0 for a number not known."""
    return max(MIN_EIGENVALUES, 3 * k)


def leading(
    graph: sp.csr_matrix, count: int, start: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The largest eigenvalues (count,) of the normalised graph, and eigenvectors (n, count).

    Ng, Jordan & Weiss (2001): the graph divided by the square roots of both degrees. The `start`
    (n,) of the iteration does not show in the result.
    """
    n = graph.shape[0]
    count = min(count, n)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    root = sp.diags_array(1 / np.sqrt(np.where(degree > 0, degree, 1)))
    normal = (root @ graph @ root).tocsr()
    if n <= MAX_DENSE or count >= n - 1:
        values, vectors = np.linalg.eigh(normal.toarray())
    else:
        width = min(n - 1, max(2 * count + 1, 40))
        values, vectors = eigsh(normal, count, which="LA", v0=start, tol=TOLERANCE, ncv=width)
    order = np.argsort(-values, kind="stable")[:count]
    return np.clip(values[order], -1, 1), vectors[:, order]


def gap_strengths(spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """How clearly the spectrum breaks off after 2, 3, … eigenvalues.

    The ratio of the distances from 1 of the next eigenvalue and the last; entry 0 is for 2
    clusters.
    """
    far = np.maximum(1 - spectrum, 1e-9)  # what rounding leaves of 1
    return np.asarray(far[2:] / far[1:-1])


def link_graphs(
    found: Neighbors, places: NDArray[np.float32], least: int
) -> Iterator[sp.csr_matrix]:
    """Three graphs of who is among whose nearest, one at a time.

    Few neighbours both ways, counted; more of them both ways, and more of them forward alone, the
    nearer the more.
    """
    few = tuple(one.nearest(COUNTED) for one in (found.forward, found.backward))
    yield joined(links(few), places, least)
    more = tuple(one.nearest(RANKED) for one in (found.forward, found.backward))
    yield joined(links(more, by_rank=True), places, least)
    yield joined(links(more[:1], by_rank=True), places, least)


def links(lists: tuple[Lists, ...], *, by_rank: bool = False) -> sp.csr_matrix:
    """How often one image is among another's nearest, symmetric, over some lists.

    With `by_rank` the nearest counts 1, the second 1/2, the third 1/3, …
    """
    n, k = lists[0].rows.shape
    of = np.repeat(np.arange(n), k)
    weight = np.tile(1 / np.arange(1, k + 1) if by_rank else np.ones(k), n)
    total = sp.csr_matrix((n, n))
    for one in lists:
        there = one.rows.ravel() >= 0
        to = one.rows.ravel()[there]
        total = total + sp.csr_matrix((weight[there], (of[there], to)), shape=(n, n))
    return sp.csr_matrix(total + total.T)


def joined(graph: sp.csr_matrix, places: NDArray[np.float32], least: int) -> sp.csr_matrix:
    """The graph with each part of fewer than `least` images linked to others.

    A few images that have only each other (copies of one scan) are no cluster: each is linked, by
    a weight of 1, to the image outside that is nearest in the cheap view.
    """
    parts, part = connected_components(graph, directed=False)
    size = np.bincount(part)
    if parts == 1 or size.max() < least:
        return graph
    stray = np.flatnonzero(size[part] < least)
    if not len(stray):
        return graph
    rest = np.flatnonzero(size[part] >= least)
    _, near = nearest_neighbors(places[rest], 1, queries=places[stray])
    n = graph.shape[0]
    extra = sp.csr_matrix((np.ones(len(stray)), (stray, rest[near[:, 0]])), shape=(n, n))
    return (graph + extra + extra.T).tocsr()


@dataclass(frozen=True)
class Tree:
    """The order in which small clusters are merged.

    Attributes
    ----------
    merges : ndarray of shape (m - 1, 2)
        Which two are merged next; the second's images go to the first.
    shares : ndarray of shape (m - 1,)
        Of the links of the one with fewer, the part that it has with the other.
    """

    merges: NDArray[np.intp]
    shares: NDArray[np.float64]

    def cut(self, k: int) -> NDArray[np.intp]:
        """Of each small cluster (m,), which of `k` parts it is in, or of `m` where there are fewer."""
        part = np.arange(len(self.merges) + 1)
        for a, b in self.merges[: max(0, len(self.merges) + 1 - k)]:
            part[part == b] = a
        return np.unique(part, return_inverse=True)[1]

    def heights(self, sizes: NDArray[np.intp], most: int) -> NDArray[np.float64]:
        """The shares of the merges that end 2, 3, …, `most` clusters, shape (most - 1,).

        k clusters end with the last merge before which there are k parts that have a fifth of the
        mean size or more: a few images by themselves are no cluster. `MAX_SHARE` where there never
        are k such parts.

        Parameters
        ----------
        sizes : ndarray of shape (m,)
            Images in each small cluster.
        most : int
            At most m.
        """
        numbers = np.arange(2, most + 1)
        least = MIN_SIZE * sizes.sum() / numbers
        size = sizes.copy()
        found = np.full(len(numbers), MAX_SHARE)
        for (a, b), share in zip(self.merges, self.shares, strict=True):
            largest = np.sort(size)[::-1][1:most]  # entry k - 2 is the k-th largest
            found[largest >= least] = share
            size[a] += size[b]
            size[b] = 0
        return found


def strengths(trees: Sequence[tuple[Tree, NDArray[np.intp]]]) -> NDArray[np.float64]:
    """How clearly the merges say that there are 2, 3, … clusters; entry 0 is for 2.

    By how much the share of links drops from the merge that ends k + 1 clusters to the one that
    ends k, the geometric mean over the trees; 0 where that one joins what belongs together.

    Parameters
    ----------
    trees : sequence of (Tree, ndarray of shape (m,))
        Each with the sizes of its small clusters.
    """
    most = min(MAX_NUMBER + 2, *(len(sizes) for _, sizes in trees))
    last = np.array([tree.heights(sizes, most) for tree, sizes in trees])
    height = np.exp(np.log(np.maximum(last, MIN_SHARE)).mean(axis=0))
    return np.asarray(np.where(height[:-1] < MAX_SHARE, height[1:] / height[:-1], 0.0))


def merge(affinity: NDArray[np.float64]) -> Tree:
    """Merge small clusters two at a time down to one.

    Those are merged next that share the largest part of the links of the one with fewer: a part of
    a class has most of its links to the rest of the class, however large the classes.

    Parameters
    ----------
    affinity : ndarray of shape (m, m)
        Links between small clusters, symmetric, those within on the diagonal.

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
