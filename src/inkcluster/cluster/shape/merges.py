"""Small clusters merged by their links: the order of the merges, its cuts, and what speaks for a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST = 30
"""Clusters up to which the merges are looked at for the number."""
APART = 0.01
"""Clusters that share less of their links are apart; how much less says nothing about their number."""
TOGETHER = 0.25
"""Clusters that share more of their links are one; one cloud cut in two shares nearly half."""
TOO_SMALL = 0.2
"""Of the mean size of k clusters: what is smaller is not counted as one of them."""


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
        mean size or more: a few images by themselves are no cluster. `TOGETHER` where there never
        are k such parts.

        Parameters
        ----------
        sizes : ndarray of shape (m,)
            Images in each small cluster.
        most : int
            At most m.
        """
        numbers = np.arange(2, most + 1)
        least = TOO_SMALL * sizes.sum() / numbers
        size = sizes.copy()
        found = np.full(len(numbers), TOGETHER)
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
    most = min(MOST + 2, *(len(sizes) for _, sizes in trees))
    last = np.array([tree.heights(sizes, most) for tree, sizes in trees])
    height = np.exp(np.log(np.maximum(last, APART)).mean(axis=0))
    return np.asarray(np.where(height[:-1] < TOGETHER, height[1:] / height[:-1], 0.0))


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
    >>> from inkcluster.cluster.shape.merges import merge
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
