"""Restarts of k-means on the workers of a cluster, each of which gets all points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.cluster.kmeans.choose import Floats, bytes_needed, seconds_of
from inkcluster.cluster.kmeans.lloyd import from_centres
from inkcluster.cluster.kmeans.problem import Problem
from inkcluster.cluster.kmeans.restarts import Outcome
from inkcluster.compute.dasked.tasks import on_workers, threads_there


def tasks(
    problem: Problem,
    function: Callable[[Problem, Any], Any],
    starts: Sequence[Floats],
    times: int = 1,
) -> Iterator[Any] | None:
    """What a function of the problem and of each of several starts (R, k, d) returns on the workers.

    None where it is to be done in this process; `times` as in
    :func:`~inkcluster.compute.dasked.tasks.threads_there`.
    """
    rows, most = problem.rows, max(len(one) for one in starts)
    found = on_workers(
        "Restarts of k-means", function, problem, starts, times=times,
        seconds=sum(seconds_of(rows, one.shape[1], len(one)) for one in starts),
        need=bytes_needed(rows, problem.k, most),
    )  # fmt: skip
    if found is not None:
        problem.find_out()
    return found


def restarts(problem: Problem, centres: Floats, advance: Callable[[float], None]) -> Outcome | None:
    """Lloyd's iteration from centres (R, k, d) on the workers; `advance` is told the share just done.

    None where it is to be done in this process. Each restart is the same as there.
    """
    rows, (count, k, _) = problem.rows, centres.shape
    threads = 0 if rows.are_elsewhere else threads_there(seconds_of(rows, k, count))
    if not threads:
        return None
    # those of one thread share its products, which a restart on its own would not fill
    found = tasks(problem, _group, np.array_split(centres, min(threads, count)))
    if found is None:
        return None
    outcomes = []
    for one in found:
        outcomes.append(one)
        advance(len(one.which) / count)
    names = "inertia", "n_iter", "labels", "centres"
    inertia, n_iter, labels, ends = (
        np.concatenate([getattr(one, name) for one in outcomes]) for name in names
    )
    ran = Counter(one.algorithm for one in outcomes).most_common(1)[0][0]
    return Outcome(inertia, n_iter, labels.astype(np.int32), ends, np.arange(count), ran)


def _group(problem: Problem, centres: Floats) -> Outcome:
    """On a worker: some restarts, their labels in the smallest type that holds them."""
    found = from_centres(problem.again(), centres, listener=None, advance=lambda share: None)
    small: NDArray[Any] = found.labels.astype(np.min_scalar_type(problem.k - 1))
    return Outcome(found.inertia, found.n_iter, small, found.centres, found.which, found.algorithm)
