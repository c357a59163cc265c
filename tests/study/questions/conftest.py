"""What the tests of the questions share: small sets, a way to ask, and what holds for every answer."""

import numpy as np
import pytest

from inkcluster.images import ImageSet
from inkcluster.progress import Progress
from inkcluster.study.answer import Level
from inkcluster.study.findings import CODES
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings import NAMES, Settings
from inkcluster.study.settings import plan as plans

QUICK = {
    "restarts": 3,
    "sample_sizes": (60, 120),
    "resamples": 3,
    "linkage_sample": 150,
    "map_sample": 100,
    "compare_sample": 120,
    "sweep_sample": 120,
    "eps": (1.0, 2.0),
    "min_samples": (2, 3),
    "sweep_eps": (1.0, 2.0),
    "components": 3,
}


@pytest.fixture(scope="session")
def few(digits):
    """300 of the digits, with their labels."""
    return ImageSet(digits.pixels[:300], digits.labels[:300], "few")


@pytest.fixture(scope="session")
def make_plan():
    """``make_plan(images, **settings)``: quick values where nothing is given."""

    def _make(images, **settings):
        quick = dict(QUICK)
        for name in ("linkage_sample", "map_sample", "compare_sample", "sweep_sample"):
            quick[name] = min(quick[name], len(images))
        quick["sample_sizes"] = tuple(s for s in quick["sample_sizes"] if s <= len(images)) or (
            len(images),
        )
        return plans.make(images, Settings(**{**quick, **settings}), Desk())

    return _make


@pytest.fixture(scope="session")
def answer(make_plan):
    """``answer(key, images, **settings)``: the question's answer on quick settings."""

    def _answer(key, images, *, desk=None, **settings):
        return QUESTIONS[key].answer(images, make_plan(images, **settings), desk or Desk())

    return _answer


@pytest.fixture(scope="session")
def check_answer():
    """What holds for the answer to any question."""

    def _check(found):
        figures = [f.name for f in found.figures]
        assert len(set(figures)) == len(figures) > 0
        for figure in found.figures:
            assert len(figure.frame()) > 0, figure.name
            check_sentence(figure.says)
            assert figure.title
        tables = [t.name for t in found.tables]
        assert len(set(tables)) == len(tables)
        for table in found.tables:
            check_sentence(table.says)
            assert 0 < len(table.frame) <= 400
            assert all(isinstance(c, str) for c in table.frame.columns)
            assert table.frame.columns.is_unique
        assert found.findings
        for finding in found.findings:
            assert finding.code in CODES
            assert isinstance(finding.level, Level)
            check_sentence(finding.sentence)
        for name, array in found.arrays.items():
            assert np.asarray(array).dtype.kind in "iufb", name

    def check_sentence(words):
        assert words.endswith(".")
        assert words[0] == words[0].upper()
        assert "nan" not in words.lower().split()
        assert "  " not in words

    return _check


@pytest.fixture(scope="session")
def read_values(make_plan):
    """``read_values(key, images)``: names of the plan's values that the question reads."""

    class Watched:
        def __init__(self, plan):
            self._plan, self.names = plan, set()

        def __getattr__(self, name):
            if name in NAMES:
                self.names.add(name)
            return getattr(self._plan, name)

        def values(self, names=NAMES):
            self.names.update(names)
            return self._plan.values(names)

    def _read(key, images, **settings):
        watched = Watched(make_plan(images, **settings))
        QUESTIONS[key].answer(images, watched, Desk())
        return watched.names

    return _read


@pytest.fixture
def listener():
    """A progress that remembers each task's total and what was done of it."""
    from contextlib import contextmanager

    class Listener(Progress):
        def __init__(self):
            self.tasks = []

        @contextmanager
        def task(self, what, total=None):
            done = [0.0]
            self.tasks.append((what, total, done))

            def advance(amount):
                done[0] += amount

            yield advance

    return Listener()


HOSTILE = ("<img src=x onerror=alert(1)>", "$\\frac{1}{", "two\nlines", "x" * 300, "", "\u202eevil")


@pytest.fixture(scope="session")
def hostile(few):
    """Labels that would like to be markup, mathematics, or very long."""
    names = np.array([HOSTILE[i % len(HOSTILE)] + str(i // len(HOSTILE)) for i in range(10)])
    return ImageSet(few.pixels, names[few.labels], "hostile")


@pytest.fixture(scope="session")
def odd_sets(few):
    """Sets that are unlike ten digits of 8 × 8, by name."""
    two = few.labels < 2
    twice = np.concatenate([few.pixels[:40]] * 3)
    return {
        "two classes": ImageSet(few.pixels[two], few.labels[two], "two"),
        "rectangular": ImageSet(few.pixels[:, :5, :], few.labels, "rectangular"),
        "duplicates": ImageSet(twice, np.tile(few.labels[:40], 3), "duplicates"),
        "one class": ImageSet(few.pixels, np.zeros(300, np.int64), "one class"),
        "float labels": ImageSet(few.pixels, few.labels.astype(float), "floats"),
        "every label another": ImageSet(few.pixels, np.arange(300), "names"),
        "dark on light": ImageSet(16 - few.pixels, few.labels, "dark"),
        "tiny": ImageSet(few.pixels[:12], few.labels[:12] % 3, "tiny"),
        "no labels": ImageSet(few.pixels, None, "no labels"),
    }


ODD = (
    "two classes",
    "rectangular",
    "duplicates",
    "one class",
    "float labels",
    "every label another",
    "dark on light",
    "tiny",
    "no labels",
)


@pytest.fixture(params=ODD)
def odd_set(request, odd_sets):
    """Each of the odd sets in turn."""
    return odd_sets[request.param]
