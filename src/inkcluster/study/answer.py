"""The nouns of a study: `Question`, `Answer`, `Table`, `Partition`, `Finding`."""

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


@dataclass(frozen=True)
class Partition:
    """One clustering of an answer, by the names of the answer's arrays that hold it.

    Parameters
    ----------
    name : str
        As a person would name the method, e.g. ``"ward after PCA"``; the first of a run counts.
    labels : str
        Integers, a cluster for each image, -1 for noise.
    index : str
        The images they are of, where a sample was clustered; empty for all, in their order.
    memberships, confidence, outlier_scores, places : str
        What is known of each image beside: shapes (n, k), (n,), (n,) and (n, 2). Empty if nothing is.
    """

    name: str
    labels: str
    index: str = ""
    memberships: str = ""
    confidence: str = ""
    outlier_scores: str = ""
    places: str = ""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a question yields: figures, tables and findings, and the arrays they rest on.

    `says` is the answer in one sentence. `face` names the figure, and `front` the table, that stand
    for it where there is no room for more. `partitions` are its clusterings.
    """

    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    says: str = ""
    face: str = ""
    front: str = ""
    partitions: tuple[Partition, ...] = ()


def joined(*parts: Answer) -> Answer:
    """One answer of several parts, in their order."""
    return Answer(
        figures=tuple(figure for part in parts for figure in part.figures),
        tables=tuple(table for part in parts for table in part.tables),
        findings=tuple(finding for part in parts for finding in part.findings),
        arrays={name: array for part in parts for name, array in part.arrays.items()},
        says=" ".join(part.says for part in parts if part.says),
        face=next((part.face for part in parts if part.face), ""),
        front=next((part.front for part in parts if part.front), ""),
        partitions=tuple(one for part in parts for one in part.partitions),
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
