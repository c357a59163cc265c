"""Groups that a ruled line, a low contrast or the other polarity makes of some of the images."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from inkcluster.cluster import ShapeClustering
from inkcluster.cluster.shape import nuisance


@pytest.fixture(scope="module")
def grey(digits):
    return np.pad((digits.pixels[:900] / 16).astype(np.float32), ((0, 0), (2, 2), (2, 2)))


@pytest.fixture(scope="module")
def spoilt(grey):
    """One image in five of each kind of digit."""
    return np.random.default_rng(0).random(len(grey)) < 0.2


def shares_of(labels, own=0.9):
    k = labels.max() + 1
    return np.where(np.eye(k)[labels] > 0, own, (1 - own) / (k - 1))


def with_line(image):
    image[-1, :] = 1
    return image


SPOIL = {
    "lines": with_line,
    "contrast": lambda image: image * 0.3,
    "polarity": lambda image: 1 - image,
}


@pytest.mark.parametrize("kind", SPOIL)
@pytest.mark.parametrize("groups", [1, 2])
def test_they_are_found_and_join_the_clusters_that_they_lie_among(
    grey, spoilt, digits, kind, groups
):
    truth = digits.labels[: len(grey)]
    images = grey.copy()
    for i in np.flatnonzero(spoilt):
        images[i] = SPOIL[kind](images[i].copy())
    labels = np.where(spoilt, 10 + truth % groups, truth)
    found = nuisance.find(images, (0.0, 1.0), shares_of(labels))
    assert found.kinds == {10 + group: kind for group in range(groups)}
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    assert not found.shares[:, 10:].any()
    joined = found.shares.argmax(axis=1)
    np.testing.assert_array_equal(joined[~spoilt], truth[~spoilt])
    assert (joined[spoilt] == truth[spoilt]).mean() > 0.8


def test_clusters_of_shapes_are_none(grey, digits):
    truth = digits.labels[: len(grey)]
    for labels in (truth, truth % 5, truth // 5):
        shares = shares_of(labels)
        found = nuisance.find(grey, (0.0, 1.0), shares)
        assert not found.kinds
        assert found.shares is shares


def test_lines_that_all_images_have_are_none(grey, digits):
    truth = digits.labels[: len(grey)]
    images = np.stack([with_line(image.copy()) for image in grey])
    assert not nuisance.find(images, (0.0, 1.0), shares_of(truth)).kinds


def test_what_most_images_have_is_none(grey, spoilt, digits):
    truth = digits.labels[: len(grey)]
    images = np.where(spoilt[:, None, None], grey, grey * 0.3)
    found = nuisance.find(images, (0.0, 1.0), shares_of(np.where(spoilt, truth, 10 + truth % 2)))
    assert not {10, 11} & set(found.kinds)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_images_have_none(grey, n):
    assert not nuisance.find(grey[:n], (0.0, 1.0), np.eye(n)).kinds


@pytest.mark.mnist
def test_a_line_through_some_images_makes_no_cluster(mnist):
    images = mnist.sample(1200, 0)
    pixels = images.pixels.copy()
    lined = np.random.default_rng(1).random(1200) < 0.2
    pixels[lined, 25:27] = 255
    model = ShapeClustering(random_state=0).fit(pixels)
    assert model.n_clusters_ == 10
    assert {one.kind for one in model.nuisances_} == {"lines"}
    rows = np.concatenate([one.rows for one in model.nuisances_])
    assert lined[rows].mean() > 0.99
    joins = np.concatenate([one.joins for one in model.nuisances_])
    np.testing.assert_array_equal(joins, model.labels_[rows])
    assert adjusted_rand_score(images.labels, model.labels_) > 0.85


def test_large_images_show_the_same_in_fewer_pixels(grey, spoilt, digits):
    truth = digits.labels[: len(grey)]
    images = grey.copy()
    images[spoilt, -1] = 1
    large = np.repeat(np.repeat(images, 11, axis=1), 11, axis=2)[:, :-3]  # 129 × 132
    labels = np.where(spoilt, 10, truth)
    assert nuisance.find(large, (0.0, 1.0), shares_of(labels)).kinds == {10: "lines"}
    views = nuisance._views(large[:5], (0.0, 1.0))
    assert {rows.shape for pair in views.values() for rows in pair} == {(5, 43 * 44)}
    cut = large[:2, :, :7].astype(np.float32)
    means = [cut[0, :3, first : first + 3].sum() / 9 for first in (0, 3, 6)]
    np.testing.assert_allclose(nuisance._pooled(cut, 3)[0, :3], means)


def test_they_are_no_clusters_at_another_number_either(grey, spoilt, digits):
    truth = digits.labels[: len(grey)]
    images = grey.copy()
    images[spoilt] = 1 - images[spoilt]
    ends, coarse, fine = (0.0, 1.0), np.where(spoilt, 10, truth), truth + 10 * spoilt
    odd = nuisance.find(images, ends, shares_of(coarse))
    shares = odd.joined_too(images, ends, shares_of(fine), coarse)
    assert (
        np.bincount(fine[spoilt])[10:] < 2 * nuisance.MIN_MEMBERS
    ).any()  # too few to be judged alone
    assert shares.shape == (len(grey), 10)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_array_equal(shares.argmax(axis=1)[~spoilt], truth[~spoilt])
    assert (shares.argmax(axis=1)[spoilt] == truth[spoilt]).mean() > 0.8
    np.testing.assert_array_equal(odd.joined().argmax(axis=1), odd.shares.argmax(axis=1))
