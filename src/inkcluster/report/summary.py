"""The first screen: one sentence, the findings that ask for action, the methods compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inkcluster.report.exhibits import TableView
from inkcluster.study.overview.first import foremost
from inkcluster.study.questions import PLACED

if TYPE_CHECKING:
    from inkcluster.report.view import FindingView, QuestionView
    from inkcluster.study.run.run import Run

_END = re.compile(r"(?<=[a-z)%][.!?]) (?=[A-Z0-9])")
"""Between two sentences."""


@dataclass(frozen=True)
class Summary:
    """What the report says first."""

    headline: str
    more: str  # the rest of the sentence's neighbours; empty if there are none
    findings: tuple[FindingView, ...]
    methods: TableView | None


def summary(run: Run, questions: list[QuestionView], about: Iterable[FindingView]) -> Summary:
    """The first screen of `run` from its answers, the opening one's sentence first."""
    headline, *more = _END.split(run.says or run.data.line, maxsplit=1)
    if run.data.of_n:
        of_all = next((one.says for one in run.answers if one.key == PLACED), "")
        more.insert(0, of_all or f"They were drawn at random from {run.data.of_n:,}.")
    parts = [tuple(about), *(one.findings for one in questions)]
    views = {(f.code, f.sentence): f for part in parts for f in part}
    urgent = tuple(views[f.code, f.sentence] for f in foremost(run))
    methods = next((one.front for one in questions if one.front is not None), None)
    return Summary(headline, " ".join(more), urgent, methods)
