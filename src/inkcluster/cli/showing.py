"""Runs ``inkcluster show``: the first screen of a report, on a terminal or as JSON."""

from __future__ import annotations

import math
import shutil
import textwrap
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.cells import cell_len, set_cell_size

from inkcluster.cli.blocks import tiles
from inkcluster.cli.guard import one_line, print_json
from inkcluster.study.answer import Level
from inkcluster.study.overview.first import foremost, front
from inkcluster.study.overview.overview import kept
from inkcluster.study.questions import PLACED, QUESTIONS
from inkcluster.study.run.folder import REPORT
from inkcluster.study.run.written import findings_to_json
from inkcluster.words import class_name, listed, whole_percent

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.overview.overview import Overview
    from inkcluster.study.run.run import Run

MOST_GROUPS = 12
MOST_METHODS = 12
"""Of each, no more are shown; the report has the rest."""
MIN_WIDTH = 24
"""On a narrower terminal lines are longer than it."""
_MARKS = {Level.WARNING: "!", Level.NOTICE: "·"}
_STATES = {
    "interrupted": "The study was interrupted.",
    "stopped": "The study stopped with an error.",
}


def show_and_say(folder: Path, *, open_it: bool, as_json: bool) -> None:
    """Print the first screen of the run in `folder`; with `open_it`, open its report in a browser."""
    from inkcluster.study.run.run import Run

    run = Run.open(folder)
    if as_json:
        print_json(first_screen(run))
    else:
        typer.echo(_wrapped(f"{class_name(run.data.name)}: {run.data.line}", _columns()))
        say_first_screen(run)
    if open_it:
        _open(run)


def say_first_screen(run: Run) -> None:
    """Print the sentence, the groups, the findings that ask for action, the methods, the report's path."""
    columns = _columns()
    of_all = [one.says for one in run.answers if one.key == PLACED and one.says]
    said = " ".join([run.says or "No question is answered yet.", *of_all])
    parts = [_wrapped(said, columns)]
    if waiting := _waiting(run):
        parts.append(_wrapped(waiting, columns))
    if (overview := kept(run)) is not None:
        parts.append(_groups(run, overview, columns))
    if found := foremost(run):
        lines = [_wrapped(one.sentence, columns, f"{_MARKS[one.level]} ") for one in found]
        parts.append("\n".join(lines))
    if (methods := front(run)) is not None:
        first = methods.says.split(". ")[0].rstrip(".")
        parts.append(f"{_wrapped(f'{first}:', columns)}\n{_methods(methods.frame(), columns)}")
    page = run.path / REPORT
    parts.append(one_line(str(page)) if page.is_file() else "There is no report yet.")
    typer.echo("\n" + "\n\n".join(parts))


def first_screen(run: Run) -> dict[str, Any]:
    """The same as plain values: the document that ``--json`` prints."""
    page = run.path / REPORT
    methods, overview = front(run), kept(run)
    return {
        "run": str(run.path),
        "report": str(page) if page.is_file() else None,
        "state": run.state,
        "computing": _computing(run),
        "failed": list(run.failed),
        "data": {"name": run.data.name, "images": run.data.n, "line": run.data.line},
        "says": run.says or None,
        "clustering": None if overview is None else overview.name,
        "groups": [] if overview is None else _plain_groups(run, overview),
        "findings": findings_to_json(foremost(run)),
        "methods": [] if methods is None else _plain_rows(methods.frame()),
    }


def _computing(run: Run) -> list[str]:
    """The questions that a study still works on."""
    there = set(run.keys)
    return [key for key in run.asked if key not in there] if run.state == "running" else []


def _waiting(run: Run) -> str:
    if keys := _computing(run):
        numbers = [QUESTIONS[key].number for key in keys if key in QUESTIONS]
        numbers = sorted(numbers) + [len(QUESTIONS) + 1] * (PLACED in keys)
        which = f"question{'s' * (len(numbers) > 1)} {listed(numbers, 7)}"
        return f"Still being computed, unless the study was killed: {which}."
    if run.state in _STATES:
        return f"{_STATES[run.state]} These are the answers so far; run the same command again."
    return ""


