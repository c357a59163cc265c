"""Waits for the workers of a cluster, and says in a sentence what happened to it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from inkcluster.compute.dasked.clients import Patience
from inkcluster.errors import ClusterError

LOOK = 0.5
"""Seconds between looks at which workers are alive, while calls run."""
GONE = "ClosedClientError", "FutureCancelledError", "FuturesCancelledError"
"""Errors of ``distributed.client``, not all of them in every version."""


def gathered(
    client: Any,
    futures: list[Any],
    renewed: Callable[[dict[str, int]], Sequence[tuple[int, Any]]] = lambda alive: (),
) -> list[Any]:
    """The results of futures, in order, however long it takes while there are workers.

    Dask computes again what a worker had that died, even of results that were ready, but waits without
    an end for a worker that is gone where a future was given to this one alone.

    Parameters
    ----------
    client : distributed.Client
    futures : list of Future
        Changed by `renewed`.
    renewed : callable
        Called every `LOOK` seconds with the threads of the workers that are alive, by their addresses;
        gives futures to wait for instead, by their places in the list.

    Raises
    ------
    ClusterError
        If there are no workers for long.
    Exception
        What a task raised, or what Dask did: see :func:`clear_errors`.
    """
    patience, under_way = Patience(client), _begun(client, futures)
    try:
        while True:
            try:
                found, error = under_way.result(LOOK)
                break
            except TimeoutError:
                if others := renewed(patience.look()):
                    client.cancel([futures[at] for at, _ in others])  # which ends what is under way
                    for at, future in others:
                        futures[at] = future
                    under_way = _begun(client, futures)
    finally:
        under_way.cancel()
    if error is not None:
        raise error
    return list(found)


def _begun(client: Any, futures: Sequence[Any]) -> Future[tuple[Any, BaseException | None]]:
    """The results, or the error, to come; Dask's own call takes no limit of time."""

    async def told() -> tuple[Any, BaseException | None]:
        try:
            return await client.gather(list(futures), asynchronous=True), None
        except BaseException as error:  # a cancelled future's, too, which would cancel this one
            return None, error

    return asyncio.run_coroutine_threadsafe(told(), client.loop.asyncio_loop)


def errors_of_loss() -> tuple[type[BaseException], ...]:
    """What Dask raises where results, or what they are made of, are gone."""
    from distributed import CancelledError, client

    return CancelledError, *(getattr(client, name) for name in GONE if hasattr(client, name))


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say in one sentence what happened to the cluster.

    Raises
    ------
    ClusterError
        If workers died again and again, or the cluster or its data are gone.
    """
    from distributed import KilledWorker
    from distributed.scheduler import NoValidWorkerError

    gone = errors_of_loss()
    try:
        yield
    except KilledWorker as error:
        last = getattr(error.last_worker, "address", "unknown")
        raise ClusterError(
            f"Dask gave up: {error.allowed_failures + 1} workers in turn died on the same chunk, the last "
            f"at {last}; give the workers more memory or smaller chunks, and see their logs."
        ) from None
    except NoValidWorkerError:
        raise ClusterError(
            "The Dask cluster has no workers for this work; start some, and try again."
        ) from None
    except gone as error:
        raise ClusterError(
            "The Dask cluster, or data that only a lost worker had, is gone; start it again and give "
            "data that it can read again, such as files."
        ) from error
    except OSError as error:
        if "comm" not in type(error).__name__.lower():
            raise
        raise ClusterError(f"The connection to the Dask scheduler was lost ({error}).") from error
