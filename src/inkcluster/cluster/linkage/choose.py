"""Chooses the algorithm that builds a hierarchy, and plans the memory that it takes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from math import isqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.linkage.square import COMPILED, UNTIED
from inkcluster.cluster.linkage.stored import centred
from inkcluster.cluster.linkage.vectors import CENTRE_WIDTHS, LIST_LENGTH
from inkcluster.cluster.neighbors.choose import MAX_SMALL_PAIRS
from inkcluster.cluster.neighbors.nearest import ENTRIES
from inkcluster.cluster.neighbors.search import search_bytes
from inkcluster.cluster.neighbors.spanning import LISTED
from inkcluster.compute import memory
from inkcluster.compute.duplicates import distinct
from inkcluster.compute.forced import Forced
from inkcluster.compute.memory import SPARE
from inkcluster.compute.projection import all_directions, with_rest
from inkcluster.kernels._jit import is_compiled
from inkcluster.kernels.linkage import chain, direct, generic, walk

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")
EUCLIDEAN = ("ward", "centroid", "median")
"""Methods that are defined for Euclidean distances only."""
ON_ONE_THREAD = ("centroid", "median")
"""Methods that merge on one thread; several of them are built side by side."""
ENDED = "vectors, chain"
"""Ward by "vectors" as long as few clusters have to look at all others, then by "chain"."""
ALGORITHMS = {
    "scipy": METHODS,
    "direct": (*EUCLIDEAN, "single"),
    "chain": ("ward", "average", "complete", "weighted"),
    "generic": ("centroid", "median"),
    "rounds": ("average", "complete", "weighted"),
    "prim": ("single",),
    "mst_linkage_core": ("single",),
    "spanning tree": ("single",),
    "vectors": EUCLIDEAN,
    ENDED: ("ward",),
    UNTIED: ("centroid", "median"),
}
"""What builds a hierarchy of points, and the methods it builds.

"scipy", "chain", "generic" and "prim" hold all distances in float64 and make SciPy's own merges, ties included;
so do "mst_linkage_core", scikit-learn's compiled loop, and "direct", which hold none; "direct" hands
over to them where it cannot tell. The others break ties by the earliest points. "vectors, chain" stores
the distances of the clusters for which "vectors" would have to look at too many; if these tie, "chain" begins anew.
"generic, vectors" takes distances from products; if these tie and are not exact, "vectors" begins anew.
"""
MAX_STORED_POINTS = 8192
"""Up to here all distances are held in float64 where they fit; beyond, 4 bytes or none are faster."""
MIN_READY_POINTS = 400
"""From here our loops are faster than SciPy's, once they are compiled."""
MAX_DIRECT_DIMENSIONS = {"ward": 32, "centroid": 32, "median": 32, "single": 64}
"""Up to here computing a distance when it is needed is faster than storing it."""
MAX_DIRECT_NUMBERS = 120_000
"""Coordinates up to which that is also faster than leading coordinates in float32; not for "single"."""
MAX_EXACT_DIMENSIONS, MAX_EXACT_POINTS = 24, 200
"""Dimensions and points up to which summing differences takes no longer than products."""
MAX_FILLED_DIMENSIONS = 64
"""Up to here so does summing them by a compiled loop, which "chain" and "generic" do."""
MIN_PRIM_POINTS = 2500
"""From here NumPy's rows are faster than SciPy's loop for single linkage."""
MAX_CORE_DIMENSIONS, MAX_FEW_CORE_DIMENSIONS = 24, 48
"""Up to here scikit-learn's loop for single linkage is faster than both; the latter for fewer points."""
MAX_FINE_POINTS = 4096
"""Up to here "rounds" stores distances in 8 bytes. Beyond, 4 bytes suffice and are faster."""
PEERS_SECONDS, SINGLE_SECONDS, DIFFERENCE_SECONDS = 48e-9, 12e-9, 0.4e-9
"""What SciPy takes to merge a pair of points, by single linkage, and for a difference."""
MIN_COMPILING_SECONDS = 0.6
"""Work on the peer from which kernels may be compiled."""
MIN_EQUAL = 0.05
"""Share of points that equal others, from which they are merged before distances are found."""
PROBES, PROBED = 128, 2048
"""Points whose nearest are searched for, and points they are searched among, to see what prunes."""
MAX_OPEN = 0.1
"""Share of pairs that leading coordinates may leave open for "vectors" and "spanning tree"."""
MAX_UNTIED_POINTS, MIN_UNTIED_DIMENSIONS, MIN_VALUES_SHARE = 5500, 200, 0.125
"""Where storing distances is as fast as "vectors" and compiles sooner; the share of different numbers
from which distances that are not exact hardly tie."""
MAX_SCANS, MIN_ENDED = 0.25, 1024
"""For each cluster left, how many may have looked at all others, and clusters from which it matters."""
MAX_WIDTH = 256
"""Leading coordinates of a cluster, at most."""
STORING = ("scipy", "chain", "generic", "prim", UNTIED)
"""Algorithms that hold all distances in float64."""
COMPUTING = ("direct", "mst_linkage_core")
"""Algorithms that hold none, and make SciPy's merges too."""
ORDERING_BYTES = 52
"""What SciPy takes for each pair of points to order the leaves, measured."""
KERNELS = {"chain": chain.merge, "direct": direct.merge, "generic": generic.merge}
"""What has to be compiled for an algorithm; that of single linkage is :func:`.walk.walk`."""
forced = Forced()
"""Build by the first of these that builds the method, whatever would be chosen; for tests."""


