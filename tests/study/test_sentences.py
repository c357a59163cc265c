"""Every finding of small studies is one short sentence: at most 25 words and three numbers."""

import re

import numpy as np
import pytest

from inkcluster.images import ImageSet
from inkcluster.study import Desk, Settings
from inkcluster.study.answer import Level
from inkcluster.study.findings import CODES, of_images, outdated
from inkcluster.study.questions import OPENING, QUESTIONS
from inkcluster.study.settings import plan
from inkcluster.study.settings.settings import NAMES as SETTINGS

MOST_WORDS, MOST_NUMBERS = 25, 3
WORD, NUMBER = re.compile(r"\w"), re.compile(r"\d[\d,.]*")
QUICK = {
    "restarts": 3,
    "sample_sizes": [60, 100],
    "resamples": 3,
    "linkage_sample": 100,
    "map_sample": 100,
    "compare_sample": 100,
    "sweep_sample": 100,
    "refine": 0,
}
WHOLE = {name: 150 for name in QUICK if name.endswith("_sample")}
NAMES = np.array(["ankle boot", "T-shirt/top", "two  lines\nof label", "x" * 300])
STUDIES = {
    "labels": {},
    "no labels": {"k": 10},
    "all images": {**WHOLE, "sample_sizes": [60, 150], "replace": False},
    "with replacement": {"replace": True},
    "noise": {"k": 5},
    "noise with labels": {},
    "one class": {},
    "a class each": {"k": 10},
    "long names": {},
    "repeated": {"k": 20, "many": 40},
    "one sample": {"resamples": 1, "sample_sizes": [100]},
    "tiny": {name: 12 for name in QUICK if name.endswith("_sample")}
    | {"k": 3, "many": 6, "sample_sizes": [12]},
}
"""Small studies by name, each with what differs from the quick settings."""


def _images(digits, name):
    few, classes = digits.pixels[:150], digits.labels[:150]
    noise = np.random.default_rng(69).integers(0, 256, (150, 6, 6)).astype(np.uint8)
    return {
        "no labels": lambda: ImageSet(few, None, name),
        "noise": lambda: ImageSet(noise, None, name),
        "noise with labels": lambda: ImageSet(noise, np.arange(150) % 12, name),
        "one class": lambda: ImageSet(few, np.zeros(150, np.int64), name),
        "a class each": lambda: ImageSet(few, np.arange(150), name),
        "long names": lambda: ImageSet(few, NAMES[classes % 4], name),
        "repeated": lambda: ImageSet(np.tile(few[:40], (4, 1, 1)), np.tile(classes[:40], 4), name),
        "tiny": lambda: ImageSet(few[:12], classes[:12] % 3, name),
    }.get(name, lambda: ImageSet(few, classes, name))()


@pytest.fixture(scope="session")
def ask(digits):
    """The answer to a question in one of the studies; each asked once."""
    made, found = {}, {}

    def _ask(name, key):
        if name not in made:
            images, desk = _images(digits, name), Desk()
            made[name] = images, plan.make(images, Settings(**QUICK | STUDIES[name]), desk), desk
        if (name, key) not in found:
            found[name, key] = QUESTIONS[key].answer(*made[name])
        return found[name, key]

    return _ask


def hold(finding):
    """Refuse what is no short sentence."""
    hold_words(finding.sentence, MOST_WORDS, MOST_NUMBERS)
    assert finding.code in CODES
    assert isinstance(finding.level, Level)


def hold_words(text, words, numbers):
    """Refuse a text of more words or numbers, or what is no sentence."""
    assert len([w for w in text.split() if WORD.search(w)]) <= words, text
    assert len(NUMBER.findall(text)) <= numbers, text
    assert text[:1] == text[:1].upper(), text
    assert text.endswith("."), text
    assert not re.search(r"\bnan\b|  | s |[{}\n]", text), text


@pytest.mark.parametrize("key", QUESTIONS)
@pytest.mark.parametrize("name", STUDIES)
def test_findings_are_short_sentences(ask, name, key):
    findings = ask(name, key).findings
    assert findings
    for finding in findings:
        hold(finding)


@pytest.mark.parametrize("key", QUESTIONS)
@pytest.mark.parametrize("name", STUDIES)
def test_an_answer_says_itself_and_names_what_stands_for_it(ask, name, key):
    found = ask(name, key)
    words, numbers = (40, 4) if key == OPENING else (MOST_WORDS, MOST_NUMBERS)
    hold_words(found.says, words, numbers)
    assert found.says.count(". ") <= (key == OPENING)
    assert found.face in {figure.name for figure in found.figures}
    assert found.front in {"", *(table.name for table in found.tables)}
    assert bool(found.front) == (key == "compare")


def test_findings_of_odd_images_are_short_sentences(digits):
    pixels = digits.pixels[:60].copy()
    pixels[:3] = 0
    pixels[10:30] = pixels[30:50]
    pixels[40:44] = 16 - pixels[40:44]
    found = of_images(ImageSet(pixels, None, "odd"))
    assert len(found) == 3
    for finding in found:
        hold(finding)


def test_findings_of_an_earlier_answer_are_short_sentences():
    then = {name: [1.25, 2.5, 3.75] for name in SETTINGS}
    for names in (["k"], ["k", "seed"], ["eps"], SETTINGS):
        now = {**then, **dict.fromkeys(names, 3)}
        (finding,) = outdated("centres", {**then, "k": 10}, now)
        hold(finding)


def test_a_small_study_asks_for_little_attention(ask):
    levels = [finding.level for key in QUESTIONS for finding in ask("labels", key).findings]
    assert levels.count(Level.WARNING) <= 3
    assert levels.count(Level.NOTICE) <= 5
