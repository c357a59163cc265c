"""The values of a study: where each comes from, what is refused, and that labels decide only k."""

import json
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet
from inkcluster.study.run.desk import Desk
from inkcluster.study.settings import NAMES, Settings, fromdata
from inkcluster.study.settings.fromdata import REFINE, spectrum
from inkcluster.study.settings.plan import Plan, make


@pytest.fixture(scope="module")
def digits_plan(digits):
    return make(digits, Settings(), Desk())


def plan_of(images, **given):
    return make(images, Settings(**given), Desk())


def test_the_plan_has_the_names_of_the_settings_and_a_reason_for_each(digits_plan):
    assert list(digits_plan.values()) == list(NAMES)
    assert set(digits_plan.why) == set(NAMES)
    assert all(digits_plan.why[name] for name in NAMES)
    assert all(value is not None for value in digits_plan.values().values())


def test_defaults_on_the_digits(digits, digits_plan):
    plan = digits_plan
    assert (plan.seed, plan.k, plan.restarts, plan.resamples, plan.many) == (69, 10, 15, 30, 40)
    assert plan.why["k"] == "from the 10 labels"
    assert plan.why["seed"] == "the default"
    assert plan.sample_sizes == (500, 1000)
    assert plan.why["sample_sizes"] == "the default, as far as 1,797 images go"
    assert plan.linkage_sample == plan.map_sample == plan.compare_sample == len(digits)
    assert plan.sweep_sample == len(digits)
    assert plan.why["map_sample"] == "all 1,797 images"
    assert plan.min_samples == tuple(range(2, 10))
    assert plan.sweep_min_samples == 3
    assert (len(plan.eps), len(plan.sweep_eps)) == (9, 8)
    assert list(plan.eps) == sorted(set(plan.eps))
    assert plan.why["eps"] == "quantiles of the 4-distances of 1,797 images"
    assert (
        plan.why["sweep_eps"] == "quantiles of the 2-distances of 1,797 images after PCA whitening"
    )
    assert plan.svd_solver == "covariance_eigh"
    assert plan.replace is False


def test_the_components_are_the_fewest_that_keep_the_share(digits, digits_plan):
    kept = np.cumsum(PCA().fit(digits.flat()).explained_variance_ratio_)
    for plan, share in ((digits_plan, 0.9), (plan_of(digits, components=0.5, k=3), 0.5)):
        assert kept[plan.components - 2] < share <= kept[plan.components - 1]
    assert digits_plan.why["components"] == (
        "the fewest that keep 90 % of the variance of 1,797 images"
    )


def test_a_share_given_is_said_to_be_given(digits):
    plan = make(digits, Settings.of({"components": 0.5, "k": 3}, "command line"), Desk())
    assert plan.why["components"] == (
        "the fewest that keep 50 % of the variance of 1,797 images; "
        "the share given on the command line"
    )


@given(st.integers(2, 40), st.integers(1, 40), st.integers(0, 99))
@settings(max_examples=30)
def test_the_spectrum_is_that_of_scikit_learn(n, d, seed):
    rows = np.random.default_rng(seed).integers(0, 256, (n, d)).astype(np.uint8)
    ours = spectrum(rows)
    theirs = PCA().fit(rows).explained_variance_ if np.ptp(rows, axis=0).any() else np.zeros(1)
    np.testing.assert_allclose(ours[: len(theirs)], theirs, atol=1e-8 * max(1, theirs.max()))


def test_given_values_are_taken_with_their_origin(blobs):
    asked = Settings.combine({"k": 3, "eps": [1, 2]}, Settings.of({"seed": 5}, "study.toml"))
    plan = make(blobs, asked, Desk())
    assert (plan.k, plan.eps, plan.seed) == (3, (1.0, 2.0), 5)
    assert plan.why["k"] == "given on the command line"
    assert plan.why["seed"] == "given in study.toml"
    assert (plan.many, plan.why["many"]) == (12, "4 times k")


def test_without_labels_the_shapes_suggest_k_or_the_hierarchy(fakes, monkeypatch):
    images = fakes.make_images(labelled=False)
    plan = plan_of(images)
    assert plan.k == 4
    assert plan.why["k"] == "the number of clusters by shape of 60 images (there are no labels)"
    weak = SimpleNamespace(evidence=np.array("weak"), k=7)
    monkeypatch.setattr(fromdata, "cluster", lambda *arguments: weak)
    plan = plan_of(images)
    assert plan.k == 4
    assert plan.why["k"] == (
        "the largest relative gap of Ward's hierarchy on 60 images (there are no labels)"
    )


def test_a_k_that_is_given_is_the_shapes_too(fakes):
    images = fakes.make_images()
    assert (plan_of(images).k, plan_of(images).shape_k) == (4, 0)
    plan = make(images, Settings(k=3), Desk())
    assert (plan.shape_k, plan.why["shape_k"]) == (3, "as k, given in Python")


@pytest.mark.parametrize(
    ("labels", "reason"),
    [(np.zeros(60, int), "one label only"), (np.arange(60), "the labels name 60 classes")],
)
def test_labels_that_name_no_number_of_clusters_are_not_followed(fakes, labels, reason):
    plan = plan_of(replace(fakes.make_images(), labels=labels))
    assert plan.k == 4
    assert plan.why["k"].endswith(f"({reason})")


def test_labels_decide_k_and_nothing_else(digits, digits_plan):
    rng = np.random.default_rng(0)
    permuted = replace(digits, labels=rng.permutation(digits.labels))
    assert make(permuted, Settings(), Desk()) == digits_plan
    without = make(replace(digits, labels=None), Settings(), Desk())
    same = {name: getattr(without, name) for name in NAMES if name not in ("k", "many")}
    assert same == {name: getattr(digits_plan, name) for name in same}


