"""The questions as a study sees them: their registry, and that no label reaches a clustering."""

from dataclasses import replace

import numpy as np
import pytest

from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings import NAMES, Settings, plan


def test_the_registry_has_the_seven_questions_in_order():
    assert [question.number for question in QUESTIONS.values()] == [1, 2, 3, 4, 5, 6, 7]
    for key, question in QUESTIONS.items():
        assert question.key == key
        assert question.title.endswith("?")
        assert set(question.uses) <= set(NAMES)
        assert question.revision >= 1
    assert "centres" in QUESTIONS
    assert "colours" not in QUESTIONS
    with pytest.raises(KeyError):
        QUESTIONS["colours"]


@pytest.mark.parametrize("key", QUESTIONS)
def test_with_k_given_the_clusters_are_the_same_whatever_the_labels(fakes, key):
    images = fakes.make_images(120, 8)
    asked = Settings(k=4, restarts=2, sample_sizes=[40, 60], resamples=2, min_samples=[2, 3])
    labels = np.random.default_rng(0).permutation(images.labels)
    found = []
    for labelled in (images, replace(images, labels=labels)):
        desk = Desk()
        answer = QUESTIONS[key].answer(labelled, plan.make(labelled, asked, desk), desk)
        found.append({n: a for n, a in answer.arrays.items() if a.dtype == np.int32})
    first, second = found
    assert first.keys() == second.keys()
    assert first or key in ("hierarchy", "restarts")
    for name, array in first.items():
        np.testing.assert_array_equal(second[name], array, err_msg=name)
