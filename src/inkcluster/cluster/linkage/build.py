"""Which engine builds a hierarchy: checks made once, memory planned, the work handed on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster import hierarchy as scipy_hierarchy
from scipy.spatial import distance

from inkcluster.cluster.linkage import plan
from inkcluster.cluster.linkage.centres import centre_merges
from inkcluster.cluster.linkage.stored import from_points
from inkcluster.cluster.linkage.ward import ward_merges
from inkcluster.cluster.neighbors.spanning import spanning_tree
from inkcluster.compute import memory
from inkcluster.compute.duplicates import distinct
from inkcluster.compute.magnitude import GREATEST, exponent_of, largest, scaled
from inkcluster.compute.threads import together
from inkcluster.errors import BadInputError
from inkcluster.kernels.linkage import tree as linkage_tree

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")
INVERTED = ("centroid", "median")
"""Methods whose heights may fall."""
ORDERED = (*INVERTED, "single")
"""Methods whose merges come in the naive algorithm's order already."""
EUCLIDEAN = ("ward", "centroid", "median")
"""Methods that are only defined for Euclidean distances."""
_scipy: Any = scipy_hierarchy
_distance: Any = distance


def build(
    y: ArrayLike,
    method: str,
    metric: Any,
    optimal_ordering: bool,
    memory_limit: int | None,
) -> NDArray[np.float64]:
    """Check `y`, choose the engine, and give SciPy's matrix; see :func:`.hierarchy.linkage`."""
    if method not in METHODS:
        raise BadInputError(f"Invalid method: {method!r}; give one of {', '.join(METHODS)}.")
    data = _as_array(y)
    if data.ndim == 1:
        Z = _from_distances(_checked_distances(data), method)
    elif metric != "euclidean":
        if method in EUCLIDEAN:
            raise BadInputError(
                f"`method={method}` requires the distance metric to be Euclidean, not {metric!r}."
            )
        data = _distances(data, method, metric, memory_limit)
        Z = _from_distances(data, method)
    else:
        _warn_of_a_matrix(data)
        Z = _from_vectors(data, method, memory_limit)
    if optimal_ordering and len(Z) > 1:
        return np.asarray(_scipy.optimal_leaf_ordering(Z, y))
    return Z


def build_all(
    y: ArrayLike, methods: Sequence[str], memory_limit: int | None
) -> dict[str, NDArray[np.float64]]:
    """Hierarchies by several methods, those that merge on one thread side by side where they fit."""
    data = np.asarray(y)
    alone = [m for m in dict.fromkeys(methods) if m in INVERTED and data.ndim == 2]
    need = len(alone) * plan.vector_bytes(*data.shape) if alone else 0
    if numba.get_num_threads() < len(alone) or need > memory.budget(memory_limit):
        alone = []
    each = memory.budget(memory_limit) // len(alone) if alone else None
    found = together(
        {m: partial(build, data, m, "euclidean", False, each) for m in alone if len(alone) > 1}
    )
    return {
        m: found[m] if m in found else build(data, m, "euclidean", False, memory_limit)
        for m in methods
    }


