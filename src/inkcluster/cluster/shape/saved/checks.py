"""What has to hold of a loaded model's values, so that computing with them is safe."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.shape.levels import Level
from inkcluster.cluster.shape.neighbors import Shapes, View, edges
from inkcluster.cluster.shape.nuisance import KINDS, Nuisance
from inkcluster.cluster.shape.pairs import MAX_WARP, STEPS
from inkcluster.cluster.shape.preparation.decision import VALUES, is_choice
from inkcluster.cluster.shape.preparation.prepare import Choices, Preparation
from inkcluster.errors import BadInputError

COORDINATES = -1e6, 1e6
"""Far beyond the coordinates in a view, of which the pixels are 0 to 1."""
MAX_SCORE = 1e300
MAX_SIDE = 1 << 14
"""More pixels than a side of any image has, as given or prepared."""
FLOAT, WHOLE = np.float64, np.int32
EITHER = (np.float32, np.float64)
"""What models of format 1 hold as float64."""


def check(fitted: dict[str, Any], parameters: dict[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError for what no fitted model has."""
    n, k, d = (_whole(fitted, name) for name in ("labels_", "n_clusters_", "n_features_in_"))
    height, width = fitted["_shape"]
    _hold(0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE and height * width == d, "_shape")
    _hold(type(parameters["n_neighbors"]) is int and parameters["n_neighbors"] > 0, "n_neighbors")
    q = _array(fitted, "neighbors_", WHOLE, (n, None), (-1, n - 1)).shape[1]
    _array(fitted, "labels_", WHOLE, (n,), (0, k - 1))
    _array(fitted, "neighbor_distances_", EITHER, (n, q), (0, np.inf))
    _array(fitted, "confidence_", FLOAT, (n,), (0, 1))
    _array(fitted, "outlier_scores_", FLOAT, (n,), (0, MAX_SCORE))
    for name in ("spectrum_", "gap_strengths_", "strengths_"):
        _array(fitted, name, FLOAT, (None,), (-np.inf, np.inf))
    shares = _array(fitted, "memberships_", EITHER, (n, k), (0, 1 + 1e-6))
    _hold(np.allclose(shares.sum(axis=1), 1, atol=1e-6), "memberships_")
    _hold((shares.argmax(axis=1) == fitted["labels_"]).all(), "labels_")
    order = _array(fitted, "_order", np.int64, (None,), (0, n - 1))
    _array(fitted, "sample_", np.int64, order.shape, (0, n - 1))
    _hold((np.diff(fitted["sample_"]) > 0).all(), "sample_")
    _hold(np.array_equal(np.sort(order), fitted["sample_"]), "_order")
    for level in fitted["levels_"]:
        _hold(isinstance(level, Level) and type(level.n_clusters) is int, "levels_")
        _array(vars(level), "labels", WHOLE, (n,), (0, level.n_clusters - 1))
    for odd in fitted["nuisances_"]:
        _hold(isinstance(odd, Nuisance) and odd.kind in KINDS, "nuisances_")
        rows = _array(vars(odd), "rows", np.int64, (None,), (0, n - 1))
        _array(vars(odd), "joins", WHOLE, rows.shape, (0, k - 1))
    if k > 1:
        prepared = _check_preparation(fitted["_preparation"], height, width)
        _check_shapes(fitted["_shapes"], len(order), prepared, fitted["_preparation"].warp)


def check_gradients(gradients: NDArray[Any], warp: Any) -> None:
    """Raise ValueError for gradients that the kernel would add beyond its 16 bits."""
    _hold(type(warp) is int and 0 <= warp <= MAX_WARP, "warp")
    _hold(gradients.ndim == 4 and gradients.shape[1] == 2, "gradients")
    fits = gradients.dtype == np.int8 and gradients.size > 0
    _hold(fits and max(gradients.shape[2:]) <= MAX_SIDE, "gradients")
    _hold(int(gradients.min()) >= -STEPS and int(gradients.max()) <= STEPS, "gradients")


def _check_preparation(of: Preparation, height: int, width: int) -> tuple[int, int]:
    """The height and width of prepared images."""
    _hold(isinstance(of, Preparation), "_preparation")
    _hold(isinstance(of.choices, Choices), "choices")
    _hold(all(is_choice(name, getattr(of.choices, name)) for name in VALUES), "choices")
    for name in ("low", "high", "unit", "scale", "radius", "floor"):
        _hold(type(getattr(of, name)) in {int, float} and abs(getattr(of, name)) < np.inf, name)
    _hold(min(of.unit, of.scale, of.radius) > 0 and of.floor >= 0, "unit")
    _hold(of.floor > 0 or of.choices.contrast != "local", "floor")
    sides = []
    for name, side in (("rows", height), ("columns", width)):
        sides.append(_array(vars(of), name, np.float32, (None, side), (0, 1 + 1e-6)).shape[0])
        _hold(0 < sides[-1] <= MAX_SIDE, name)
    return sides[0], sides[1]


def _check_shapes(of: Shapes, n: int, size: tuple[int, int], warp: int) -> None:
    _hold(isinstance(of, Shapes), "_shapes")
    fields = of.fields
    _hold((len(fields), fields.height, fields.width) == (n, *size), "gradients")
    _hold(fields.warp == warp and len(of.views) == len(of.places) == 2, "views")
    for view, places in zip(of.views, of.places, strict=True):
        _hold(isinstance(view, View), "views")
        blank = (1, 2, *size) if view.look is edges else (1, *size)
        d = view.look(np.zeros(blank, np.float32)).shape[1]
        q = _array({"places": places}, "places", np.float32, (n, None), COORDINATES).shape[1]
        _hold(q > 0, "places")
        _array({"mean": view.mean}, "mean", np.float32, (d,), COORDINATES)
        _array({"directions": view.directions}, "directions", np.float32, (d, q), (-1.01, 1.01))


def _whole(values: dict[str, Any], name: str) -> int:
    """The whole number of that name, or the length of the array."""
    value = values[name]
    count = len(value) if isinstance(value, np.ndarray) else value
    _hold(type(count) is int and count > 0, name)
    return int(count)


def _array(
    values: dict[str, Any],
    name: str,
    dtype: Any,
    shape: tuple[int | None, ...],
    ends: tuple[float, float],
) -> NDArray[Any]:
    """The array of that name, if it has this dtype and shape, and all values in range, none NaN."""
    array = values[name]
    _hold(
        isinstance(array, np.ndarray)
        and array.dtype in (dtype if isinstance(dtype, tuple) else (dtype,)),
        name,
    )
    _hold(array.ndim == len(shape), name)
    _hold(all(s in (None, t) for s, t in zip(shape, array.shape, strict=True)), name)
    _hold(not array.size or (ends[0] <= array.min() and array.max() <= ends[1]), name)
    return np.asarray(array)


def _hold(condition: Any, what: str) -> None:
    if not condition:
        raise BadInputError(f"{what} is not that of a model")
