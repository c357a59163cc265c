"""Runs work on a pool of threads, and holds the BLAS to one thread meanwhile.

Kernels release the GIL, so ordinary threads run them side by side. Parallel loops inside compiled
code are not used: they wait for all their threads at the end of each loop, which took ten times as
long as the work on a busy machine, and they abort when two threads of a program enter one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from functools import cache
from threading import Event, Lock, RLock, get_ident, local
from typing import Any, TypeVar

import numba
import scipy.linalg  # noqa: F401 (loads the BLAS of compiled products, so that it is limited too)
from joblib import cpu_count
from threadpoolctl import OpenBLASController, ThreadpoolController

from inkcluster import progress
from inkcluster.compute.memory import address_space

P = TypeVar("P")
T = TypeVar("T")
THREAD_BYTES = 512 << 20
"""Address space that has to be left for each thread: its stack and its heap reserve a part of it."""
_numba: Any = numba  # it makes some of its names at run time


class _Here(local):
    """What a thread knows about itself."""

    is_worker = False
    kept: ThreadPoolExecutor | None = None


_here = _Here()


def workers() -> int:
    """The number of threads to share work between.

    The smallest of the cores this process may use (its affinity and its container's quota) and
    numba's number of threads (``NUMBA_NUM_THREADS``, :func:`numba.set_num_threads`), and what
    ``ulimit -v`` leaves room for. Inside a worker it is 1: pools do not nest.
    """
    if _here.is_worker:
        return 1
    most = min(_cores(), max(1, address_space() // THREAD_BYTES))
    try:
        _numba.threading_layer()
    except ValueError:  # asking numba would start the threads that nothing here uses
        return min(most, int(_numba.config.NUMBA_NUM_THREADS))
    return min(most, int(_numba.get_num_threads()))


@cache
def _cores() -> int:
    return int(cpu_count())


def pieces(count: int, size: int) -> list[slice]:
    """Slices of at most `size` that cover `count` things.

    Examples
    --------
    >>> pieces(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(count, start + size)) for start in range(0, count, size)]


def in_threads(work: Callable[[slice], object], parts: Sequence[slice]) -> Iterator[int]:
    """Do `work` on each part, and yield the length of each as it is done, in order."""
    for part, _ in zip(parts, results_in_threads(work, parts), strict=True):
        yield part.stop - part.start


def results_in_threads(work: Callable[[P], T], items: Sequence[P]) -> Iterator[T]:
    """The results of `work` on each item, in order; the first that fails ends the rest.

    Examples
    --------
    >>> list(results_in_threads(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    count = min(workers(), len(items)) if len(items) > 1 else 1
    if count <= 1:
        yield from map(work, items)
        return
    with _pool(count) if _here.kept is None else nullcontext(_here.kept) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()
            wait(futures)


@contextmanager
def kept_threads() -> Iterator[None]:
    """Use one pool for all that this thread shares out meanwhile, for many short pieces of work."""
    count = workers()
    if count <= 1 or _here.kept is not None:
        yield
        return
    with _pool(count) as pool:
        _here.kept = pool
        try:
            yield
        finally:
            _here.kept = None


@contextmanager
def alone() -> Iterator[None]:
    """Do all on this thread meanwhile, as one of several workers of someone else's pool."""
    before, _here.is_worker = _here.is_worker, True
    try:
        with one_blas_thread():
            yield
    finally:
        _here.is_worker = before


def _pool(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, initializer=setattr, initargs=(_here, "is_worker", True))


class _Blas:
    """The BLAS libraries in use, and the threads of this program that hold them to one thread."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.holders: dict[object, int] = {}
        self.limit: Any = None
        self.forked = False

    def hold(self, holder: object) -> None:
        with self.lock:
            self.holders[holder] = get_ident()
            if self.limit is None:
                with _control():
                    self.limit = _libraries().limit(limits=1)

    def release(self, holder: object) -> None:
        with self.lock:
            del self.holders[holder]
            self._restore_if_free()

    def after_fork(self) -> None:
        """Only the thread that forked lives on; the lock may have been another's."""
        self.forked = True
        self.lock = Lock()
        self.holders = {h: of for h, of in self.holders.items() if of == get_ident()}
        self._restore_if_free()

    def _restore_if_free(self) -> None:
        if not self.holders and self.limit is not None:
            with _control():
                self.limit.restore_original_limits()
            self.limit = None


@contextmanager
def _control() -> Iterator[None]:
    """Let this thread set the limit: threadpoolctl 3.7 ignores all but the first that set one."""
    take = getattr(OpenBLASController, "clear_controlling_thread", lambda force: None)
    take(force=True)
    yield
    take(force=True)  # the next to set one may be any thread


@cache
def _libraries() -> Any:
    return ThreadpoolController().select(user_api="blas")  # a millisecond, so made once


_blas = _Blas()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_blas.after_fork)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold matrix products to the thread that asks for them.

    The limit is the whole process's. The first to enter sets it and the last to leave lifts it, so
    that it may be nested, and entered by several threads at once.
    """
    holder = object()
    _blas.hold(holder)
    try:
        yield
    finally:
        _blas.release(holder)


@contextmanager
def peers_threads() -> Iterator[None]:
    """Run scikit-learn's parallel loops, on one thread in a forked child or under ``ulimit -v``.

    GNU OpenMP never returns in a child from a loop on several threads, if the parent ran one
    before; and it ends the process where there is no room for a thread.
    """
    if not _blas.forked and address_space() >= 2 * THREAD_BYTES * _cores():
        yield
        return
    with ThreadpoolController().limit(limits=1, user_api="openmp"):
        yield


class _Stopped(Exception):  # noqa: N818 (never leaves this module)
    """Another piece of work failed or was interrupted."""


class _Shared(progress.Progress):
    """Passes on to one listener from several threads, until the work is to stop."""

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
    """The results of several long pieces of work by name, each made on a thread of its own.

    They report to the caller's listener. The first that fails, or an interrupt, ends the others
    the next time they report.

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
