"""Writes the report while the study still runs: at the first answer, then now and again."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from inkcluster.errors import RunFolderError

MOST_SHARE = 0.03
"""Share of the time that may go into reports after the first and before the last."""


class Early:
    """Writes the report of the run in a folder, as often as that costs little.

    Examples
    --------
    >>> from pathlib import Path
    >>> early = Early(Path("no such run"))
    >>> early.write()
    False
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._begun, self._spent, self._last = time.monotonic(), 0.0, 0.0

    def write(self) -> bool:
        """Write it now if little time went into it so far; whether it was written."""
        from inkcluster import report
        from inkcluster.study.run.run import Run

        begun = time.monotonic()
        if self._spent + self._last > MOST_SHARE * (begun - self._begun):
            return False
        with suppress(RunFolderError, OSError):
            report.write(Run.open(self.folder))
            self._last = time.monotonic() - begun
            self._spent += self._last
            return True
        return False
