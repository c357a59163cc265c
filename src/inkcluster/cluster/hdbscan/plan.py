"""How many bytes HDBSCAN needs at most, before any is taken.

The bytes a point, a neighbour and a pair take were measured on points that are all equal, the
worst: every neighbour is then as far as every other, and waits in the walk.
"""

from __future__ import annotations

from typing import Any

from scipy.sparse import issparse
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan.hdbscan import FAST_METRICS

from inkcluster.cluster.neighbors.nearest import ENTRIES
from inkcluster.cluster.neighbors.search import placed_bytes
from inkcluster.cluster.neighbors.spanning import MAX_SMALL_POINTS
from inkcluster.compute.memory import SPARE

LISTED = 60
"""Bytes for a listed neighbour: found, put into the rows' order, cut to size, and compared with the core."""
TIED = 250
"""Bytes for a neighbour that may be as far as the core distance: an edge of the walk, and waiting in it."""
POINT = 2500
"""Bytes for a point in the walk, the merges and the condensed tree, which are lists of Python."""
PAIR = 70
"""Bytes for a pair of few points, all of which are looked at again where all are equally far."""


def tree_bytes(X: Any, min_samples: int) -> int:
    """What our own tree of points (n, d) takes at most, beside the points themselves."""
    n, d = X.shape
    need = SPARE + n * ((LISTED + TIED) * min_samples + POINT)
    if n <= MAX_SMALL_POINTS:
        return int(need + n * (PAIR * n + 8 * 4 * d) + 5 * 8 * min(ENTRIES, n * n * d))
    need += placed_bytes(n, d)
    return int(need if X.flags.c_contiguous else need + X.nbytes)


def peers_bytes(X: Any, model: HDBSCAN) -> int:
    """What scikit-learn's tree takes: all distances and their core distances', or trees of the points."""
    n, d = X.shape
    if model.algorithm == "brute" or issparse(X) or model.metric not in FAST_METRICS:
        return int(SPARE + n * (16 * n + POINT))
    return int(SPARE + n * (16 * d + POINT))
