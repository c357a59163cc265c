"""Shards of points on the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from inkcluster.compute.dasked import moved
from inkcluster.compute.dasked.clients import LOOK, Patience, alive
from inkcluster.compute.dasked.lost import clear_errors
from inkcluster.compute.dasked.waiting import gathered
from inkcluster.compute.rows import Rows
from inkcluster.compute.threads import alone

SENT_ONCE = 2**16
"""Bytes from which an argument for all shards goes to one worker, from which the others fetch it."""
Again = dict[int, tuple[str, Callable[[], Any]]]
"""By the number of a shard: the worker it was dealt to, and what makes it again on any. Dask does so only
while others are alive; when one starts after all have died, such a shard waits on without an end."""


class Spread(Rows):
    """The same, as futures of a client; a call of a method is a task beside its shard.

    A shard is the result of a task, and its calls go to the worker that has it: elsewhere it would be
    a copy, which has to catch up. When its worker dies, Dask makes it again, and the call goes there.
    """

    are_elsewhere = True

    def __init__(self, client: Any, shards: list[Any], *about: Any, again: Again) -> None:
        super().__init__(shards, *about)
        self.client, self._again = client, again
        self._homes = [""] * len(shards)
        self._settle(range(len(shards)))

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

        def made(shard: Any) -> Any:
            return self.client.submit(call, shard, method, given, pure=False)

        def later(make: Callable[[], Any]) -> Callable[[], Any]:
            return lambda: made(make())

        again = {i: (at, later(make)) for i, (at, make) in self._again.items()}
        return Spread(self.client, [made(one) for one in self.shards], *self._about, again=again)

    def _called(self, calls: list[tuple[int, str, Any]]) -> list[Any]:
        def renewed(here: dict[str, int]) -> list[tuple[int, Any]]:
            lost = [at for at, (i, *_) in enumerate(calls) if self._homes[i] not in here]
            if lost:
                self._settle([calls[at][0] for at in lost])
            return [(at, self._submit(*calls[at])) for at in lost]

        with clear_errors(self.client):
            found = gathered(self.client, [self._submit(*one) for one in calls], renewed)
        moved.add(moved.size_of(found))
        return found

    def _submit(self, i: int, method: str, given: Any) -> Any:
        at = [self._homes[i]]
        return self.client.submit(call, self.shards[i], method, given, pure=False, workers=at)

    def _settle(self, of: Sequence[int]) -> None:
        """Wait until some shards are made, and note where they are."""
        from distributed import wait

        patience = Patience(self.client)
        with clear_errors(self.client):
            while True:
                shards = [self.shards[i] for i in of]
                with suppress(TimeoutError):
                    wait(shards, timeout=LOOK)
                    held = self.client.who_has(shards)
                    places = [held.get(shard.key) for shard in shards]
                    if all(places):
                        break
                    for shard in shards:
                        if shard.status == "error":
                            shard.result()
                self._make_again(of, patience.look())
        for i, place in zip(of, places, strict=True):
            self._homes[i] = place[0]

    def _make_again(self, of: Sequence[int], here: dict[str, int]) -> None:
        for i in of:
            at, make = self._again.get(i, ("", None))
            if make and here and at not in here:
                del self._again[i]
                self.shards[i] = make()


def call(shard: Any, method: str, given: tuple[Any, ...]) -> Any:
    """Call a method of a shard on this thread alone; the worker has as many such calls as threads."""
    with alone():
        return getattr(shard, method)(*given)


def beside(
    client: Any, function: Callable[..., Any], parts: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """A future for each part: the function of its arguments, where dask's delayed values of them are."""
    from dask import delayed

    with clear_errors(client):
        return list(client.compute([delayed(function, pure=False)(*part) for part in parts]))


def dealt(
    client: Any, function: Callable[..., Any], parts: Sequence[tuple[Any, ...]]
) -> tuple[list[Any], Again]:
    """A future for each part, dealt out to the threads of the workers in turn, and how to make it again."""
    threads = [address for address, count in alive(client).items() for _ in range(count)]
    made: list[Any] = []
    again: Again = {}
    with clear_errors(client):
        for i, part in enumerate(parts):
            at = threads[i * len(threads) // len(parts)]
            anywhere = partial(client.submit, function, *part, pure=False)
            made.append(anywhere(workers=[at], allow_other_workers=True))
            again[i] = at, anywhere
    return made, again
