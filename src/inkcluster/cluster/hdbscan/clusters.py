"""The condensed tree, which of its clusters are kept, and what that makes of each point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster._hdbscan._tree import _condense_tree

CONDENSED = np.dtype(
    [("parent", "i8"), ("child", "i8"), ("lambda_val", "f8"), ("child_size", "i8")]
)
"""A row for each point that falls out of a cluster and each cluster that splits off one, as in the
hdbscan package: the cluster left, the point or new cluster, 1 / the height, the points that leave."""


def condense(tree: NDArray[np.void], min_cluster_size: int) -> NDArray[np.void]:
    """The condensed tree (:data:`CONDENSED`) of scikit-learn's single-linkage tree (n - 1,).

    From the root down, a split into two parts of `min_cluster_size` ≥ 2 points or more makes two
    clusters; other splits only lose points (Campello, Moulavi & Sander 2013, section 3). Points are
    0 to n - 1, the root is n, and a cluster has a lower number than what it splits into.
    """
    return np.asarray(_condense_tree(tree, min_cluster_size)).view(CONDENSED)


@dataclass(frozen=True, eq=False)
class Clusters:
    """The m clusters of a condensed tree, the root first, each before those it splits into.

    Parameters
    ----------
    parent, size : ndarray of shape (m,), int64
        The cluster that each has split off (0 for the root), and its points when it appears.
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
    """The clusters of the condensed tree of `n` points."""
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


@dataclass(frozen=True)
class Rule:
    """The parameters of :class:`inkcluster.cluster.HDBSCAN` that select clusters, by shorter names."""

    method: str = "eom"
    epsilon: float = 0.0
    max_size: int | None = None
    single: bool = False


def select(clusters: Clusters, rule: Rule) -> NDArray[np.bool_]:
    """Which clusters are kept, shape (m,)."""
    chosen = most_stable(clusters, rule) if rule.method == "eom" else leaves(clusters)
    if rule.epsilon != 0.0 and len(chosen) > 1 and not chosen[0]:
        chosen = widened(clusters, chosen, rule)
    return chosen


def most_stable(clusters: Clusters, rule: Rule) -> NDArray[np.bool_]:
    """The clusters without overlap whose stabilities add to most (Campello et al. 2013, algorithm 3)."""
    m = len(clusters.parent)
    parent = clusters.parent.tolist()
    best = clusters.stability.tolist()
    below = [0.0] * m
    keep = [False] * m
    for c in range(m - 1, -1 if rule.single else 0, -1):
        too_large = rule.max_size is not None and _size(clusters, c) > rule.max_size
        keep[c] = not (below[c] > best[c] or too_large)
        if not keep[c]:
            best[c] = below[c]
        if c:
            below[parent[c]] += best[c]
    covered = [False] * m
    for c in range(1, m):
        covered[c] = covered[parent[c]] or keep[parent[c]]
    return np.array(keep, np.bool_) & ~np.array(covered, np.bool_)


def _size(clusters: Clusters, c: int) -> int:
    """Points of a cluster; of the root only those that reach a split, as in scikit-learn."""
    if c:
        return int(clusters.size[c])
    return int(clusters.size[1:][clusters.parent[1:] == 0].sum())


def leaves(clusters: Clusters) -> NDArray[np.bool_]:
    """The clusters that do not split; none when the root does not."""
    chosen = np.ones(len(clusters.parent), np.bool_)
    chosen[clusters.parent] = False
    return chosen


def widened(clusters: Clusters, chosen: NDArray[np.bool_], rule: Rule) -> NDArray[np.bool_]:
    """Replace what appears below `epsilon` by what it came from above (Malzer & Baum 2020)."""
    with np.errstate(divide="ignore"):
        appears = 1.0 / clusters.birth
    wide = np.zeros_like(chosen)
    for c in np.flatnonzero(chosen).tolist():
        wide[c if appears[c] >= rule.epsilon else _above(clusters, appears, c, rule)] = True
    return wide


