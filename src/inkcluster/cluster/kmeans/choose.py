"""Decides how k-means runs, and plans its memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.forced import Forced
from inkcluster.compute.memory import SPARE, require
from inkcluster.compute.rows import Rows
from inkcluster.compute.threads import in_threads, pieces, workers

PEER = "scikit-learn"
BOUNDS = "bounds"
PLAIN = "plain product"
SHARP = "plain product in float64"
ALGORITHMS = (PEER, BOUNDS, PLAIN, SHARP)

MAX_PEER_WORK = 8 * 10**7
"""Up to so much work an iteration, over all restarts, scikit-learn's loops do it."""
GREY_WORK = 2
"""8-bit points count for more: they become float64 there, and have exact sums here."""
FEW_MEMBERS = 16
"""Clusters of at most so many points end after few iterations,"""
FEW_WORK = 1 / 16
"""and count for less."""
MIN_BLAS_WORK = 10**9
"""From so much work on, seeds for scikit-learn's loops are chosen on the BLAS's own threads, which go
on waiting for products afterwards and slow the loops for some 20 ms."""
MAX_ALONE_WORK = 10**5
"""Up to so much work an iteration they run on one thread."""
PAIR_COST = 30
"""What a point and a centre cost beside their scalar product, in terms of that product."""
SECONDS = 3.6e-11
"""Of one thread, for a point, a centre, a feature and an iteration."""
USUAL_ITERATIONS = 60
MAX_OPEN_TO_GATHER = 0.5
"""Above this share of the points left open, all of them take part in one product."""
MAX_OPEN_TO_SPAN = 0.4
"""Below it, leading directions pay: few points are compared in them, many iterations in a row."""
MAX_DECIDED = 0.125
"""Above this share of the open points that float32 leaves to float64, the product is in float64."""
MAX_WHOLE_DIMENSIONS = 64
"""Points of at most this many dimensions are copied to float32 whole."""
MAX_WHOLE_NUMBERS = 2**23
"""So are points that hold at most this many numbers."""
MAX_COPIED_NUMBERS = 2**26
"""Beyond this many numbers no float copy of float points is kept; 8-bit points: the number above."""
MAX_DIRECTIONS = 192
MAX_SKETCH_DIRECTIONS = 64
"""Principal directions of the sketch of a deep search; they hold 86 % of the variance of MNIST."""
MAX_TRIAL_NUMBERS = 2**24
"""Distances to trial seeds that are kept at a time."""
BLOCK_NUMBERS = 2**18
"""Numbers converted to float64 at a time, about what a processor's cache holds."""
NEGLIGIBLE = 1e-30
"""Squared distances of this share of the squared norms are the rounding of a mean of few points."""
PATIENCE = 4
"""Iterations before leading directions are sought."""
MIN_SUBSET = 8192
"""A deep search of this many points or more starts from a subset of at least as many."""
MIN_SHARED_NUMBERS = 2_000_000
"""A kernel that reads fewer numbers is not shared between threads, which would wait for each other."""
MIN_GROUPED_NUMBERS = 500_000
"""Restarts that read fewer numbers in an iteration are not divided between threads either."""

Floats = NDArray[np.float64]
forced = Forced()
"""Run one of `ALGORITHMS` meanwhile, whatever the data; for tests and benchmarks."""


def use_peer(raw: NDArray[Any], k: int, restarts: int = 1) -> bool:
    """Whether scikit-learn's loops do the work in less time than ours take to compile."""
    if forced.names:
        return forced.names == (PEER,)
    n, d = raw.shape
    work: float = n * (d + PAIR_COST) * k * restarts
    if raw.dtype == np.uint8:
        work *= GREY_WORK
    if n <= FEW_MEMBERS * k:
        work *= FEW_WORK
    return work <= MAX_PEER_WORK


def seconds_of(rows: Rows, k: int, restarts: int) -> float:
    """Of one thread, about, that restarts take from their centres on."""
    return SECONDS * USUAL_ITERATIONS * rows.n * (rows.d + PAIR_COST) * k * restarts


def seeds_by_blas(points: NDArray[Any], k: int, restarts: int) -> bool:
    """Whether seeds for scikit-learn's loops are so much work that they need the BLAS's threads."""
    work: int = points.size * (2 + int(np.log(k))) * k * restarts
    return work >= MIN_BLAS_WORK


def shares_loops(points: NDArray[Any], k: int) -> bool:
    """Whether scikit-learn's loops run on all threads, which cost a small set more than they save."""
    n, d = points.shape
    work: int = n * (d + PAIR_COST) * k
    return work > MAX_ALONE_WORK


