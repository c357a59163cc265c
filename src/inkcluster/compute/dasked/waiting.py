"""Waits for what the workers of a cluster compute, however long it takes while there are workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from inkcluster.compute.dasked.clients import LOOK, Patience, current_client
from inkcluster.compute.dasked.lost import clear_errors


def computed(given: Sequence[Any]) -> list[Any]:
    """What dask's arrays or delayed values are: by the workers of the current cluster, else in threads here.

    Raises
    ------
    ClusterError
        If there are no workers for long, or the cluster or its data are gone.
    """
    from dask import compute, config

    client = current_client()
    if client is not None:
        with clear_errors(client):
            return gathered(client, list(client.compute(list(given))))
    # a client that cannot be asked, such as one without its scheduler, would be asked all the same
    asked = config.get("scheduler", None)
    here = "threads" if asked in {"dask.distributed", "distributed"} else None
    return list(compute(*given, scheduler=here))


def gathered(
    client: Any,
    futures: list[Any],
    renewed: Callable[[dict[str, int]], Sequence[tuple[int, Any]]] = lambda here: (),
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
        What a task raised, or what Dask did: see :func:`~inkcluster.compute.dasked.lost.clear_errors`.
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
