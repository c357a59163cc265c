"""Turns a run into the plain values that the page's template lays out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inkcluster.report.cards import CardView, cards, walls
from inkcluster.report.exhibits import FigureView, TableView, figure_view, table_view
from inkcluster.report.payload import payload
from inkcluster.report.samples import samples
from inkcluster.report.stillmap import still_map
from inkcluster.report.summary import summary
from inkcluster.report.wording import STATES, duration, plain_value
from inkcluster.study.overview.overview import kept

if TYPE_CHECKING:
    from inkcluster.study.answer import Finding
    from inkcluster.study.overview.overview import Overview
    from inkcluster.study.run.run import Run, WrittenAnswer

_LEVELS = ("warning", "notice", "ok", "detail")


@dataclass(frozen=True)
class FindingView:
    """A finding, and the part of the page that it comes from: its id and its name."""

    code: str
    level: str
    sentence: str
    meaning: str
    target: str
    where: str


@dataclass(frozen=True)
class QuestionView:
    """One question's part of the page; `state` is answered, computing, failed or unasked."""

    key: str
    number: int
    title: str
    state: str
    note: str
    took: str = ""
    says: str = ""
    findings: tuple[FindingView, ...] = ()
    figures: tuple[FigureView, ...] = ()
    tables: tuple[TableView, ...] = ()
    face: FigureView | None = None
    front: TableView | None = None

    @property
    def warnings(self) -> int:
        """How many of its findings ask for action."""
        return sum(finding.level == "warning" for finding in self.findings)


def view(run: Run) -> dict[str, Any]:
    """Everything that ``assets/report.html.j2`` shows of `run`, under the names it uses."""
    about = _findings(run.data_findings, "data", "the data")
    questions = _questions(run)
    findings = [*about, *(f for question in questions for f in question.findings)]
    overview = kept(run)
    shown = cards(run, overview) if overview else []
    return {
        "facts": run.data,
        "first": summary(run, questions, about),
        "map": still_map(run, overview) if overview else None,
        "cards": shown,
        "by_place": _by_place(shown, overview) if overview else {},
        "walls": walls(overview) if overview else [],
        "look": overview.ink if overview else "",
        "apart": overview.groups.noise.tolist() if overview else [0, 0],
        "samples": [] if overview else samples(run),
        "about": about,
        "questions": questions,
        "settings": _settings(run),
        "versions": run.versions,
        "timings": _timings(run, questions),
        "codes": sorted({(finding.code, finding.meaning) for finding in findings}),
        "banner": _banner(run, questions),
        "date": _date(run.started),
        "total": duration(sum(run.seconds.values())),
        "payload": payload(run, overview),
    }


def _banner(run: Run, questions: list[QuestionView]) -> str:
    n = sum(question.state == "computing" for question in questions)
    if n:
        were = "question was" if n == 1 else "questions were"
        return f"{n} {were} still being computed when this page was written. Reload it for more."
    return STATES.get(run.state, "")


def _by_place(shown: list[CardView], overview: Overview) -> dict[int, CardView]:
    """The cards by the place of their groups in the overview."""
    return dict(zip(overview.groups.order.tolist(), shown, strict=True))


def _questions(run: Run) -> list[QuestionView]:
    from inkcluster.study.questions import QUESTIONS

    there = {answer.key for answer in run.answers}
    shown = [_question(answer, failed=answer.key in run.failed) for answer in run.answers]
    for key in QUESTIONS:
        if key in there:
            continue
        state, note = "unasked", f"This question was not asked; add --only {key} to ask it."
        if run.state == "running" and key in run.asked:
            state, note = "computing", "Still being computed. Reload this page to see the answer."
        shown.append(QuestionView(key, QUESTIONS[key].number, QUESTIONS[key].title, state, note))
    return sorted(shown, key=lambda question: question.number)


def _question(answer: WrittenAnswer, *, failed: bool) -> QuestionView:
    figures = {figure.name: figure_view(answer.key, figure) for figure in answer.figures}
    tables = {table.name: table_view(answer.key, table) for table in answer.tables}
    return QuestionView(
        key=answer.key,
        number=answer.number,
        title=answer.title,
        state="failed" if failed or answer.pending else "answered",
        note=answer.pending or "",
        took=duration(answer.seconds),
        says=answer.says,
        findings=_findings(answer.findings, f"q-{answer.key}", f"question {answer.number}"),
        figures=tuple(figures.values()),
        tables=tuple(tables.values()),
        face=figures.get(answer.face) or next(iter(figures.values()), None),
        front=tables.get(answer.front),
    )


def _findings(findings: Iterable[Finding], target: str, where: str) -> tuple[FindingView, ...]:
    """Findings from one part of the page, the gravest first."""
    from inkcluster.study.findings import CODES

    views = (
        FindingView(f.code, str(f.level), f.sentence, CODES.get(f.code, ""), target, where)
        for f in findings
    )
    return tuple(sorted(views, key=lambda finding: _LEVELS.index(finding.level)))


def _settings(run: Run) -> list[dict[str, Any]]:
    """Each value of the plan, and why it has it."""
    from inkcluster.study.settings.table import SETTINGS

    if run.plan is None:
        return []
    return [
        {
            "name": name.replace("_", "-"),
            "meaning": SETTINGS[name].help.replace("`", ""),
            "value": plain_value(value),
            "why": run.plan.why[name],
            "given": name in run.settings,
        }
        for name, value in run.plan.values().items()
    ]


def _timings(run: Run, questions: Iterable[QuestionView]) -> list[tuple[str, str]]:
    titles = {"plan": "Finding the settings"}
    titles |= {question.key: f"{question.number}. {question.title}" for question in questions}
    return [(titles[key], duration(run.seconds[key])) for key in titles if key in run.seconds]


def _date(started: str) -> str:
    try:
        at = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{at.day} {at:%B %Y, %H:%M}"
