"""Chooses how the single-linkage tree is built, and refuses what does not fit into memory.

The bytes of a point and of a pair were measured on points that are all equal, the worst: every
neighbour is then as far as every other, and waits in the walk.
"""

from __future__ import annotations

from typing import Any, Literal, cast

from scipy.sparse import issparse
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan.hdbscan import FAST_METRICS

from inkcluster.cluster.hdbscan import pairs
from inkcluster.cluster.neighbors.choose import is_for_numpy
from inkcluster.cluster.neighbors.nearest import ENTRIES
from inkcluster.cluster.neighbors.search import placed_bytes
from inkcluster.cluster.neighbors.spanning import MAX_SMALL_POINTS
from inkcluster.compute.duplicates import many_equal
from inkcluster.compute.forced import Forced
from inkcluster.compute.memory import SPARE, budget, require
from inkcluster.compute.threads import workers
from inkcluster.kernels._jit import is_compiled
from inkcluster.kernels.density.walk import walk

Algorithm = Literal["scikit-learn", "prim", "stored", "boruvka"]
OURS = ("euclidean", "l2")
"""Metrics of dense points that our algorithms are for."""
MAX_STORED_POINTS = 5000
"""Points whose distances are all stored, at most."""
MAX_TIED_POINTS = 12_000
"""The same where many distances tie, and lists of neighbours do not tell scikit-learn's tree."""
MAX_UNCOMPILED_WORK = 10**9
"""Nanoseconds that scikit-learn takes up to which nothing is compiled."""
LISTED_BYTES, LONG_LISTED_BYTES = 30, 18
"""For a neighbour: its row and distance, twice while lists are put into the rows' order, or its ties.

Long lists are found in the rows' order."""
POINT_BYTES = 2500
"""For a point in the walk, the merges and the condensed tree, which are lists of Python."""
PAIR_BYTES, ENTRY_BYTES = 10, 90
"""For a pair of few points, and for one of those looked at again at a time."""
COMPILED_WALK = "compiled walk"
"""Forced after "boruvka", compiles the walk over lists."""

forced = Forced()
"""Build every tree that could be ours by one algorithm meanwhile, for tests."""


def algorithm(X: Any, model: HDBSCAN, min_samples: int, memory_limit: int | None) -> Algorithm:
    """The algorithm for finite points (n, d); see the attribute `algorithm_` of our `HDBSCAN`.

    Raises
    ------
    TooLittleMemoryError
        If it takes more than may be taken.
    """
    n = X.shape[0]
    if scikit_learn_builds(X, model):
        require("HDBSCAN", n, peers_bytes(X, model), memory_limit, "draw a sample")
        return "scikit-learn"
    chosen = cast("Algorithm", forced.names[0]) if forced.names else fastest(*X.shape)
    if chosen == "stored" and stored_bytes(X, min_samples) > budget(memory_limit):
        chosen = "prim"
    need = {"prim": prim_bytes, "stored": stored_bytes, "boruvka": tree_bytes}[chosen]
    require("HDBSCAN", n, need(X, min_samples), memory_limit, "draw a sample")
    return chosen


def fastest(n: int, d: int) -> Literal["prim", "stored", "boruvka"]:
    """The fastest algorithm of n points in d dimensions; what small data take compiles nothing.

    Nanoseconds were measured with points of 2 to 784 dimensions.
    """
    loop = n * n * (3 + 0.3 * d)
    search = 0.0 if d <= pairs.MAX_TREE_DIMENSIONS else n * n * d
    if n > MAX_STORED_POINTS and loop + search > MAX_UNCOMPILED_WORK:
        return "boruvka"
    products = n * n * (15 + 0.065 * d) + 20_000 * n
    return "stored" if products < loop + 3 * n * n and n <= MAX_STORED_POINTS else "prim"


def walk_is_compiled() -> bool:
    """Whether the walk over lists is compiled already; Python's takes no longer than compiling it."""
    return COMPILED_WALK in forced.names or is_compiled(walk)


def with_ties(X: Any, min_samples: int, memory_limit: int | None) -> Literal["prim", "stored"]:
    """What takes over from "boruvka" where many distances tie."""
    fits = stored_bytes(X, min_samples) <= budget(memory_limit)
    return "stored" if fits and len(X) <= MAX_TIED_POINTS and X.shape[1] > 60 else "prim"


def is_euclidean(model: HDBSCAN) -> bool:
    """Whether distances are the Euclidean."""
    return isinstance(model.metric, str) and model.metric in OURS


def scikit_learn_builds(X: Any, model: HDBSCAN) -> bool:
    """Whether the tree of points (n, d) is left to scikit-learn."""
    return not is_euclidean(model) or bool(model.metric_params) or issparse(X)


def prim_bytes(X: Any, min_samples: int) -> int:
    """What scikit-learn's walk over our core distances takes, beside the points."""
    n, d = X.shape
    found = 16 * pairs.QUERIES * min_samples
    looked_at = (20 + 8 * 4) * max(pairs.ENTRIES, n) + 3 * 8 * max(pairs.ENTRIES, d)
    return int(SPARE + n * (4 * 8 * (d + 2) + POINT_BYTES) + workers() * (found + looked_at))


def stored_bytes(X: Any, min_samples: int) -> int:
    """What the walk over all distances takes, and the pairs that it may keep."""
    n = X.shape[0]
    kept = n * (8 * n + 3 * 8 * (min_samples + pairs.MAX_OPEN))
    return prim_bytes(X, min_samples) + int(kept)


def tree_bytes(X: Any, min_samples: int) -> int:
    """What a tree from lists of neighbours takes at most, beside the points (n, d) themselves."""
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
