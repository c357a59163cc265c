"""Members of clusters: nearest and farthest, borderline ones, and clusters worth looking at."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import cluster_numbers, vectors, whole
from inkcluster.evaluate.distances import distance_to_own, means, members_of, two_closest

if TYPE_CHECKING:
    import pandas as pd

MIN_MEMBERS = 3
"""Smaller clusters are always pure and tight; they are picked only when there is no other."""


def nearest_and_farthest(
    X: Any, labels: Any, centres: Any, m: int
) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Find each cluster's members nearest to its own centre and farthest from it.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points, in the units of `centres`.
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) is left out.
    centres : array-like of shape (k, d) or None
        None takes the mean of each cluster's members.
    m : int
        The number of each, at least 1. In a cluster of fewer than 2·m a member can be in both.

    Returns
    -------
    dict of int to (near, far)
        For each of the k clusters the indices into `X`, int64: nearest first, and farthest first;
        ties by index.

    Raises
    ------
    BadInputError
        If shapes do not fit, a value is not finite, or a label has no centre.

    Examples
    --------
    >>> from inkcluster.evaluate import nearest_and_farthest
    >>> near, far = nearest_and_farthest([[0], [1], [5], [9]], [0, 0, 0, -1], [[0.0]], 2)[0]
    >>> near.tolist(), far.tolist()
    ([0, 1], [2, 1])
    """
    points, numbers, middle = _checked(X, labels, centres)
    m = whole(m, 1, "m")
    distance = distance_to_own(points, numbers, middle)
    found = {}
    for cluster, members in enumerate(members_of(numbers, len(middle))):
        inside = distance[members]
        near, far = (np.argsort(key, kind="stable")[:m] for key in (inside, -inside))
        found[cluster] = members[near], members[far]
    return found


def borderline(X: Any, labels: Any, centres: Any, m: int) -> pd.DataFrame:
    """Find the points that lie most nearly between their two closest centres.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) is left out.
    centres : array-like of shape (k, d) or None
        At least two. None takes the mean of each cluster's members.
    m : int
        The number of points, at least 1.

    Returns
    -------
    DataFrame of at most m rows
        `index` into `X`, its `cluster`, the two closest centres `first` and `second` with
        `distance_first` and `distance_second`, and `margin` = (second - first) / second, from
        0 (exactly between) to 1; smallest margin first.

    Raises
    ------
    BadInputError
        If shapes do not fit, a value is not finite, or there are fewer than two centres.

    Examples
    --------
    >>> from inkcluster.evaluate import borderline
    >>> borderline([[0.0], [4.0], [10.0]], [0, 0, 1], [[0.0], [10.0]], 1)
       index  cluster  first  second  distance_first  distance_second    margin
    0      1        0      0       1             4.0              6.0  0.333333
    """
    import pandas as pd

    points, numbers, middle = _checked(X, labels, centres)
    m = whole(m, 1, "m")
    present = np.flatnonzero(np.isfinite(middle).all(axis=1))
    if len(present) < 2:
        raise BadInputError(
            f"Points lie between two centres, and there are {len(present)}; give at least two."
        )
    first, second, near, far = two_closest(points, middle[present])
    margin = np.divide(far - near, far, out=np.zeros_like(far), where=far > 0)
    clustered = np.flatnonzero(numbers >= 0)
    chosen = clustered[np.argsort(margin[clustered], kind="stable")[:m]]
    return pd.DataFrame(
        {
            "index": chosen,
            "cluster": numbers[chosen],
            "first": present[first[chosen]],
            "second": present[second[chosen]],
            "distance_first": near[chosen],
            "distance_second": far[chosen],
            "margin": margin[chosen],
        }
    )


def cohesion(X: Any, labels: Any) -> NDArray[np.float64]:
    """Measure how tight each cluster is, compared with the whole set.

    The mean distance of a cluster's members to their mean, over the mean distance of all points
    (noise included) to theirs: 0 for a cluster of equal points, 1 for one as wide as the set.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) belongs to none.

    Returns
    -------
    ndarray of shape (k,), float64
        k is the largest label plus one. NaN for a cluster without members; 0 for the others if all
        points are equal.

    Raises
    ------
    BadInputError
        If the lengths differ or a value is not finite.

    Examples
    --------
    >>> from inkcluster.evaluate import cohesion
    >>> cohesion([[0.0], [2.0], [10.0], [12.0]], [0, 0, 1, 1]).tolist()
    [0.2, 0.2]
    """
    points, numbers, middle = _checked(X, labels, None)
    everyone = np.zeros(len(points), np.int64)
    overall = distance_to_own(points, everyone, means(points, everyone, 1)).mean()
    distance = distance_to_own(points, numbers, middle)
    mine = numbers >= 0
    sizes = np.bincount(numbers[mine], minlength=len(middle))
    sums = np.bincount(numbers[mine], distance[mine], minlength=len(middle))
    mean: NDArray[np.float64] = np.full(len(middle), np.nan)
    np.divide(sums, sizes * (overall or 1.0), out=mean, where=sizes > 0)
    return mean


