"""Checks the input of hierarchies, plans their memory and builds each by what `choose` names."""

from __future__ import annotations

import heapq
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster import hierarchy as scipy_hierarchy
from scipy.sparse import coo_array
from scipy.sparse.csgraph import depth_first_order
from scipy.spatial import distance
from sklearn.cluster._hierarchical_fast import _single_linkage_label

from inkcluster.cluster.linkage import choose, direct, square, stored, vectors
from inkcluster.cluster.linkage.choose import EUCLIDEAN, METHODS, ON_ONE_THREAD, planned_bytes
from inkcluster.cluster.neighbors.spanning import spanning_tree
from inkcluster.compute import memory
from inkcluster.compute.magnitude import MAX_FLOAT64, exponent_of, largest, real_array, scaled
from inkcluster.compute.projection import kept_directions
from inkcluster.compute.threads import together, workers
from inkcluster.errors import BadInputError

NAIVE_ORDER = (*ON_ONE_THREAD, "single")
"""Methods whose merges are found in the order of the naive algorithm."""


class Built(NamedTuple):
    """SciPy's matrix of a hierarchy, and the algorithm of :data:`.choose.ALGORITHMS` that built it."""

    Z: NDArray[np.float64]
    algorithm: str


_scipy: Any = scipy_hierarchy
_distance: Any = distance


def build(
    y: ArrayLike,
    methods: Sequence[str],
    metric: Any = "euclidean",
    optimal_ordering: bool = False,
    memory_limit: int | None = None,
    *,
    walked: bool = False,
) -> dict[str, Built]:
    """Build hierarchies of `y`; all are checked and planned before the first is started.

    Parameters are those of :func:`.hierarchy.linkage`, and `walked`, see :func:`in_walked_order`.
    Distances that are given, or of another
    metric, go to SciPy: over a matrix that exists its loops are faster than ours.
    """
    data = _checked(y, methods, metric)
    n, d = data.shape if data.ndim == 2 else (int(_distance.num_obs_y(data)), 0)
    given = None if data.ndim == 1 else metric
    other = "" if given in (None, "euclidean") else f" with metric {metric!r}"
    have = memory.budget(memory_limit)
    for method in methods:
        need = partial(planned_bytes, d=d, method=method, metric=given, ordered=optimal_ordering)
        choose.refuse_too_many(f"A hierarchy ({method}){other}", n, need, have)
    if data.ndim == 2:
        _warn_of_a_matrix(data)
    if data.ndim == 2 and metric == "euclidean":
        with kept_directions():
            trees = _from_vectors(data, methods, have, walked)
        condensed = _distance.pdist(np.asarray(data, np.float64)) if optimal_ordering else data
    else:
        condensed = data if data.ndim == 1 else _distances(data, metric)
        if not set(methods).isdisjoint(EUCLIDEAN) and condensed.min(initial=0.0) < 0:
            raise BadInputError("`y` holds negative distances; Ward, centroid and median need ≥ 0.")
        trees = {method: Built(square.by_scipy(condensed, method), "scipy") for method in methods}
    if optimal_ordering and n > 2:
        ordered = _scipy.optimal_leaf_ordering
        return {m: Built(np.asarray(ordered(Z, condensed)), by) for m, (Z, by) in trees.items()}
    return trees


