"""The centres from which restarts of k-means begin."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array
from sklearn.utils.extmath import row_norms

from inkcluster.cluster.kmeans.problem import Problem
from inkcluster.cluster.kmeans.shards.seeding import plus_plus
from inkcluster.compute.magnitude import scaled


def inits(
    model: Any,
    problem: Problem,
    exponent: int,
    restarts: int,
    random_state: np.random.RandomState,
) -> NDArray[np.float64]:
    """Initial centres, shape (restarts, k, d), in units of two to the `exponent`.

    They are chosen as scikit-learn chooses them for the `init` of the model, from the same random
    numbers.
    """
    rows, weight, k = problem.rows, problem.weight, problem.k
    if isinstance(model.init, str):
        if model.init == "k-means++":
            mean = problem.mean_for_seeds()
            ids = plus_plus(rows, mean, weight, k, restarts, random_state)
            rows.each("forget_seeds")
        else:
            share = weight / weight.sum()
            draws = [
                random_state.choice(rows.n, size=k, replace=False, p=share) for _ in range(restarts)
            ]
            ids = np.array(draws)
        return rows.take(ids.ravel()).astype(np.float64).reshape(restarts, k, rows.d)
    if not callable(model.init):
        centres = check_array(model.init, dtype=np.float64, order="C")
        model._validate_center_shape(np.broadcast_to(0.0, (1, rows.d)), centres)
        return scaled(np.asarray(centres), -exponent)[None]
    # a function gets centred points, 8-bit ones and those of any scale as float64
    dtype = np.float64 if problem.is_grey or exponent else rows.dtype
    points = scaled(problem.raw, exponent).astype(dtype)
    mean = points.mean(axis=0)
    points -= mean
    square = row_norms(points, squared=True)
    found = np.stack(
        [
            model._init_centroids(points, square, model.init, random_state, weight) + mean
            for _ in range(restarts)
        ]
    )
    return scaled(found.astype(np.float64), -exponent)
