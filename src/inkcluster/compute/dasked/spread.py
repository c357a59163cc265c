"""Shards of points on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from inkcluster.compute.rows import Rows
from inkcluster.compute.threads import alone
from inkcluster.errors import ClusterError

SENT_ONCE = 2**16
"""Bytes from which an argument for all shards goes to one worker, from which the others fetch it."""


class Spread(Rows):
    """The same, as futures of a client; a call of a method is a task beside its shard.

    A shard is the result of a task. When its worker dies, Dask makes it again elsewhere, and runs the
    call again.
    """

    are_elsewhere = True

    def __init__(self, client: Any, *given: Any) -> None:
        super().__init__(*given)
        self.client = client
        self.moved = 0

    def each(self, method: str, *given: Any, of: Sequence[int] | None = None) -> list[Any]:
        """What a method of each shard returns, in order; of the shards `of` alone where given."""
        chosen = range(len(self.shards)) if of is None else of
        size = size_of(given)
        if len(chosen) < 2 or size < SENT_ONCE:
            return self.each_its_own(method, [given] * len(chosen), of=chosen)
        self.moved += size * len(self.client.nthreads())
        held = self.client.submit(tuple, given, pure=False)
        return self._gathered([self._call(i, method, held) for i in chosen])

    def each_its_own(
        self, method: str, given: Sequence[tuple[Any, ...]], *, of: Sequence[int]
    ) -> list[Any]:
        """The same, with arguments for each shard of `of`."""
        self.moved += sum(map(size_of, given))
        pairs = zip(of, given, strict=True)
        return self._gathered([self._call(i, method, arguments) for i, arguments in pairs])

    def _call(self, i: int, method: str, given: Any) -> Any:
        return self.client.submit(call, self.shards[i], method, given, pure=False)

    def _gathered(self, futures: list[Any]) -> list[Any]:
        with clear_errors():
            found = self.client.gather(futures)
        self.moved += sum(map(size_of, found))
        return list(found)


def call(shard: Any, method: str, given: tuple[Any, ...]) -> Any:
    """Call a method of a shard on this thread alone; the worker has as many such calls as threads."""
    with alone():
        return getattr(shard, method)(*given)


def submit(
    client: Any, function: Callable[..., Any], parts: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """A future for each part: the function of its arguments, where dask's delayed values are computed."""
    from dask import delayed

    made = [delayed(function, pure=False)(*part) for part in parts]
    return list(client.compute(made))


def settle(client: Any, futures: list[Any]) -> None:
    """Wait until all are made; the error of one that was not."""
    from distributed import wait

    with clear_errors():
        wait(futures)
        client.gather([client.submit(_nothing, future, pure=False) for future in futures])


def _nothing(of: Any) -> None:
    del of


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say in one sentence what happened to the cluster.

    Raises
    ------
    ClusterError
        If workers died again and again, or the cluster or its data are gone.
    """
    from distributed import KilledWorker
    from distributed.client import ClosedClientError, FutureCancelledError, FuturesCancelledError

    try:
        yield
    except KilledWorker as error:
        last = getattr(error.last_worker, "address", "unknown")
        raise ClusterError(
            f"Dask gave up: {error.allowed_failures + 1} workers in turn died on the same chunk, the last "
            f"at {last}; give the workers more memory or smaller chunks, and see their logs."
        ) from None
    except (FutureCancelledError, FuturesCancelledError, ClosedClientError) as error:
        raise ClusterError(
            "The Dask cluster, or data that only a lost worker had, is gone; start it again and give "
            "data that it can read again, such as files."
        ) from error
    except OSError as error:
        if "comm" not in type(error).__name__.lower():
            raise
        raise ClusterError(f"The connection to the Dask scheduler was lost ({error}).") from error


def size_of(given: Any) -> int:
    """The bytes of the arrays in tuples, lists and objects.

    Examples
    --------
    >>> size_of((np.zeros(3), [np.zeros(2, np.uint8)], "name"))
    26
    """
    if isinstance(given, np.ndarray):
        return int(given.nbytes)
    if isinstance(given, tuple | list):
        return sum(map(size_of, given))
    return sum(map(size_of, vars(given).values())) if hasattr(given, "__dict__") else 0
