"""What is asked, what is taken up, what is computed again, and what happens when something fails."""

import contextlib
import json

import numpy as np
import pytest

from inkcluster.errors import BadInputError, RunFolderError
from inkcluster.progress import Progress
from inkcluster.study.answer import Answer, Finding, Level
from inkcluster.study.overview.overview import thumbnails_of
from inkcluster.study.run.run import Run
from inkcluster.study.run.runner import study
from inkcluster.study.settings.settings import Settings


@pytest.fixture
def asked(fakes):
    """How often each of some quick questions was asked."""
    return lambda questions: {key: fake.asked for key, fake in questions.items()}


def state_of(out):
    return json.loads((out / "run.json").read_text())


def test_questions_are_answered_in_the_order_of_their_numbers(ask, blobs):
    run = ask(blobs, only=["three", "one"])
    assert run.keys == ("one", "three")
    assert [answer.number for answer in ask(blobs).answers] == [1, 2, 3]


def test_a_second_run_computes_nothing(ask, fakes, blobs, asked):
    ask(blobs)
    questions = fakes.make_questions()
    run = ask(blobs, questions=questions)
    assert asked(questions) == {"one": 0, "two": 0, "three": 0}
    assert all(state_of(run.path)["answers"][key]["reused"] for key in run.keys)


def test_a_changed_value_renews_only_the_answers_that_use_it(ask, fakes, blobs, asked):
    ask(blobs)
    questions = fakes.make_questions()
    assert ask(blobs, questions=questions, restarts=4).answer("two").plan["restarts"] == 4
    assert asked(questions) == {"one": 0, "two": 1, "three": 0}
    assert questions["two"].steps == 0  # its steps depend on the seed alone
    ask(blobs, questions=questions)
    assert asked(questions) == {"one": 0, "two": 1, "three": 0}


def test_a_new_revision_renews_the_answer(ask, fakes, blobs, asked):
    ask(blobs)
    questions = fakes.make_questions()
    questions["one"].revision = 2
    ask(blobs, questions=questions)
    assert asked(questions) == {"one": 1, "two": 0, "three": 0}


def test_only_leaves_the_other_answers_in_the_run(ask, fakes, blobs, asked):
    assert ask(blobs, only=["one", "two"]).keys == ("one", "two")
    questions = fakes.make_questions()
    run = ask(blobs, only=["three"], questions=questions)
    assert asked(questions) == {"one": 0, "two": 0, "three": 1}
    assert run.keys == ("one", "two", "three")
    assert not [f for f in run.findings if f.code == "S4"]
    assert state_of(run.path)["asked"] == ["three"]


def test_an_earlier_answer_on_other_values_stays_and_says_so(ask, blobs):
    ask(blobs)
    run = ask(blobs, only=["three"], k=3)
    (finding,) = [f for f in run.findings if f.code == "S4"]
    assert finding in run.answer("one").findings
    assert finding.level is Level.WARNING
    assert finding.sentence == (
        "The earlier answer on one rests on k = 4, the rest of the run on 3; renew it with --only one."
    )
    assert not [f for f in ask(blobs, k=3).findings if f.code == "S4"]


def test_an_earlier_answer_that_fits_is_preferred(ask, blobs):
    ask(blobs)
    ask(blobs, k=3)
    run = ask(blobs, only=["three"])
    assert run.answer("one").plan["k"] == 4


def test_an_earlier_answer_that_is_damaged_is_left_out(ask, blobs):
    run = ask(blobs)
    (folder,) = (run.path / "answers").glob("one-*")
    (folder / "arrays.npz").unlink()
    assert ask(blobs, only=["three"]).keys == ("two", "three")


@pytest.mark.parametrize("only", [["one", "four"], ["One"], []])
def test_unknown_questions_are_refused_before_anything_is_written(ask, blobs, tmp_path, only):
    with pytest.raises(BadInputError, match="there are one, two, three"):
        ask(blobs, only=only)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "given", [{"k": 61}, {"map_sample": 1000}, {"compare_sample": 20, "k": 21}, {"components": 99}]
)
def test_settings_that_do_not_go_are_refused_before_anything_is_written(
    ask, blobs, tmp_path, given
):
    with pytest.raises(BadInputError):
        ask(blobs, **given)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("n", [1, 5])
def test_too_few_images_are_refused_before_anything_is_written(ask, fakes, tmp_path, n):
    with pytest.raises(BadInputError):
        ask(fakes.make_images(n))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BadInputError("The radius is too small."), "The radius is too small."),
        (MemoryError("2 GB wanted"), "2 GB wanted"),
        (MemoryError(), "there is not enough memory for it"),
        (ImportError("_vq.so: failed to map segment"), "there is not enough memory for it"),
        (RuntimeError("can't start new thread"), "there is not enough memory for it"),
    ],
)
def test_a_question_that_fails_does_not_lose_the_others(ask, fakes, blobs, asked, error, sentence):
    questions = fakes.make_questions(fakes.broken("bad", 0, error))
    run = ask(blobs, questions=questions)
    assert run.state == "done"
    assert run.failed == ("bad",)
    assert run.keys == ("bad", "one", "two", "three")
    answer = run.answer("bad")
    assert answer.findings == (
        Finding("S2", Level.WARNING, f"Question 0 could not be answered: {sentence}"),
    )
    assert answer.pending == answer.findings[0].sentence
    assert (answer.title, answer.figures, answer.arrays()) == ("What is bad?", (), {})
    again = fakes.make_questions(fakes.broken("bad", 0))
    again["bad"].fails = None
    assert ask(blobs, questions=again).failed == ()
    assert asked(again) == {"bad": 1, "one": 0, "two": 0, "three": 0}


