"""Writes answers whole, and reads them after a check against their manifest."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from inkcluster._version import __version__
from inkcluster.errors import RunFolderError
from inkcluster.files import atomic_folder
from inkcluster.study.answer import Answer, Finding, Level, Question
from inkcluster.study.run import digest
from inkcluster.study.run.arrays import DAMAGE, read_arrays, write_arrays
from inkcluster.study.run.state import ANSWER as SHAPE
from inkcluster.study.run.state import fits

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.settings.plan import Plan

ANSWER = "answer.json"
ARRAYS = "arrays.npz"


@dataclass(frozen=True)
class WrittenTable:
    """A table of a written answer; `data` is a Parquet file."""

    name: str
    title: str
    says: str
    data: Path

    def frame(self) -> pd.DataFrame:
        """The table."""
        import pandas as pd

        return pd.read_parquet(self.data)


@dataclass(frozen=True)
class WrittenFigure:
    """A figure of a written answer: two pictures, and its data as a Parquet file."""

    name: str
    title: str
    says: str
    svg: Path
    png: Path
    data: Path

    def frame(self) -> pd.DataFrame:
        """The figure's data."""
        import pandas as pd

        return pd.read_parquet(self.data)


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as read from a run.

    Parameters
    ----------
    key, number, title : str, int, str
        The question's.
    seconds : float
        How long the answer took when it was computed.
    figures, tables, findings
        What was found.
    folder : Path or None
        Its folder; None if the question could not be answered.
    plan : mapping of str to value
        The plan's values that the answer depends on.
    """

    key: str
    number: int
    title: str
    seconds: float
    figures: tuple[WrittenFigure, ...] = ()
    tables: tuple[WrittenTable, ...] = ()
    findings: tuple[Finding, ...] = ()
    folder: Path | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pending(self) -> str | None:
        """Why there is nothing to show (it could not be answered), or None."""
        if self.figures or self.tables:
            return None
        return " ".join(f.sentence for f in self.findings if f.code == "S2") or None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays behind the answer, by name.

        Raises
        ------
        RunFolderError
            If the file is missing or damaged.
        """
        if self.folder is None:
            return {}
        try:
            return read_arrays(path := self.folder / ARRAYS)
        except DAMAGE as error:
            raise RunFolderError(
                f"{path} is missing or damaged; run the study again to compute it again."
            ) from error


def folder_name(question: Question, plan: Plan, data_hash: str) -> str:
    """The name of an answer's folder, made of all that the answer depends on."""
    values = plan.values(question.uses)
    return f"{question.key}-{digest.key(data_hash, values, question.revision, __version__)}"


def write_answer(
    folder: Path, question: Question, plan: Plan, answer: Answer, begun: float
) -> None:
    """Write `answer` as `folder`, which appears whole or not at all.

    `begun` is when the question was asked, by ``time.perf_counter``: drawing counts as well.
    """
    from inkcluster.figures.rendering import render

    for things in (answer.figures, answer.tables):
        names = [thing.name for thing in things]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"an answer has two figures or tables called {twice[0]!r}")
    folder.parent.mkdir(exist_ok=True)
    with atomic_folder(folder) as part:
        with (part / ARRAYS).open("wb") as stream:
            write_arrays(stream, answer.arrays)
        for table in answer.tables:
            _write_frame(table.frame, part / "tables", table.name)
        for figure in answer.figures:
            _write_frame(figure.frame(), part / "figures", figure.name)
            render(figure, part / "figures" / figure.name)
        plain = {
            **{name: getattr(question, name) for name in ("key", "number", "title", "revision")},
            "version": __version__,
            "seconds": round(time.perf_counter() - begun, 3),
            "plan": plan.values(question.uses),
            "figures": [_named(figure) for figure in answer.figures],
            "tables": [_named(table) for table in answer.tables],
            "findings": findings_to_json(answer.findings),
            "files": _manifest(part),
        }
        plain["seal"] = _seal(plain)
        text = json.dumps(plain, indent=1, ensure_ascii=False, default=lambda one: one.item())
        (part / ANSWER).write_text(text + "\n", encoding="utf-8")


def read_answer(folder: Path) -> WrittenAnswer | None:
    """The answer in `folder`, or None if it is missing, incomplete or damaged in any byte."""
    try:
        plain = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
        seal = plain.pop("seal")
        if seal != _seal(plain) or plain["files"] != _manifest(folder):
            return None
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    if not fits(plain, SHAPE):
        return None
    tables = [
        WrittenTable(**named, data=folder / "tables" / f"{named['name']}.parquet")
        for named in plain["tables"]
    ]
    return WrittenAnswer(
        **{name: plain[name] for name in ("key", "number", "title", "seconds", "plan")},
        figures=tuple(_figure(folder / "figures", **named) for named in plain["figures"]),
        tables=tuple(tables),
        findings=findings_from_json(plain["findings"]),
        folder=folder,
    )


def findings_to_json(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    """As plain values."""
    return [{"code": f.code, "level": f.level.value, "sentence": f.sentence} for f in findings]


def findings_from_json(plain: list[dict[str, str]]) -> tuple[Finding, ...]:
    """The reverse of :func:`findings_to_json`."""
    return tuple(Finding(f["code"], Level(f["level"]), f["sentence"]) for f in plain)


def _figure(folder: Path, name: str, title: str, says: str) -> WrittenFigure:
    svg, png, data = (folder / f"{name}.{ending}" for ending in ("svg", "png", "parquet"))
    return WrittenFigure(name, title, says, svg, png, data)


def _named(thing: Any) -> dict[str, str]:
    return {"name": thing.name, "title": thing.title, "says": thing.says}


def _write_frame(frame: pd.DataFrame, folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    frame.to_parquet(folder / f"{name}.parquet")


def _manifest(folder: Path) -> dict[str, list[Any]]:
    """Size and SHA-256 of every file but the answer's own."""
    return {
        path.relative_to(folder).as_posix(): [path.stat().st_size, _sha256(path)]
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ANSWER
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _seal(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(digest.canonical(plain).encode()).hexdigest()