def starts_sharp() -> bool:
    """Whether products are in float64 from the first."""
    return forced.names == (SHARP,)


def max_gathered() -> float:
    """The share of a part of the points up to which the open ones are gathered."""
    if forced.names:
        return 1.0 if forced.names == (BOUNDS,) else -1.0
    return MAX_OPEN_TO_GATHER


def may_sharpen(rows: Rows) -> bool:
    """Whether products of float64 copies of the points may replace those of float32."""
    return not forced.names and rows.dtype != np.uint8 and rows.n * rows.d <= MAX_COPIED_NUMBERS


def rows_together(d: int) -> int:
    """How many points of d features are converted and multiplied at a time, a power of two.

    Their sums are added up later. It depends on nothing else, so that no sum does.
    """
    return int(2 ** max(4, (BLOCK_NUMBERS // d).bit_length() - 1))


def is_large(n: int, k: int) -> bool:
    """Whether restarts of a deep search of n points converge on a subset first."""
    return n >= max(MIN_SUBSET, 16 * k)


def subset_size(n: int, k: int) -> int:
    """The number of points, of n, in the subset that restarts start from."""
    return min(max(MIN_SUBSET, 64 * k), n // 2)


def threads_for(numbers: int) -> int:
    """The number of threads to share a kernel between that reads so many numbers."""
    return 1 if numbers < MIN_SHARED_NUMBERS else workers()


def share(kernel: Callable[..., object], tasks: int, *arrays: Any, times: int = 1) -> None:
    """Call a kernel for all its tasks, on as many threads as suit points that are read `times`.

    The kernel takes `arrays`, the points first, and then the first and the last task (excluded).
    """
    threads = threads_for(arrays[0].size * times)
    size = tasks if threads == 1 else -(-tasks // (4 * threads))  # finer, as some take longer
    for _ in in_threads(lambda part: kernel(*arrays, part.start, part.stop), pieces(tasks, size)):
        pass


def groups_of(restarts: int, size: int) -> int:
    """Into how many groups to divide restarts on `size` numbers, each the work of one thread.

    A thread with restarts of its own waits for no other until they are done. With fewer restarts
    than threads there is one group, and the threads share its points.
    """
    threads = workers()
    if threads == 1 or restarts < threads or restarts * size < MIN_GROUPED_NUMBERS:
        return 1
    return threads


def check_memory(
    rows: Rows,
    k: int,
    restarts: int,
    memory_limit: int | None,
    *,
    deep: bool = False,
    copies: float = 0,
) -> None:
    """Refuse restarts that need more than `memory_limit` bytes beside the points.

    `deep` says how they start; `copies` is the number of float64 copies of the points that the
    caller makes.

    Raises
    ------
    TooLittleMemoryError
        With the bytes needed and the bytes allowed.
    """
    need = bytes_needed(rows, k, restarts, deep=deep) + SPARE + int(8 * copies * rows.n * rows.d)
    instead = "lower `n_init` or draw a sample"
    require("K-means", rows.n, need, memory_limit, instead)


def bytes_needed(rows: Rows, k: int, restarts: int, *, deep: bool = False) -> int:
    """The most bytes that restarts hold at a time, beside the points."""
    n, d = rows.n, rows.d
    grey = rows.dtype == np.uint8
    few = n * d <= (MAX_WHOLE_NUMBERS if grey else MAX_COPIED_NUMBERS)
    state = 20 * n + 64 * k * d  # labels, margins, who moved and from where; centres and totals
    if deep and is_large(n, k):
        starts = 2 * restarts  # until the better ones are known
        subset = 48 * subset_size(n, k) * workers()
        seeding = subset + starts * state + (4 * min(MAX_SKETCH_DIRECTIONS, d) + 12) * n
    else:
        trials = 3 + int(np.log(k))  # and the distances to the seeds so far
        together = min(restarts, max(1, MAX_TRIAL_NUMBERS // (n * trials)))
        seeding = (8 * trials * together + 16 * workers() + 24) * n + 8 * d * n * few
    if not grey and few:
        width = 12 * d  # in float32, and in float64 if need be
    elif n * d <= MAX_WHOLE_NUMBERS:
        width = 4 * d
    else:
        width = 4 * min(MAX_DIRECTIONS, d, -(-restarts * k // 16) * 16)
    iterating = restarts * state + (width + 52) * n
    # what seeding took is not always given back at once where it is little
    return int(seeding + iterating if few else max(seeding, iterating))
