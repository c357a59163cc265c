"""Estimates what scikit-learn's DBSCAN stores, which holds every neighbourhood at once."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.cluster import DBSCAN
from sklearn.metrics._pairwise_distances_reduction import RadiusNeighbors
from sklearn.neighbors import NearestNeighbors

from inkcluster.compute.memory import SPARE, require

MAX_SMALL_POINTS = 2500
"""Points up to which all pairs are planned for."""
PROBES = 256
"""Points whose neighbours are counted among more points."""
PAIR_BYTES = 13
"""For a point within eps of another: its row, and what its list leaves over, measured."""
POINT_BYTES = 400
"""For a point: its list, an array of its own, and a copy of it in the search."""


def check_memory(X: Any, model: DBSCAN, memory_limit: int | None) -> None:
    """Raise TooLittleMemoryError if the neighbourhoods of checked points `X` do not fit.

    Among many points, those within eps are counted for a sample.
    """
    n, d = X.shape
    instead = "lower `eps` or draw a sample"
    require("DBSCAN", n, SPARE, None, instead)  # what the sample itself may take
    within, block = float(n), n * n
    if n > MAX_SMALL_POINTS:
        finder = NearestNeighbors(
            radius=model.eps, algorithm=model.algorithm, leaf_size=model.leaf_size,
            metric=model.metric, metric_params=model.metric_params, p=model.p,
        )  # fmt: skip
        some = np.random.default_rng(0).integers(0, n, PROBES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it says is said again by the fit
            near = finder.fit(X).radius_neighbors(X[some], return_distance=False)
        within = float(np.mean([len(rows) for rows in near]))
        whole = finder._fit_method == "brute" and not RadiusNeighbors.is_usable_for(
            finder._fit_X, finder._fit_X, finder.effective_metric_
        )
        block = min(n * n, (int(get_config()["working_memory"]) << 20) // 8) if whole else 0
    given = model.metric == "precomputed"
    need = SPARE + n * (PAIR_BYTES * within + POINT_BYTES) + (9 if given else 17) * block
    need += 0 if given or issparse(X) else 16 * n * d
    require("DBSCAN", n, int(need), memory_limit, instead)
