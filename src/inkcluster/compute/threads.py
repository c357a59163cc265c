"""Pieces of work on as many threads as there are cores; none waits for another.

Compiled loops release the lock, so ordinary threads do. A parallel loop inside compiled code would
wait at its end for all its threads: where other programs want the cores too, that took ten times
as long as the work itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

import numba
import scipy.linalg  # noqa: F401 (compiled products use its BLAS, which must be there to be limited)
from threadpoolctl import threadpool_limits


def pieces(count: int, size: int) -> list[slice]:
    """`count` things in runs of `size`.

    Examples
    --------
    >>> pieces(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(count, start + size)) for start in range(0, count, size)]


def in_threads(work: Callable[[slice], None], parts: list[slice]) -> Iterator[int]:
    """Do `work` on each part, and yield the length of each as it is done, in order."""
    workers = min(numba.get_num_threads(), len(parts))
    if workers <= 1:
        for part in parts:
            work(part)
            yield part.stop - part.start
        return
    with ThreadPoolExecutor(workers) as pool:
        try:
            for part, _ in zip(parts, pool.map(work, parts), strict=True):
                yield part.stop - part.start
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


class _Held:
    """Who wants the BLAS on one thread: the first sets the limit, the last lifts it."""

    lock = Lock()
    by = 0
    limits: threadpool_limits | None = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold matrix products to the thread that asks for them; from several threads, too.

    A limit is the whole process's. Two that overlap, each set and lifted by its own thread, would
    be lifted too early, and the later one would leave the BLAS on one thread for good.
    """
    with _Held.lock:
        if _Held.by == 0:
            _Held.limits = threadpool_limits(1, "blas")
        _Held.by += 1
    try:
        yield
    finally:
        with _Held.lock:
            _Held.by -= 1
            if _Held.by == 0 and _Held.limits is not None:
                _Held.limits.restore_original_limits()
