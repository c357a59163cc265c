"""Runs a study: makes the plan, asks the questions, writes each answer as soon as it is there."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkcluster._version import __version__
from inkcluster.errors import BadInputError, InkclusterError, RunFolderError
from inkcluster.progress import SILENT, Progress
from inkcluster.study import findings
from inkcluster.study.answer import Finding, Level, Question
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run import digest, samples
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.run.folder import ANSWERS, STEPS, opened
from inkcluster.study.run.run import Run
from inkcluster.study.run.state import read_state, write_state
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

_PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "matplotlib")


def study(
    images: ImageSet,
    out: str | Path,
    settings: Settings | None = None,
    *,
    only: Iterable[str] | None = None,
    progress: Progress = SILENT,
    questions: Mapping[str, Question] | None = None,
    on_answer: Callable[[WrittenAnswer], None] | None = None,
) -> Run:
    """Answer the questions about `images` in the folder `out`, or go on where a run stopped.

    Parameters
    ----------
    images : ImageSet
        What is studied.
    out : path
        The run's folder: new, empty, or with an earlier run on the same images. Answers and
        steps that are there and rest on the same values are taken up, not computed again.
    settings : Settings, optional
        What was asked for; the rest comes from the images or is the default.
    only : iterable of str, optional
        Keys of the questions to ask; earlier answers to others stay in the run.
    progress : Progress
        Is told of the study, of each question, and of the long parts inside.
    questions : mapping of str to Question, optional
        The questions by key; :data:`inkcluster.study.questions.QUESTIONS` when None.
    on_answer : callable, optional
        Called with each answer when it is there.

    Returns
    -------
    Run
        Its `failed` names the questions that could not be answered.

    Raises
    ------
    BadInputError
        If the images and the settings do not go together, or `only` names an unknown question;
        then nothing is written.
    RunFolderError
        If the folder cannot be written, is in use, or holds something else; results so far
        are kept.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from inkcluster.images import ImageSet
    >>> pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    >>> with tempfile.TemporaryDirectory() as out:
    ...     run = study(ImageSet(pixels), out, Settings(k=3), only=["shape"])
    ...     [f.code for f in run.answer("shape").findings]
    ['P1', 'P3', 'P5']
    """
    settings = settings if settings is not None else Settings()
    questions = QUESTIONS if questions is None else questions
    asked = _asked(questions, only)
    check(images, settings)
    facts = DataFacts.of(images)
    out = Path(out)
    with opened(out):
        earlier = read_state(out)
        _refuse_other_data(out, earlier, facts)
        work = _Study(
            images=images,
            facts=facts,
            out=out,
            settings=settings,
            questions=questions,
            asked=asked,
            progress=progress,
            earlier=earlier,
        )
        work.run(on_answer)
    return Run.open(out)


class _Study:
    """One run into one folder that is locked for it."""

    def __init__(
        self,
        *,
        images: ImageSet,
        facts: DataFacts,
        out: Path,
        settings: Settings,
        questions: Mapping[str, Question],
        asked: tuple[str, ...],
        progress: Progress,
        earlier: dict[str, Any] | None,
    ) -> None:
        self._images = images
        self._facts = facts
        self._out = out
        self._settings = settings
        self._questions = questions
        self._asked = asked
        self._progress = progress
        self._earlier = earlier if earlier is not None else {}
        self._entries: dict[str, dict[str, Any]] = dict(self._earlier.get("answers", {}))
        self._state: dict[str, Any] = {
            "inkcluster": __version__,
            "state": "running",
            "started": _now(),
            "finished": None,
            "versions": _versions(),
            "data": facts.to_json(),
            "settings": {
                name: {"value": value, "given": settings.given[name]}
                for name, value in settings.values().items()
            },
            "plan": self._earlier.get("plan"),
            "asked": list(asked),
            "seconds": dict(self._earlier.get("seconds", {})),
        }

    def run(self, on_answer: Callable[[WrittenAnswer], None] | None) -> None:
        self._write("running")
        try:
            self._work(on_answer)
        except Exception as error:
            self._state["error"] = f"{type(error).__name__}: {error}"
            with suppress(OSError):
                self._write("stopped")
            raise
        except BaseException:  # Ctrl-C, or a signal's SystemExit
            with suppress(OSError):
                self._write("interrupted")
            raise
        self._write("done")

    def _work(self, on_answer: Callable[[WrittenAnswer], None] | None) -> None:
        desk = Desk(self._facts, self._out / STEPS, self._progress)
        samples.keep(self._images, desk)
        self._state["data"]["findings"] = self._data_findings()
        made = self._plan(desk)
        self._take_up(made)
        with self._progress.task("study", total=len(self._asked)) as advance:
            for key in self._asked:
                answer = self._answer(self._questions[key], made, desk)
                self._write("running")
                if on_answer is not None:
                    on_answer(answer)
                advance(1)

    def _data_findings(self) -> list[dict[str, str]]:
        """Inspecting many images takes a while: what an earlier run found is used again."""
        known = dict(self._earlier.get("data", {}))
        found = known.pop("findings", None)
        same = digest.canonical(known) == digest.canonical(self._facts.to_json())
        if found is not None and same and self._earlier["inkcluster"] == __version__:
            return list(found)
        with self._progress.task("looking at the images"):
            return findings_to_json(findings.of_images(self._images))

    def _plan(self, desk: Desk) -> plan.Plan:
        begun = time.perf_counter()
        with self._progress.task("plan"):
            made = plan.make(self._images, self._settings, desk)
        self._state["plan"] = made.to_json()
        self._state["seconds"].setdefault("plan", round(time.perf_counter() - begun, 3))
        self._write("running")
        return made

    def _take_up(self, made: plan.Plan) -> None:
        """Of questions not asked now, take the answer that fits the plan, else the latest one."""
        for key in dict.fromkeys((*self._questions, *self._entries)):
            if key in self._asked:
                continue
            entry = self._entries.pop(key, {})
            names = [entry["folder"]] if "folder" in entry else []
            if key in self._questions:
                names.insert(0, folder_name(self._questions[key], made, self._facts.hash))
            for name in names:
                answer = read_answer(self._out / ANSWERS / name)
                if answer is not None:
                    self._enter(answer, {"folder": name, "reused": True})
                    break

    def _answer(self, question: Question, made: plan.Plan, desk: Desk) -> WrittenAnswer:
        name = folder_name(question, made, self._facts.hash)
        folder = self._out / ANSWERS / name
        answer = read_answer(folder)
        entry: dict[str, Any] = {"folder": name, "reused": answer is not None}
        if answer is None:
            with self._progress.task(f"{question.number}. {question.title}"):
                answer = self._compute(question, made, desk, folder)
        if answer.folder is None:
            entry = {"title": answer.title, "findings": findings_to_json(answer.findings)}
        self._enter(answer, entry)
        return answer

    def _compute(
        self, question: Question, made: plan.Plan, desk: Desk, folder: Path
    ) -> WrittenAnswer:
        begun = time.perf_counter()
        try:
            answer = question.answer(self._images, made, desk)
            write_answer(folder, question, made, answer, begun)
        except RunFolderError:
            raise
        except (InkclusterError, MemoryError) as error:
            reason = str(error) or "there is not enough memory for it"
            failure = Finding("S2", Level.WARNING, f"This could not be answered: {reason}")
            seconds = round(time.perf_counter() - begun, 3)
            return WrittenAnswer(
                question.key, question.number, question.title, seconds, findings=(failure,)
            )
        written = read_answer(folder)
        if written is None:
            raise RunFolderError(
                f"The answer in {folder} cannot be read back; check the disk and run again."
            )
        return written

    def _enter(self, answer: WrittenAnswer, entry: dict[str, Any]) -> None:
        self._entries[answer.key] = {**entry, "number": answer.number, "seconds": answer.seconds}
        self._state["seconds"][answer.key] = answer.seconds

    def _write(self, state: str) -> None:
        by_number = sorted(self._entries.items(), key=lambda item: item[1]["number"])
        self._state["answers"] = dict(by_number)
        self._state["state"] = state
        self._state["finished"] = None if state == "running" else _now()
        write_state(self._out, self._state)


def _asked(questions: Mapping[str, Question], only: Iterable[str] | None) -> tuple[str, ...]:
    if only is None:
        return tuple(questions)
    wanted = list(only)
    for key in wanted:
        if key not in questions:
            raise BadInputError(f"There is no question {key!r}; there are {', '.join(questions)}.")
    if not wanted:
        raise BadInputError(f"No question was named; there are {', '.join(questions)}.")
    return tuple(key for key in questions if key in wanted)


def _refuse_other_data(out: Path, earlier: dict[str, Any] | None, facts: DataFacts) -> None:
    if earlier is None or earlier["data"]["hash"] == facts.hash:
        return
    raise RunFolderError(
        f"{out} holds a study of other images ({earlier['data']['name']}: "
        f"{earlier['data']['line']}); choose another folder for {facts.name} with --out."
    )


def _versions() -> dict[str, str]:
    own = {"inkcluster": __version__, "python": platform.python_version()}
    return {**own, **{name: metadata.version(name) for name in _PACKAGES}}


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
