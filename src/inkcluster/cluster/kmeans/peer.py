"""K-means on small sets: scikit-learn's own loops, restarts side by side, so that nothing compiles."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.cluster._kmeans import _kmeans_single_lloyd
from sklearn.utils import check_array
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from sklearn.utils.extmath import row_norms

from inkcluster.cluster.kmeans.choose import PEER, Floats, Problem
from inkcluster.cluster.kmeans.restarts import Outcome, draw
from inkcluster.compute.threads import results_in_threads


def fit(
    model: Any,
    problem: Problem,
    restarts: int,
    random_state: np.random.RandomState,
    advance: Callable[[float], None],
) -> Outcome:
    """The restarts of :meth:`sklearn.cluster.KMeans.fit`, number for number, in float64.

    `model` has the parameters. Each of several restarts runs on one thread: on more the last digits
    of scikit-learn's totals, and with them ties, depend on their number. `advance` is told the share
    just done.
    """
    points, weight = problem.raw.astype(np.float64), problem.weight
    tol = float(np.mean(np.var(points, axis=0)) * model.tol)
    mean = points.mean(axis=0)
    points -= mean
    init = model.init
    if not isinstance(init, str) and not callable(init):
        init = check_array(init, dtype=np.float64, copy=True, order="C")
        model._validate_center_shape(points, init)
        init -= mean
    square = row_norms(points, squared=True)

    def seeds(state: np.random.RandomState) -> Floats:
        return np.asarray(model._init_centroids(points, square, init, state, weight))

    if isinstance(init, str) and init == "k-means++":  # chosen side by side, from the same numbers
        copies = [_copy_and_skip(random_state, weight, problem.k) for _ in range(restarts)]
        starts = [partial(seeds, state) for state in copies]
    else:
        starts = [partial(np.asarray, seeds(random_state)) for _ in range(restarts)]
    threads = _openmp_effective_n_threads() if restarts == 1 else 1

    def run(start: Callable[[], Floats]) -> tuple[NDArray[np.int32], float, Floats, int]:
        centres = start()
        if model.verbose:
            print("Initialization complete")  # noqa: T201 (as scikit-learn does)
        found: tuple[NDArray[np.int32], float, Floats, int] = _kmeans_single_lloyd(
            points, weight, centres, max_iter=model.max_iter, verbose=model.verbose, tol=tol,
            n_threads=threads,
        )  # fmt: skip
        return found

    runs = []
    for found in map(run, starts) if model.verbose else results_in_threads(run, starts):
        runs.append(found)
        advance(1 / restarts)
    labels, inertia, centres, n_iter = zip(*runs, strict=True)
    return Outcome(
        np.array(inertia), np.array(n_iter), np.array(labels), np.array(centres) + mean,
        np.arange(restarts), PEER,
    )  # fmt: skip


def _copy_and_skip(
    random_state: np.random.RandomState, weight: Floats, k: int
) -> np.random.RandomState:
    """A copy of the generator, which itself goes on to where the next start begins."""
    copy = np.random.RandomState()
    copy.set_state(random_state.get_state())
    draw(weight, k, random_state)
    return copy


def nearest(raw: NDArray[Any], centres: Floats) -> tuple[NDArray[np.int32], Floats]:
    """The nearest of centres (k, d) to each point, ties to the lowest, and the squared distance."""
    far = cdist(raw.astype(np.float64), centres, "sqeuclidean")
    return far.argmin(axis=1).astype(np.int32), far.min(axis=1)
