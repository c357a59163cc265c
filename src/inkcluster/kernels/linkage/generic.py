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
def _settle(i: int, count: int, heap: Heap) -> None:
    """Move the row in place `i` up or down to where its value belongs."""
    row, place, value = heap
    x = row[i]
    own = value[x]
    while i > 0 and value[row[(i - 1) >> 1]] > own:
        row[i] = row[(i - 1) >> 1]
        place[row[i]] = i
        i = (i - 1) >> 1
    child = 2 * i + 1
    while child < count:
        if child + 1 < count and value[row[child + 1]] < value[row[child]]:
            child += 1
        if not own > value[row[child]]:
            break
        row[i] = row[child]
        place[row[i]] = i
        i = child
        child = 2 * i + 1
    row[i] = x
    place[x] = i


@kernel()
def _blend(method: int, a: F64, b: F64, d: float, na: float, nb: float, gone: I64) -> bool:
    """Write to `b` the distances of the union of two clusters (Lance & Williams 1967).

    Returns whether rounding gave a negative square for a slot that is not gone.
    """
    broken = 0
    for i in range(a.shape[0]):
        if method == CENTROID:
            both = na * a[i] * a[i] + nb * b[i] * b[i]
            square = (both - (na * nb * d * d) / (na + nb)) / (na + nb)
        else:
            square = 0.5 * (a[i] * a[i] + b[i] * b[i]) - 0.25 * d * d
        broken |= int(square < 0) & int(gone[i] == 0)
        b[i] = np.sqrt(square)
    return broken != 0


@kernel()
def _concerned(fresh: F64, value: F64, neighbour: I64, start: int, stop: int, x: int) -> bool:
    found = 0
    for j in range(np.uint64(start), np.uint64(stop)):
        found |= int(fresh[j] < value[j]) | int(neighbour[j] == x)
    return found != 0


@kernel()
def merge(  # noqa: PLR0912 (one step of the algorithm, read from top to bottom)
    matrix: F64, keys: I64, method: int, size: F64, name: I64,
    gone: I64, made: I64, seen: I64, unions: I64, neighbour: I64,
    heap: Heap, count: int, first: int, Z: F64,
) -> bool:  # fmt: skip
    """Make the next r merges.

    Parameters
    ----------
    matrix : (m, m) float64, symmetric distances; overwritten
    keys : (m, m) int64, the same memory
    method : CENTROID or MEDIAN
    size : (m,) float64, how many points each slot stands for; updated
    name : (m,) int64, the number of the cluster in a slot; updated
    gone, made, seen : as in :func:`.chain.merge`
    unions : (r,) int64; overwritten
    neighbour : (m,) int64, a later slot that may be nearest to each; updated
    heap : m rows, of which `count` are in it; updated
    first : the number of the first union
    Z : (r, 4) float64, SciPy's rows; written

    Returns
    -------
    Whether all are made: not if rounding gave a negative square.
    """
    row, place, value = heap
    new = -1  # the last union, until its nearest is found
    for k in range(Z.shape[0] + 1):
        for _ in range(count + 1):
            x = new
            if new < 0:
                x = row[0]
                y = neighbour[x]
                now = matrix[y, x] if made[y] > seen[x] else matrix[x, y]
                if k == Z.shape[0] or value[x] == now:
                    break
                catch_up(matrix, x, unions, made, seen[x], k)
                seen[x] = k
            new = -1
            y = nearest(keys[x, x + 1 :], gone[x + 1 :], -1)
            neighbour[x] = -1 if y < 0 else x + 1 + y
            value[x] = np.inf if y < 0 else matrix[x, x + 1 + y]
            _settle(place[x], count, heap)
        if k == Z.shape[0]:
            break
        x = row[0]
        y = neighbour[x]
        d = value[x]
        count -= 1
        row[0], row[count] = row[count], x
        place[row[0]], place[x] = 0, count
        _settle(place[row[0]], count, heap)
        catch_up(matrix, x, unions, made, seen[x], k)
        catch_up(matrix, y, unions, made, seen[y], k)
        Z[k, 0], Z[k, 1] = min(name[x], name[y]), max(name[x], name[y])
        Z[k, 2], Z[k, 3] = d, size[x] + size[y]
        gone[x] = MAX_KEY
        fresh = matrix[y]
        if _blend(method, matrix[x], fresh, d, size[x], size[y], gone):
            return False
        fresh[y] = np.inf
        unions[k] = y
        made[x] = 0
        made[y] = seen[y] = k + 1
        size[y] += size[x]
        name[y] = first + k
        for start in range(0, y, ROWS):
            stop = min(y, start + ROWS)
            if _concerned(fresh, value, neighbour, start, stop, x):
                for z in range(start, stop):
                    if gone[z] == 0:
                        if neighbour[z] == x:
                            neighbour[z] = y
                        if fresh[z] < value[z]:
                            neighbour[z], value[z] = y, fresh[z]
                            _settle(place[z], count, heap)
        if y < matrix.shape[0] - 1:
            new = y
    return True
