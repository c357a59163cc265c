"""Ward by rounds: each cluster keeps a list of its nearest clusters and a bound for all others.

A list outlives a round: a merge of two reciprocal nearest neighbours never brings the union nearer
to a third cluster than the nearer of the two was.
"""

from __future__ import annotations

import numpy as np

from inkcluster.kernels._arrays import F32, F64, I32, I64, Bools
from inkcluster.kernels._jit import kernel
from inkcluster.kernels.linkage.search import dot
from inkcluster.kernels.linkage.ties import precedes, rounded

Lists = tuple[I32, F64, F64, I32, Bools]
"""near, far : (n, K), clusters and squared distances, ascending, -1 and infinity at the end
bound : (n,), squared; no cluster outside the list is nearer
nearest, sure : (n,), the nearest cluster, and whether it is proven
"""
SAFE = 1 - 1e-12
"""Factor that lowers a bound by more than its rounding."""


@kernel(fastmath=True)
def gap_of_sums(a: F64, fa: float, b: F64, fb: float) -> float:
    """Squared distance of a·fa to b·fb, both (d,)."""
    total = 0.0
    for t in range(a.shape[0]):
        step = a[t] * fa - b[t] * fb
        total += step * step
    return total


@kernel()
def _ward_squared(sums: F64, size: F64, x: int, y: int) -> float:
    """Squared Ward distance of two clusters, the same to the bit in either order."""
    a, b = min(x, y), max(x, y)
    gap = gap_of_sums(sums[a], 1 / size[a], sums[b], 1 / size[b])
    return float(gap * (2 * size[a] * size[b] / (size[a] + size[b])))


@kernel()
def _keep(d: float, y: int, near: I32, far: F64, bound: float) -> float:
    """Put a candidate into an ascending list; return the bound, lowered by what falls out."""
    at = near.shape[0] - 1
    if far[at] <= d:
        return min(bound, d)
    out = far[at]
    while at > 0 and far[at - 1] > d:
        far[at] = far[at - 1]
        near[at] = near[at - 1]
        at -= 1
    far[at] = d
    near[at] = y
    return float(min(bound, out))


@kernel()
def _conclude(x: int, lists: Lists) -> None:
    """Find the nearest in a list, ties by earliest members, and whether it is proven."""
    near, far, bound, nearest, sure = lists
    best = 0
    for t in range(1, near.shape[1]):
        if near[x, t] < 0 or rounded(far[x, t]) > rounded(far[x, 0]):
            break
        if precedes(far[x, t], x, near[x, t], far[x, best], near[x, best]):
            best = t
    nearest[x] = near[x, best]
    sure[x] = near[x, best] >= 0 and rounded(far[x, best]) < rounded(bound[x])


@kernel()
def settle(
    sums: F64, size: F64, slots: I64, queries: I64, values: F32, ids: I32, lists: Lists
) -> None:
    """Turn proposals into lists, in float64, as far as they can matter.

    Parameters
    ----------
    sums : (n, d) float64; size : (n,) float64; read
    slots : (m,) int64, the clusters that the proposals' rows stand for; read
    queries : (r,) int64, rows among the m that asked; read
    values, ids : (r, M), what :func:`~inkcluster.kernels.linkage.search.propose` wrote; read
    lists : written
    """
    near, far, bound, _, _ = lists
    wanted = ids.shape[1]
    last = far.shape[1] - 1
    for i in range(queries.shape[0]):
        x = slots[queries[i]]
        near[x] = -1
        far[x] = np.inf
        rest = np.inf
        for t in range(wanted):
            if ids[i, t] < 0:
                break
            if np.float64(values[i, t]) >= far[x, last]:
                rest = min(rest, np.float64(values[i, t]))
                break
            y = slots[ids[i, t]]
            rest = _keep(_ward_squared(sums, size, x, y), y, near[x], far[x], rest)
        if ids[i, wanted - 1] >= 0:
            rest = min(rest, np.float64(values[i, wanted - 1]))
        bound[x] = rest * SAFE
        _conclude(x, lists)