def worth_looking_at(X: Any, labels: Any, *, truth: Any = None, m: int = 5) -> pd.DataFrame:
    """Pick up to `m` clusters worth looking at. Each reason in turn picks its best one left:

    1. purest and tightest: the largest product of purity and (1 - cohesion), with labels only;
    2. most mixed: the smallest purity, with labels only;
    3. loosest: the largest cohesion;
    4. tightest: the smallest cohesion;
    5. largest: the most members.

    Clusters of fewer than three members are left out, unless there are no others. Ties go to the
    larger cluster, then to the smaller number.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) belongs to none.
    truth : array-like of shape (n,) or None
        Labels, integers or strings.
    m : int
        The largest number of clusters, at least 1.

    Returns
    -------
    DataFrame
        `cluster`, `size`, `cohesion`, `purity` (NaN without labels) and `reason`, a phrase with its
        numbers; in the order in which they were picked. No row when all is noise.

    Raises
    ------
    BadInputError
        If the lengths differ or a value is not finite.

    Examples
    --------
    >>> from inkcluster.evaluate import worth_looking_at
    >>> X = [[0.0], [1.0], [2.0], [10.0], [14.0], [18.0]]
    >>> worth_looking_at(X, [0, 0, 0, 1, 1, 1])[["cluster", "reason"]]
       cluster                   reason
    0        1   loosest: cohesion 0.41
    1        0  tightest: cohesion 0.10
    """
    import pandas as pd

    m = whole(m, 1, "m")
    tightness = cohesion(X, labels)
    numbers = cluster_numbers(labels)
    sizes = np.bincount(numbers[numbers >= 0], minlength=len(tightness))
    purity, mixture = _purities(numbers, truth, len(tightness))
    candidates = np.flatnonzero(sizes >= min(MIN_MEMBERS, int(sizes.max(initial=1))))
    rankings = {"loosest": -tightness, "tightest": tightness, "largest": -sizes}
    if truth is not None:
        best = {"purest and tightest": -purity * (1 - tightness), "most mixed": purity}
        rankings = best | rankings
    rows = _take_turns(rankings, sizes, candidates, m)
    frame = pd.DataFrame({"cluster": np.arange(len(tightness)), "size": sizes})
    frame["cohesion"], frame["purity"] = tightness, purity
    picked = frame.iloc[list(rows)].reset_index(drop=True)
    reasons = [_reason(frame, cluster, what, mixture) for cluster, what in rows.items()]
    picked["reason"] = pd.Series(reasons, dtype="str")
    return picked


def _take_turns(
    rankings: dict[str, NDArray[Any]], sizes: NDArray[Any], candidates: NDArray[np.int64], m: int
) -> dict[int, str]:
    """The reason of each cluster picked: the smallest key of each ranking in turn."""
    orders = [
        (what, candidates[np.lexsort((candidates, -sizes[candidates], key[candidates]))].tolist())
        for what, key in rankings.items()
    ]
    reasons: dict[int, str] = {}
    for what, order in cycle(orders):
        if len(reasons) == min(m, len(candidates)):
            break
        reasons[next(cluster for cluster in order if cluster not in reasons)] = what
    return reasons


def _purities(
    numbers: NDArray[np.int64], truth: Any, k: int
) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Purity of each cluster, and its largest classes in words."""
    from inkcluster.evaluate.labels.matching import match

    purity = np.full(k, np.nan)
    if truth is None:
        return purity, {}
    matched = match(truth, numbers)
    purity[matched.clusters.astype(np.int64)] = matched.purity
    return purity, dict(
        zip(matched.clusters.tolist(), map(matched.mixture, matched.table), strict=True)
    )


def _reason(frame: pd.DataFrame, cluster: int, what: str, mixture: dict[int, str]) -> str:
    tight = f"cohesion {frame['cohesion'].iloc[cluster]:.2f}"
    if what == "largest":
        return f"{what}: {frame['size'].iloc[cluster]:,} members"
    if what == "most mixed":
        return f"{what}: {mixture[cluster]}"
    return f"{what}: {mixture[cluster]}, {tight}" if "purest" in what else f"{what}: {tight}"


def _checked(
    X: Any, labels: Any, centres: Any
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.float64]]:
    points = vectors(X)
    numbers = cluster_numbers(labels, len(points))
    k = int(numbers.max()) + 1
    if centres is None:
        return points, numbers, means(points, numbers, k)
    middle = vectors(centres, "centres").astype(np.float64)
    if middle.shape[1] != points.shape[1]:
        raise BadInputError(
            f"centres have {middle.shape[1]:,} values each and the points {points.shape[1]:,}; "
            "give both in the same features."
        )
    if k > len(middle):
        raise BadInputError(
            f"labels name cluster {k - 1}, and there are {len(middle):,} centres; give one for each."
        )
    return points, numbers, middle
