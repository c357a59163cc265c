"""`Run`: reads a study's folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.files import RUN
from inkcluster.study.answer import Finding
from inkcluster.study.findings import outdated
from inkcluster.study.questions import OPENING
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.run.folder import ANSWERS
from inkcluster.study.run.state import read_state
from inkcluster.study.run.written import (
    WrittenAnswer,
    WrittenFigure,
    WrittenTable,
    findings_from_json,
    read_answer,
)
from inkcluster.study.settings.plan import Plan
from inkcluster.words import listed, whole_percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run", "WrittenAnswer", "WrittenFigure", "WrittenTable"]


class Run:
    """A study on disk: what was studied, with what values, and the answers.

    Made by :meth:`open` and by :func:`inkcluster.study.run.runner.study`.

    Attributes
    ----------
    path : Path
        The folder.
    state : str
        ``"running"`` (or killed), ``"done"``, ``"interrupted"`` or ``"stopped"``.
    data : DataFacts
        The data set.
    data_findings : tuple of Finding
        The findings about the images themselves.
    settings : dict
        What was asked for: ``{name: {"value": …, "given": "command line"}}``.
    versions : dict of str to str
        Versions of Python, Inkcluster and its main dependencies.
    started : str
        When the latest run into this folder began (ISO 8601).
    seconds : dict of str to float
        How long the plan and each answer took when they were computed.
    keys : tuple of str
        The questions that have an answer, in the order of their numbers; failed ones included.
    asked : tuple of str
        The questions that the latest run into this folder asked; while it runs, some have no answer.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> from inkcluster.study.run.runner import study
    >>> from inkcluster.study.settings import Settings
    >>> pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    >>> images = ImageSet(pixels, name="noise")
    >>> with tempfile.TemporaryDirectory() as out:
    ...     _ = study(images, out, Settings(k=3, restarts=2), only=["centres"])
    ...     run = Run.open(out)
    ...     labels = run.answer("centres").arrays()["labels"]
    >>> run.data.name, run.plan.k, run.keys, labels.shape
    ('noise', 3, ('centres',), (60,))
    """

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self.state: str = content["state"]
        self.data = DataFacts.from_json(content["data"])
        self.data_findings = findings_from_json(content["data"].get("findings", []))
        self.settings: dict[str, dict[str, Any]] = content["settings"]
        self.versions: dict[str, str] = content["versions"]
        self.started: str = content["started"]
        self.seconds: dict[str, float] = content["seconds"]
        self.keys = tuple(content["answers"])
        self.asked = tuple(content.get("asked", self.keys))
        self._content = content
        self._read: dict[str, WrittenAnswer] = {}

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Open the run in the folder `path`, for reading.

        Raises
        ------
        RunFolderError
            If there is no run, or its ``run.json`` is damaged.
        """
        path = Path(path)
        content = read_state(path)
        if content is not None:
            return cls(path, content)
        if (path / RUN).exists():
            raise RunFolderError(
                f"{path / RUN} is damaged; run the study again into this folder: it uses the "
                "answers that are whole again."
            )
        raise RunFolderError(
            f"{path} holds no study; give the folder that `inkcluster study` wrote."
        )

    @property
    def plan(self) -> Plan | None:
        """The values of the study and their reasons; None if it ended before they were found.

        Raises
        ------
        RunFolderError
            If a value is not allowed, or missing since another version wrote the plan.
        """
        plain = self._content.get("plan")
        try:
            return Plan.from_json(plain) if plain else None
        except BadInputError as error:
            raise RunFolderError(f"{self.path / RUN} cannot be used. {error}") from error

    @property
    def failed(self) -> tuple[str, ...]:
        """The questions that could not be answered."""
        answers = self._content["answers"]
        return tuple(key for key in answers if "folder" not in answers[key])

    @property
    def answers(self) -> tuple[WrittenAnswer, ...]:
        """All answers, in the order of their numbers."""
        return tuple(self.answer(key) for key in self.keys)

    @property
    def in_order(self) -> list[WrittenAnswer]:
        """The answers, that on which the report opens first."""
        return sorted(self.answers, key=lambda one: (one.key != OPENING, one.number))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: of the images, then of each answer."""
        return (*self.data_findings, *(f for answer in self.answers for f in answer.findings))

    @property
    def says(self) -> str:
        """The answer in one sentence, of question 7 if it is there; empty without an answer."""
        return next((one.says for one in self.in_order if one.says), "")

    def __repr__(self) -> str:
        """One line: where it is, of what, and which questions are answered."""
        answered = listed(self.keys) if self.keys else "none"
        return f"Run({str(self.path)!r}, {self.data.name[:80]!r}, answers: {answered})"

    def _repr_html_(self) -> str:
        """The sentence and the groups for notebooks, and a link to the report."""
        from urllib.parse import quote

        from inkcluster import notebook
        from inkcluster.study.overview.overview import kept
        from inkcluster.study.run.folder import REPORT

        parts, overview = [], kept(self)
        if overview is not None:
            groups = overview.groups
            labels = [self.data.classes[i] if i >= 0 else "" for i in groups.label.tolist()]
            below = [
                f"{label} · {whole_percent(share)}" if label else ""
                for label, share in zip(labels, groups.purity.tolist(), strict=True)
            ]
            sizes = zip(groups.numbers.tolist(), groups.sizes.tolist(), strict=True)
            captions = zip([f"group {c} · {size:,}" for c, size in sizes], below, strict=True)
            parts.append(notebook.cards(groups.means, list(captions), peak=255))
        page = self.path / REPORT
        if page.is_file():
            at = page.as_uri() if page.is_absolute() else quote(page.as_posix())
            parts.append(f'<p><a href="{at}">report</a>: {notebook.text(str(page))}</p>')
        name = f"{self.data.name[:80]}: {self.data.line}"
        said = f"<p><b>{notebook.text(self.says, 600)}</b></p>" if self.says else ""
        return notebook.block(name, said, *parts)

    def answer(self, key: str) -> WrittenAnswer:
        """The answer to the question `key`.

        Raises
        ------
        BadInputError
            If the question was not asked.
        RunFolderError
            If the answer is damaged.
        """
        if key not in self._content["answers"]:
            raise BadInputError(
                f"{self.path} has no answer to {key!r}; it has {', '.join(self.keys) or 'none'}."
            )
        if key not in self._read:
            self._read[key] = self._answer(key, self._content["answers"][key])
        return self._read[key]

    def frame(self) -> pd.DataFrame:
        """The run as one table: a row for each image.

        Returns
        -------
        DataFrame of n rows
            ``image``, its number from 0; ``name`` (its file or row) and ``label`` where there are any,
            as text; a column for each clustering of the run, by its name, with clusters from 0, -1 for
            noise, and NA for images that were not in its sample; where shapes were clustered,
            ``confidence`` (from 0 to 1), ``outlier score`` (about 1 for most, larger for the odd ones) and
            the place on the map, ``x`` and ``y``.

        Raises
        ------
        RunFolderError
            If an answer is damaged.

        Examples
        --------
        >>> import tempfile
        >>> import numpy as np
        >>> from inkcluster.images import ImageSet
        >>> from inkcluster.study.run.runner import study
        >>> from inkcluster.study.settings import Settings
        >>> pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 4)).astype(np.uint8)
        >>> with tempfile.TemporaryDirectory() as out:
        ...     run = study(ImageSet(pixels), out, Settings(k=3, restarts=2), only=["centres"])
        ...     frame = run.frame()
        >>> frame.shape, list(frame)
        ((60, 2), ['image', 'k-means on pixels'])
        """
        from inkcluster.study.run.frame import frame

        return frame(self)

    def _answer(self, key: str, entry: dict[str, Any]) -> WrittenAnswer:
        if "folder" not in entry:
            findings = findings_from_json(entry["findings"])
            return WrittenAnswer(
                key, entry["number"], entry["title"], entry["seconds"], findings=findings
            )
        folder = self.path / ANSWERS / entry["folder"]
        answer = read_answer(folder)
        if answer is None:
            raise RunFolderError(
                f"The answer in {folder} is missing or damaged; run the study again to renew it."
            )
        plan = self._content.get("plan") or {}
        now = {name: entry["value"] for name, entry in plan.items()}
        late = outdated(answer.key, answer.plan, now) if plan else ()
        return replace(answer, findings=(*answer.findings, *late))
