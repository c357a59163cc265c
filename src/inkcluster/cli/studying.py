"""Runs ``inkcluster study``: reads the images, answers the questions, writes and prints the results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from inkcluster.cli.guard import BAD_INPUT, one_line, print_json, say
from inkcluster.cli.listen import listener
from inkcluster.cli.showing import say_first_screen
from inkcluster.progress import listening
from inkcluster.study.run.written import findings_to_json

if TYPE_CHECKING:
    from inkcluster.cli.parse import Read
    from inkcluster.images.readers.found import Gathering
    from inkcluster.study.run.run import Run, WrittenAnswer, WrittenFigure, WrittenTable
    from inkcluster.study.settings.settings import Settings

_MARKS = {
    "warning": ("!", "bold yellow"),
    "notice": ("·", "cyan"),
    "ok": ("✓", "green"),
    "detail": (" ", "dim"),
}


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[None]:
    """Have the workers of a Dask cluster in the block: a scheduler's, or new ones of this machine."""
    from inkcluster.compute.dasked.clients import connect, local_cluster, quiet

    if scheduler is not None and workers is not None:
        raise typer.BadParameter(
            "the scheduler has workers of its own; give one of the two.",
            param_hint="--scheduler and --workers",
        )
    if scheduler is not None:
        with quiet(), connect(scheduler):
            yield
    elif workers is not None:
        with quiet(), local_cluster(workers):
            yield
    else:
        yield


def study_and_say(
    read: Read,
    *,
    out: Path | None,
    only: list[str] | None,
    settings: Settings,
    as_json: bool,
    quiet: bool,
    verbose: bool = False,
) -> None:
    """Run the study and print its first screen; exit with 1 if a question could not be answered."""
    from inkcluster import images as room
    from inkcluster import report
    from inkcluster.compute.dasked.moved import counted
    from inkcluster.report.early import Early
    from inkcluster.study.run.runner import study

    say_less = quiet or as_json
    hearer = listener(quiet=quiet)
    with hearer.shown(), listening(hearer.progress):
        images = read(progress=hearer.progress, gather_by_default=gathering(out))
        if not say_less:
            typer.echo(one_line(f"{images.name}: {room.describe(images)}"))
        folder = _folder(out, images.name)
        early = Early(folder)

        def answered(answer: WrittenAnswer) -> None:
            hearer.answered(answer)
            early.write()

        with counted() as moved:
            run = study(
                images, folder, settings, only=only, progress=hearer.progress, on_answer=answered
            )
        if not quiet:
            _say_what_moved(moved.bytes)
        with hearer.progress.task("report"):
            page = report.write(run)
    if as_json:
        print_json(results(run, page))
    elif quiet:
        typer.echo(one_line(str(page)))
    else:
        if verbose:
            _say_findings(run)
        say_first_screen(run)
    if run.failed:
        raise typer.Exit(BAD_INPUT)


def _say_what_moved(count: int) -> None:
    """Tell what went to the workers of a Dask cluster and came back, where one was asked for."""
    from inkcluster.compute.dasked.clients import current_client

    if current_client() is None:
        return
    if count:
        say(f"To the Dask workers and back went {count / 1e6:,.1f} MB.")
    else:
        say(
            "The Dask workers had nothing to do: every part was done sooner in this process than sent "
            "to them (docs/scale.md says which parts may be sent)."
        )


def _folder(out: Path | None, name: str) -> Path:
    return out if out is not None else Path("runs") / slug(name)


def gathering(out: Path | None) -> Gathering:
    """Where images that would take much of the memory are gathered: in the run's folder, `out`."""
    from inkcluster.study.run import folder

    return folder.gathering(lambda name: _folder(out, name))


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
    """What the study `run` with its report `page` found: the document that ``--json`` prints."""
    return {
        "inkcluster": run.versions["inkcluster"],
        "state": run.state,
        "run": str(run.path),
        "report": str(page),
        "data": {**asdict(run.data), "findings": findings_to_json(run.data_findings)},
        "settings": run.plan.to_json() if run.plan is not None else {},
        "findings": findings_to_json(run.findings),
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
        "findings": findings_to_json(answer.findings),
        "figures": [
            _words(figure) | {kind: str(getattr(figure, kind)) for kind in ("svg", "png", "data")}
            for figure in answer.figures
        ],
        "tables": [
            _words(table) | {"data": str(table.data), **_extent(table)} for table in answer.tables
        ],
    }


def _words(exhibit: WrittenFigure | WrittenTable) -> dict[str, str]:
    return {"name": exhibit.name, "title": exhibit.title, "says": exhibit.says}


def _extent(table: WrittenTable) -> dict[str, Any]:
    frame = table.frame()
    return {"rows": len(frame), "columns": [str(name) for name in frame.columns]}


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
