"""Members of clusters: nearest and farthest, borderline ones, and clusters worth looking at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.errors import BadInputError
from inkcluster.evaluate.checks import cluster_numbers, vectors, whole
from inkcluster.evaluate.distances import distance_to_own, means, members_of, two_closest

if TYPE_CHECKING:
    import pandas as pd

MIN_MEMBERS = 3
"""Smaller clusters are pure and tight by nature; they are looked at only when there is no other."""


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
        How many of each, at least 1; small clusters give all they have, so that a member of a
        cluster of fewer than 2·m can be among both.

    Returns
    -------
    dict of int to (near, far)
        For each of the k clusters the indices into `X`, int64: nearest first, and farthest first.
        Of equally distant members the one with the smaller index comes first.

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
        near = members[np.argsort(inside, kind="stable")[:m]]
        far = members[np.argsort(-inside, kind="stable")[:m]]
        found[cluster] = near, far
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
        How many points, at least 1.

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
    """Say how tight each cluster is, compared with the whole set.

    The mean distance of a cluster's members to their own mean, over the mean distance of all
    points (noise included) to the mean of all: 0 is a cluster of equal points, 1 one as wide as
    the set itself.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) belongs to none.

    Returns
    -------
    ndarray of shape (k,), float64
        k is the largest label plus one. NaN where a number below it has no members; 0 everywhere
        else when all points are equal.

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
    """Pick the clusters worth looking at, by a stated rule instead of by hand.

    The reasons take turns, each naming the foremost cluster that is not yet named, until m are:

    1. purest and tightest: the largest product of purity and (1 - cohesion), with labels only;
    2. most mixed: the smallest purity, with labels only;
    3. loosest: the largest cohesion;
    4. tightest: the smallest cohesion;
    5. largest: the most members.

    Clusters of fewer than three members are passed over, unless there are no others. Ties go to
    the larger cluster, then to the smaller number.

    Parameters
    ----------
    X : array-like of shape (n, d)
    labels : array-like of shape (n,), int
        Clusters from 0; noise (-1) belongs to none.
    truth : array-like of shape (n,) or None
        Labels, integers or strings.
    m : int
        How many clusters at most, at least 1.

    Returns
    -------
    DataFrame
        Columns `cluster`, `size`, `cohesion`, `purity` (NaN without labels) and `reason`, a phrase
        with its numbers; in the order in which they were picked. No row when all is noise.

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
    frame = pd.DataFrame({"cluster": np.arange(len(tightness)), "size": sizes})
    frame["cohesion"], frame["purity"] = tightness, purity
    eligible = sizes >= min(MIN_MEMBERS, int(sizes.max(initial=1)))
    rows = _take_turns(frame, eligible, truth is not None, m)
    picked = frame.iloc[[cluster for cluster, _ in rows]].reset_index(drop=True)
    picked["reason"] = pd.Series(
        [_reason(frame, cluster, what, mixture) for cluster, what in rows], dtype="str"
    )
    return picked


def _take_turns(
    frame: pd.DataFrame, eligible: NDArray[np.bool_], labelled: bool, m: int
) -> list[tuple[int, str]]:
    """Pairs (cluster, kind of reason), foremost of each ranking in turn."""
    size, tight = -frame["size"].to_numpy(), frame["cohesion"].to_numpy()
    purity = frame["purity"].to_numpy()
    keys = {"loosest": -tight, "tightest": tight, "largest": size}
    if labelled:
        keys = {"purest and tightest": -purity * (1 - tight), "most mixed": purity} | keys
    candidates = np.flatnonzero(eligible)
    orders = {
        what: candidates[np.lexsort((candidates, size[candidates], key[candidates]))].tolist()
        for what, key in keys.items()
    }
    rows: list[tuple[int, str]] = []
    named: set[int] = set()
    while len(rows) < min(m, len(candidates)):
        for what, order in orders.items():
            nextone = next((c for c in order if c not in named), None)
            if nextone is None or len(rows) == m:
                break
            named.add(nextone)
            rows.append((nextone, what))
    return rows


def _purities(
    numbers: NDArray[np.int64], truth: Any, k: int
) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Purity of each cluster, and its largest classes in words."""
    purity, mixture = np.full(k, np.nan), dict.fromkeys(range(k), "")
    if truth is None:
        return purity, mixture
    from inkcluster.evaluate.labels.matching import match

    matched = match(truth, numbers)
    purity[matched.clusters.astype(np.int64)] = matched.purity
    for cluster, row in zip(matched.clusters.tolist(), matched.table, strict=True):
        mixture[cluster] = matched.mixture(row)
    return purity, mixture


def _reason(frame: pd.DataFrame, cluster: int, what: str, mixture: dict[int, str]) -> str:
    tight = f"cohesion {frame['cohesion'].iloc[cluster]:.2f}"
    size = f"{frame['size'].iloc[cluster]:,} members"
    said = {"most mixed": mixture[cluster], "largest": size}
    said["purest and tightest"] = f"{mixture[cluster]}, {tight}"
    return f"{what}: {said.get(what, tight)}"


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
