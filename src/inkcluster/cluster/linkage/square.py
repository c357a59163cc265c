"""Builds hierarchies from all distances in float64, with SciPy's merges, ties included.

SciPy's own loops merge where compiling ours would take longer than the work. Ours do the same
arithmetic in the same order over a square matrix, three to five times as fast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster import _hierarchy
from scipy.spatial import distance
from sklearn.cluster._hierarchical_fast import _single_linkage_label

from inkcluster import progress
from inkcluster.cluster.linkage import loops
from inkcluster.cluster.linkage.stored import centred
from inkcluster.cluster.neighbors.nearest import paired
from inkcluster.compute.threads import in_threads, one_blas_thread, pieces, results_in_threads
from inkcluster.kernels.linkage import lanes

SCIPYS_CODES = {
    "complete": 1, "average": 2, "centroid": 3, "median": 4, "ward": 5, "weighted": 6,
}  # fmt: skip
UNTIED = "generic, vectors"
"""Centroid and median by "generic" if products suffice: where distances tie, "vectors" is faster."""
COMPILED = ("chain", "generic", UNTIED)
"""Algorithms whose loops are compiled; distances are then filled in by ours as well."""
MAX_PDIST_WORK = 5 * 10**7
"""n²·d up to which SciPy finds all distances at once, on one thread."""
ENTRIES = 1 << 18
"""Distances that a thread computes at a time; they stay in its cache."""
NEAR = 1e-3
"""Squared distances below this share of the squared norms are summed from differences instead."""
MAX_NEAR, PROBES, PROBED = 0.02, 64, 1024
"""Share of the distances from which it is faster to sum all, seen on some rows of a sample."""
TIE = 1e-11
"""Relative difference of squared distances and heights from products that may be a tie."""
_scipy: Any = _hierarchy
_distance: Any = distance


def hierarchy(
    X: NDArray[Any],
    method: str,
    algorithm: str,
    *,
    products: bool,
    first: NDArray[np.int64],
    same: NDArray[np.int64],
    walked: bool = False,
) -> NDArray[np.float64] | None:
    """Merge points until one cluster is left, as SciPy does.

    Products settle everything unless distances nearly tie. Then the differences are summed as SciPy
    sums them, and it all is done again.

    Parameters
    ----------
    X : ndarray of shape (n, d), n ≥ 2, any real dtype, finite
    method : str
    algorithm : str
        "scipy", "chain" (Ward, average, complete and weighted), "generic" or `UNTIED` (centroid
        and median) or "prim" (single).
    products : bool
        Whether distances may come from matrix products.
    first, same : ndarray of int64
        The rows to merge, and the one that each of the n rows equals; "scipy" and "generic" take
        them all.
    walked : bool
        Whether pairs stand as scikit-learn has them, the part with the last entered point first;
        for "prim".

    Returns
    -------
    ndarray of shape (n - 1, 4), float64, or None
        SciPy's matrix; None by `UNTIED` if distances from products are not enough.
    """
    n = len(X)
    size = np.bincount(same, minlength=n)[first].astype(np.float64)
    points = X if len(first) == n else X[first]

    def merge(rows: _Rows) -> NDArray[np.float64]:
        if algorithm == "scipy":
            return by_scipy(rows.condensed(), method)
        matrix = rows.square()
        if algorithm == UNTIED and rows.tied:
            return np.empty((0, 4))
        if method in ("centroid", "median"):
            Z = loops.by_generic(matrix, method)
            return by_scipy(rows.condensed(), method) if Z is None else Z
        if method == "ward" and len(first) < n:  # of as many points as each row stands for
            _weigh(matrix, size)
        with progress.current().task("merges", total=len(points) - 1) as advance:
            by = loops.by_prim if algorithm == "prim" else loops.by_chain
            merges, height = by(matrix, method, size.copy())
            advance(len(height))
        later = np.flatnonzero(same != np.arange(n))
        merges = np.concatenate([np.column_stack([same[later], later]), first[merges]])
        height = np.concatenate([np.zeros(len(later)), height])
        order = np.argsort(height, kind="stable")
        ascending = np.column_stack([merges[order], height[order]])
        Z = np.asarray(_single_linkage_label(ascending))
        if not walked:
            Z[:, :2].sort(axis=1)
        return Z

    compiled = algorithm in COMPILED
    if products:
        with one_blas_thread():
            rows = _Products(points, squared=algorithm == "prim")
            products = not (compiled and rows.mostly_near())
            Z = merge(rows) if products else np.empty((0, 4))
        if products:
            if rows.squared:
                Z[:, 2] = np.sqrt(Z[:, 2])
            if rows.exact or not (rows.tied or _close(np.sort(Z[:, 2]))):
                return Z
        if algorithm == UNTIED:
            return None
    return merge(_Differences(points, compiled=compiled))


def rest(
    centres: NDArray[np.float64], size: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Merge clusters (m, d) of given sizes (m,) by Ward linkage with "chain"; None if any tie.

    The merges (m - 1, 2), children before parents, and their heights.
    """
    with one_blas_thread():
        rows = _Products(centres, squared=False)
        near = rows.mostly_near()
        matrix = (_Differences(centres, compiled=True) if near else rows).square()
    _weigh(matrix, size)
    if _any_tied(matrix):
        return None
    merges, height = loops.by_chain(matrix, "ward", size.copy())
    return None if _close(np.sort(height)) else (merges, height)


