"""Hierarchies that several questions stand on: built once, of all images, or of what fits."""

import numpy as np
import pytest

from inkcluster.cluster import hierarchy
from inkcluster.errors import BadInputError, TooLittleMemoryError
from inkcluster.images import ImageSet
from inkcluster.study.questions import QUESTIONS
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings import plan
from inkcluster.study.settings.settings import Settings
from inkcluster.study.steps import hierarchies


@pytest.fixture(scope="module")
def few(digits):
    return ImageSet(digits.pixels[:200], digits.labels[:200], "few")


def make_plan(images, **given):
    return plan.make(images, Settings(**given), Desk())


def test_questions_three_and_four_share_wards_hierarchy(few, monkeypatch):
    made = make_plan(few, resamples=1, sample_sizes=[50])
    built = []
    own = hierarchy.linkages

    def counted(rows, methods):
        built.extend((len(rows), method) for method in methods)
        return own(rows, methods)

    monkeypatch.setattr(hierarchy, "linkages", counted)
    desk = Desk()
    for key in ("hierarchy", "linkages"):
        QUESTIONS[key].answer(few, made, desk)
    of_all = [method for n, method in built if n == 200]
    assert sorted(of_all) == sorted(hierarchy.METHODS)


def test_all_images_are_the_default_and_in_their_own_order(few):
    made = make_plan(few)
    assert (made.linkage_sample, made.why["linkage_sample"]) == (200, "all 200 images")
    found = hierarchies.build(few, made, Desk(), "ward")
    assert found.index.tolist() == list(range(200))
    assert found.refused is None
    np.testing.assert_array_equal(found.Z, hierarchy.ward(few.flat()))
    assert found.sample.images is few


def test_seed_and_replacement_matter_for_samples_only(few, monkeypatch):
    built = []
    own = hierarchy.linkages

    def counted(rows, methods):
        built.append(len(rows))
        return own(rows, methods)

    monkeypatch.setattr(hierarchy, "linkages", counted)
    desk = Desk()
    for given in ({"replace": True}, {"seed": 6}):
        hierarchies.build(few, make_plan(few, **{"seed": 5, **given}), desk, "ward")
    assert built == [200]
    for seed in (5, 6, 5):
        hierarchies.build(few, make_plan(few, seed=seed, linkage_sample=50), desk, "ward")
    assert built == [200, 50, 50]


@pytest.mark.parametrize("given", [{}, {"linkage_sample": 150, "compare_sample": 150}])
@pytest.mark.parametrize("n", [200, 1100])
def test_a_study_builds_ward_of_the_same_vectors_once(digits, monkeypatch, n, given):
    """The plan without labels, and questions 3, 4 and 6, ask for Ward of the same images."""
    import scipy.cluster.hierarchy as peer

    images = ImageSet(digits.pixels[:n], None, "some")
    built = []

    def counting(module, name, method=None):
        own = getattr(module, name)

        def counted(rows, *args, **kwargs):
            asked = kwargs.get("methods", kwargs.get("method", [*args, method][0]))
            if "ward" in ([asked] if isinstance(asked, str) else asked):
                built.append(
                    tuple(sorted(np.asarray(rows, float).round(6).tobytes() for rows in rows))
                )
            return own(rows, *args, **kwargs)

        monkeypatch.setattr(module, name, counted)

    counting(peer, "ward", "ward")
    counting(hierarchy, "linkages")
    counting(hierarchy, "linkage")
    counting(hierarchy, "ward", "ward")
    asked = {"restarts": 2, "resamples": 2, "min_samples": [2, 3], "eps": [20.0], "components": 5}
    desk = Desk()
    made = plan.make(images, Settings(**asked, sweep_eps=[1.0], **given), desk)
    for key in ("hierarchy", "linkages", "compare"):
        QUESTIONS[key].answer(images, made, desk)
    built = [rows for rows in built if len(rows) > 30]  # pictures of 30 images aside
    twice = {len(rows): built.count(rows) for rows in built if built.count(rows) > 1}
    assert len(built) >= 2
    assert twice == {}


def test_too_little_memory_even_for_the_sample_is_an_error(few, monkeypatch):
    from inkcluster.compute import memory

    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    with pytest.raises(
        TooLittleMemoryError, match=r"needs .* GB, and 0\.00 GB may be used"
    ) as caught:
        hierarchies.build(few, make_plan(few), Desk(), "average")
    assert caught.value.have == 1000
    assert caught.value.need > 1000
    assert isinstance(caught.value, BadInputError)