def test_a_bug_is_seen_and_the_answers_before_it_are_kept(ask, fakes, blobs, tmp_path, asked):
    questions = fakes.make_questions(fakes.broken("bug", 4, ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        ask(blobs, questions=questions)
    content = state_of(tmp_path / "run")
    assert content["state"] == "stopped"
    assert content["error"] == "ZeroDivisionError: a bug"
    assert list(content["answers"]) == ["one", "two", "three"]
    assert Run.open(tmp_path / "run").answer("one").arrays()["sums"].shape == (3, 60)


def test_an_interruption_is_noted_and_the_study_goes_on_from_there(
    ask, fakes, blobs, tmp_path, asked
):
    questions = fakes.make_questions()
    questions["two"].fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        ask(blobs, questions=questions)
    run = Run.open(tmp_path / "run")
    assert (run.state, run.keys) == ("interrupted", ("one",))
    questions["two"].fails = None
    assert ask(blobs, questions=questions).state == "done"
    assert asked(questions) == {"one": 1, "two": 2, "three": 1}


def test_an_interrupted_question_goes_on_from_its_steps(ask, fakes, blobs, monkeypatch):
    questions = fakes.make_questions()
    made = type(questions["one"])._step

    def interrupted(self, images, plan, desk, number):
        if number == 2:
            raise KeyboardInterrupt
        return made(self, images, plan, desk, number)

    with monkeypatch.context() as patch:
        patch.setattr(type(questions["one"]), "_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(blobs, questions=questions)
    ask(blobs, questions=questions)
    assert questions["one"].steps == 3


def test_labels_reach_neither_the_plan_nor_the_arrays_when_k_is_given(ask, fakes, blobs, tmp_path):
    from dataclasses import replace

    permuted = replace(blobs, labels=np.roll(blobs.labels, 1))
    first, second = ask(blobs, tmp_path / "a"), ask(permuted, tmp_path / "b")
    assert first.data.hash != second.data.hash
    assert first.plan == second.plan
    for key in first.keys:
        for name, array in first.answer(key).arrays().items():
            np.testing.assert_array_equal(second.answer(key).arrays()[name], array)


class Listener(Progress):
    """Writes down what it hears."""

    def __init__(self):
        self.heard = []

    @contextlib.contextmanager
    def task(self, what, total=None):
        self.heard.append(what)
        yield self.heard.append


def test_progress_hears_of_the_study_and_of_each_question(fakes, blobs, tmp_path):
    listener, told = Listener(), []
    study(
        blobs,
        tmp_path / "run",
        Settings(k=4),
        progress=listener,
        questions=fakes.make_questions(),
        on_answer=told.append,
    )
    questions = [what for what in listener.heard if isinstance(what, str) and what[0].isdigit()]
    assert questions == ["1. What is one?", "2. What is two?", "3. What is three?"]
    assert {"plan", "study"} <= set(listener.heard)
    assert listener.heard.count(1) == 3
    assert [answer.key for answer in told] == ["one", "two", "three"]


def test_a_new_run_answers_the_first_question_before_it_works_out_the_plan(fakes, blobs, tmp_path):
    questions = {"shape": fakes.Fake("shape", 7, uses=("seed",)), "one": fakes.Fake("one", 1)}
    plans, shown = [], []

    def told(answer):
        run = Run.open(tmp_path / "run")
        plans.append((answer.key, run.plan is not None))
        shown.append(thumbnails_of(run))

    asked = {"settings": Settings(k=4, thumbnails=30), "questions": questions, "on_answer": told}
    study(blobs, tmp_path / "run", **asked)
    assert plans == [("shape", False), ("one", True)]
    assert shown == [30, 30]
    study(blobs, tmp_path / "run", **asked)  # its answers are shown beside the plan they fit
    assert plans[2:] == [("shape", True), ("one", True)]
    alone = study(blobs, tmp_path / "alone", **{**asked, "only": ["shape"], "on_answer": None})
    assert alone.plan is not None


def test_what_is_odd_about_the_images_is_found_once(ask, blobs, monkeypatch):
    from dataclasses import replace

    odd = replace(blobs, notices=("One broken image was skipped.",))
    run = ask(odd)
    assert ("I2", "One broken image was skipped.") in [
        (f.code, f.sentence) for f in run.data_findings
    ]
    monkeypatch.setattr("inkcluster.study.findings.of_images", None)
    assert ask(odd).data_findings == run.data_findings


def test_an_answer_may_hold_findings_alone(ask, blobs, fakes):
    class Silent(fakes.Fake):
        def answer(self, images, plan, desk):
            return Answer(findings=(Finding("S3", Level.NOTICE, "A sample."),))

    run = ask(blobs, questions=fakes.make_questions(Silent("silent", 4)))
    assert run.answer("silent").pending is None
    assert run.failed == ()


def test_two_figures_of_one_name_are_a_bug(ask, blobs, fakes):
    class Twice(fakes.Fake):
        def answer(self, images, plan, desk):
            bars = fakes.Bars("bars", "Bars", "They stand.", (1.0,))
            return Answer(figures=(bars, bars))

    with pytest.raises(ValueError, match="two figures or tables called 'bars'"):
        ask(blobs, questions=fakes.make_questions(Twice("twice", 4)))


def test_an_answer_that_cannot_be_read_back_stops_the_run(ask, blobs, monkeypatch):
    monkeypatch.setattr("inkcluster.study.run.runner.read_answer", lambda folder: None)
    with pytest.raises(RunFolderError, match="cannot be read back; check the disk"):
        ask(blobs)
