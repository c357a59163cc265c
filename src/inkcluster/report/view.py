"""Turns a run into the plain values that the page's template lays out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inkcluster.report.inline import data_url, inline_svg
from inkcluster.report.payload import payload
from inkcluster.report.samples import samples
from inkcluster.report.tables import Download, Grid, download, grid
from inkcluster.report.wording import STATES, duration, plain_value
from inkcluster.study.overview.overview import kept

if TYPE_CHECKING:
    from markupsafe import Markup

    from inkcluster.study.answer import Finding
    from inkcluster.study.run.run import Run, WrittenAnswer, WrittenFigure, WrittenTable

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
class FigureView:
    """A figure: themed SVG, or the PNG where the SVG may not stand in the page."""

    id: str
    title: str
    says: str
    svg: Markup | None
    png: str | None
    filename: str
    data: Download

    @property
    def zoomable(self) -> bool:
        """Whether the figure asks to be zoomed into."""
        from inkcluster.figures.picture_tree import ZOOMABLE

        return self.svg is not None and f'id="{self.filename}-{ZOOMABLE}"' in self.svg


@dataclass(frozen=True)
class TableView:
    """A table and its data."""

    id: str
    title: str
    says: str
    grid: Grid
    data: Download


@dataclass(frozen=True)
class QuestionView:
    """One question's part of the page; `state` is answered, failed or unasked."""

    key: str
    number: int
    title: str
    state: str
    note: str
    took: str = ""
    findings: tuple[FindingView, ...] = ()
    figures: tuple[FigureView, ...] = ()
    tables: tuple[TableView, ...] = ()

    @property
    def worst(self) -> str:
        """The gravest level of its findings; empty without findings."""
        return self.findings[0].level if self.findings else ""


def view(run: Run) -> dict[str, Any]:
    """Everything that ``assets/report.html.j2`` shows of `run`, under the names it uses."""
    about = _findings(run.data_findings, "data", "the data")
    questions = _questions(run)
    findings = [*about, *(f for question in questions for f in question.findings)]
    return {
        "facts": run.data,
        "samples": samples(run),
        "about": about,
        "findings": {level: [f for f in findings if f.level == level] for level in _LEVELS},
        "questions": questions,
        "settings": _settings(run),
        "versions": run.versions,
        "timings": _timings(run, questions),
        "codes": sorted({(finding.code, finding.meaning) for finding in findings}),
        "banner": STATES.get(run.state, ""),
        "date": _date(run.started),
        "total": duration(sum(run.seconds.values())),
        "payload": payload(run, kept(run)),
    }


def _questions(run: Run) -> list[QuestionView]:
    from inkcluster.study.questions import QUESTIONS

    asked = {answer.key for answer in run.answers}
    shown = [_question(answer, failed=answer.key in run.failed) for answer in run.answers]
    for key in QUESTIONS:
        if key not in asked:
            question = QUESTIONS[key]
            note = f"This question was not asked in this run; add --only {key} to ask it."
            shown.append(QuestionView(key, question.number, question.title, "unasked", note))
    return sorted(shown, key=lambda question: question.number)


def _question(answer: WrittenAnswer, *, failed: bool) -> QuestionView:
    return QuestionView(
        key=answer.key,
        number=answer.number,
        title=answer.title,
        state="failed" if failed or answer.pending else "answered",
        note=answer.pending or "",
        took=duration(answer.seconds),
        findings=_findings(answer.findings, f"q-{answer.key}", f"question {answer.number}"),
        figures=tuple(_figure(answer.key, figure) for figure in answer.figures),
        tables=tuple(_table(answer.key, table) for table in answer.tables),
    )


def _figure(key: str, figure: WrittenFigure) -> FigureView:
    name = f"{key}-{figure.name}"
    svg = inline_svg(figure.content(figure.svg), name, f"{figure.title}. {figure.says}")
    picture = figure.content(figure.png) if svg is None else b""
    png = data_url(picture, "image/png") if picture else None
    return FigureView(
        id=f"figure-{name}",
        title=figure.title,
        says=figure.says,
        svg=svg,
        png=png,
        filename=name,
        data=download(figure.frame(), figure.data, name),
    )


def _table(key: str, table: WrittenTable) -> TableView:
    name, frame = f"{key}-{table.name}", table.frame()
    data = download(frame, table.data, name)
    return TableView(f"table-{name}", table.title, table.says, grid(frame), data)


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