class Plan(NamedTuple):
    """How a hierarchy of points is built.

    Attributes
    ----------
    algorithm : str
        One of :data:`ALGORITHMS`.
    products : bool
        Whether distances may come from matrix products.
    first, same : ndarray of int64
        The points that are merged, and for each row the one it equals, from
        :func:`~inkcluster.compute.duplicates.distinct`; all points where equals are not merged first.
    """

    algorithm: str
    products: bool
    first: NDArray[np.int64]
    same: NDArray[np.int64]


def plan(X: NDArray[Any], method: str, have: int, without: str | None = None) -> Plan:
    """Choose how the hierarchy of points X (n, d), n ≥ 2, is built in `have` bytes, not by `without`.

    It rests on n, d, the memory and the share of equal points; beyond `MAX_STORED_POINTS`, and for
    centroid and median, also on whether a sample of the points shows that leading coordinates tell
    them apart. Which kernels are compiled decides between algorithms of the same results only.
    """
    n, d = X.shape
    names = (a for a in forced.names if method in ALGORITHMS[a] and a != without)
    asked = next(names, None)
    every = np.arange(n)
    products = d > MAX_EXACT_DIMENSIONS and n > MAX_EXACT_POINTS
    if asked is not None:
        first, same = (every, every) if asked in (*STORING, *COMPUTING) else distinct(X)
        products &= not _fills(asked, d) and len(distinct(X)[0]) == n
        return Plan(asked, products, first, same)
    worth = is_worth_compiling(n, d, method)
    first = same = every
    if products or worth or n > MAX_STORED_POINTS:
        first, same = distinct(X)
    merged = worth and len(first) <= (1 - MIN_EQUAL) * n
    best = ""
    rows = X[first] if merged else X
    for best in _preferred(rows, method, worth, merged, alone=len(first) == n):
        if best != without and algorithm_bytes(len(first), d, method, best) <= have:
            break
    products &= not _fills(best, d)
    if best in (*STORING, *COMPUTING) and not merged:
        products &= len(first) == n or bool((np.rint(X) == X).all())
        return Plan(best, products, every, every)
    return Plan(best, products, *(distinct(X) if first is every else (first, same)))


def _preferred(  # noqa: PLR0912 (each branch is one choice)
    X: NDArray[Any], method: str, worth: bool, merged: bool, *, alone: bool
) -> Iterator[str]:
    """What can build the hierarchy, the fastest first, the least memory last.

    SciPy's loops take no points that stand for several (`merged`); `alone` says that none are equal.
    """
    n, d = X.shape
    stored = n <= MAX_STORED_POINTS
    few = d <= MAX_DIRECT_DIMENSIONS.get(method, 0) and (
        method == "single" or n * d <= MAX_DIRECT_NUMBERS
    )
    # the loop of centres compiles for 4 s, which no work up to MAX_STORED_POINTS repays at once
    if stored and few and _is_ready("direct", n, method, worth and method == "single"):
        yield "direct"
    if method in ON_ONE_THREAD:
        fits = worth and n <= MAX_UNTIED_POINTS and d >= MIN_UNTIED_DIMENSIONS
        if not merged and fits and exact(X):
            yield "generic"
        elif not merged and not (worth and prunes(X)):
            if stored and _is_ready("generic", n, method, worth=False):  # SciPy's takes no longer
                yield "generic"
            yield "scipy"
        elif alone and fits and unties(X):
            yield UNTIED
    elif stored:
        if method == "single":
            most = MAX_CORE_DIMENSIONS if n >= MIN_PRIM_POINTS else MAX_FEW_CORE_DIMENSIONS
            if d <= most:
                yield "mst_linkage_core"
            if merged or n >= MIN_PRIM_POINTS:
                yield "prim"
        elif _is_ready("chain", n, method, worth):
            yield "chain"
        if not merged:
            yield "scipy"
    elif method == "ward":
        yield ENDED
        yield "chain"
    yield next(
        name for name in ("spanning tree", "vectors", "rounds") if method in ALGORITHMS[name]
    )


def _fills(algorithm: str, d: int) -> bool:
    """Whether a compiled loop sums the differences as fast as products are made."""
    return algorithm in COMPILED and d <= MAX_FILLED_DIMENSIONS


def _is_ready(algorithm: str, n: int, method: str, worth: bool) -> bool:
    """Whether our loops are compiled, or the work is `worth` it."""
    if worth or n < MIN_READY_POINTS:
        return worth
    return is_compiled(walk.walk if method == "single" else KERNELS[algorithm])


def is_worth_compiling(n: int, d: int, method: str) -> bool:
    """Whether SciPy would take so long that kernels may be compiled."""
    merging = SINGLE_SECONDS if method == "single" else PEERS_SECONDS
    return n * n / 2 * (merging + d * DIFFERENCE_SECONDS) >= MIN_COMPILING_SECONDS