@kernel()
def scan(
    sums: F64, size: F64, slots: I64, queries: I64, lead: F32, square: F32, lists: Lists
) -> None:
    """Decide the nearest by all clusters, where more tie than a list holds.

    Parameters as in :func:`settle` and :func:`~inkcluster.kernels.linkage.search.propose`.
    """
    near, far, bound, nearest, sure = lists
    for i in range(queries.shape[0]):
        row = queries[i]
        x = slots[row]
        best = far[x, 0]
        at = -1
        for j in range(slots.shape[0]):
            y = slots[j]
            if j != row:
                weight = 2 * size[x] * size[y] / (size[x] + size[y])
                low = square[row] + square[j] - np.float32(2) * dot(lead[row], lead[j])
                if low * weight <= best * (1 + 1e-9):
                    d = _ward_squared(sums, size, x, y)
                    if precedes(d, x, y, best, at) and rounded(d) <= rounded(best):
                        best = d
                        at = y
        near[x] = -1
        far[x] = np.inf
        near[x, 0] = at
        far[x, 0] = best
        bound[x] = best * SAFE
        nearest[x] = at
        sure[x] = True


@kernel()
def pairs(slots: I64, nearest: I32, sure: Bools, into: I32, out: I32) -> int:
    """Write reciprocal nearest neighbours, lower first, to `out` (n, 2); return how many."""
    count = 0
    for i in range(slots.shape[0]):
        into[slots[i]] = -1
    for i in range(slots.shape[0]):
        x = slots[i]
        y = nearest[x]
        if sure[x] and y > x and sure[y] and nearest[y] == x:
            into[x] = x
            into[y] = x
            out[count, 0] = x
            out[count, 1] = y
            count += 1
    return count


@kernel()
def unite(merges: I32, sums: F64, size: F64) -> None:
    """Add the second of each pair (r, 2) to the first: sums (n, d) and sizes (n,)."""
    for i in range(merges.shape[0]):
        a, b = merges[i, 0], merges[i, 1]
        for t in range(sums.shape[1]):
            sums[a, t] += sums[b, t]
        size[a] += size[b]


@kernel()
def refresh(  # noqa: PLR0912 (one pass over a list)
    slots: I64, sums: F64, size: F64,
    partner: I32, height: F64, least: float, into: I32, lists: Lists,
) -> None:  # fmt: skip
    """Update the lists after a round.

    Parameters
    ----------
    slots : (m,) int64; sums : (n, d); size : (n,), after the round; read
    partner : (n,) int32, what a cluster has just absorbed, -1 for nothing; read
    height : (n,) float64, the squared distance of that merge; read
    least : size of the smallest cluster
    into : (n,) int32, the union that a cluster went into, -1 if it stayed; read
    lists : updated
    """
    near, far, bound, nearest, sure = lists
    keep = near.shape[1]
    for i in range(slots.shape[0]):
        x = slots[i]
        b = partner[x]
        touched = b >= 0
        for t in range(keep):
            if near[x, t] >= 0 and into[near[x, t]] >= 0:
                touched = True
        if not touched:
            continue
        held = b < 0 and sure[x] and into[nearest[x]] < 0
        old = np.empty(2 * keep, np.int64)
        length = np.empty(2 * keep, np.float64)
        rest = bound[x]
        count = 0
        for side in range(2 if b >= 0 else 1):
            for t in range(keep):
                y = near[b, t] if side else near[x, t]
                if y < 0:
                    break
                d = far[x, t]
                moved = b >= 0
                if into[y] >= 0:
                    y = into[y]
                    moved = True
                seen = y == x
                for u in range(count):
                    seen = seen or old[u] == y
                if not seen:
                    old[count] = y
                    length[count] = _ward_squared(sums, size, x, old[count]) if moved else d
                    count += 1
        if b >= 0:
            nb = size[b]
            na = size[x] - nb
            rest = ((na + least) * bound[x] + (nb + least) * bound[b] - least * height[x]) / (
                na + nb + least
            )
            rest *= SAFE
        near[x] = -1
        far[x] = np.inf
        for u in range(count):
            rest = _keep(length[u], old[u], near[x], far[x], rest)
        bound[x] = rest
        if not held:
            _conclude(x, lists)
