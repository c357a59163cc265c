"""Says in one sentence what happened to a cluster that no longer does what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from inkcluster.errors import ClusterError, InkclusterError

GONE = "ClosedClientError", "FutureCancelledError", "FuturesCancelledError"
"""Errors of ``distributed.client``, not all of them in every version."""


def errors_of_loss() -> tuple[type[BaseException], ...]:
    """What Dask raises where results, or what they are made of, are gone."""
    from distributed import CancelledError, client

    return CancelledError, *(getattr(client, name) for name in GONE if hasattr(client, name))


def is_of_connection(error: BaseException) -> bool:
    """Whether an error is one of the connection to a worker or a scheduler, and not of a file."""
    return isinstance(error, OSError) and "comm" in type(error).__name__.lower()


@contextmanager
def clear_errors(client: Any) -> Iterator[None]:
    """Say in one sentence what happened to the cluster of a client.

    Raises
    ------
    ClusterError
        If workers died again and again, or the cluster or its data are gone.
    """
    from distributed import KilledWorker
    from distributed.scheduler import NoValidWorkerError

    gone = errors_of_loss()
    every: tuple[type[BaseException], ...] = (Exception, *gone)
    try:
        yield
    except InkclusterError:
        raise
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
    except every as error:
        # a client that is closed meanwhile fails in many ways
        if client.status != "running" or is_of_connection(error):
            raise ClusterError(
                "The Dask cluster was closed, or the connection to its scheduler was lost; start it again, "
                "and try again."
            ) from error
        if isinstance(error, gone):
            raise ClusterError(
                "Data that only a lost worker of the Dask cluster had are gone; give data that it can read "
                "again, such as files."
            ) from error
        raise
