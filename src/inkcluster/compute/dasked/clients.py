"""Finds the cluster that is current, connects to one, and checks that its workers can do the work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from inkcluster._version import __version__
from inkcluster.errors import BadInputError, ClusterError

INSTALL = "install it with: pip install 'inkcluster[dask]'"
WAIT = 10
"""Seconds to wait for the first worker of a cluster that has none."""


def current_client() -> Any:
    """The ``distributed.Client`` that is current in this process, or None; None inside a worker's task."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    with suppress(ValueError):
        distributed.get_worker()
        return None
    with suppress(ValueError):
        client = distributed.Client.current()
        return client if client.status == "running" else None
    return None


def connect(address: str, *, timeout: float = 10) -> Any:
    """A client of the Dask scheduler at an address, which becomes the current one.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.1:8786``.
    timeout : float
        Seconds to wait for the scheduler.

    Returns
    -------
    distributed.Client

    Raises
    ------
    BadInputError
        If Dask is not installed.
    ClusterError
        If no scheduler answers, it has no workers, or a worker has not this version of Inkcluster.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BadInputError(
            f"A scheduler was named, and Dask is not installed; {INSTALL}."
        ) from None
    try:
        client = Client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address}; start one with `dask scheduler`, or correct the "
            f"address ({_short(error)})."
        ) from error
    try:
        check_workers(client)
    except BaseException:
        client.close()
        raise
    return client


def check_workers(client: Any) -> None:
    """Refuse a cluster without workers, or one of whose workers lacks this version of Inkcluster.

    Raises
    ------
    ClusterError
        Naming a worker and what it has.
    """
    with suppress(TimeoutError):  # one that is being started again
        client.wait_for_workers(1, timeout=WAIT)
    found = ask_workers(client, _prober())
    if not found:
        raise ClusterError(
            "The Dask cluster has no workers; start some with `dask worker ADDRESS`, and try again."
        )
    for address, version in found.items():
        if version != __version__:
            has = f"has Inkcluster {version}" if isinstance(version, str) else "has no Inkcluster"
            raise ClusterError(
                f"The worker at {address} {has}, and this process has {__version__}; install the same "
                "version on all workers."
            )


def ask_workers(client: Any, function: Callable[..., Any], *given: Any) -> dict[str, Any]:
    """What a function returns on each worker, by its address; an exception where it raised one."""
    found = client.run(function, *given, on_error="return")
    return dict(found)


def _prober() -> Callable[[], Any]:
    """A function that travels as code: a worker without Inkcluster cannot import it."""

    def version() -> Any:
        try:
            from inkcluster._version import __version__
        except ImportError:
            return None
        return __version__

    return version


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")