def _checked(y: ArrayLike, methods: Sequence[str], metric: Any) -> NDArray[Any]:
    """`y` as an array of float32, float64 or uint8; condensed distances as float64."""
    for method in methods:
        if method not in METHODS:
            raise BadInputError(f"Invalid method: {method!r}; give one of {', '.join(METHODS)}.")
    data = real_array(y, "`y`")
    if data.ndim not in (1, 2):
        raise BadInputError(f"`y` must be 1 or 2 dimensional, not {data.ndim}.")
    if data.ndim == 2 and 0 in data.shape:
        raise BadInputError(f"A hierarchy needs points; `y` is of shape {data.shape}.")
    if data.dtype != np.uint8:
        step = max(1, (1 << 24) // max(1, data.shape[-1]))
        if not all(np.isfinite(data[i : i + step]).all() for i in range(0, len(data), step)):
            kind = "condensed distance matrix" if data.ndim == 1 else "observation matrix"
            raise BadInputError(f"The {kind} must contain only finite values.")
    if data.ndim == 1:
        data = np.ascontiguousarray(data, dtype=np.float64)
        _distance.is_valid_y(data, throw=True, name="y")
    elif metric != "euclidean" and (euclidean := set(methods).intersection(EUCLIDEAN)):
        raise BadInputError(
            f"`method={min(euclidean)}` requires the distance metric to be Euclidean, not {metric!r}."
        )
    return data


def _warn_of_a_matrix(data: NDArray[Any]) -> None:
    if (
        data.shape[0] == data.shape[1]
        and np.allclose(np.diagonal(data), 0)
        and np.all(data >= 0)
        and np.allclose(data, data.T)
    ):
        warnings.warn(
            "The symmetric non-negative hollow observation matrix looks suspiciously like an "
            "uncondensed distance matrix",
            _scipy.ClusterWarning,
            stacklevel=4,
        )


def _distances(data: NDArray[Any], metric: Any) -> NDArray[np.float64]:
    condensed: NDArray[np.float64] = _distance.pdist(np.asarray(data, dtype=np.float64), metric)
    if not np.isfinite(condensed).all():
        raise BadInputError("The condensed distance matrix must contain only finite values.")
    return condensed


def _from_vectors(
    data: NDArray[Any], methods: Sequence[str], have: int, walked: bool
) -> dict[str, Built]:
    """Build hierarchies of points under the Euclidean distance in at most `have` bytes."""
    exponent = exponent_of(data)
    if exponent:
        _check_heights(data)
        data = scaled(data.astype(np.float64), -exponent)
    data = np.ascontiguousarray(data)
    jobs = {m: partial(_hierarchy, data, m, exponent, have, walked=walked) for m in methods}
    beside = {m: job for m, job in jobs.items() if m in ON_ONE_THREAD}
    found = {}
    if len(beside) > 1 and workers() > 1:
        n, d = data.shape
        need = sum(planned_bytes(n, d, method) for method in beside)
        found = together(beside) if need <= have else {}
    return {m: found[m] if m in found else job() for m, job in jobs.items()}


def _hierarchy(data: NDArray[Any], method: str, exponent: int, have: int, *, walked: bool) -> Built:
    """The hierarchy of points divided by 2 ** `exponent`."""
    if len(data) == 1:
        return Built(np.empty((0, 4)), "scipy")
    walked = walked and method == "single"
    plan = choose.plan(data, method, have)
    built = _tree(data, plan, method, exponent, walked=walked)
    if built is None:
        plan = choose.plan(data, method, have, without=plan.algorithm)
        built = _tree(data, plan, method, exponent, walked=walked)
        assert built is not None
    return built


def _tree(
    data: NDArray[Any], plan: choose.Plan, method: str, exponent: int, *, walked: bool
) -> Built | None:
    """SciPy's matrix by the algorithm of the plan; None if that cannot tell which pairs come first."""
    first, same, algorithm = plan.first, plan.same, plan.algorithm
    if plan.algorithm in choose.STORING:
        by = "prim" if walked else plan.algorithm  # SciPy's loop sorts pairs
        Z = square.hierarchy(
            data, method, by, products=plan.products, first=first, same=same, walked=walked
        )
        if Z is None:
            return None
        Z[:, 2] = scaled(Z[:, 2], exponent)
        return Built(Z, "generic" if algorithm == square.UNTIED else algorithm)
    n = len(data)
    merges = np.empty((n - 1, 2), np.int32)
    height = np.zeros(n - 1)
    later = np.flatnonzero(same != np.arange(n))  # equals are merged first
    merges[: len(later), 0], merges[: len(later), 1] = same[later], later
    if len(first) > 1:
        points = data[first] if len(later) else data
        size = np.bincount(same, minlength=n)[first].astype(np.float64)
        if plan.algorithm in choose.COMPUTING:
            made = direct.merges(points, size, method, compiled=plan.algorithm == "direct")
            if made is None:
                return None
            found, high = made
        elif method == "single":
            found, squared = spanning_tree(points)
            high = np.sqrt(squared)
        elif method in EUCLIDEAN:
            ends = choose.ends if algorithm == choose.ENDED else None
            merged = vectors.merges(points, size, method, ends)
            if merged is None:
                return None
            found, high = merged.merges, np.sqrt(merged.squared)
            algorithm = choose.ENDED if merged.ended else "vectors"
        else:
            found, high = stored.merges(points, size, method, n > choose.MAX_FINE_POINTS)
        merges[len(later) :] = first[found]
        height[len(later) :] = high
    if method not in NAIVE_ORDER and plan.algorithm != "direct":
        order = in_order(merges, height)
        merges, height = merges[order], np.maximum.accumulate(height[order])
    as_walked = walked and plan.algorithm in choose.COMPUTING
    Z = np.asarray(_single_linkage_label(np.column_stack([merges, scaled(height, exponent)])))
    if not as_walked:
        Z[:, :2].sort(axis=1)
    return Built(in_walked_order(Z, merges) if walked and not as_walked else Z, algorithm)


def in_order(merges: NDArray[np.int32], height: NDArray[np.float64]) -> NDArray[np.int64]:
    """The order in which the naive algorithm makes merges (n - 1, 2), given children first.

    Of the merges whose clusters exist, the one of least height, then earliest members, is next. If
    sorting by these puts all children first, that is it; else a heap finds it.
    """
    tied = height * 8193.0
    key = tied - (tied - height)
    count = len(merges)
    order = np.lexsort((merges[:, 1], merges[:, 0], key))
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    names = merges.ravel()
    by_name = np.argsort(names, kind="stable")  # each cluster's merges, one after another
    made, again = by_name[:-1] // 2, by_name[1:] // 2
    within = names[by_name[1:]] == names[by_name[:-1]]
    child, parent = made[within], again[within]
    if (place[child] < place[parent]).all():
        return order
    waits = np.bincount(parent, minlength=count).tolist()
    above = dict(zip(child.tolist(), parent.tolist(), strict=True))
    sequence, rank = order.tolist(), place.tolist()
    ready = [rank[merge] for merge in range(count) if not waits[merge]]
    heapq.heapify(ready)
    for at in range(count):
        order[at] = merge = sequence[heapq.heappop(ready)]
        if merge in above:
            up = above[merge]
            waits[up] -= 1
            if not waits[up]:
                heapq.heappush(ready, rank[up])
    return order


def in_walked_order(Z: NDArray[np.float64], edges: NDArray[np.int32]) -> NDArray[np.float64]:
    """Single linkage with the pairs that scikit-learn gives: the part entered first comes first.

    scikit-learn finds the spanning tree by Prim's algorithm from row 0. It enters a part through
    the point of it that is nearest to row 0 along the tree.
    """
    n = len(Z) + 1
    tree = coo_array((np.ones(n - 1), (edges[:, 0], edges[:, 1])), shape=(n, n)).tocsr()
    rank = np.empty(n, np.int64)
    rank[depth_first_order(tree, 0, directed=False, return_predecessors=False)] = np.arange(n)
    first = rank.tolist()
    pairs = Z[:, :2].astype(np.int64)
    for a, b in pairs.tolist():
        first.append(min(first[a], first[b]))
    entered = np.array(first)
    swapped = entered[pairs[:, 0]] > entered[pairs[:, 1]]
    Z[swapped, 0], Z[swapped, 1] = pairs[swapped, 1], pairs[swapped, 0]
    return Z


def _check_heights(data: NDArray[Any]) -> None:
    """Refuse points whose heights, Ward's being the largest, may leave float64."""
    n, d = data.shape
    most, reach = largest(data), MAX_FLOAT64 / (2 * np.sqrt(n) * np.sqrt(d))
    if most > reach:
        raise BadInputError(
            f"`y` holds values as large as {most:.3g}, and heights of {n:,} points of {d:,} dimensions "
            f"would be beyond float64; values here may go up to {reach:.2g}: divide `y` by a constant."
        )
