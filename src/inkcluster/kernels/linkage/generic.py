"""Merges the nearest two clusters of a square matrix of distances (Müllner 2011, generic algorithm).

The arithmetic and the order of SciPy's ``fast_linkage``, its heap included, so that the merges are its
own to the bit, ties included. Rows are read from end to end.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.chain import MAX_KEY, catch_up, nearest

CENTROID, MEDIAN = range(2)
ROWS = 128
"""Rows whose nearest are looked at together."""

Heap = tuple[I64, I64, F64]
"""row, place, value : (m,), the row in each place, the place of each row, and each row's value"""


@kernel()
def _swap(i: int, j: int, heap: Heap) -> None:
    row, place, _ = heap
    row[i], row[j] = row[j], row[i]
    place[row[i]], place[row[j]] = i, j


@kernel()
def _settle(i: int, count: int, heap: Heap) -> None:
    """Move the row in place `i` up or down to where its new value belongs."""
    row, _, value = heap
    while i > 0 and value[row[(i - 1) // 2]] > value[row[i]]:
        _swap(i, (i - 1) // 2, heap)
        i = (i - 1) // 2
    _sift(i, count, heap)


@kernel()
def _sift(i: int, count: int, heap: Heap) -> None:
    """Move the row in place `i` down."""
    row, _, value = heap
    child = 2 * i + 1
    while child < count:
        if child + 1 < count and value[row[child + 1]] < value[row[child]]:
            child += 1
        if not value[row[i]] > value[row[child]]:
            break
        _swap(i, child, heap)
        i = child
        child = 2 * i + 1


@kernel()
def _blend(method: int, a: F64, b: F64, d: float, na: float, nb: float) -> None:
    """Write to `b` the distances of the union of two clusters (Lance & Williams 1967)."""
    if method == CENTROID:
        for i in range(a.shape[0]):
            both = na * a[i] * a[i] + nb * b[i] * b[i]
            b[i] = np.sqrt((both - (na * nb * d * d) / (na + nb)) / (na + nb))
    else:
        for i in range(a.shape[0]):
            b[i] = np.sqrt(0.5 * (a[i] * a[i] + b[i] * b[i]) - 0.25 * d * d)


@kernel()
def _concerned(fresh: F64, value: F64, neighbour: I64, x: int) -> bool:
    found = 0
    for j in range(fresh.shape[0]):
        found |= int(fresh[j] < value[j]) | int(neighbour[j] == x)
    return found != 0


@kernel()
def _broken(fresh: F64, gone: I64) -> bool:
    """Whether a distance that counts is not a number."""
    found = 0
    for j in range(fresh.shape[0]):
        found |= int(fresh[j] != fresh[j]) & int(gone[j] == 0)
    return found != 0


@kernel()
def search(matrix: F64, start: int, stop: int, gone: I64, neighbour: I64, value: F64) -> None:
    """Find the nearest of the later slots for the rows from `start` to `stop`."""
    keys = matrix.view(np.int64)
    for x in range(start, stop):
        y = nearest(keys[x, x + 1 :], gone[x + 1 :], -1)
        neighbour[x] = -1 if y < 0 else x + 1 + y
        value[x] = np.inf if y < 0 else matrix[x, x + 1 + y]


@kernel()
def heaped(count: int, heap: Heap) -> None:
    """Order `count` rows as SciPy's heap does at first."""
    for i in range(count // 2 - 1, -1, -1):
        _sift(i, count, heap)


@kernel()
def merge(
    matrix: F64, method: int, size: F64, name: I64, gone: I64, made: I64, seen: I64, neighbour: I64,
    heap: Heap, count: int, first: int, Z: F64,
) -> bool:  # fmt: skip
    """Make the next r merges.

    Parameters
    ----------
    matrix : (m, m) float64, symmetric distances; overwritten
    method : CENTROID or MEDIAN
    size : (m,) float64, how many points each slot stands for; updated
    name : (m,) int64, the number of the cluster in a slot; updated
    gone, made, seen : as in :func:`.chain.merge`
    neighbour : (m,) int64, a later slot that may be nearest to each; updated
    heap : m rows, of which `count` are in it; updated
    first : the number of the first union
    Z : (r, 4) float64, SciPy's rows; written

    Returns
    -------
    Whether all are made: not if rounding gave a negative square.
    """
    unions = np.empty(Z.shape[0], np.int64)
    row, place, value = heap
    for k in range(Z.shape[0]):
        x = row[0]
        for _ in range(count + 1):
            x = row[0]
            y = neighbour[x]
            now = matrix[y, x] if made[y] > seen[x] else matrix[x, y]
            if value[x] == now:
                break
            catch_up(matrix, x, unions, made, seen[x], k)
            seen[x] = k
            search(matrix, x, x + 1, gone, neighbour, value)
            _sift(0, count, heap)
        y = neighbour[x]
        d = value[x]
        count -= 1
        _swap(0, count, heap)
        _sift(0, count, heap)
        catch_up(matrix, x, unions, made, seen[x], k)
        catch_up(matrix, y, unions, made, seen[y], k)
        Z[k, 0], Z[k, 1] = min(name[x], name[y]), max(name[x], name[y])
        Z[k, 2], Z[k, 3] = d, size[x] + size[y]
        fresh = matrix[y]
        _blend(method, matrix[x], fresh, d, size[x], size[y])
        fresh[y] = np.inf
        gone[x] = MAX_KEY
        unions[k] = y
        made[x] = 0
        made[y] = seen[y] = k + 1
        size[y] += size[x]
        name[y] = first + k
        for start in range(0, y, ROWS):
            stop = min(y, start + ROWS)
            if _concerned(fresh[start:stop], value[start:stop], neighbour[start:stop], x):
                for z in range(start, stop):
                    if gone[z] == 0:
                        if neighbour[z] == x:
                            neighbour[z] = y
                        if fresh[z] < value[z]:
                            neighbour[z], value[z] = y, fresh[z]
                            _settle(place[z], count, heap)
        if _broken(fresh, gone):
            return False
        if y < matrix.shape[0] - 1:
            search(matrix, y, y + 1, gone, neighbour, value)
            _settle(place[y], count, heap)
    return True
