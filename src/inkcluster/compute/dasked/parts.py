"""Does independent work on the workers of a cluster, a task a part, by one model that is sent once."""

from __future__ import annotations

import pickle
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from time import sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkcluster.compute.dasked import moved
from inkcluster.compute.dasked.clients import LOOK, alive, check_workers, least_memory
from inkcluster.compute.dasked.files import Mapped, mapped_file, without_file
from inkcluster.compute.dasked.lost import clear_errors, errors_of_loss, is_of_connection
from inkcluster.compute.dasked.waiting import gathered
from inkcluster.compute.threads import alone
from inkcluster.errors import ClusterError, TooLittleMemoryError

AHEAD = 3
"""Parts under way for each thread of the workers."""
MAX_BYTES = 2**30
"""Bytes of parts that are sent at most before they are worked on; two parts in any case."""
MAX_LOSSES = 5
"""How often in turn all workers that have the model, or one while it is sent, may die."""
Rows = slice | NDArray[np.intp]


class Sent:
    """Anything on its way: its arrays arrive as they were made, aligned and writeable.

    Taken out of what came over a wire, they might be neither; kernels and the BLAS then do
    otherwise than here.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def __reduce__(self) -> Any:
        return _arrived, (pickle.dumps(self.model, protocol=4),)


def _arrived(packed: bytes) -> Sent:
    return Sent(pickle.loads(packed))  # noqa: S301 (from this program's own workers)


def in_turn(
    client: Any, function: Callable[..., Any], model: Any, X: NDArray[Any], parts: Sequence[Rows], *, need: int,
) -> Iterator[Any]:  # fmt: skip
    """What a function of a model and of some rows of X returns on the workers, in order of the parts.

    Workers map the file that X is mapped from; the rows of another array, or of a file that they
    cannot open, are sent. All else is as in :func:`results`.

    Raises
    ------
    ClusterError
        If workers are missing, of another version, or die again and again.
    TooLittleMemoryError
        If a worker has less than `need`.
    """
    check_workers(client)
    _, least = least_memory(client)
    if 0 < least < need:
        raise TooLittleMemoryError(
            f"A Dask worker needs {need / 1e9:.2f} GB for this, and the smallest may take "
            f"{least / 1e9:.2f} GB; start fewer workers, or give them more memory.", need, least,
        )  # fmt: skip
    mapped = mapped_file(X)
    if mapped is not None and (cannot := without_file(client, mapped)):
        warnings.warn(
            f"{len(cannot)} of the Dask workers cannot open {mapped.path}, the first at {cannot[0]}; "
            "its rows are sent to the workers.",
            UserWarning,
            stacklevel=2,
        )
        mapped = None
    given = [(mapped, some) if mapped else (X, some) for some in parts]
    yield from results(client, partial(_of_rows, function), model, given, _rows_sent)


def _rows_sent(given: tuple[Any, Rows]) -> Any:
    source, some = given
    return given if isinstance(source, Mapped) else np.asarray(source[some])


def _of_rows(function: Callable[..., Any], model: Any, given: Any) -> Any:
    """On a worker: the function of the model and some rows."""
    rows = given if isinstance(given, np.ndarray) else given[0].open()[given[1]]
    return function(model, np.require(rows, None, ["C", "A"]))


def results(
    client: Any,
    function: Callable[..., Any],
    model: Any,
    parts: Sequence[Any],
    sent: Callable[[Any], Any] = lambda part: part,
) -> Iterator[Any]:
    """What a function of a model and of each part returns on the workers, in order of the parts.

    The model is sent to each worker once. What a worker that died was doing is done again by others.

    Parameters
    ----------
    client : distributed.Client
    function : callable
        Of a module that the workers can import.
    sent : callable
        Makes of a part what is sent of it, when its turn comes.

    Raises
    ------
    ClusterError
        If there are no workers for long, or they die again and again.
    """
    from dask import config

    def submit(held: Any, part: Any) -> Any:
        one = sent(part)
        moved.add(moved.size_of(one))
        with config.set({"distributed.admin.large-graph-warning-threshold": MAX_BYTES}):
            return client.submit(_done, function, held, Sent(one), pure=False)

    most = max(2, MAX_BYTES // max(1, moved.size_of(sent(parts[0])))) if parts else 0
    under_way: deque[Any] = deque()
    held, done, losses = None, 0, 0
    losing: tuple[type[BaseException], ...] = (*errors_of_loss(), OSError)
    try:
        while done < len(parts):
            with clear_errors(client):
                try:
                    held = _scattered(client, model) if held is None else held
                    wanted = min(most, AHEAD * max(1, sum(client.nthreads().values())))
                    for part in parts[done + len(under_way) : done + wanted]:
                        under_way.append(submit(held, part))
                    found = gathered(client, [under_way[0]])[0].model
                except losing as error:
                    lost = not isinstance(error, OSError) or is_of_connection(error)
                    losses += 1
                    if not lost or client.status != "running":
                        raise
                    if losses > MAX_LOSSES:
                        raise ClusterError(_AGAIN) from error
                    # a worker that died while it was sent to is known as dead by then
                    sleep(LOOK * 2 ** (losses - 1))
                    under_way.clear()
                    held = None
                    continue
            under_way.popleft()
            done, losses = done + 1, 0
            moved.add(moved.size_of(found))
            yield found
    finally:
        with suppress(Exception):  # the cluster may be gone
            client.cancel(list(under_way))


_AGAIN = (
    "All workers that had the model died, again and again; give the workers more memory, and see their "
    "logs."
)


def _scattered(client: Any, model: Any) -> Any:
    from distributed.comm import CommClosedError

    moved.add(moved.size_of(model) * len(alive(client)))
    try:
        return client.scatter(Sent(model), broadcast=True, hash=False)
    except (
        Exception
    ) as error:  # where a worker dies meanwhile, the scheduler has any, or only its words
        raise CommClosedError(f"the model could not be sent: {error}") from error


def _done(function: Callable[..., Any], held: Sent, given: Sent) -> Sent:
    """On a worker: the function of the model and a part, on this thread alone."""
    with alone():
        return Sent(function(held.model, given.model))
