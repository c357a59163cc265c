"""Runs a study: makes the plan, asks the questions and writes each answer as soon as it is there."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from inkcluster._version import __version__
from inkcluster.errors import (
    DataChangedError,
    InkclusterError,
    RunFolderError,
    is_lack_of_memory,
)
from inkcluster.files import remove
from inkcluster.progress import SILENT, Progress
from inkcluster.study import findings
from inkcluster.study.answer import Finding, Level, Question
from inkcluster.study.overview import overview
from inkcluster.study.questions import OPENING, PLACED, QUESTIONS, asked_of
from inkcluster.study.run import digest, rows, samples
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.drawn import computed, drawn
from inkcluster.study.run.facts import DataFacts, legible
from inkcluster.study.run.folder import ANSWERS, STEPS, opened
from inkcluster.study.run.run import Run
from inkcluster.study.run.state import now, read_state, write_state
from inkcluster.study.run.watch import Watch, mapped_files, unmapped
from inkcluster.study.run.written import (
    WrittenAnswer,
    findings_to_json,
    folder_name,
    read_answer,
    write_answer,
)
from inkcluster.study.settings import plan
from inkcluster.study.settings.checks import check
from inkcluster.study.settings.settings import Settings

if TYPE_CHECKING:
    from inkcluster.images import ImageSet

T = TypeVar("T")
_PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


def study(
    images: ImageSet | Any,
    out: str | Path,
    settings: Settings | None = None,
    *,
    only: Iterable[str] | None = None,
    progress: Progress = SILENT,
    questions: Mapping[str, Question] | None = None,
    on_answer: Callable[[WrittenAnswer], None] | None = None,
) -> Run:
    """Answer the questions about `images` in the folder `out`, or resume a run that stopped there.

    Parameters
    ----------
    images : ImageSet or dask array
        What is studied. A dask array is written into a file in `out` if it takes much memory.
    out : path
        The run's folder: new, empty, or with an earlier run on the same images. Its answers and
        steps are used again if they depend on the same values.
    settings : Settings, optional
        What was asked for; the rest comes from the images or is the default.
    only : iterable of str, optional
        Keys of the questions to ask; earlier answers to others stay in the run.
    progress : Progress
        Is told of the study, of each question and of its long parts.
    questions : mapping of str to Question, optional
        The questions by key; :data:`inkcluster.study.questions.QUESTIONS` when None.
    on_answer : callable, optional
        Called with each answer as soon as it is there.

    Returns
    -------
    Run
        Its `failed` names the questions that could not be answered.

    Raises
    ------
    BadInputError
        If the images and the settings do not go together, or `only` names an unknown question;
        then nothing is written.
    DataChangedError
        If a file behind `images`, mapped as it is too large to be copied, changes meanwhile; what
        rests on it is withdrawn.
    RunFolderError
        If the folder cannot be written, is in use, or holds something else; results so far stay.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = study(ImageSet(pixels), out, Settings(k=3), only=["shape"])
    ...     [f.code for f in run.answer("shape").findings]
    ['P1', 'P3', 'P5', 'P6']
    """
    settings = Settings() if settings is None else settings
    questions = QUESTIONS if questions is None else questions
    asked = asked_of(questions, only)
    whole = unmapped(legible(computed(images, Path(out), progress)))
    images = drawn(whole, settings)
    check(images, settings)
    facts = DataFacts.of(images, None if images is whole else whole)
    watch = Watch(whole, facts.of_hash or facts.hash, mapped_files(whole))
    if facts.of_n:
        from inkcluster.study.questions.placed.question import PlacedQuestion

        questions = {**questions, PLACED: PlacedQuestion(whole, facts.of_hash)}
        asked = asked if only is not None else (*asked, PLACED)
    out = Path(out)
    with opened(out):
        earlier = read_state(out)
        if earlier is not None and earlier["data"]["hash"] != facts.hash:
            raise RunFolderError(
                f"{out} holds a study of other images ({earlier['data']['name']}: "
                f"{earlier['data']['line']}); choose another folder for {facts.name} with --out."
            )
        desk = Desk(facts, out / STEPS, progress)
        _Study(
            images, facts, settings, desk, watch, out, questions, asked, earlier or {}, on_answer
        ).run()
    return Run.open(out)


@dataclass
class _Study:
    """One run into one folder that is locked for it."""

    images: ImageSet
    facts: DataFacts
    settings: Settings
    desk: Desk
    watch: Watch
    out: Path
    questions: Mapping[str, Question]
    asked: tuple[str, ...]
    earlier: dict[str, Any]
    on_answer: Callable[[WrittenAnswer], None] | None

    def __post_init__(self) -> None:
        given = self.settings.given
        self.progress = self.desk.progress
        self.computed: list[Path] = []
        self.entries: dict[str, dict[str, Any]] = dict(self.earlier.get("answers", {}))
        self.state: dict[str, Any] = {
            "inkcluster": __version__,
            "state": "running",
            "started": now(),
            "finished": None,
            "versions": {
                "inkcluster": __version__,
                "python": platform.python_version(),
                **{name: metadata.version(name) for name in _PACKAGES},
            },
            "data": asdict(self.facts),
            "settings": {
                name: {"value": value, "given": given[name]}
                for name, value in self.settings.values().items()
            },
            "plan": self.earlier.get("plan"),
            "asked": list(self.asked),
            "seconds": dict(self.earlier.get("seconds", {})),
        }

    def run(self) -> None:
        self._write("running")
        try:
            self._work()
            self.watch.check(hashed=True)
        except BaseException as error:
            if isinstance(error, DataChangedError):
                self._withdraw()
            stopped = isinstance(error, Exception)  # else Ctrl-C, or a signal's SystemExit
            if stopped:
                self.state["error"] = f"{type(error).__name__}: {error}"
            with suppress(OSError):
                self._write("stopped" if stopped else "interrupted")
            raise
        self._write("done")

    def _withdraw(self) -> None:
        """Remove what this run computed: which content it rests on cannot be known."""
        for path in (*self.desk.written, *self.computed):
            remove(path)
        self.entries = {k: e for k, e in self.entries.items() if e.get("reused")}

    def _believing(self, work: Callable[[], T]) -> T:
        """The result of `work`; without the steps of earlier runs if it fails with them."""
        try:
            return work()
        except (InkclusterError, MemoryError):
            raise
        except Exception:
            if not self.desk.doubt():
                raise
            return work()

    def _work(self) -> None:
        rows.keep(self.images, self.out)
        self._believing(lambda: samples.keep(self.images, self.desk))
        self.state["data"]["findings"] = self._data_findings()
        # The first answer of a new run needs few values of the plan, and does not wait for the others. Beside
        # those of an earlier run stands the plan, so that none is shown that no longer fits.
        early = self.asked[0] == OPENING and not self.earlier
        made = plan.Draft(self.images, self.settings, self.desk) if early else self._planned()
        with self.progress.task("study", total=len(self.asked)) as advance:
            for key in self.asked:
                answer = self._answer(self.questions[key], made)
                self._write("running")
                self._believing(lambda: overview.keep(self.images, self.desk, Run.open(self.out)))
                if self.on_answer is not None:
                    self.on_answer(answer)
                if early:
                    early, made = False, self._planned()
                advance(1)

    def _planned(self) -> plan.Plan:
        made = self._plan()
        self._take_up(made)
        return made

    def _data_findings(self) -> list[dict[str, str]]:
        """What is odd about the images; of an earlier run, since inspecting many takes a while."""
        known = dict(self.earlier.get("data", {}))
        found: list[dict[str, str]] | None = known.pop("findings", None)
        same = digest.canonical(known) == digest.canonical(asdict(self.facts))
        if found is not None and same and self.earlier["inkcluster"] == __version__:
            return found
        with self.progress.task("looking at the images"):
            return findings_to_json(findings.of_images(self.images, self.facts.of_n))

    def _plan(self) -> plan.Plan:
        begun = time.perf_counter()
        with self.progress.task("plan"):
            made = self._believing(lambda: plan.make(self.images, self.settings, self.desk))
        self.state["plan"] = made.to_json()
        self.state["seconds"].setdefault("plan", round(time.perf_counter() - begun, 3))
        self._write("running")
        return made

    def _take_up(self, made: plan.Plan) -> None:
        """For questions not asked now, enter the answer that fits the plan, else the latest."""
        for key in dict.fromkeys((*self.questions, *self.entries)):
            if key in self.asked:
                continue
            entry = self.entries.pop(key, {})
            names = [entry["folder"]] if "folder" in entry else []
            if key in self.questions:
                names.insert(0, folder_name(self.questions[key], made, self.facts.hash))
            for name in names:
                answer = read_answer(self.out / ANSWERS / name)
                if answer is not None:
                    self._enter(answer, {"folder": name, "reused": True})
                    break

    def _answer(self, question: Question, made: plan.Plan) -> WrittenAnswer:
        name = folder_name(question, made, self.facts.hash)
        folder = self.out / ANSWERS / name
        answer = read_answer(folder)
        entry: dict[str, Any] = {"folder": name, "reused": answer is not None}
        if answer is None:
            with self.progress.task(f"{question.number}. {question.title}"):
                answer = self._compute(question, made, folder)
        if answer.folder is None:
            entry = {"title": answer.title, "findings": findings_to_json(answer.findings)}
        self._enter(answer, entry)
        return answer

    def _compute(self, question: Question, made: plan.Plan, folder: Path) -> WrittenAnswer:
        begun = time.perf_counter()
        self.watch.check()
        try:
            answer = self._believing(lambda: question.answer(self.images, made, self.desk))
            self.watch.check()
            self.computed.append(folder)
            write_answer(folder, question, made, answer, begun)
            written = read_answer(folder)
        except (RunFolderError, DataChangedError):
            raise
        except Exception as error:
            if not isinstance(error, InkclusterError) and not is_lack_of_memory(error):
                raise
            told = str(error) if isinstance(error, InkclusterError | MemoryError) else ""
            reason = told or "there is not enough memory for it"
            failure = Finding(
                "S2", Level.WARNING, f"Question {question.number} could not be answered: {reason}"
            )
            seconds = round(time.perf_counter() - begun, 3)
            return WrittenAnswer(
                question.key, question.number, question.title, seconds, findings=(failure,)
            )
        if written is None:
            raise RunFolderError(
                f"The answer in {folder} cannot be read back; check the disk and run again."
            )
        return written

    def _enter(self, answer: WrittenAnswer, entry: dict[str, Any]) -> None:
        self.entries[answer.key] = {**entry, "number": answer.number, "seconds": answer.seconds}
        self.state["seconds"][answer.key] = answer.seconds

    def _write(self, state: str) -> None:
        by_number = sorted(self.entries.items(), key=lambda item: item[1]["number"])
        self.state["answers"] = dict(by_number)
        self.state["state"] = state
        self.state["finished"] = None if state == "running" else now()
        write_state(self.out, self.state)