def _above(clusters: Clusters, appears: NDArray[np.float64], c: int, rule: Rule) -> int:
    """The first cluster over `c` that appears above `epsilon`, or the last before the root."""
    while up := int(clusters.parent[c]):
        if appears[up] > rule.epsilon:
            return up
        c = up
    return 0 if rule.single else c


def owners(clusters: Clusters, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The cluster that is kept and that each is or lies under, shape (m,); -1 for none."""
    owner = [-1] * len(chosen)
    for c, (kept, above) in enumerate(zip(chosen.tolist(), clusters.parent.tolist(), strict=True)):
        owner[c] = c if kept else owner[above] if c else -1
    return np.array(owner, np.int64)


def label(
    tree: NDArray[np.void], clusters: Clusters, chosen: NDArray[np.bool_], n: int, rule: Rule
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each point's label (n,), -1 for noise, and how strongly it belongs there (n,), 0 for noise.

    `chosen` (m,) tells the clusters that are kept. A point's strength is its lambda as a share of
    its cluster's largest.
    """
    left, value = points_of(tree, n)
    return belonging(clusters, chosen, rule, left, value)


def belonging(
    clusters: Clusters,
    chosen: NDArray[np.bool_],
    rule: Rule,
    left: NDArray[np.int64],
    value: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and strengths of points that fall out of the clusters `left` at the lambdas `value`."""
    held = owners(clusters, chosen)[left]
    if chosen[0]:  # the root holds only what lasts
        least = 1.0 / rule.epsilon if rule.epsilon != 0.0 else clusters.death[0]
        alone = np.count_nonzero(chosen) == 1
        held[(held == 0) & ~(alone & (value >= least))] = -1
    number = np.cumsum(chosen) - 1
    inside = held >= 0
    labels = np.full(len(left), -1, np.int64)
    labels[inside] = number[held[inside]]
    probabilities = np.zeros(len(left))
    probabilities[inside] = share(value[inside], clusters.death[held[inside]])
    return labels, probabilities


def persistence(
    clusters: Clusters, chosen: NDArray[np.bool_], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Stability of each kept cluster, (k,), as a share of the most its points could have, to 1."""
    most = float(clusters.death.max())
    kept = np.flatnonzero(chosen)
    size = np.bincount(labels[labels >= 0], minlength=len(kept))
    if not 0 < most < np.inf:
        return np.ones(len(kept))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size > 0, clusters.stability[kept] / (size * most), 1.0)


def exemplars(
    tree: NDArray[np.void], clusters: Clusters, chosen: NDArray[np.bool_], n: int
) -> list[NDArray[np.int64]]:
    """The points of each kept cluster that are there where the clusters below it end."""
    ends = leaves(clusters)
    ends[0] |= len(ends) == 1
    left, value = points_of(tree, n)
    last = ends[left] & (value == clusters.death[left])
    owner = owners(clusters, chosen)[left]
    return [np.flatnonzero(last & (owner == c)) for c in np.flatnonzero(chosen).tolist()]


def outlier_scores(tree: NDArray[np.void], clusters: Clusters, n: int) -> NDArray[np.float64]:
    """GLOSH (Campello, Moulavi, Zimek & Sander 2015, definition 9), shape (n,).

    How much sparser it is where a point falls out than in the densest part below: 0 there, up to 1.
    """
    densest = clusters.death.tolist()
    parent = clusters.parent.tolist()
    for c in range(len(densest) - 1, 0, -1):
        densest[parent[c]] = max(densest[parent[c]], densest[c])
    left, value = points_of(tree, n)
    return 1.0 - share(value, np.array(densest)[left])


def points_of(tree: NDArray[np.void], n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The cluster that each point falls out of, and at which lambda."""
    rows = tree[tree["child"] < n]
    left, value = np.empty(n, np.int64), np.empty(n)
    left[rows["child"]] = rows["parent"] - n
    value[rows["child"]] = rows["lambda_val"]
    return left, value


def share(value: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.float64]:
    """`value` as a share of `most`, at most 1; 1 where either says nothing."""
    share = np.ones(len(value))
    said = (most != 0.0) & np.isfinite(value)
    share[said] = np.minimum(value[said], most[said]) / most[said]
    return share
