"""What a run says first: on the report's first screen, and on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inkcluster.study.answer import Finding, Level
from inkcluster.study.questions import OPENING

if TYPE_CHECKING:
    from inkcluster.study.run.run import Run
    from inkcluster.study.run.written import WrittenTable

MOST_FINDINGS = 5


def foremost(run: Run) -> tuple[Finding, ...]:
    """The warnings of a run, and the notices about its data; else those of the answer it opens on."""
    found = [*run.data_findings, *(finding for one in run.in_order for finding in one.findings)]
    wanted = [finding for finding in found if finding.level is Level.WARNING]
    wanted += [finding for finding in run.data_findings if finding.level is Level.NOTICE]
    if not wanted:
        opening = [
            finding for one in run.in_order if one.key == OPENING for finding in one.findings
        ]
        wanted = [finding for finding in opening if finding.level is Level.NOTICE]
    return tuple(wanted[:MOST_FINDINGS])


def front(run: Run) -> WrittenTable | None:
    """The table that compares the methods, if that question is answered."""
    tables = ((one, table) for one in run.in_order for table in one.tables)
    return next((table for one, table in tables if one.front and table.name == one.front), None)
