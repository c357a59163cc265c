"""Lets a test or a benchmark say which algorithm an engine takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Forced:
    """The names that hold in place of an engine's own choice, in all threads.

    Examples
    --------
    >>> from inkcluster.compute.forced import Forced
    >>> forced = Forced()
    >>> with forced("tree"):
    ...     print(forced.names)
    ('tree',)
    >>> forced.names
    ()
    """

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()

    @contextmanager
    def __call__(self, *names: str) -> Iterator[None]:
        """Hold these meanwhile."""
        before, self.names = self.names, names
        try:
            yield
        finally:
            self.names = before
