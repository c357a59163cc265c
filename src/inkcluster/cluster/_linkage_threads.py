"""Pieces of work on as many threads as there are cores; none waits for another.

Compiled loops release the lock, so ordinary threads do. A parallel loop inside compiled code would
wait at its end for all its threads: where other programs want the cores too, that took ten times
as long as the work itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numba


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
