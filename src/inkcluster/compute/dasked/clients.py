"""Finds the cluster that is current, connects to one, and checks that its workers can do the work."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from time import monotonic, sleep
from typing import Any

from inkcluster._version import __version__
from inkcluster.compute.dasked.lost import clear_errors
from inkcluster.compute.memory import free_memory
from inkcluster.errors import BadInputError, ClusterError

INSTALL = "install it with: pip install 'inkcluster[dask]'"
KEPT = ("MALLOC_TRIM_THRESHOLD_", 2**28), ("MALLOC_MMAP_THRESHOLD_", 2**25)
"""Bytes that workers keep for blocks to come. By default Dask has them give back each at once, and the
pages of the next one cost a third of the processors' time."""
TRIES = 3
"""How often all workers may die while they are asked what they have."""
STAYING = {"distributed.deploy.lost-worker-timeout": "1 day"}
"""After 15 s, if left to Dask, it gives up a worker for good that died, came back, died once more, and is
starting just then."""
WAIT = 10
"""Seconds to wait for the first worker of a cluster that has none; then, while work is under way, say so."""
PATIENCE = 300.0
"""Seconds without workers after which work is given up, unless Dask's configuration says otherwise."""
LOOK = 0.5
"""Seconds between looks at which workers are alive, while calls run."""
OF_WORKER = "Client-worker-"
"""How Dask names the client that a worker's tasks share."""


def current_client() -> Any:
    """The ``distributed.Client`` that is current in this process, or None; None inside a worker's task.

    A task that waited for tasks of its own could wait forever for a thread that is free. Threads that
    a task starts do not know of it, but the client that they find is the worker's.
    """
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    with suppress(ValueError):
        distributed.get_worker()
        return None
    with suppress(ValueError):
        client = distributed.Client.current()
        own = client.status == "running" and not client.id.startswith(OF_WORKER)
        return client if own else None
    return None


class Patience:
    """Notes for how long a cluster has had no workers; says so, and in the end gives up."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.seen = monotonic()
        self.said = False

    def look(self) -> dict[str, int]:
        """The threads of each worker that is alive, by its address.

        Raises
        ------
        ClusterError
            If there has been none for `PATIENCE` seconds, or for as long as the setting
            ``distributed.scheduler.no-workers-timeout`` of Dask says.
        """
        with clear_errors(self.client):
            here = dict(self.client.nthreads())
        if here:
            self.seen, self.said = monotonic(), False
            return here
        gone, most = monotonic() - self.seen, _patience()
        if gone > most:
            raise ClusterError(
                f"The Dask cluster has had no workers for {most:g} s; start some, and try again."
            )
        if gone > WAIT and not self.said:
            self.said = True
            warnings.warn(
                f"The Dask cluster has no workers; the work waits up to {most:g} s for some.",
                UserWarning,
                stacklevel=2,
            )
        return here


def alive(client: Any) -> dict[str, int]:
    """The threads of each worker that is alive, by its address, once there is one.

    Raises
    ------
    ClusterError
        If there is none for long; see :class:`Patience`.
    """
    patience = Patience(client)
    while not (found := patience.look()):
        sleep(LOOK)
    return found


def _patience() -> float:
    from dask import config
    from dask.utils import parse_timedelta

    told = config.get("distributed.scheduler.no-workers-timeout", None)
    return PATIENCE if told is None else float(parse_timedelta(told))


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
    Client = _installed("A scheduler was named").Client
    try:
        asyncio.run(
            _answered(address, timeout)
        )  # a client waits for another service without an end
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


async def _answered(address: str, timeout: float) -> None:
    """Raise OSError unless a scheduler says what it is within so many seconds."""
    from distributed.core import rpc

    async with rpc(address, timeout=timeout) as scheduler:
        said = await asyncio.wait_for(scheduler.identity(), timeout)
    if said.get("type") != "Scheduler":
        raise OSError("what answers is no scheduler")


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A client, current in the block, of so many processes of this machine with one thread each.

    Raises
    ------
    BadInputError
        If Dask is not installed.
    """
    distributed = _installed("Workers were asked for")
    from dask import config

    about: dict[str, Any] = {"n_workers": workers, "threads_per_worker": 1}
    about |= {"memory_limit": free_memory() // workers, "dashboard_address": "127.0.0.1:0"}
    with ExitStack() as stack:
        stack.enter_context(config.set(STAYING))
        with _deaf(), config.set({f"distributed.nanny.pre-spawn-environ.{k}": v for k, v in KEPT}):
            cluster = distributed.LocalCluster(**about, silence_logs=logging.CRITICAL)
            stack.enter_context(cluster)
        yield stack.enter_context(distributed.Client(cluster))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep to itself in the block what Dask logs of workers and schedulers that end."""
    loggers = [logging.getLogger(name) for name in ("distributed", "asyncio")]
    before = [one.level for one in loggers]
    try:
        for one in loggers:
            one.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let threads that start in the block, and their processes, not hear Ctrl-C; this thread does later.

    A terminal sends it to all processes; workers would each end with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # else a process's start, which starts it, would unblock signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _installed(why: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise BadInputError(f"{why}, and Dask is not installed; {INSTALL}.") from None
    return distributed


def check_workers(client: Any) -> None:
    """Refuse a cluster without workers, or one of whose workers lacks this version of Inkcluster.

    Raises
    ------
    ClusterError
        Naming a worker and what it has.
    """
    found: dict[str, Any] = {}
    with suppress(TimeoutError):
        for _ in range(TRIES):
            with clear_errors(client):
                client.wait_for_workers(1, timeout=WAIT)  # one may be starting again
            if found := ask_workers(client, _prober()):
                break
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
    """What a function returns on each worker, by its address; an exception where it raised one.

    A worker that dies before it answers is left out.
    """
    with clear_errors(client):
        found = dict(client.run(function, *given, on_error="return"))
        if any(isinstance(one, Exception) for one in found.values()):
            sleep(LOOK)  # it is known as dead by then
            here = client.nthreads()
            return {k: v for k, v in found.items() if k in here or not isinstance(v, Exception)}
    return found


def least_memory(client: Any) -> tuple[int, int]:
    """How many workers there are, and the bytes that the smallest may take; 0 if none is limited."""
    told = ask_workers(client, _memory_limit)
    limits = [limit for limit in told.values() if limit and not isinstance(limit, Exception)]
    return len(told), min(limits, default=0)


def _memory_limit(dask_worker: Any) -> int | None:
    limit: int | None = dask_worker.memory_manager.memory_limit
    return limit


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
