"""A study of more images than it looks at: what is drawn, what is said, and where all images are."""

from contextlib import contextmanager

import numpy as np
import pytest
from typer.testing import CliRunner

from inkcluster import ShapeClustering
from inkcluster.cli import app
from inkcluster.errors import BadInputError
from inkcluster.images import load
from inkcluster.progress import Progress
from inkcluster.report.view import view
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.questions.placed.question import PlacedQuestion
from inkcluster.study.run.desk import Desk
from inkcluster.study.run.drawn import drawn, studied
from inkcluster.study.run.facts import DataFacts
from inkcluster.study.run.frame import placed_frame
from inkcluster.study.run.runner import study
from inkcluster.study.settings import NAMES, Settings, fromdata, plan
from inkcluster.study.steps import placed

SETTINGS = Settings(study_sample=150, seed=3)


@pytest.fixture(scope="module")
def images():
    return load("digits").take(np.arange(400))


class Stop(Progress):
    """Interrupts the work once more than 180 images were placed."""

    done = 0

    @contextmanager
    def task(self, what, total=None):
        def advance(amount):
            self.done += amount if what == "all images" else 0
            if self.done > 180:
                raise KeyboardInterrupt

        yield advance


def test_all_images_are_placed_as_the_clusters_of_those_drawn_predict(
    images, tmp_path, monkeypatch
):
    monkeypatch.setattr(placed, "PART", 90)
    asked = {"shape": QUESTIONS["shape"]}
    out = tmp_path / "run"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        study(images, out, SETTINGS, questions=asked, progress=Stop())
    before = {path.name for path in (out / "steps").glob("part-*")}
    assert len(before) == 2
    run = study(images, out, SETTINGS, questions=asked)
    assert len({path.name for path in (out / "steps").glob("part-*")} - before) == 3
    some = drawn(images, SETTINGS)
    model = ShapeClustering(random_state=3).fit(some)
    found = run.answer("placed").arrays()
    np.testing.assert_array_equal(found["labels"], model.predict(images))
    assert found["confidence"].shape == (400,)
    assert run.keys == ("shape", "placed")
    assert run.data.line.startswith("150 of 400 images, drawn at random, 8 × 8")
    first = view(run)["first"]
    assert first.more.startswith("The 400 images fall into ")
    assert "150 of the 400 images" in run.data_findings[0].sentence
    whole = placed_frame(run)
    assert whole.columns.tolist() == ["image", "shape clustering", "confidence"]
    np.testing.assert_array_equal(whole["shape clustering"], found["labels"])
    for folder, words, said in (
        (out, ["all.csv", "--all"], "wrote all.csv: 400 rows"),
        (out, ["some.csv"], "--all writes a row for each of the 400"),
        (out, ["folder", "--all"], "--all writes a table"),
    ):
        told = CliRunner().invoke(app, ["export", str(folder), *words])
        assert said in told.output
    sizes = run.answer("placed").tables[0].frame()
    assert sizes["all"].sum() == 400
    assert sizes["studied"].sum() == 150
    assert study(images, out, SETTINGS, questions=asked).answer("placed").seconds == (
        run.answer("placed").seconds
    )
    assert len(studied(run, images, "digits")) == 150
    assert len(studied(run, some, "digits")) == 150
    with pytest.raises(BadInputError, match="does not hold the images of"):
        studied(run, images.take(np.arange(399)), "digits")


def test_hierarchies_are_of_fewer_of_many_images_drawn(images, monkeypatch):
    monkeypatch.setattr(fromdata, "LINKAGE_SAMPLE", 20)
    some = drawn(images, SETTINGS)
    for whole, wanted in ((images, 20), (None, 150)):
        desk = Desk(DataFacts.of(some, whole))
        assert plan.Draft(some, SETTINGS, desk).linkage_sample == wanted


def test_the_question_is_told_as_the_others_are(images):
    question = PlacedQuestion(images, "")
    assert set(question.uses) <= set(NAMES)
    assert question.number == 1 + len(QUESTIONS)


def test_images_that_are_drawn_can_be_found_again(images):
    some = drawn(images, SETTINGS)
    rows = [int(name.removeprefix("row ")) for name in some.names.tolist()]
    np.testing.assert_array_equal(images.pixels[rows], some.pixels)
    np.testing.assert_array_equal(images.labels[rows], some.labels)
    assert drawn(images, Settings()) is images
