"""How long work says how far it is, without knowing who listens.

Anything that takes more than a second accepts a :class:`Progress`. The base class is silent; the
command line listens with one that draws bars and the time left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
