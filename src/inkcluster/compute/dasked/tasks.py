"""Decides whether independent work goes to the workers of the current cluster, and sends it there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from inkcluster.compute.dasked.clients import alive, check_workers, current_client, least_memory
from inkcluster.compute.dasked.lost import clear_errors
from inkcluster.compute.dasked.moved import size_of
from inkcluster.compute.threads import workers

MIN_SECONDS, SECONDS_PER_BYTE = 2.0, 2e-8
"""Work of fewer seconds of one thread, and of those for each byte that every worker gets, stays here: to
send 100 MB to two workers took 1.3 processor seconds on one machine, and 2.3 s of a busy one."""
PROCESS_BYTES = 320 << 20
"""Bytes of a worker's process with this package in it, and its temporary blocks."""


def on_workers(
    what: str,
    function: Callable[[Any, Any], Any],
    shared: Any,
    parts: Sequence[Any],
    *,
    seconds: float,
    need: int,
    times: int = 1,
    sent: Callable[[Any], Any] = lambda part: part,
) -> Iterator[Any] | None:
    """What a function of shared data and of each part returns on the workers, in order of the parts.

    None where the work is to be done in this process: see :func:`threads_there`, and, with a warning,
    where a worker may take too little memory. The results are the same.

    Parameters
    ----------
    what : str
        The work, as the subject of a sentence in the plural.
    function : callable
        Of a module that the workers can import. It runs on one thread.
    shared
        Data that each worker gets once.
    parts : sequence
        What each task is about; `sent` makes of one what is sent, when its turn comes.
    seconds : float
        What all of it takes on one thread, about.
    need : int
        Bytes that one task takes beside the shared data.
    times : int
        As in :func:`threads_there`.

    Raises
    ------
    ClusterError
        If workers are missing, of another version, or die again and again.
    """
    if len(parts) < 2 or not threads_there(seconds, times):
        return None
    if seconds < MIN_SECONDS + SECONDS_PER_BYTE * size_of(shared):
        return None
    client = current_client()
    check_workers(client)
    _, least = least_memory(client)
    together = max(alive(client).values())
    need = PROCESS_BYTES + 3 * size_of(shared) + need * together  # shared data arrive in pieces
    if 0 < least < need:
        warnings.warn(
            f"{what} need {need / 1e9:.2f} GB on a Dask worker, and the smallest may take "
            f"{least / 1e9:.2f} GB; they are made in this process instead.",
            UserWarning,
            stacklevel=2,
        )
        return None
    from inkcluster.compute.dasked.parts import results

    return results(client, function, shared, parts, sent)


def threads_there(seconds: float, times: int = 1) -> int:
    """How many threads the workers have for work of so many seconds of one thread.

    0 where it is to be done in this process: while no ``distributed.Client`` is current, of little
    work, and where the workers have less than `times` the threads of this process: in small parts
    some work takes longer, all in all.
    """
    if seconds < MIN_SECONDS or (client := current_client()) is None:
        return 0
    with clear_errors(client):
        threads = sum(client.nthreads().values())
    return threads if threads >= times * workers() else 0
