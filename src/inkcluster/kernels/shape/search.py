"""Moves small clusters between parts while the mutual information of their links grows."""

from __future__ import annotations

from math import log

import numpy as np

from inkcluster.kernels._arrays import F64, I64
from inkcluster.kernels._jit import kernel

LEAST_GAIN = 1e-9
"""Information, in nats, that a move must gain, so that rounding never makes one."""


@kernel()
def term(x: float) -> float:
    """x log x, 0 at 0 and for what rounding leaves below it."""
    return x * log(x) if x > 1e-300 else 0.0


@kernel()
def rise(x: float, by: float) -> float:
    """What `term` grows by."""
    return term(x + by) - term(x)


@kernel()
def change(links: F64, to: F64, joint: F64, i: int, a: int, b: int) -> None:
    """Bring `to` and `joint` up to date when `i`, whose own links are off `to`, goes from `a` to `b`."""
    own = links[i, i]
    for c in range(joint.shape[0]):
        joint[a, c] = max(joint[a, c] - to[i, c], 0.0)
        joint[b, c] += to[i, c]
    for c in range(joint.shape[0]):
        joint[c, a] = max(joint[c, a] - to[i, c], 0.0)
        joint[c, b] += to[i, c]
    joint[a, a] = max(joint[a, a] - own, 0.0)
    joint[b, b] += own
    for j in range(links.shape[0]):
        to[j, a] -= links[j, i]
        to[j, b] += links[j, i]


@kernel()
def move(links: F64, to: F64, joint: F64, volume: F64, size: I64, parts: I64) -> int:
    """Visit each small cluster once, and move it to the part where the information gains most.

    Parameters
    ----------
    links : (m, m) float64, symmetric, sum 1; read
    to : (m, k) float64, the links of each small cluster to each part; updated
    joint : (k, k) float64, the links between parts; updated
    volume, size : (k,), the links and the small clusters of each part; updated
    parts : (m,) int64, the part of each small cluster; updated

    Returns
    -------
    moved : int
    """
    k = joint.shape[0]
    near = np.empty(k, np.int64)
    moved = 0
    for i in range(parts.shape[0]):
        a = parts[i]
        if size[a] == 1:
            continue
        own = links[i, i]
        to[i, a] -= own  # what it has to the rest of its part
        count, leaving, all_links = 0, 0.0, own
        for c in range(k):
            w = to[i, c]
            all_links += w
            if c != a and w > 0:
                near[count] = c
                count += 1
                leaving += rise(joint[a, c], -w)
        inside = to[i, a]
        left = term(joint[a, a] - 2 * inside - own) - term(joint[a, a])
        left -= 2 * rise(volume[a], -all_links)
        best, at = (
            LEAST_GAIN,
            a,
        )  # not -1, a type of its own, for which `change` would compile again
        for q in range(count):
            b = near[q]
            w = to[i, b]
            gain = 2 * (leaving - rise(joint[a, b], -w))
            for p in range(count):
                c = near[p]
                if c != b:
                    gain += 2 * rise(joint[b, c], to[i, c])
            gain += 2 * (term(joint[a, b] - w + inside) - term(joint[a, b]))
            gain += left + term(joint[b, b] + 2 * w + own) - term(joint[b, b])
            gain -= 2 * rise(volume[b], all_links)
            if gain > best:
                best, at = gain, b
        if at != a:
            change(links, to, joint, i, a, at)
            volume[a] -= all_links
            volume[at] += all_links
            size[a] -= 1
            size[at] += 1
            parts[i] = at
            moved += 1
        to[i, a] += own
    return moved
