"""The first screen: one sentence, the findings that ask for action, the methods compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inkcluster.report.exhibits import TableView

if TYPE_CHECKING:
    from inkcluster.report.view import FindingView, QuestionView
    from inkcluster.study.run.run import Run

MOST_FINDINGS = 5
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
    from inkcluster.study.questions import OPENING

    in_order = sorted(questions, key=lambda one: one.key != OPENING)
    said = next((one.says for one in in_order if one.says), "")
    headline, *more = _END.split(said or run.data.line, maxsplit=1)
    findings = [*about, *(f for one in in_order for f in one.findings)]
    urgent = [f for f in findings if f.level == "warning"]
    if not urgent:
        opening = [f for one in in_order[:1] for f in one.findings]
        urgent = [f for f in opening if f.level == "notice"]
    fronts = (one.front for one in in_order)
    return Summary(
        headline,
        " ".join(more),
        tuple(urgent[:MOST_FINDINGS]),
        next((front for front in fronts if front is not None), None),
    )
