"""The nouns of a study: `Question`, `Answer`, `Table`, `Finding`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from inkcluster.figures.base import Figure
    from inkcluster.images import ImageSet
    from inkcluster.study.run.desk import Desk
    from inkcluster.study.settings.plan import Plan


class Level(StrEnum):
    """How much a finding should worry the reader.

    A warning asks for action, a notice for attention; ok says that a check passed; a detail only
    reports.
    """

    WARNING = "warning"
    NOTICE = "notice"
    OK = "ok"
    DETAIL = "detail"


@dataclass(frozen=True)
class Finding:
    """One sentence with its numbers, under a code that stays the same from run to run.

    Parameters
    ----------
    code : str
        A key of :data:`inkcluster.study.findings.CODES`, e.g. ``"K2"``.
    level : Level
        warning, notice, ok or detail.
    sentence : str
        What was found, with its numbers.
    """

    code: str
    level: Level
    sentence: str


@dataclass(frozen=True, eq=False)
class Table:
    """A table of an answer: `frame` is what is shown and what is stored as Parquet."""

    name: str
    title: str
    says: str
    frame: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Answer:
    """What a question yields: figures, tables and findings, and the arrays they rest on."""

    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def joined(*parts: Answer) -> Answer:
    """One answer of several parts, in their order."""
    return Answer(
        figures=tuple(figure for part in parts for figure in part.figures),
        tables=tuple(table for part in parts for table in part.tables),
        findings=tuple(finding for part in parts for finding in part.findings),
        arrays={name: array for part in parts for name, array in part.arrays.items()},
    )


class Question(Protocol):
    """One question of a study; a module under ``study/questions/`` holds one, called ``QUESTION``.

    Attributes
    ----------
    key : str
        Its name on the command line (``--only dbscan``) and of its folder in the run.
    number : int
        Its place in the report.
    title : str
        The question, in words, with its question mark.
    uses : tuple of str
        The names of the plan's values that its answer depends on; a change of any other
        leaves the answer valid.
    revision : int
        Raised when the code changes what the answer holds.
    """

    key: str
    number: int
    title: str
    uses: tuple[str, ...]
    revision: int

    def answer(self, images: ImageSet, plan: Plan, desk: Desk) -> Answer:
        """Work the question out."""
