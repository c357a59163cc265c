"""How long work says how far it is, without knowing who listens.

Whoever wants to listen wraps the work in :func:`listening`; the work itself asks :func:`current` for
the listener. Nobody listening is the default, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Progress:
    """A listener that says nothing; subclasses override :meth:`task`.

    Examples
    --------
    >>> from inkcluster.progress import SILENT
    >>> with SILENT.task("restarts", total=3) as advance:
    ...     for _ in range(3):
    ...         advance(1)
    """

    @contextmanager
    def task(self, what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        """Open a piece of work of `total` units; the value yielded is called with units done."""
        del what, total
        yield lambda amount: None


SILENT = Progress()
_listener: ContextVar[Progress] = ContextVar("inkcluster_progress", default=SILENT)


def current() -> Progress:
    """The listener in force: what estimators report to, since their `fit` has no room for one."""
    return _listener.get()


@contextmanager
def listening(progress: Progress) -> Iterator[Progress]:
    """Make `progress` the listener of everything that runs inside the block."""
    token = _listener.set(progress)
    try:
        yield progress
    finally:
        _listener.reset(token)
