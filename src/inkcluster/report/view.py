"""What the page shows of a run, in the page's words: plain values that the template only lays out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inkcluster.report.inline import data_url, inline_svg
from inkcluster.report.samples import Sample, samples
from inkcluster.report.tables import Download, Grid, download, grid
from inkcluster.report.wording import SETTINGS, STATES, duration, plain_value

if TYPE_CHECKING:
    from markupsafe import Markup

    from inkcluster.study.answer import Finding
    from inkcluster.study.run.run import Run, WrittenAnswer, WrittenFigure, WrittenTable

_LEVELS = ("warning", "notice", "ok", "detail")


@dataclass(frozen=True)
class FindingView:
    """A finding and the part of the page that it comes from."""

    code: str
    level: str
    sentence: str
    meaning: str
    target: str
    where: str


@dataclass(frozen=True)
class FigureView:
    """A figure: themed SVG, or where that may not stand in the page the PNG."""

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
    took: str
    findings: tuple[FindingView, ...] = ()
    figures: tuple[FigureView, ...] = ()
    tables: tuple[TableView, ...] = ()

    @property
    def worst(self) -> str:
        """The level of its gravest finding; empty without findings."""
        levels = {finding.level for finding in self.findings}
        return next((level for level in _LEVELS if level in levels), "")


@dataclass(frozen=True)
class SettingView:
    """A value of the plan and why it has it."""

    name: str
    meaning: str
    value: str
    why: str
    given: bool


def view(run: Run) -> dict[str, Any]:
    """Everything that the template shows.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict
        Names that ``assets/report.html.j2`` uses.
    """
    facts = run.data
    about = tuple(_finding(f, "data", "the data") for f in run.data_findings)
    questions = _questions(run)
    findings = [*about, *(f for question in questions for f in question.findings)]
    by_level = {level: [f for f in findings if f.level == level] for level in _LEVELS}
    return {
        "facts": facts,
        "samples": samples(run),
        "about": about,
        "findings": by_level,
        "questions": questions,
        "settings": _settings(run),
        "versions": run.versions,
        "timings": _timings(run, questions),
        "codes": _codes(findings),
        "banner": STATES.get(run.state, ""),
        "date": _date(run.started),
        "total": duration(sum(run.seconds.values())),
    }


def _questions(run: Run) -> tuple[QuestionView, ...]:
    from inkcluster.study.questions import QUESTIONS

    asked = {answer.key: answer for answer in run.answers}
    shown = [_question(answer, failed=answer.key in run.failed) for answer in asked.values()]
    for key in QUESTIONS:
        if key not in asked:
            question = QUESTIONS[key]
            note = f"This question was not asked in this run; add --only {key} to ask it."
            shown.append(QuestionView(key, question.number, question.title, "unasked", note, ""))
    return tuple(sorted(shown, key=lambda question: question.number))


def _question(answer: WrittenAnswer, *, failed: bool) -> QuestionView:
    key, pending = answer.key, answer.pending
    findings = tuple(
        sorted(
            (_finding(f, f"q-{key}", f"question {answer.number}") for f in answer.findings),
            key=lambda finding: _LEVELS.index(finding.level),
        )
    )
    return QuestionView(
        key=key,
        number=answer.number,
        title=answer.title,
        state="failed" if failed or pending else "answered",
        note=pending or "",
        took=duration(answer.seconds),
        findings=findings,
        figures=tuple(_figure(key, figure) for figure in answer.figures),
        tables=tuple(_table(key, table) for table in answer.tables),
    )


def _figure(key: str, figure: WrittenFigure) -> FigureView:
    name = f"{key}-{figure.name}"
    label = f"{figure.title}. {figure.says}"
    svg = inline_svg(figure.svg, name, label)
    return FigureView(
        id=f"figure-{name}",
        title=figure.title,
        says=figure.says,
        svg=svg,
        png=data_url(figure.png, "image/png") if svg is None and figure.png.is_file() else None,
        filename=name,
        data=download(figure.frame(), figure.data, name),
    )


def _table(key: str, table: WrittenTable) -> TableView:
    name, frame = f"{key}-{table.name}", table.frame()
    data = download(frame, table.data, name)
    return TableView(f"table-{name}", table.title, table.says, grid(frame), data)


def _finding(finding: Finding, target: str, where: str) -> FindingView:
    from inkcluster.study.findings import CODES

    meaning = CODES.get(finding.code, "")
    return FindingView(finding.code, str(finding.level), finding.sentence, meaning, target, where)


def _settings(run: Run) -> list[SettingView]:
    if run.plan is None:
        return []
    return [
        SettingView(
            name=name.replace("_", "-"),
            meaning=SETTINGS.get(name, ""),
            value=plain_value(value),
            why=run.plan.why[name],
            given=name in run.settings,
        )
        for name, value in run.plan.values().items()
    ]


def _timings(run: Run, questions: Iterable[QuestionView]) -> list[tuple[str, str]]:
    titles = {"plan": "Finding the settings"}
    titles |= {question.key: f"{question.number}. {question.title}" for question in questions}
    took = run.seconds
    return [(titles[key], duration(took[key])) for key in titles if key in took]


def _codes(findings: Iterable[FindingView]) -> list[tuple[str, str]]:
    return sorted({(finding.code, finding.meaning) for finding in findings})


def _date(started: str) -> str:
    try:
        at = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{at.day} {at:%B %Y, %H:%M}"


__all__ = ["FigureView", "FindingView", "QuestionView", "Sample", "TableView", "view"]