def test_few_images_still_have_a_plan(fakes):
    plan = plan_of(fakes.make_images(10))
    assert plan.sample_sizes == (10,)
    assert plan.many == 10
    assert plan.why["many"] == "4 times k, but no more than the 10 images compared"


def test_mostly_equal_images_still_have_radii():
    pixels = np.zeros((40, 3, 3), np.uint8)
    pixels[:4, 0, 0] = 10, 20, 30, 50
    plan = plan_of(ImageSet(pixels), k=3)
    assert all(eps > 0 for eps in (*plan.eps, *plan.sweep_eps))


def test_large_images_get_the_randomised_solver():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 50, 50)).astype(np.uint8)
    plan = plan_of(ImageSet(pixels), k=3)
    assert plan.svd_solver == "randomized"
    assert plan.why["svd_solver"] == "2,500 pixels an image: too many for an exact covariance"
    assert 1 <= plan.components <= 12


def test_what_the_plan_computes_is_kept(blobs, monkeypatch):
    desk = Desk()
    first = make(blobs, Settings(), desk)
    monkeypatch.setattr("inkcluster.evaluate.number.density.suggest_eps", None)
    assert make(blobs, Settings(), desk) == first


def test_json_and_back(digits_plan):
    assert Plan.from_json(json.loads(json.dumps(digits_plan.to_json()))) == digits_plan


def test_samples_larger_than_the_set_are_drawn_with_replacement_only(blobs):
    plan = plan_of(blobs, map_sample=100, compare_sample=90, sample_sizes=[70, 80], replace=True)
    assert (plan.map_sample, plan.compare_sample, plan.sample_sizes) == (100, 90, (70, 80))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"k": 61}, "k is 61 but blobs holds 60 images; choose a k no larger"),
        ({"map_sample": 61}, "map_sample asks for 61 images but blobs holds 60; choose fewer"),
        ({"sample_sizes": [10, 61]}, "sample_sizes asks for 61 images but blobs holds 60"),
        ({"compare_sample": 20, "many": 30}, "gives 20 images but many asks for 30 clusters"),
        ({"linkage_sample": 10, "k": 11}, "linkage_sample gives 10 images but k asks for 11"),
        ({"components": 37}, "components is 37 but 60 images of 36 pixels have at most 36"),
        ({"components": 11, "compare_sample": 10}, "have at most 10 principal components"),
        ({"components": 36, "svd_solver": "arpack"}, "have at most 35 principal components"),
    ],
)
def test_settings_that_do_not_go_with_the_images(blobs, given, sentence):
    with pytest.raises(BadInputError) as refused:
        plan_of(blobs, **given)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (1, "blobs holds one image; a study needs at least 10."),
        (9, "blobs holds 9 images; a study needs at least 10."),
    ],
)
def test_too_few_images(fakes, n, sentence):
    with pytest.raises(BadInputError) as refused:
        plan_of(fakes.make_images(n))
    assert str(refused.value) == sentence


def test_images_that_are_all_alike():
    alike = ImageSet(np.full((20, 3, 3), 7, np.uint8), np.arange(20), name="grey")
    with pytest.raises(BadInputError, match="All 20 images of grey are equal"):
        plan_of(alike)


def test_fewer_different_images_than_k(blobs):
    twice = blobs.take(np.repeat(np.arange(6), 10))
    with pytest.raises(BadInputError, match="k is 7 but blobs holds only 6 different images"):
        plan_of(twice, k=7)


def test_more_classes_than_a_sample_has_images(blobs):
    many = replace(blobs, labels=np.arange(60) % 12)
    assert plan_of(many).k == 12
    with pytest.raises(BadInputError, match="map_sample gives 10 images but k asks for 12"):
        plan_of(many, map_sample=10)


def test_a_sample_of_images_that_are_all_alike():
    pixels = np.zeros((2000, 3, 3), np.uint8)
    pixels[5] = 9
    with pytest.raises(BadInputError, match="The 10 images drawn from images are all equal"):
        plan_of(ImageSet(pixels), k=2, compare_sample=10)


def test_radii_are_added_only_where_none_are_given(blobs):
    free, given = plan_of(blobs), plan_of(blobs, eps=[1.0, 2.0])
    assert (free.refine, given.refine) == (REFINE, 0)
    assert given.why["refine"] == "none, since eps is given"
    assert plan_of(blobs, eps=[1.0], refine=3).refine == 3


def test_radii_of_many_images_rest_on_some_of_them_among_all(monkeypatch, rng):
    from inkcluster.evaluate import k_distances, suggest_eps_values
    from inkcluster.study.settings import fromdata

    X = rng.normal(size=(90, 3))
    monkeypatch.setattr(fromdata, "MAX_ASKED", 40)
    found = fromdata._radii(X, 5, 6)
    expected = suggest_eps_values(k_distances(X, 4, ordered=False)[:40], n=6)
    np.testing.assert_allclose(found, expected)
    assert "of 40 of 90 images" in fromdata._phrased(found, 5, 90, "")[1]


def test_a_plan_is_whole_and_frozen(digits_plan):
    with pytest.raises(FrozenInstanceError):
        digits_plan.k = 3
    with pytest.raises(KeyError):
        Plan(k=3, why={})
    with pytest.raises(TypeError, match="no value called colour"):
        Plan(**digits_plan.values(), colour=1, why={})
