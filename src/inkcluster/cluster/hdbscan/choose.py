"""Chooses who builds the single-linkage tree, and refuses what does not fit into memory.

The bytes of a point and of a pair were measured on points that are all equal, the worst: every
neighbour is then as far as every other, and waits in the walk.
"""

from __future__ import annotations

from typing import Any

from scipy.sparse import issparse
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan.hdbscan import FAST_METRICS

from inkcluster.cluster.neighbors.nearest import ENTRIES, is_for_numpy
from inkcluster.cluster.neighbors.search import placed_bytes
from inkcluster.cluster.neighbors.spanning import MAX_SMALL_POINTS
from inkcluster.compute.duplicates import many_equal
from inkcluster.compute.memory import SPARE, require

OURS = ("euclidean", "l2")
"""Metrics of dense points that our neighbours and spanning tree are built for."""
LISTED_BYTES, LONG_LISTED_BYTES = 30, 18
"""For a neighbour: its row and distance, twice while lists are put into the rows' order, or its ties.

Long lists are found in the rows' order."""
POINT_BYTES = 2500
"""For a point in the walk, the merges and the condensed tree, which are lists of Python."""
PAIR_BYTES, ENTRY_BYTES = 10, 90
"""For a pair of few points, and for one of those looked at again at a time."""


def is_euclidean(model: HDBSCAN) -> bool:
    """Whether distances are the Euclidean."""
    return isinstance(model.metric, str) and model.metric in OURS


def scikit_learn_builds(X: Any, model: HDBSCAN) -> bool:
    """Whether the tree of points (n, d) is left to scikit-learn."""
    return not is_euclidean(model) or bool(model.metric_params) or issparse(X)


def check_memory(X: Any, model: HDBSCAN, min_samples: int, memory_limit: int | None) -> None:
    """Raise TooLittleMemoryError if the tree of points (n, d) does not fit."""
    others = scikit_learn_builds(X, model)
    need = peers_bytes(X, model) if others else tree_bytes(X, min_samples)
    require("HDBSCAN", X.shape[0], need, memory_limit, "draw a sample")


def tree_bytes(X: Any, min_samples: int) -> int:
    """What our own tree of points (n, d) takes at most, beside the points themselves."""
    n, d = X.shape
    by_numpy = is_for_numpy(n, n, min_samples)
    need = SPARE + n * (
        (LONG_LISTED_BYTES if by_numpy else LISTED_BYTES) * min_samples + POINT_BYTES
    )
    if by_numpy:
        need += n * 8 * 4 * d + ENTRY_BYTES * min(ENTRIES, n * n) + 4 * 8 * min(ENTRIES, n * n * d)
    if n <= MAX_SMALL_POINTS:
        return int(need + PAIR_BYTES * n * n)
    need += placed_bytes(n, d) + (X.nbytes if many_equal(X) else 0)
    return int(need if X.flags.c_contiguous else need + X.nbytes)


def peers_bytes(X: Any, model: HDBSCAN) -> int:
    """What scikit-learn's tree takes: all distances and core distances, or trees of the points."""
    n, d = X.shape
    if model.algorithm == "brute" or issparse(X) or model.metric not in FAST_METRICS:
        return int(SPARE + n * (16 * n + POINT_BYTES))
    return int(SPARE + n * (16 * d + POINT_BYTES))
