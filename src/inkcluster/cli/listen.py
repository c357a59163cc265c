"""Shows a study's progress: bars with the time left on a terminal, a line a question elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from inkcluster.cli.guard import one_line, say
from inkcluster.progress import SILENT, Progress

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from inkcluster.study.run.run import WrittenAnswer


class Listener:
    """Is told of a study's progress, and shows nothing."""

    progress: Progress = SILENT

    def shown(self) -> AbstractContextManager[object]:
        """Keep the display up to date inside this block."""
        return nullcontext()

    def answered(self, answer: WrittenAnswer) -> None:
        """Report that a question is done."""


def listener(*, quiet: bool) -> Listener:
    """The listener that suits stderr: bars if it is a terminal, plain lines if not, or silence."""
    if quiet:
        return Listener()
    return _Bars() if sys.stderr.isatty() else _Lines()


class _Lines(Listener):
    def answered(self, answer: WrittenAnswer) -> None:
        say(_line(answer))


class _Bars(Listener, Progress):
    """Bars drawn by rich, one for each piece of work that is open, the outermost on top."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Display
        from rich.table import Column

        self.progress = self
        self._console = Console(stderr=True, highlight=False)
        self._bars = Display(
            TextColumn(
                "{task.description}", markup=False, table_column=Column(ratio=3, no_wrap=True)
            ),
            BarColumn(bar_width=None, table_column=Column(ratio=2)),
            _time_left_column(),
            console=self._console,
            transient=True,
            expand=True,
        )
        self._depth = 0

    def shown(self) -> AbstractContextManager[object]:
        return self._bars

    def answered(self, answer: WrittenAnswer) -> None:
        style = "yellow" if answer.pending else "green"
        self._console.print(_line(answer), style=style, markup=False, soft_wrap=True)

    @contextmanager
    def task(self, what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        indented = "  " * self._depth + one_line(what)
        bar = self._bars.add_task(indented, total=total)
        self._depth += 1
        try:
            yield lambda amount: self._bars.advance(bar, amount)
        finally:
            self._depth -= 1
            self._bars.remove_task(bar)


def _time_left_column() -> ProgressColumn:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        """The time left where it can be estimated, else the time so far."""

        max_refresh = 0.5

        def render(self, task: Task) -> Text:
            left = task.time_remaining
            if task.total is not None and left is not None:
                return Text(f"{_clock(left)} left", style="progress.remaining")
            return Text(_clock(task.elapsed or 0.0), style="progress.elapsed")

    return TimeLeft()


def _line(answer: WrittenAnswer) -> str:
    said = "not answered" if answer.pending else f"{answer.seconds:.1f} s"
    return one_line(f"{answer.number}. {answer.title} {said}")


def _clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> _clock(61.4)
    '1:01'
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
