"""K-means by scikit-learn: its loops on small sets, restarts side by side, so that nothing compiles; its
methods for sparse points."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.cluster._kmeans import _kmeans_single_lloyd
from sklearn.utils import check_array
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from sklearn.utils.extmath import row_norms

from inkcluster.cluster.kmeans.choose import PEER, Floats, Problem
from inkcluster.cluster.kmeans.restarts import Outcome, Restart, draw
from inkcluster.compute.memory import SPARE, require
from inkcluster.compute.threads import results_in_threads

M = TypeVar("M", bound=Callable[..., Any])
T = TypeVar("T")


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


def or_theirs(ours: M) -> M:
    """A method of ours, or scikit-learn's of the same name where the points are a sparse matrix."""
    theirs = getattr(KMeans, ours.__name__)

    @wraps(ours)
    def method(self: Any, X: Any, *given: Any, **named: Any) -> Any:
        if not issparse(X):
            return ours(self, X, *given, **named)
        self._n_threads = _openmp_effective_n_threads()  # which a fit of dense points does not keep
        return theirs(self, X, *given, **named)

    return method  # type: ignore[return-value]


def fit_sparse(model: T, X: Any, sample_weight: Any) -> T:
    """Fit `model` by scikit-learn, which keeps only the best restart."""
    of: Any = model
    of._validate_params()
    numbers = 2 * X.nnz + 4 * of.n_clusters * X.shape[1] + 4 * X.shape[0]
    require("K-means", X.shape[0], 8 * numbers + SPARE, of.memory_limit, "lower `n_clusters`")
    KMeans.fit(of, X, sample_weight=sample_weight)
    of.algorithm_ = PEER
    of.restarts_ = (Restart(of.inertia_, of.n_iter_, of.labels_.copy(), of.cluster_centers_),)
    return model
