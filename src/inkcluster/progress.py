"""Lets long work report its progress without knowing who listens.

A listener wraps the work in :func:`listening`; the work asks :func:`current` for the listener. By
default nobody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Progress:
    """A listener that shows nothing; subclasses override :meth:`task`.

    Examples
    --------
    >>> from inkcluster.progress import SILENT
    >>> with SILENT.task("restarts", total=3) as advance:
    ...     for _ in range(3):
    ...         advance(1)
    """

    @contextmanager
    def task(self, what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        """Begin a task of `total` units; call the function yielded with the number of units done."""
        del what, total
        yield lambda amount: None


SILENT = Progress()
_listener: ContextVar[Progress] = ContextVar("inkcluster_progress", default=SILENT)


def current() -> Progress:
    """The listener to report to; estimators need it, since `fit` takes no listener."""
    return _listener.get()


@contextmanager
def listening(progress: Progress) -> Iterator[Progress]:
    """Report to `progress` whatever runs inside the block."""
    token = _listener.set(progress)
    try:
        yield progress
    finally:
        _listener.reset(token)
