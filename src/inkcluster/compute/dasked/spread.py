"""Shards of points on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from inkcluster.compute.dasked import moved
from inkcluster.compute.dasked.clients import Patience
from inkcluster.compute.rows import Rows
from inkcluster.compute.threads import alone
from inkcluster.errors import ClusterError

SENT_ONCE = 2**16
"""Bytes from which an argument for all shards goes to one worker, from which the others fetch it."""
GONE = "ClosedClientError", "FutureCancelledError", "FuturesCancelledError"
"""Errors of ``distributed.client``, not all of them in every version."""
LOOK = 0.5
"""Seconds between looks at which workers are alive, while calls run."""


class Spread(Rows):
    """The same, as futures of a client; a call of a method is a task beside its shard.

    A shard is the result of a task, and its calls go to the worker that has it: elsewhere it would be
    a copy, which has to catch up. When its worker dies, Dask makes it again, and the call goes there.
    """

    are_elsewhere = True

    def __init__(self, client: Any, *given: Any) -> None:
        super().__init__(*given)
        self.client = client
        self._homes = [""] * len(self.shards)
        self._settle(range(len(self.shards)))

    def each(self, method: str, *given: Any, of: Sequence[int] | None = None) -> list[Any]:
        """What a method of each shard returns, in order; of the shards `of` alone where given."""
        chosen = range(len(self.shards)) if of is None else of
        size = moved.size_of(given)
        if len(chosen) < 2 or size < SENT_ONCE:
            return self.each_its_own(method, [given] * len(chosen), of=chosen)
        moved.add(size * len(set(self._homes)))
        held = self.client.submit(tuple, given, pure=False)
        return self._called([(i, method, held) for i in chosen])

    def each_its_own(
        self, method: str, given: Sequence[tuple[Any, ...]], *, of: Sequence[int]
    ) -> list[Any]:
        """The same, with arguments for each shard of `of`."""
        moved.add(moved.size_of(list(given)))
        return self._called([(i, method, own) for i, own in zip(of, given, strict=True)])

    def others(self, method: str, *given: Any) -> Spread:
        """As many rows, in the shards that a method of each shard returns, where these are."""
        made = [self.client.submit(call, one, method, given, pure=False) for one in self.shards]
        return Spread(self.client, made, *self._about)

    def _called(self, calls: list[tuple[int, str, Any]]) -> list[Any]:
        from distributed import wait

        futures, patience = [self._submit(*one) for one in calls], Patience(self.client)
        with clear_errors():
            while True:
                try:
                    wait(futures, timeout=LOOK)
                    break
                except TimeoutError:
                    alive = patience.look()
                    for at, one in enumerate(calls):
                        if not futures[at].done() and self._homes[one[0]] not in alive:
                            self._settle([one[0]])
                            futures[at] = self._submit(*one)
            found = self.client.gather(futures)
        moved.add(moved.size_of(found))
        return list(found)

    def _submit(self, i: int, method: str, given: Any) -> Any:
        at = [self._homes[i]]
        return self.client.submit(call, self.shards[i], method, given, pure=False, workers=at)

    def _settle(self, of: Sequence[int]) -> None:
        """Wait until some shards are made, and note where they are."""
        from distributed import wait

        shards, patience = [self.shards[i] for i in of], Patience(self.client)
        with clear_errors():
            while True:
                try:
                    wait(shards, timeout=LOOK)
                except TimeoutError:
                    patience.look()
                    continue
                held = self.client.who_has(shards)
                places = [held.get(shard.key) for shard in shards]
                if all(places):
                    break
                for shard in shards:
                    if shard.status == "error":
                        shard.result()
        for i, place in zip(of, places, strict=True):
            self._homes[i] = place[0]


def call(shard: Any, method: str, given: tuple[Any, ...]) -> Any:
    """Call a method of a shard on this thread alone; the worker has as many such calls as threads."""
    with alone():
        return getattr(shard, method)(*given)


def submit(
    client: Any, function: Callable[..., Any], parts: Sequence[tuple[Any, ...]], *, beside: bool
) -> list[Any]:
    """A future for each part: the function of its arguments.

    If `beside`, they hold dask's delayed values and are computed where these are; else the parts are
    dealt out to the threads of the workers in turn.
    """
    if beside:
        from dask import delayed

        made = [delayed(function, pure=False)(*part) for part in parts]
        return list(client.compute(made))
    threads = [address for address, count in client.nthreads().items() for _ in range(count)]
    return [
        client.submit(
            function, *part, pure=False, allow_other_workers=True,
            workers=[threads[i * len(threads) // len(parts)]],
        )
        for i, part in enumerate(parts)
    ]  # fmt: skip


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
