"""K-means by scikit-learn: its compiled loops on small sets, so that nothing compiles; its methods for
sparse points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.cluster import KMeans
from sklearn.cluster._k_means_common import _inertia_dense
from sklearn.cluster._k_means_lloyd import lloyd_iter_chunked_dense
from sklearn.utils import check_array
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from sklearn.utils.extmath import row_norms

from inkcluster.cluster.kmeans.choose import PEER, seeds_by_blas, shares_loops, threads_for
from inkcluster.cluster.kmeans.problem import Problem
from inkcluster.cluster.kmeans.restarts import Outcome, Restart
from inkcluster.cluster.kmeans.shards.seeding import first_seeds
from inkcluster.compute.magnitude import scaled
from inkcluster.compute.memory import SPARE, require
from inkcluster.compute.threads import (
    in_threads,
    kept_threads,
    one_blas_thread,
    peers_threads,
    pieces,
)

SEEDED = 64
"""Threads share points by so many, a multiple of what the BLAS takes at once."""
M = TypeVar("M", bound=Callable[..., Any])
T = TypeVar("T")
Points = NDArray[np.floating[Any]]
Listener = Callable[[str], None]


def fit(
    model: Any,
    problem: Problem,
    restarts: int,
    random_state: np.random.RandomState,
    *,
    exponent: int,
    advance: Callable[[float], None],
) -> Outcome:
    """The restarts of :meth:`sklearn.cluster.KMeans.fit`, number for number, in the points' dtype.

    `model` has the parameters; an array of centres is in units of the points, which were divided by
    two to the `exponent`. `advance` is told the share just done.
    """
    points, weight = _as_float(problem.raw), problem.weight
    weight = weight.astype(points.dtype, copy=False)
    mean = points.mean(axis=0)
    points -= mean
    tol = float(np.mean(_variance(points)) * model.tol) if model.tol else 0.0
    init = model.init
    if not isinstance(init, str) and not callable(init):
        init = check_array(init, dtype=points.dtype, copy=True, order="C")
        model._validate_center_shape(points, init)
        init = scaled(init, -exponent) - mean
    say = print if model.verbose else None
    runs = []
    if isinstance(init, str) and init == "k-means++":
        starts = plus_plus(points, weight, problem.k, restarts, random_state)
    else:
        square = row_norms(points, squared=True)
        starts = [
            np.asarray(model._init_centroids(points, square, init, random_state, weight))
            for _ in range(restarts)
        ]
    with one_blas_thread():
        for start in starts:
            if say:
                say("Initialization complete")
            runs.append(lloyd(points, weight, start, problem.max_iter, tol, say=say))
            advance(1 / restarts)
    labels, inertia, centres, n_iter = zip(*runs, strict=True)
    return Outcome(
        np.array(inertia), np.array(n_iter), np.array(labels), np.array(centres) + mean,
        np.arange(restarts), PEER,
    )  # fmt: skip


def _as_float(raw: NDArray[Any]) -> Points:
    """A copy in float32 or float64."""
    return raw.astype(np.float64 if raw.dtype == np.uint8 else raw.dtype)


def _variance(centred: Points) -> Points:
    """What ``np.var(axis=0)`` gives before centring, without centring again."""
    return np.asarray(np.square(centred).sum(axis=0) / len(centred))


def plus_plus(
    points: Points,
    weight: Points,
    k: int,
    restarts: int,
    random_state: np.random.RandomState,
) -> list[Points]:
    """The seeds of each restart, as scikit-learn chooses them in the points' dtype, to the last bit.

    It computes distances in float64 and rounds them; here float32 points are converted once, and
    not at each step.
    """
    if seeds_by_blas(points, k, restarts):
        return _plus_plus(points, weight, k, restarts, random_state, threads=1)
    threads = threads_for(points.size * (2 + int(np.log(k))))
    with one_blas_thread(), kept_threads() if threads > 1 else nullcontext():
        return _plus_plus(points, weight, k, restarts, random_state, threads=threads)


def _plus_plus(
    points: Points,
    weight: Points,
    k: int,
    restarts: int,
    random_state: np.random.RandomState,
    *,
    threads: int,
) -> list[Points]:
    wide = points.astype(np.float64, copy=False)
    square = row_norms(wide, squared=True)
    n, trials = len(points), 2 + int(np.log(k))
    first = first_seeds(weight)

    parts = pieces(n, SEEDED * (n // (threads * SEEDED) + 1))

    def distances(to: NDArray[np.int64]) -> Points:
        rows = wide[to]
        twice, own = -2 * rows, row_norms(rows, squared=True)[:, None]
        found = np.empty((len(to), n), points.dtype)

        def fill(part: slice) -> None:
            block = twice @ wide[part].T
            block += own
            block += square[part]
            np.maximum(block, 0, out=found[:, part], casting="same_kind")

        for _ in in_threads(fill, parts):
            pass
        return found

    starts = []
    for _ in range(restarts):
        chosen = [first(random_state)]
        near = distances(np.array(chosen))
        potential = near @ weight
        while len(chosen) < k:
            wanted = random_state.uniform(size=trials) * potential
            tried = np.minimum(np.searchsorted(np.cumsum(weight * near), wanted), n - 1)
            far = distances(tried)
            np.minimum(near, far, out=far)
            potentials = far @ weight[:, None]
            best = int(potentials.argmin())
            near, potential = far[best], potentials[best]
            chosen.append(int(tried[best]))
        starts.append(points[chosen])
    return starts


def lloyd(
    points: Points,
    weight: Points,
    centres: Points,
    max_iter: int,
    tol: float,
    *,
    still: int = 0,
    labelled: bool = False,
    say: Listener | None = None,
) -> tuple[NDArray[np.int32], float, Points, int]:
    """scikit-learn's iteration from centres (k, d), which are overwritten, over its compiled loops.

    It also ends when at most `still` points change. If `labelled`, the points are labelled by the
    centres already, and the iteration goes on with the means of these labels.

    Returns
    -------
    labels, inertia, centres, n_iter
    """
    k = len(centres)
    new = np.empty_like(centres)
    mass, shift = np.empty(k, points.dtype), np.empty(k, points.dtype)
    found = np.full(len(points), -1, np.int32)
    before = found.copy()
    with _loops(points, k) as threads:

        def step(*, move: bool) -> None:
            lloyd_iter_chunked_dense(
                points, weight, centres, new, mass, found, shift, threads, update_centers=move
            )

        if labelled:
            step(move=True)
            before[:] = found
            centres, new = new, centres
        n_iter, held = 0, False
        while n_iter < max_iter:
            step(move=True)
            if say:
                inertia = _inertia_dense(points, weight, centres, found, threads)
                say(f"Iteration {n_iter}, inertia {inertia}.")
            centres, new = new, centres
            n_iter += 1
            changed = np.count_nonzero(found != before)
            held = changed == 0
            moved = (shift**2).sum()
            if held or moved <= tol or changed <= still:
                if say:
                    reason = (
                        "strict convergence"
                        if held
                        else f"center shift {moved} within tolerance {tol}"
                    )
                    say(f"Converged at iteration {n_iter - 1}: {reason}.")
                break
            before[:] = found
        if not held:  # the labels of these centres
            step(move=False)
        inertia = float(_inertia_dense(points, weight, centres, found, threads))
    return found, inertia, centres, n_iter


@contextmanager
def _loops(points: NDArray[Any], k: int) -> Iterator[int]:
    """Run scikit-learn's compiled loops; the number of threads they may have."""
    with one_blas_thread(), peers_threads():
        yield _openmp_effective_n_threads() if shares_loops(points, k) else 1


def nearest(raw: NDArray[Any], centres: Points, weight: Points) -> tuple[NDArray[np.int32], float]:
    """The nearest of centres (k, d) to each point, ties to the lowest, and the inertia, by scikit-learn."""
    dtype = np.float32 if raw.dtype == centres.dtype == np.float32 else np.float64
    points = np.asarray(raw, dtype)
    centres, weight = np.asarray(centres, dtype), np.asarray(weight, dtype)
    labels = np.full(len(points), -1, np.int32)
    shift = np.empty(len(centres), dtype)
    with _loops(points, len(centres)) as threads:
        lloyd_iter_chunked_dense(
            points, weight, centres, None, None, labels, shift, threads, update_centers=False
        )
        return labels, float(_inertia_dense(points, weight, centres, labels, threads))


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
