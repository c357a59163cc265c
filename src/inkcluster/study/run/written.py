"""Writes answers whole, and reads them after a check against their manifest."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from inkcluster._version import __version__
from inkcluster.errors import RunFolderError
from inkcluster.files import atomic_folder, is_file, is_folder, open_file
from inkcluster.study.answer import Answer, Finding, Level, Partition, Question
from inkcluster.study.run import digest
from inkcluster.study.run.arrays import DAMAGE, read_arrays, write_arrays
from inkcluster.study.run.state import ANSWER as SHAPE
from inkcluster.study.run.state import UNREADABLE, fits, read_json

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.study.settings.plan import Plan

ANSWER = "answer.json"
ARRAYS = "arrays.npz"
MAX_CELLS = 500_000_000
"""A table with more is not one of ours."""
_NAMED = ("name", "title", "says")
_SHORT = ("says", "face", "front")
_INNER = 4
"""The parts of a figure's path that lie in the run: answers, its answer, figures, its file."""


@dataclass(frozen=True)
class WrittenTable:
    """A table of a written answer; `data` is a Parquet file."""

    name: str
    title: str
    says: str
    data: Path

    def frame(self) -> pd.DataFrame:
        """The table; RunFolderError if its file is missing or damaged."""
        return _read_frame(self.data)


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
        """The figure's data; RunFolderError if its file is missing or damaged."""
        return _read_frame(self.data)

    def content(self, picture: Path) -> bytes:
        """The bytes of `picture`, its svg or its png; none if that is missing or no file."""
        try:
            with open_file(picture, _INNER) as stream:
                return stream.read()
        except OSError:
            return b""


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as read from a run.

    Parameters
    ----------
    key, number, title : str, int, str
        The question's.
    seconds : float
        How long the answer took when it was computed.
    figures, tables, findings, says, face, front, partitions
        What was found, as in :class:`~inkcluster.study.answer.Answer`.
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
    says: str = ""
    face: str = ""
    front: str = ""
    partitions: tuple[Partition, ...] = ()
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
            return read_arrays(path := self.folder / ARRAYS, inner=3)
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
            **{name: getattr(answer, name) for name in _SHORT},
            "partitions": [asdict(one) for one in answer.partitions],
            "files": _manifest(part),
        }
        plain["seal"] = _seal(plain)
        text = json.dumps(plain, indent=1, ensure_ascii=False, default=lambda one: one.item())
        (part / ANSWER).write_text(text + "\n", encoding="utf-8")


def read_answer(folder: Path) -> WrittenAnswer | None:
    """The answer in `folder`, or None if it is missing, incomplete or damaged in any byte."""
    try:
        plain = read_json(folder / ANSWER, inner=3)
        if not fits(plain, SHAPE) or plain.pop("seal") != _seal(plain):
            return None
        if not _agrees(folder, plain["files"]):
            return None
    except UNREADABLE:
        return None
    figures = [_figure(folder / "figures", **_named(one)) for one in plain["figures"]]
    tables = [
        WrittenTable(**_named(one), data=folder / "tables" / f"{one['name']}.parquet")
        for one in plain["tables"]
    ]
    files = [folder / ARRAYS, *(table.data for table in tables)]
    files += [path for figure in figures for path in (figure.svg, figure.png, figure.data)]
    if not all(map(is_file, files)):
        return None
    return WrittenAnswer(
        **{name: plain[name] for name in ("key", "number", "title", "seconds", "plan", *_SHORT)},
        figures=tuple(figures),
        tables=tuple(tables),
        findings=findings_from_json(plain["findings"]),
        partitions=tuple(Partition(**one) for one in plain["partitions"]),
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
    """Its name, title and says; of a figure or table, or of a mapping with more."""
    of = thing if isinstance(thing, Mapping) else {name: getattr(thing, name) for name in _NAMED}
    return {name: of[name] for name in _NAMED}


def _write_frame(frame: pd.DataFrame, folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    # neither pyarrow nor, of an open file, an older pandas opens a path of any bytes
    (folder / f"{name}.parquet").write_bytes(frame.to_parquet())


def _manifest(folder: Path) -> dict[str, list[Any]]:
    """Size and SHA-256 of every file but the answer's own."""
    return {name: [size, _sha256(folder / name)] for name, size in _sizes(folder).items()}


def _agrees(folder: Path, files: Mapping[str, list[Any]]) -> bool:
    """Whether `folder` holds these files and nothing else; only files of the right size are read."""
    sizes = _sizes(folder)
    right = {name: size for name, (size, _) in files.items()}
    return sizes == right and all(_sha256(folder / name) == files[name][1] for name in sizes)


def _sizes(folder: Path) -> dict[str, int]:
    """The size of every file but the answer's own; OSError if there is what an answer never holds."""
    found = {}
    for inner in (folder, *(folder / name for name in ("figures", "tables"))):
        for path in sorted(inner.iterdir()) if is_folder(inner) else ():
            if is_file(path):
                found[path.relative_to(folder).as_posix()] = path.stat().st_size
            elif inner != folder or path.name not in ("figures", "tables") or not is_folder(path):
                raise OSError(f"{path} is neither a file nor a folder of an answer")
    found.pop(ANSWER, None)
    return found


def _sha256(path: Path) -> str:
    with open_file(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_frame(path: Path) -> pd.DataFrame:
    """The table in a Parquet file of a run; whatever pyarrow and pandas say of a damaged one is caught."""
    import pyarrow.parquet as pq

    try:
        # a thread of Arrow's that lets go of a Python file as the interpreter ends aborts the process
        with open_file(path, _INNER) as stream, pq.ParquetFile(stream, pre_buffer=False) as file:
            if file.metadata.num_rows * file.metadata.num_columns > MAX_CELLS:
                raise ValueError("too many cells")
            frame: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
            return frame
    except Exception as error:
        raise RunFolderError(
            f"{path} is missing or damaged; remove {path.parents[1]} and run the study again."
        ) from error


def _seal(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(digest.canonical(plain).encode()).hexdigest()
