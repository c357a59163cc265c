"""Merges clusters over a square matrix of their distances, as SciPy does, ties included."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels.linkage import chain, generic

MIN_HALVED = 64
"""Clusters from which the matrix is copied to one of half the size once half of them are left."""


def by_chain(
    matrix: NDArray[np.float64], method: str, size: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ward, average, complete and weighted: chains of nearest neighbours (Murtagh 1983)."""
    codes = {"ward": chain.WARD, "average": chain.AVERAGE, "complete": chain.COMPLETE}
    n = len(matrix)
    merges, height = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    names, stack, length, done = np.arange(n), np.zeros(n, np.int64), 0, 0
    while done < n - 1:
        m = len(matrix)
        new = slice(done, done + (m // 2 if m > MIN_HALVED else m - 1))
        gone, made, seen = np.zeros((3, m), np.int64)
        length = chain.merge(
            matrix, codes.get(method, chain.WEIGHTED), size, stack, length, gone, made, seen,
            merges[new], height[new],
        )  # fmt: skip
        merges[new] = names[merges[new]]
        done = new.stop
        left = np.flatnonzero(gone == 0)
        smaller = np.empty((len(left), len(left)))
        chain.copy(matrix, left, made, seen, smaller)
        matrix, size, names = smaller, size[left], names[left]
        stack[:length] = np.searchsorted(left, stack[:length])
    return merges, height


def by_generic(matrix: NDArray[np.float64], method: str) -> NDArray[np.float64] | None:
    """Centroid and median: SciPy's matrix; None if rounding gave a negative square."""
    n = len(matrix)
    Z = np.empty((n - 1, 4))
    size, name, row = np.ones(n), np.arange(n), np.arange(n)
    neighbour, value = np.full(n, -1), np.full(n, np.inf)
    for x in range(n - 1):
        neighbour[x] = x + 1 + matrix[x, x + 1 :].argmin()
        value[x] = matrix[x, neighbour[x]]
    row[:-1] = heaped(value[:-1])
    heap = row, np.argsort(row), value
    code = generic.MEDIAN if method == "median" else generic.CENTROID
    done = 0
    while done < n - 1:
        m = len(matrix)
        gone, made, seen = np.zeros((3, m), np.int64)
        new = Z[done : done + (m // 2 if m > MIN_HALVED else m - 1)]
        if not generic.merge(
            matrix, matrix.view(np.int64), code, size, name, gone, made, seen,
            np.empty(len(new), np.int64), neighbour, heap, m - 1, n + done, new,
        ):  # fmt: skip
            return None
        done += len(new)
        left = np.flatnonzero(gone == 0)
        smaller = np.empty((len(left), len(left)))
        chain.copy(matrix, left, made, seen, smaller)
        matrix, size, name = smaller, size[left], name[left]
        neighbour = np.searchsorted(left, neighbour[left])
        row = np.append(np.searchsorted(left, heap[0][: len(left) - 1]), len(left) - 1)
        heap = row, np.argsort(row), heap[2][left]
    return Z


def heaped(value: NDArray[np.float64]) -> list[int]:
    """Rows in the order in which SciPy's heap holds them at first."""
    of, row = value.tolist(), list(range(len(value)))
    for i in range(len(row) // 2 - 1, -1, -1):
        at, child = i, 2 * i + 1
        while child < len(row):
            if child + 1 < len(row) and of[row[child + 1]] < of[row[child]]:
                child += 1
            if not of[row[at]] > of[row[child]]:
                break
            row[at], row[child] = row[child], row[at]
            at, child = child, 2 * child + 1
    return row


def by_prim(
    matrix: NDArray[np.float64], method: str, size: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Single linkage: join the nearest point to those from row 0, until all are joined (Prim 1957)."""
    del method, size
    n = len(matrix)
    joined, nearest, row = np.zeros(n), np.full(n, np.inf), np.empty(n)
    order, height = np.zeros(n, np.int64), np.empty(n - 1)
    at = 0
    for k in range(n - 1):
        joined[at] = nearest[at] = np.inf
        np.add(matrix[at], joined, out=row)
        np.minimum(nearest, row, out=nearest)
        at = int(nearest.argmin())
        order[k + 1], height[k] = at, nearest[at]
    return np.column_stack([order[:-1], order[1:]]), height


def earliest(merges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Merges (r, 2), named by any members, children before parents: by the earliest, lower first."""
    name = list(range(int(merges.max(initial=-1)) + 1))
    named = []
    for pair in merges.tolist():
        ends = []
        for end in pair:
            at = end
            while name[at] != at:
                name[at] = at = name[name[at]]
            ends.append(at)
        named.append(sorted(ends))
        name[max(ends)] = min(ends)
    return np.array(named, np.int64)
