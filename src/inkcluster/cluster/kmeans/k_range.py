"""`kmeans_range`: k-means for a range of k in one call, the work shared between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array, check_random_state

from inkcluster.cluster.clustering import Clustering, relabel_by_size
from inkcluster.cluster.kmeans.choose import check_memory
from inkcluster.cluster.kmeans.climb import climb
from inkcluster.cluster.kmeans.problem import Problem, check_weights, rows_of
from inkcluster.cluster.kmeans.restarts import Restart
from inkcluster.compute.magnitude import check_squares, exponent_of, scaled
from inkcluster.compute.threads import kept_threads, one_blas_thread
from inkcluster.errors import BadInputError, refuse_masked
from inkcluster.progress import current


@dataclass(frozen=True, eq=False)
class KMeansRange:
    """The best k-means clustering for each k.

    Parameters
    ----------
    restarts : mapping of int to Restart
        By k, in rising order.
    n_init : int
        Fresh starts for each k.
    from_split : mapping of int to bool
        Whether the start from the k before, its widest cluster split, was the best.
    seconds : mapping of int to float
        How long each k took.
    """

    restarts: Mapping[int, Restart]
    n_init: int
    from_split: Mapping[int, bool]
    seconds: Mapping[int, float]

    @property
    def ks(self) -> tuple[int, ...]:
        """The numbers of clusters, rising."""
        return tuple(self.restarts)

    @property
    def inertias(self) -> NDArray[np.float64]:
        """Sums of squared distances to the centres, shape (number of ks,)."""
        return np.array([restart.inertia for restart in self.restarts.values()])

    @property
    def labels(self) -> dict[int, NDArray[np.int32]]:
        """The labels (n,) for each k, clusters numbered by decreasing size."""
        return {k: relabel_by_size(restart.labels) for k, restart in self.restarts.items()}

    def clustering(self, k: int) -> Clustering:
        """The clustering into k, clusters numbered by decreasing size."""
        labels = relabel_by_size(self.restarts[k].labels)
        values = {"n_clusters": k, "n_init": self.n_init}
        return Clustering(labels, "k-means", values, seconds=self.seconds[k])


def kmeans_range(
    X: ArrayLike,
    ks: Iterable[int] = range(2, 21),
    *,
    n_init: int = 3,
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: int | np.random.RandomState | None = None,
    sample_weight: ArrayLike | None = None,
    memory_limit: int | None = None,
) -> KMeansRange:
    """Cluster into each of several numbers of clusters.

    All k share one greedy k-means++ seeding to the largest k; its first k seeds are the seeds for
    k. Each k has `n_init` such starts and one more: the best clustering of the previous k, with the
    cluster of largest inertia split along the line of its largest spread. The inertia therefore
    does not rise with k.

    Parameters
    ----------
    X : array-like of shape (n, d)
        uint8, float32 and float64 are used directly, any other dtype as float64.
    ks : iterable of int
        Rising numbers of clusters, each from 1 to n.
    n_init : int
        Fresh starts for each k, at least 1.
    max_iter, tol, random_state
        As in :class:`inkcluster.KMeans`.
    sample_weight : array-like of shape (n,), optional
    memory_limit : int, optional
        Bytes that may be taken beside the points; by default what the machine has free.

    Returns
    -------
    KMeansRange

    Raises
    ------
    BadInputError
        If there is no k, one is not a whole number from 1 to n, or they do not rise.
    ValueError
        For invalid points or weights, in scikit-learn's words.
    TooLittleMemoryError
        If more bytes are needed than may be taken.

    References
    ----------
    Arthur & Vassilvitskii 2007 (k-means++); Likas, Vlassis & Verbeek 2003 (each k from the last).

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster import kmeans_range
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0], [30.0], [31.0]])
    >>> found = kmeans_range(X, [1, 2, 3], random_state=0)
    >>> found.inertias.round(2).tolist()
    [934.83, 101.5, 1.5]
    >>> found.clustering(3).sizes.tolist()
    [2, 2, 2]
    """
    raw = _points(X)
    numbers = _numbers(ks, len(raw))
    restarts = _whole(n_init, "n_init")
    weight = check_weights(sample_weight, raw)
    exponent = exponent_of(raw)
    iterations = _whole(max_iter, "max_iter")
    rows = rows_of(scaled(raw, -exponent), weight)
    problem = Problem(rows, weight, numbers[-1], iterations, float(tol))
    check_memory(rows, numbers[-1], restarts + 1, memory_limit)
    state = check_random_state(random_state)
    with (
        one_blas_thread(),
        kept_threads(),
        current().task("k-means for each k", len(numbers)) as advance,
    ):
        steps = climb(problem, numbers, restarts, state, advance)
    return KMeansRange(
        {
            s.k: Restart(s.inertia, s.n_iter, s.labels, s.centres).rescaled(exponent, raw.dtype)
            for s in steps
        },
        restarts,
        {s.k: s.from_split for s in steps},
        {s.k: s.seconds for s in steps},
    )


def _points(X: ArrayLike) -> NDArray[Any]:
    refuse_masked(X, "X")
    grey = getattr(X, "dtype", None) == np.uint8
    dtype = np.uint8 if grey else [np.float64, np.float32]
    points: NDArray[Any] = check_array(X, dtype=dtype, order="C")
    check_squares(points, len(points), least=0.0)
    return points


def _numbers(ks: Iterable[int], n: int) -> list[int]:
    numbers = list(ks)
    if not numbers:
        raise BadInputError("ks is empty; give at least one number of clusters.")
    numbers = [_whole(k, "Each of ks") for k in numbers]
    if any(a >= b for a, b in pairwise(numbers)):
        raise BadInputError(f"ks is {numbers}, which does not rise; sort it and leave out repeats.")
    if numbers[-1] > n:
        raise BadInputError(
            f"ks goes up to {numbers[-1]:,} and there are {n:,} points; give at most one cluster "
            "for each point."
        )
    return numbers


def _whole(value: Any, what: str) -> int:
    wrong = isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer)
    if wrong or value < 1:
        raise BadInputError(f"{what} must be a whole number of at least 1, not {value!r}.")
    return int(value)