def _as_array(y: ArrayLike) -> NDArray[Any]:
    data = np.asarray(y)
    if data.dtype not in (np.float32, np.float64, np.uint8):
        data = np.asarray(data, dtype=np.float64)
    if data.ndim not in (1, 2):
        raise BadInputError(f"`y` must be 1 or 2 dimensional, not {data.ndim}.")
    if data.ndim == 2 and 0 in data.shape:
        raise BadInputError(f"A hierarchy needs points; `y` is of shape {data.shape}.")
    if data.dtype != np.uint8:
        step = max(1, (1 << 24) // max(1, data.shape[-1]))
        if not all(np.isfinite(data[i : i + step]).all() for i in range(0, len(data), step)):
            kind = "condensed distance matrix" if data.ndim == 1 else "observation matrix"
            raise BadInputError(f"The {kind} must contain only finite values.")
    return data


def _checked_distances(data: NDArray[Any]) -> NDArray[np.float64]:
    data = np.ascontiguousarray(data, dtype=np.float64)
    _distance.is_valid_y(data, throw=True, name="y")
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


def _distances(
    data: NDArray[Any], method: str, metric: Any, memory_limit: int | None
) -> NDArray[np.float64]:
    n, d = data.shape
    _warn_of_a_matrix(data)
    need, have = plan.matrix_bytes(n, d, 16), memory.budget(memory_limit)
    if need > have:
        raise memory.refuse(
            f"A hierarchy ({method}) with metric {metric!r}",
            n,
            need,
            have,
            memory.room(plan.largest(have, d, 16)),
        )
    condensed: NDArray[np.float64] = _distance.pdist(np.asarray(data, dtype=np.float64), metric)
    if not np.isfinite(condensed).all():
        raise BadInputError("The condensed distance matrix must contain only finite values.")
    return condensed


def _from_distances(condensed: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    """SciPy's own: over distances that are there already it is faster than our stored matrix."""
    if len(condensed) and condensed.min() < 0 and method in EUCLIDEAN:
        raise BadInputError(f"`method={method}` takes distances that are not negative.")
    return np.asarray(_scipy.linkage(condensed, method))


def _from_vectors(data: NDArray[Any], method: str, memory_limit: int | None) -> NDArray[np.float64]:
    n, d = data.shape
    if n == 1:
        return np.empty((0, 4))
    have = memory.budget(memory_limit)
    stored = method not in plan.VECTORS
    coarse = stored and n > plan.FINE
    need = plan.matrix_bytes(n, d, 4 if coarse else 8) if stored else plan.vector_bytes(n, d)
    if need > have:
        fits = int(n * (have - memory.SPARE) / (need - memory.SPARE))
        if stored:  # few points are stored to more digits
            fits = plan.largest(have, d, 4)
            fits = fits if fits > plan.FINE else min(plan.FINE, plan.largest(have, d, 8))
        raise memory.refuse(f"A hierarchy ({method})", n, need, have, memory.room(fits))
    exponent = exponent_of(data)
    if exponent:
        _check_heights(data)
        data = scaled(data.astype(np.float64), -exponent)
    merges, height = _without_duplicates(np.ascontiguousarray(data), method, coarse)
    if method not in ORDERED:
        merges, height = _ordered(merges, height)
    return _labelled(merges, scaled(height, exponent))


def _without_duplicates(
    points: NDArray[Any], method: str, coarse: bool
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Merges and heights, equal points merged first."""
    n = len(points)
    first, same = distinct(points)
    merges = np.empty((n - 1, 2), np.int32)
    height = np.zeros(n - 1)
    later = np.flatnonzero(same != np.arange(n))
    merges[: len(later), 0], merges[: len(later), 1] = same[later], later
    if len(first) > 1:
        points = points[first] if len(later) else points
        size = np.bincount(same, minlength=n)[first].astype(np.float64)
        if method not in plan.VECTORS:
            found, high = from_points(points, size, method, coarse)
        else:
            if method in INVERTED:
                found, squared = centre_merges(points, size, method == "median")
            elif method == "ward":
                found, squared = ward_merges(points, size)
            else:
                found, squared = spanning_tree(points)
            high = np.sqrt(squared)
        merges[len(later) :] = first[found]
        height[len(later) :] = high
    return merges, height


def _check_heights(data: NDArray[Any]) -> None:
    """Refuse points whose heights, Ward's being the largest, may pass float64."""
    n, d = data.shape
    most, reach = largest(data), GREATEST / (2 * np.sqrt(n) * np.sqrt(d))
    if most > reach:
        raise BadInputError(
            f"`y` holds values as large as {most:.3g}, and heights of {n:,} points of {d:,} dimensions "
            f"would be beyond float64; values here may go up to {reach:.2g}: divide `y` by a constant."
        )


def _ordered(
    merges: NDArray[np.int32], height: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Merges in the naive algorithm's order, for a method whose heights never fall."""
    scaled = height * 8193.0
    order = np.empty(len(merges), np.int64)
    linkage_tree.in_order(merges, scaled - (scaled - height), len(merges) + 1, order)
    return merges[order], np.maximum.accumulate(height[order])


def _labelled(merges: NDArray[np.int32], height: NDArray[np.float64]) -> NDArray[np.float64]:
    Z = np.empty((len(merges), 4))
    linkage_tree.label(merges, height, len(merges) + 1, Z)
    return Z
