"""``inkcluster study``: read, ask, write the report, and say what was found."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from inkcluster.cli.guard import BAD_INPUT, one_line
from inkcluster.cli.listen import listener
from inkcluster.progress import listening

if TYPE_CHECKING:
    from inkcluster.study.answer import Finding
    from inkcluster.study.run.run import Run, WrittenAnswer
    from inkcluster.study.settings.settings import Settings

_MARKS = {
    "warning": ("!", "bold yellow"),
    "notice": ("·", "cyan"),
    "ok": ("✓", "green"),
    "detail": (" ", "dim"),
}


def study_and_say(
    data: str,
    *,
    out: Path | None,
    only: list[str] | None,
    settings: Settings,
    labels: str | None,
    shape: tuple[int, int] | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the study and print its results; exit with 1 if a question could not be answered."""
    from inkcluster import images as room
    from inkcluster.study.run.runner import study

    say_less = quiet or as_json
    hearer = listener(quiet=quiet)
    with hearer.shown(), listening(hearer.progress):
        images = room.load(data, labels=labels, shape=shape, progress=hearer.progress)
        if not say_less:
            typer.echo(one_line(f"{images.name}: {room.describe(images)}"))
        run = study(
            images,
            out if out is not None else Path("runs") / slug(images.name),
            settings,
            only=only,
            progress=hearer.progress,
            on_answer=hearer.answered,
        )
        from inkcluster import report

        with hearer.progress.task("report"):
            page = report.write(run)
    if as_json:
        json.dump(results(run, page), sys.stdout, indent=1, ensure_ascii=False, allow_nan=False)
        sys.stdout.write("\n")
    elif quiet:
        typer.echo(page)
    else:
        _say_findings(run)
        typer.echo(f"\n{page}")
    if run.failed:
        raise typer.Exit(BAD_INPUT)


def slug(name: str) -> str:
    """A folder's name made of a data set's.

    Examples
    --------
    >>> from inkcluster.cli.studying import slug
    >>> slug("MNIST original.mat"), slug("../../etc"), slug("<b>")
    ('mnist-original-mat', 'etc', 'b')
    """
    kept = "".join(c if c.isalnum() else " " for c in name.lower())
    return "-".join(kept.split())[:80] or "images"


def results(run: Run, page: Path) -> dict[str, Any]:
    """What a study found, as plain values: the document that ``--json`` prints.

    Parameters
    ----------
    run : Run
        A finished study.
    page : Path
        Its report.

    Returns
    -------
    dict
        With ``data``, ``settings`` (value and why), ``findings``, ``questions``, ``seconds``,
        ``versions`` and the paths ``run`` and ``report``.
    """
    facts = run.data.to_json()
    return {
        "inkcluster": run.versions["inkcluster"],
        "state": run.state,
        "run": str(run.path),
        "report": str(page),
        "data": {**facts, "findings": [_finding(f) for f in run.data_findings]},
        "settings": run.plan.to_json() if run.plan is not None else {},
        "findings": [_finding(f) for f in run.findings],
        "questions": [_question(run, answer) for answer in run.answers],
        "failed": list(run.failed),
        "seconds": run.seconds,
        "versions": run.versions,
    }


def _question(run: Run, answer: WrittenAnswer) -> dict[str, Any]:
    state = "failed" if answer.key in run.failed or answer.pending else "answered"
    return {
        "key": answer.key,
        "number": answer.number,
        "title": answer.title,
        "state": state,
        "seconds": answer.seconds,
        "findings": [_finding(f) for f in answer.findings],
        "figures": [
            {
                "name": figure.name,
                "title": figure.title,
                "says": figure.says,
                "svg": str(figure.svg),
                "png": str(figure.png),
                "data": str(figure.data),
            }
            for figure in answer.figures
        ],
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "says": table.says,
                "data": str(table.data),
                **_extent(table.data),
            }
            for table in answer.tables
        ],
    }


def _extent(parquet: Path) -> dict[str, Any]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(parquet) as file:
        names = [name for name in file.schema_arrow.names if not name.startswith("__index_level")]
        return {"rows": file.metadata.num_rows, "columns": names}


def _finding(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "level": str(finding.level), "sentence": finding.sentence}


def _say_findings(run: Run) -> None:
    """Findings on stdout, warnings first, under a hanging indent where it is a terminal."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    order = list(_MARKS)
    for finding in sorted(run.findings, key=lambda f: order.index(str(f.level))):
        mark, style = _MARKS[str(finding.level)]
        head = Text(f"{mark} {finding.code}  ", style=style)
        sentence = one_line(finding.sentence)
        if not console.is_terminal:
            typer.echo(f"{head.plain}{sentence}")
            continue
        for number, line in enumerate(Text(sentence).wrap(console, max(20, console.width - 7))):
            console.print(head + line if number == 0 else Padding(line, (0, 0, 0, 6)))