def _groups(run: Run, overview: Overview, columns: int) -> str:
    groups = overview.groups
    shown = min(len(groups.sizes), MOST_GROUPS)
    captions = []
    for one in _plain_groups(run, overview)[:shown]:
        about = "" if one["confidence"] is None else f"sure {one['confidence']:.2f}"
        if one["purity"] is not None:
            about = f"{one['label']} · {whole_percent(one['purity'])}"
        captions.append((f"group {one['number']}", f"{one['size']:,}", about))
    lines = tiles(
        groups.means[:shown], captions, columns, ink_is_dark=overview.ink == "dark on light"
    )
    if len(groups.sizes) > shown:
        lines.append(f"… and {len(groups.sizes) - shown:,} smaller groups")
    noise = int(groups.noise[0])
    if noise:
        lines.append(f"{noise:,} images in no group")
    return "\n".join(lines)


def _plain_groups(run: Run, overview: Overview) -> list[dict[str, Any]]:
    groups = overview.groups
    found = []
    for i, number in enumerate(groups.numbers.tolist()):
        labelled = math.isfinite(groups.purity[i]) and groups.label[i] >= 0
        sure = float(groups.sure[i])
        found.append(
            {
                "number": number,
                "size": int(groups.sizes[i]),
                "label": run.data.classes[groups.label[i]] if labelled else None,
                "purity": float(groups.purity[i]) if labelled else None,
                "confidence": sure if math.isfinite(sure) else None,
                "unsure": int(groups.unsure[i]),
            }
        )
    return found


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _methods(frame: pd.DataFrame, columns: int) -> str:
    """As many of the table's columns as fit, the first of the right ones last."""
    from inkcluster.report.tables import grid

    made = grid(frame.head(MOST_METHODS)).columns
    texts = []
    for column in made:
        cells = [one_line(cell) for cell in column.cells]
        most = max([4, *map(cell_len, cells)])
        head = textwrap.wrap(one_line(column.heading), max(most, 9)) or [""]
        wide = max([most, *map(cell_len, head)])
        texts.append((column.numeric, min(wide, 24), head, cells))
    while len(texts) > 2 and sum(wide + 2 for _, wide, _, _ in texts) - 2 > columns:
        del texts[-2]
    room = columns - sum(wide + 2 for _, wide, _, _ in texts[1:])
    numeric, wide, head, cells = texts[0]
    texts[0] = numeric, max(4, min(wide, room)), head, cells
    deep = max(len(head) for _, _, head, _ in texts)
    rows = [[*[""] * (deep - len(head)), *head, *cells] for _, _, head, cells in texts]
    lines = []
    for line in zip(*rows, strict=True):
        parts = [
            " " * (wide - cell_len(cell)) + cell if numeric else set_cell_size(cell, wide)
            for (numeric, wide, _, _), cell in zip(texts, line, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    if len(frame) > MOST_METHODS:
        lines.append(f"… and {len(frame) - MOST_METHODS:,} more in the report")
    return "\n".join(lines)


def _columns() -> int:
    return max(shutil.get_terminal_size().columns, MIN_WIDTH)


def _wrapped(text: str, columns: int, mark: str = "") -> str:
    """`text` in lines of the terminal, those after the first under its beginning."""
    return textwrap.fill(
        one_line(text), columns, initial_indent=mark, subsequent_indent=" " * len(mark)
    )


def _open(run: Run) -> None:
    """Open the report in a browser, and write it first if it is not there."""
    from inkcluster import report
    from inkcluster.errors import RunFolderError

    page = run.path / REPORT
    if not page.is_file():
        page = report.write(run)
    if not webbrowser.open(page.resolve().as_uri()):
        raise RunFolderError(f"No browser could be started; open {page} yourself.")