def ends(scans: float, left: int) -> bool:
    """Whether "vectors" stores the distances of the clusters `left`.

    Of them so many, about, have to look at all others now. Looking again and again takes several
    times as long.
    """
    always = ENDED in forced.names
    return always or (left >= MIN_ENDED and scans > MAX_SCANS * left)


def prunes(X: NDArray[Any]) -> bool:
    """Whether leading coordinates tell most points of a sample from the nearest of some of them."""
    projection, sample = all_directions(X, CENTRE_WIDTHS[-1])
    if projection.basis is None:  # all coordinates are kept
        return True
    sample = sample[:: max(1, len(sample) // PROBED)][:PROBED]
    norms = np.einsum("ij,ij->i", sample, sample)
    lead = with_rest(sample @ projection.basis, norms).astype(np.float64)
    some = slice(None, None, max(1, len(sample) // PROBES))
    far = norms[some, None] + norms - 2 * sample[some] @ sample.T
    bound = norms[some, None] + norms - 2 * lead[some] @ lead.T
    itself = np.arange(len(sample))[some]
    far[np.arange(len(itself)), itself] = np.inf
    return bool(np.mean(bound <= far.min(axis=1, keepdims=True)) <= MAX_OPEN)


def exact(X: NDArray[Any]) -> bool:
    """Whether distances from products are exact: those of small whole numbers."""
    return bool((np.rint(X[:PROBES]) == X[:PROBES]).all()) and centred(X)[2]


def unties(X: NDArray[Any]) -> bool:
    """Whether a sample holds so many different numbers that distances will hardly tie."""
    sample = X[:: max(1, len(X) // PROBES)]
    return len(np.unique(sample)) >= MIN_VALUES_SHARE * sample.size


def planned_bytes(
    n: int, d: int, method: str, metric: Any = "euclidean", ordered: bool = False
) -> int:
    """Bytes that a hierarchy takes beside its input; `metric` is None for condensed distances."""
    pairs = n * (n - 1) // 2
    ordering = ORDERING_BYTES * pairs if ordered else 0
    if metric is None:
        return max(8 * pairs, ordering) + 200 * n
    if metric != "euclidean":
        return 8 * pairs + max(8 * pairs, ordering) + n * (8 * d + 200)
    built = min(
        algorithm_bytes(n, d, method, name)
        for name, methods in ALGORITHMS.items()
        if method in methods
        and (n <= MAX_STORED_POINTS or name not in STORING)
        and name not in COMPUTING  # they may hand over, or are for few dimensions
    )
    return max(built, SPARE + ordering + (8 * pairs + 8 * n * d if ordered else 0))


def algorithm_bytes(n: int, d: int, method: str, algorithm: str) -> int:
    """Bytes that one of :data:`ALGORITHMS` takes beside its input."""
    pairs = n * (n - 1) // 2
    if algorithm == "rounds":
        return SPARE + (4 if n > MAX_FINE_POINTS else 8) * pairs + n * (8 * d + 200)
    if algorithm in COMPUTING:
        return SPARE + n * (24 * d + 200)
    if algorithm in STORING:  # a square, and a quarter of it or a condensed half
        return SPARE + (4 if algorithm == "prim" else 6) * 2 * n * n + n * (24 * d + 600)
    if algorithm == ENDED:  # which begins anew with "chain" if distances tie
        return max(algorithm_bytes(n, d, method, by) for by in ("chain", "vectors"))
    # float64 sums, coordinates twice, lists
    row = 9 * d + 2 * 4 * min(d + 1, MAX_WIDTH) + 12 * LIST_LENGTH + 160
    return SPARE + max(n * row, _search_bytes(n, d, method) - SPARE)


def _search_bytes(n: int, d: int, method: str) -> int:
    """Bytes of the search for neighbours that a hierarchy of vectors starts with.

    Among few points NumPy compares all pairs. What it takes was measured; where many distances tie
    it takes more, which the search plans itself.
    """
    if n * n > MAX_SMALL_PAIRS:
        return search_bytes(n, 0, d, LISTED if method == "single" else LIST_LENGTH)
    if method == "single":  # Prim's algorithm, row by row
        return 0
    blocks = 28 * min(n * n, max(ENTRIES, n)) + 32 * min(ENTRIES, LIST_LENGTH * n * d)
    return SPARE + 24 * n * d + blocks


def refuse_too_many(what: str, n: int, need: Callable[[int], int], have: int) -> None:
    """Refuse `what` where `need(n)` is more than `have` bytes; say how many points fit."""
    if need(n) <= have:
        return
    fits, end = 0, n
    for start in (
        MAX_STORED_POINTS + 1,
        MAX_FINE_POINTS + 1,
        isqrt(MAX_SMALL_PAIRS) + 1,
        1,
    ):  # where the need may fall
        if start < end and need(start) <= have:
            fits = start - 1 + bisect_right(range(start, end), have, key=need)
            break
        end = min(end, start)
    raise memory.refuse(what, n, need(n), have, memory.room(fits))