def _weigh(matrix: NDArray[np.float64], size: NDArray[np.float64]) -> None:
    """Make distances those of clusters of these sizes (m,), by Ward."""

    def weigh(part: slice) -> None:
        weight = 1 / size + 1 / size[part, None]
        np.divide(2, weight, out=weight)
        matrix[part] *= np.sqrt(weight, out=weight)

    for _ in in_threads(weigh, pieces(len(size), max(8, ENTRIES // len(size)))):
        pass


def by_scipy(condensed: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    """The hierarchy of checked condensed distances, by SciPy's compiled loops; they are kept."""
    n = int(_distance.num_obs_y(condensed))
    if method == "single":
        return np.asarray(_scipy.mst_single_linkage(condensed, n))
    loop = _scipy.fast_linkage if method in ("centroid", "median") else _scipy.nn_chain
    return np.asarray(loop(condensed, n, SCIPYS_CODES[method]))


class _Rows:
    """All distances of points, a strip of rows at a time."""

    tied = False
    """Whether somebody has two nearest, within the rounding."""

    def __init__(self, X: NDArray[Any]) -> None:
        self.n = len(X)

    def strip(self, start: int, stop: int) -> NDArray[np.float64]:
        """Distances of the rows from `start` to `stop` to those from `start` on."""
        raise NotImplementedError

    def condensed(self) -> NDArray[np.float64]:
        """The entries above the diagonal, (n·(n - 1)/2,)."""
        raise NotImplementedError

    def square(self) -> NDArray[np.float64]:
        """The symmetric matrix (n, n), with an infinite diagonal."""
        out = np.empty((self.n, self.n))

        def put(part: slice) -> None:
            start, stop = part.start, part.stop
            rows = self.strip(start, stop)
            out[start:stop, start:] = rows
            out[stop:, start:stop] = rows[:, stop - start :].T

        self._each(put)
        np.fill_diagonal(out, np.inf)
        return out

    def _each(self, put: Callable[[slice], None]) -> None:
        with progress.current().task("distances", total=self.n * (self.n - 1) // 2) as advance:
            at = 0
            for done in in_threads(put, pieces(self.n, max(8, ENTRIES // self.n))):
                advance(done * (2 * self.n - 2 * at - done - 1) / 2)
                at += done


class _Differences(_Rows):
    """Distances to the bit what SciPy's are, by loops of ours or by its own."""

    def __init__(self, X: NDArray[Any], *, compiled: bool) -> None:
        super().__init__(X)
        self.compiled = compiled
        self.points = np.ascontiguousarray(X, dtype=np.float64)

    def strip(self, start: int, stop: int) -> NDArray[np.float64]:
        return np.asarray(_distance.cdist(self.points[start:stop], self.points[start:]))

    def square(self) -> NDArray[np.float64]:
        if not self.compiled:
            return super().square()
        columns, out = np.array(self.points.T, order="C"), np.empty((self.n, self.n))
        self._each(lambda part: lanes.fill(columns, part.start, part.stop, out))
        return out

    def condensed(self) -> NDArray[np.float64]:
        if self.n**2 * self.points.shape[1] <= MAX_PDIST_WORK:
            return np.asarray(_distance.pdist(self.points))
        out = np.empty(self.n * (self.n - 1) // 2)

        def put(part: slice) -> None:
            for i, row in enumerate(self.strip(part.start, part.stop)):
                at = entry(part.start + i, self.n)
                out[at : at + len(row) - i - 1] = row[i + 1 :]

        self._each(put)
        return out


class _Products(_Rows):
    """Distances, or their squares, from products.

    ‖a − b‖² = ‖a‖² + ‖b‖² − 2a·b for centred points, which is exact for small whole numbers. `tied`
    tells whether somebody has two nearest, within the rounding. Single linkage needs to know only
    whether heights tie, and the squares.
    """

    def __init__(self, X: NDArray[Any], squared: bool) -> None:
        super().__init__(X)
        self.squared = squared
        self.X = np.ascontiguousarray(X)
        self.points, self.norms, self.exact = centred(X)

    def strip(self, start: int, stop: int) -> NDArray[np.float64]:
        product = self.points[start:stop] @ self.points[start:].T
        both = self.norms[start:stop, None] + self.norms[start:]
        squared = np.multiply(product, -2.0, dtype=np.float64)
        squared += both
        if not self.exact:
            np.fill_diagonal(squared, np.inf)
            both *= NEAR
            near = squared < both
            count = int(np.count_nonzero(near))
            if count > MAX_NEAR * near.size:
                some = np.asarray(self.X[start:], dtype=np.float64)
                return self._finished(_distance.cdist(some[: stop - start], some, "sqeuclidean"))
            if count:
                who, whom = np.nonzero(near)
                squared[who, whom] = paired(self.X, who + start, self.X, whom + start)
        return self._finished(squared)

    def _finished(self, squared: NDArray[np.float64]) -> NDArray[np.float64]:
        return squared if self.squared else np.asarray(np.sqrt(squared, out=squared))

    def mostly_near(self) -> bool:
        """Whether a sample shows so many near points that differences of all take no longer."""
        if self.exact:
            return False
        some = slice(None, None, max(1, self.n // PROBED))
        points, norms = self.points[some], self.norms[some]
        few = slice(None, None, max(1, len(points) // PROBES))
        both = norms[few, None] + norms
        near = both - 2 * points[few] @ points.T < NEAR * both
        return bool(np.count_nonzero(near) - len(near) > MAX_NEAR * near.size)

    def square(self) -> NDArray[np.float64]:
        matrix = super().square()
        if not (self.exact or self.squared):
            self.tied = _any_tied(matrix)
        return matrix

    def condensed(self) -> NDArray[np.float64]:
        matrix = self.square()
        return np.concatenate([matrix[i, i + 1 :] for i in range(self.n)])


def entry(i: int, n: int) -> int:
    """Where row `i` begins in a condensed matrix of `n` points."""
    return i * n - i * (i + 1) // 2


def _any_tied(matrix: NDArray[np.float64]) -> bool:
    """Whether any row of a square has two entries that are least."""
    parts = pieces(len(matrix), max(8, ENTRIES // len(matrix)))
    return any(results_in_threads(lambda part: _tied(matrix[part]), parts))


def _tied(rows: NDArray[np.float64]) -> bool:
    """Whether any row has two entries that are least, within the rounding of products."""
    reach = rows.min(axis=1, keepdims=True) * (1 + TIE)
    return bool(np.count_nonzero(rows <= reach) > len(rows))


def _close(ascending: NDArray[np.float64]) -> bool:
    """Whether two of these numbers agree, within the rounding of products."""
    return bool((np.diff(ascending) <= TIE * ascending[1:]).any())
