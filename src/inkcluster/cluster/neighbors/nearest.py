"""Finds the exact nearest neighbours of every point, which density, shapes and trees rest on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.neighbors import choose
from inkcluster.cluster.neighbors.equals import spread, without_itself
from inkcluster.cluster.neighbors.tree import by_tree, tree_bytes
from inkcluster.compute.duplicates import distinct
from inkcluster.compute.magnitude import MIN_SQUARABLE, check_squares, real_array
from inkcluster.compute.memory import SPARE, budget, require
from inkcluster.compute.threads import pieces
from inkcluster.errors import BadInputError

Neighbours = tuple[NDArray[np.float64], NDArray[np.int32]]
"""Squared distances and rows, each (n, k)."""
Rows = NDArray[np.int32] | NDArray[np.int64]
LANES = 64
"""Sums side by side in a squared distance, as in :mod:`inkcluster.kernels.gaps`."""
MAX_COLUMNS = 16
"""Dimensions up to which squares are added column by column, which is faster."""
ENTRIES = 1 << 20
"""Numbers in an array of distances or differences."""
PLAIN = (np.ndarray, np.memmap)
"""Classes of arrays whose values are those below."""


def nearest_neighbors(
    X: NDArray[np.generic],
    k: int,
    *,
    queries: NDArray[np.generic] | None = None,
    itself: bool = False,
    memory_limit: int | None = None,
) -> Neighbours:
    """The `k` nearest rows of `X` to each of its rows, or to each query, under Euclidean distance.

    Squared distances are sums of squared differences in float64, in an order that the source fixes.
    They are the same to the bit for (a, b) and (b, a), any block size, number of threads and size
    of data, and exact for integers. Of equal distances the lower row comes first.

    Parameters
    ----------
    X : ndarray of shape (n, d), any real dtype, finite; may be memory-mapped
    k : int
        From 1 to the number of rows that can be neighbours: n - 1, or n with `itself` or `queries`.
    queries : ndarray of shape (m, d), any real dtype, finite, optional
        Points to find the neighbours of; the rows of `X` if left out.
    itself : bool
        Whether a row of `X` is a neighbour of itself, at distance 0. It then ranks among its
        duplicates by row, as where `X` is given as `queries`. The distance to the last of
        `min_samples` neighbours, itself counted, is scikit-learn's core distance. A point has at
        least j neighbours within eps if and only if its j-th squared distance is at most eps².
    memory_limit : int, optional
        Bytes that may be taken, the results included; what is free if left out.

    Returns
    -------
    squared : ndarray of shape (n or m, k), float64, ascending along each row
        Squared distances.
    rows : ndarray of shape (n or m, k), int32
        Rows of `X`.

    Raises
    ------
    BadInputError
        If there are fewer than `k` neighbours to find, or squared distances leave float64.
    TooLittleMemoryError
        If more bytes are needed than `memory_limit`.

    Examples
    --------
    >>> import numpy as np
    >>> from inkcluster.cluster.neighbors import nearest_neighbors
    >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
    >>> squared, rows = nearest_neighbors(X, 2)
    >>> rows.tolist()
    [[1, 2], [0, 2], [3, 1], [2, 1]]
    >>> squared.tolist()
    [[1.0, 9.0], [1.0, 4.0], [0.0, 4.0], [0.0, 4.0]]
    >>> nearest_neighbors(X, 2, queries=np.array([[1.2]]))[1].tolist()
    [[1, 0]]
    >>> nearest_neighbors(X, 2, itself=True)[1].tolist()
    [[0, 1], [1, 0], [2, 3], [2, 3]]
    """
    X = _table(X, "X")
    if queries is not None:
        queries = _table(queries, "queries")
        if queries.shape[1] != X.shape[1]:
            raise BadInputError(
                f"queries have {queries.shape[1]} columns, and X has {X.shape[1]}; give as many."
            )
    if not isinstance(k, int | np.integer):
        raise BadInputError(f"k must be a whole number, not {k!r}.")
    there = len(X) - (queries is None and not itself)
    if not 1 <= k <= there:
        raise BadInputError(
            f"k must be from 1 to {there:,}, the number of possible neighbours among {len(X):,} "
            f"points, not {k}."
        )
    asking = X if queries is None else queries
    check_squares(X, least=0.0 if queries is not None else MIN_SQUARABLE)
    if queries is not None:
        check_squares(queries, least=0.0)
    n, m, d = len(X), len(asking), X.shape[1]
    algorithm = choose.algorithm(n, m, d, k)
    merged = choose.merges_equals(X, m, algorithm)
    wide = 0  # bytes more that products of all dimensions would take
    if algorithm == "tree":
        need = SPARE + tree_bytes(n, m, d, k)
    elif algorithm == "numpy":
        pairs = min(n * m, max(ENTRIES, n))
        need = SPARE + 8 * d * (2 * n + m) + 12 * m * k + 80 * pairs
        need += 4 * 8 * min(ENTRIES, pairs * d)
    else:
        from inkcluster.cluster.neighbors.search import search_bytes

        sizes = n, 0 if queries is None else m, d, k
        need = search_bytes(*sizes)
        wide = search_bytes(*sizes, whole=True) - need
        copied = {id(A): A.nbytes for A in (X, asking) if not A.flags.c_contiguous}
        need += sum(copied.values())
    need += X.nbytes if merged else 0
    require(f"The search for {k:,} neighbours", m, need, memory_limit, "draw a sample or lower k")
    whole = not wide or need + wide <= budget(memory_limit)
    if not merged:
        return _found(X, queries, k, itself, whole=whole)
    first, same = distinct(X)
    more = k + (queries is None and not itself)
    lists = _found(X[first], queries, min(more, len(first)), itself=True, whole=whole)
    lists = spread(*lists, same, more)
    if queries is None:
        number = np.searchsorted(first, same)
        lists = lists[0][number], lists[1][number]
    return lists if more == k else without_itself(*lists)


def _table(X: NDArray[np.generic], what: str) -> NDArray[np.generic]:
    if not isinstance(X, np.ndarray) or type(X) not in PLAIN or X.dtype.kind not in "iu":
        X = real_array(X, what)
    if X.ndim != 2 or not X.shape[1]:
        raise BadInputError(f"{what} must be of shape (n, d), d at least 1, not {X.shape}.")
    return X


def _found(
    X: NDArray[np.generic],
    queries: NDArray[np.generic] | None,
    k: int,
    itself: bool,
    *,
    whole: bool,
) -> Neighbours:
    """Do as :func:`nearest_neighbors`, by a tree, NumPy or compiled code."""
    asking = X if queries is None else queries
    algorithm = choose.algorithm(len(X), len(asking), X.shape[1], k)
    if algorithm == "tree":
        return by_tree(X, asking, k, paired, itself=itself or queries is not None)
    if algorithm == "numpy":
        return _brute_force(X, asking, k, itself or queries is not None)
    from inkcluster.cluster.neighbors.search import search

    return search(X, queries, k, itself, whole=whole)


def check_neighbors(lists: Neighbours, n: int, k: int) -> None:
    """Refuse lists not of `n` points, with fewer than `k` neighbours or without the point itself.

    Raises
    ------
    BadInputError
        Naming the shapes.
    """
    squared, rows = lists
    if squared.shape != rows.shape or squared.ndim != 2 or len(rows) != n or rows.shape[1] < k:
        raise BadInputError(
            f"lists must hold at least {k:,} neighbours of each of the {n:,} points; these have the "
            f"shapes {squared.shape} and {rows.shape}."
        )
    if squared[:, 0].any():
        raise BadInputError(
            "lists must count each point among its own neighbours, at distance 0; find them with "
            "itself=True."
        )


def _brute_force(
    X: NDArray[np.generic], queries: NDArray[np.generic], k: int, itself: bool
) -> Neighbours:
    """Do as :func:`nearest_neighbors` by NumPy; `itself`: whether row i may be one of query i's.

    A product proposes pairs; those that its rounding cannot exclude are decided in float64.
    """
    n, m = len(X), len(queries)
    points = np.asarray(X, dtype=np.float64)
    asked = np.asarray(queries, dtype=np.float64)
    origin = points.mean(axis=0)
    centred = points - origin
    square = np.einsum("ij,ij->i", centred, centred)
    squared, rows = np.empty((m, k)), np.empty((m, k), np.int32)
    for start in range(0, m, max(1, ENTRIES // n)):
        some = asked[start : start + max(1, ENTRIES // n)]
        near = some - origin
        own = np.einsum("ij,ij->i", near, near)
        rough = own[:, None] + square - 2 * (near @ centred.T)
        if not itself:
            rough[np.arange(len(some)), np.arange(start, start + len(some))] = np.inf
        grain = (X.shape[1] + 16) * 2.0**-51 * (np.sqrt(own) + np.sqrt(square.max())) ** 2
        last = np.partition(rough, k - 1, axis=1)[:, k - 1]
        who, which = np.nonzero(rough <= (last + grain)[:, None])
        exact = paired(some, who, points, which)
        order = np.lexsort((which, exact, who))
        first = np.searchsorted(who, np.arange(len(some)))  # where each query's candidates begin
        best = order[first[:, None] + np.arange(k)]
        squared[start : start + len(some)] = exact[best]
        rows[start : start + len(some)] = which[best]
    return squared, rows


def paired(a: NDArray[np.generic], i: Rows, b: NDArray[np.generic], j: Rows) -> NDArray[np.float64]:
    """Squared distances of the rows `a[i]` to `b[j]`, to the bit what the compiled loop gives."""
    out = np.empty(len(i))
    d = a.shape[1]
    used = min(LANES, 1 << (d - 1).bit_length())  # the other lanes would hold zeros
    for part in pieces(len(i), max(1, ENTRIES // d)):
        if d <= MAX_COLUMNS:
            squares = [_squared(a[:, t], i[part], b[:, t], j[part]) for t in range(d)]
            half = used
            while half > 1:
                half //= 2
                for t in range(half, len(squares)):
                    squares[t - half] += squares[t]
                del squares[half:]
            out[part] = squares[0]
            continue
        difference = a[i[part]].astype(np.float64) - b[j[part]].astype(np.float64)
        difference *= difference
        lanes = np.zeros((len(difference), used))
        for t in range(0, d, LANES):
            lanes[:, : d - t] += difference[:, t : t + LANES]
        while lanes.shape[1] > 1:
            half = lanes.shape[1] // 2
            lanes = lanes[:, :half] + lanes[:, half:]
        out[part] = lanes[:, 0]
    return out


def _squared(
    a: NDArray[np.generic], i: Rows, b: NDArray[np.generic], j: Rows
) -> NDArray[np.float64]:
    step: NDArray[np.float64] = a[i].astype(np.float64)
    step -= b[j].astype(np.float64, copy=False)
    step *= step
    return step
