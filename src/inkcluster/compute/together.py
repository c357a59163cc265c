"""Several pieces of work side by side, with one listener, and interruptible as one is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, RLock
from typing import TypeVar

from inkcluster import progress

T = TypeVar("T")


class _Stopped(Exception):  # noqa: N818 (never leaves this module)
    """Another piece of work failed or was interrupted."""


class _Shared(progress.Progress):
    """Hands on to a listener, one thread at a time, until the work is to stop."""

    def __init__(self, listener: progress.Progress, lock: RLock, stop: Event, name: str) -> None:
        self.listener, self.lock, self.stop, self.name = listener, lock, stop, name

    @contextmanager
    def task(self, what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        task = self.listener.task(f"{self.name}, {what}", total)

        def say(amount: float) -> None:
            if self.stop.is_set():
                raise _Stopped
            with self.lock:
                advance(amount)

        with self.lock:
            advance = task.__enter__()
        try:
            yield say
        finally:
            with self.lock:
                task.__exit__(None, None, None)


def together(work: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """What each piece of work gives, by its name; all at once, each on a thread of its own.

    The first that fails, or an interrupt, ends the others at their next word to the listener.

    Examples
    --------
    >>> together({"two": lambda: 2, "three": lambda: 3})
    {'two': 2, 'three': 3}
    """
    listener, lock, stop = progress.current(), RLock(), Event()
    with ThreadPoolExecutor(max(1, len(work))) as pool:
        futures = {}
        try:
            for name, job in work.items():
                with progress.listening(_Shared(listener, lock, stop, name)):
                    futures[name] = pool.submit(copy_context().run, job)
            done, _ = wait(futures.values(), return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            stop.set()
            raise
    return {name: future.result() for name, future in futures.items()}
