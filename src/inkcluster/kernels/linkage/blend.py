"""One merge in a stored matrix of distances: the formula of Lance & Williams (1967), row by row.

All on one thread: a merge takes less time than it can take a second thread to be given a core.
"""

# ruff: noqa: PLR0917 (a kernel takes its arrays by position)
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inkcluster.kernels._jit import kernel

COMPLETE, AVERAGE, WEIGHTED = range(3)


@kernel()
def at(i: int, j: int, m: int) -> int:
    """Where the entry of slots i < j of m is."""
    return i * m - i * (i + 1) // 2 - i - 1 + j


@kernel()
def blend(
    matrix: NDArray[np.generic],
    m: int,
    alive: NDArray[np.int64],
    size: NDArray[np.float64],
    i: int,
    j: int,
    method: int,
    half: float,
    fresh: NDArray[np.float64],
) -> None:
    """Put the distances of i ∪ j to others in the place of those of i.

    Parameters
    ----------
    matrix : (m·(m - 1)/2,) rows above the diagonal; the entries of i are overwritten
    alive : (c,) int64, slots without i and j; read
    size : (m,) float64, points, before the merge; read
    i, j : slots, i < j
    half : what makes a whole number the nearest one where the matrix holds such, else 0
    fresh : (c,) float64, the new distances as stored; written
    """
    row_i, row_j = at(i, 0, m), at(j, 0, m)
    pa = size[i] / (size[i] + size[j]) if method == AVERAGE else 0.5
    m2 = 2 * m - 1
    for t in range(alive.shape[0]):
        z = alive[t]
        base = z * (m2 - z) // 2 - z - 1
        one = base + i if z < i else row_i + z
        other = base + j if z < j else row_j + z
        a, b = np.float64(matrix[one]), np.float64(matrix[other])
        d = max(a, b) if method == COMPLETE else pa * a + (1 - pa) * b
        stored = matrix.dtype.type(d + half)
        matrix[one] = stored
        fresh[t] = np.float64(stored)


@kernel(fastmath=True)
def _least(row: NDArray[np.generic], gone: NDArray[np.generic]) -> float:
    least = row.dtype.type(max(row[0], gone[0]))
    for t in range(row.shape[0]):
        least = min(least, max(row[t], gone[t]))
    return np.float64(least)


@kernel()
def row_least(
    matrix: NDArray[np.generic],
    m: int,
    x: int,
    gone: NDArray[np.generic],
    band: float,
    out: NDArray[np.int64],
) -> tuple[float, int]:
    """The least of a row, and all slots within `band` of it.

    Parameters
    ----------
    matrix : (m·(m - 1)/2,); read
    gone : (m,) of the matrix's dtype, its largest value for slots no longer there, else 0; read
    out : (m,) int64, slots; written

    Returns
    -------
    tuple of (float, int)
        The least and how many slots are in `out`.
    """
    if x == m - 1:
        return np.inf, 0
    start = at(x, x + 1, m)
    row = matrix[start : start + m - x - 1]
    least = _least(row, gone[x + 1 :])
    count = 0
    for t in range(row.shape[0]):
        if np.float64(row[t]) <= least + band and gone[x + 1 + t] == 0:
            out[count] = x + 1 + t
            count += 1
    return (least, count) if count else (np.inf, 0)


@kernel()
def compact(matrix: NDArray[np.generic], m: int, alive: NDArray[np.int64]) -> None:
    """Move the rows and columns of the slots `alive`, ascending, to the front, in their order."""
    to = 0
    for p in range(alive.shape[0]):
        start = at(alive[p], 0, m)
        for q in range(p + 1, alive.shape[0]):
            matrix[to] = matrix[start + alive[q]]
            to += 1
