"""The condensed tree: a hierarchy without the splits that only let a few points fall off."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.hdbscan.tree import runs

CONDENSED = np.dtype(
    [
        ("parent", np.int64),
        ("child", np.int64),
        ("lambda_val", np.float64),
        ("child_size", np.int64),
    ]
)
"""A row for each point that falls out of a cluster and each cluster that splits off one, as in the
hdbscan package: the cluster left, the point or new cluster, 1 / the height, the points that leave."""


def condense(Z: NDArray[np.float64], min_cluster_size: int) -> NDArray[np.void]:
    """Walk down from the root: a split into two large parts makes two clusters, others lose points.

    Parameters
    ----------
    Z : ndarray of shape (n - 1, 4)
        Single-linkage tree.
    min_cluster_size : int
        From how many points on a part is large; at least 2.

    Returns
    -------
    ndarray of :data:`CONDENSED`
        Points are 0 to n - 1, the root is n, clusters below it n + 1 and on; a cluster has a lower
        number than what it splits into.

    References
    ----------
    Campello, Moulavi & Sander (2013), section 3; numbered as scikit-learn numbers.
    """
    n = len(Z) + 1
    start, leaves = runs(Z)
    first = start.tolist()
    size = [1] * n + Z[:, 3].astype(np.int64).tolist()
    sides = Z[:, :2].astype(np.int64).tolist()
    root = 2 * n - 2
    cluster = {root: n}
    following = n + 1
    waiting = deque([root])
    rows = []  # parent, merge, first leaf, leaves, new cluster
    while waiting:
        node = waiting.popleft()
        here, merge = cluster.pop(node), node - n
        large = [size[side] >= min_cluster_size for side in sides[merge]]
        for side, is_large in zip(sides[merge], large, strict=True):
            if not is_large:
                rows.append((here, merge, first[side], size[side], -1))
                continue
            cluster[side] = here
            if all(large):
                cluster[side] = following
                rows.append((here, merge, side, 1, following))
                following += 1
            waiting.append(side)
    parent, merge_, at, count, new = np.array(rows, np.int64).T
    with np.errstate(divide="ignore"):
        value = 1.0 / Z[merge_, 2]
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    made = np.repeat(new, count)
    fallen = made < 0
    whole = np.array(size)
    out = np.empty(len(made), CONDENSED)
    out["parent"] = np.repeat(parent, count)
    out["child"] = made
    out["child"][fallen] = leaves[(np.repeat(at, count) + within)[fallen]]
    out["lambda_val"] = np.repeat(value, count)
    out["child_size"] = 1
    out["child_size"][~fallen] = whole[at[new >= 0]]
    return out


@dataclass(frozen=True, eq=False)
class Clusters:
    """The clusters of a condensed tree, the root first, each before those it splits into.

    Parameters
    ----------
    parent : ndarray of shape (m,), int64
        Which one each has split off; the root's own is 0.
    size : ndarray of shape (m,), int64
        Points when it appears.
    birth, death : ndarray of shape (m,), float64
        The lambda at which it appears, and at which the last of it falls out or splits.
    stability : ndarray of shape (m,), float64
        The sum of lambda over its points, above `birth` (excess of mass).
    """

    parent: NDArray[np.int64]
    size: NDArray[np.int64]
    birth: NDArray[np.float64]
    death: NDArray[np.float64]
    stability: NDArray[np.float64]


def clusters_of(tree: NDArray[np.void], n: int) -> Clusters:
    """What is known of each cluster.

    Parameters
    ----------
    tree : ndarray of :data:`CONDENSED`
    n : int
        Points.
    """
    left = tree["parent"] - n
    m = int(left.max()) + 1
    parent = np.zeros(m, np.int64)
    size = np.full(m, n, np.int64)
    birth = np.zeros(m)
    below = tree["child"] >= n
    at = tree["child"][below] - n
    parent[at] = left[below]
    size[at] = tree["child_size"][below]
    birth[at] = tree["lambda_val"][below]
    death = np.zeros(m)
    np.maximum.at(death, left, tree["lambda_val"])
    with np.errstate(invalid="ignore"):  # points that coincide are there at infinite lambda
        lasted = (tree["lambda_val"] - birth[left]) * tree["child_size"]
        stability = np.bincount(left, weights=lasted, minlength=m).astype(np.float64)
    return Clusters(parent, size, birth, death, stability)
