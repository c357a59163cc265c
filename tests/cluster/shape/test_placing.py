"""Shape clustering of a sample: which images it is, and how the others are placed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkcluster import ShapeClustering
from inkcluster.cluster.shape import placing, plan
from inkcluster.errors import BadInputError, TooLittleMemoryError

FITTED = (
    "labels_",
    "memberships_",
    "confidence_",
    "outlier_scores_",
    "neighbors_",
    "neighbor_distances_",
)


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(2, 60))
def test_a_sample_is_spread_over_the_order(n, size):
    order = np.random.default_rng(n).permutation(n)
    rows = plan.sampled(order, size)
    assert len(rows) == min(n, size)
    places = np.argsort(order)[rows]
    assert (np.diff(places) > 0).all()
    assert np.ptp(np.diff(places, prepend=-1)[1:], axis=0) <= 1 if len(rows) > 1 else True


@pytest.fixture(scope="module")
def images(digits):
    return digits.pixels[:360]


@pytest.fixture(scope="module")
def model(images):
    return ShapeClustering(8, sample=240, random_state=0).fit(images)


def test_all_images_have_all_attributes(images, model):
    assert all(len(getattr(model, name)) == len(images) for name in FITTED)
    assert len(model.sample_) == 240
    assert (np.diff(model.sample_) > 0).all()
    assert np.isin(model.neighbors_, model.sample_).all()
    assert (np.diff(np.bincount(model.labels_)) <= 0).all()
    assert np.isfinite(model.outlier_scores_).all()
    np.testing.assert_allclose(model.memberships_.sum(axis=1), 1)


def test_others_are_placed_as_predict_places_them(images, model, monkeypatch):
    rest = np.setdiff1d(np.arange(len(images)), model.sample_)
    np.testing.assert_array_equal(model.predict_memberships(images[rest]), model.memberships_[rest])
    monkeypatch.setattr(placing, "PLACED_TOGETHER", 7)
    again = ShapeClustering(8, sample=240, random_state=0).fit(images)
    for name in FITTED:
        np.testing.assert_array_equal(getattr(again, name), getattr(model, name))


def test_the_sample_alone_gives_the_same_clusters(images, model):
    alone = ShapeClustering(8, random_state=0).fit(images[model.sample_])
    assert alone.sample_.tolist() == list(range(240))
    np.testing.assert_array_equal(
        alone.memberships_.max(axis=1), model.memberships_[model.sample_].max(axis=1)
    )
    np.testing.assert_array_equal(
        alone.neighbor_distances_, model.neighbor_distances_[model.sample_]
    )


def test_the_order_shows_nowhere(images, model, rng):
    order = rng.permutation(len(images))
    other = ShapeClustering(8, sample=240, random_state=0).fit(images[order])
    for name in FITTED[:4]:
        np.testing.assert_array_equal(getattr(other, name), getattr(model, name)[order])
    np.testing.assert_array_equal(order[other.neighbors_], model.neighbors_[order])


def test_of_many_equal_images_the_sample_holds_their_share(images):
    many = np.concatenate([np.repeat(images[:1], 240, axis=0), images[:120]])
    found = ShapeClustering(5, sample=90, random_state=0).fit(many)
    assert abs((found.sample_ < 240).sum() - 60) <= 1


def test_a_sample_of_equal_images_is_refused():
    bars = np.zeros((400, 8, 8))
    bars[:, 2:6, 3:5] = 1
    bars[1:] = bars[0].T
    with pytest.raises(BadInputError, match="larger sample than 2"):
        ShapeClustering(sample=2).fit(bars)


@pytest.mark.parametrize("sample", [1, 0, -3, 2.5, True, "auto"])
def test_no_size_of_a_sample(images, sample):
    with pytest.raises(BadInputError, match="sample must be None or a whole number"):
        ShapeClustering(sample=sample).fit(images)


def test_a_refusal_names_the_largest_sample_that_fits(digits, monkeypatch):
    monkeypatch.setattr(plan, "PLACED_TOGETHER", 64)
    monkeypatch.setattr(placing, "PLACED_TOGETHER", 64)
    images = digits.pixels
    with pytest.raises(TooLittleMemoryError) as told:
        ShapeClustering(memory_limit=10**7).fit(images)
    limit = told.value.need - 8 * 10**6
    with pytest.raises(TooLittleMemoryError, match="places the others") as told:
        ShapeClustering(memory_limit=limit).fit(images)
    fit = int(re.search(r"sample=(\d+)", str(told.value))[1])
    assert 500 <= fit < len(images)
    for size, fits in ((fit, True), (fit + 1, False)):
        model = ShapeClustering(8, memory_limit=limit, sample=size, random_state=0)
        if fits:
            assert len(model.fit(images).labels_) == len(images)
        else:
            with pytest.raises(TooLittleMemoryError):
                model.fit(images)


@pytest.mark.parametrize("flat", [False, True])
def test_a_dask_array_is_predicted_lazily_and_the_same(images, model, flat):
    dask, da = pytest.importorskip("dask"), pytest.importorskip("dask.array")
    given = images.reshape(len(images), -1) if flat else images
    lazy = da.from_array(given, chunks=((100, 0, 7, 253), *given.shape[1:]))
    labels, shares = model.predict(lazy), model.predict_memberships(lazy)
    assert isinstance(labels, da.Array)
    assert (labels.shape, shares.shape) == ((360,), (360, model.n_clusters_))
    with dask.config.set(scheduler="sync"):
        np.testing.assert_array_equal(labels, model.predict(images))
        np.testing.assert_array_equal(shares, model.predict_memberships(images))
    with pytest.raises(BadInputError, match="divide its features"):
        model.predict(lazy.rechunk((100, *[4] * (lazy.ndim - 1))))


@pytest.mark.parametrize("change", [lambda x: x / 255.0, lambda x: x / 16.0, lambda x: x * 257.0])
def test_images_in_another_unit_are_refused(images, model, change):
    with pytest.raises(BadInputError, match=r"run from .* to .*; give both in the same unit"):
        model.predict(change(images[:5].astype(np.float64)))
    assert len(model.predict(np.zeros((2, 8, 8)))) == 2  # blank ones are in any
