"""K-means for a range of k: as good as separate runs, and one sentence for what cannot be used."""

import math

import numpy as np
import pytest

from inkcluster.cluster import KMeans, kmeans_range
from inkcluster.errors import BadInputError


@pytest.fixture(scope="module")
def X(digits):
    return digits.flat()[:600].astype(np.float64)


@pytest.fixture(scope="module")
def found(X):
    return kmeans_range(X, range(1, 13), random_state=0)


def test_inertia_is_that_of_labels_and_centres_and_does_not_rise_with_k(X, found):
    assert found.ks == tuple(range(1, 13))
    assert (np.diff(found.inertias) <= 0).all()
    for k, restart in found.restarts.items():
        assert restart.centers.shape == (k, X.shape[1])
        gap = ((X - restart.centers[restart.labels]) ** 2).sum()
        assert restart.inertia == pytest.approx(gap)
        sizes = found.clustering(k).sizes
        assert len(sizes) == k
        assert (np.diff(sizes) <= 0).all()


def test_inertia_does_not_cancel(rng):
    X = np.concatenate([np.zeros((150, 4)), np.full((150, 4), 1e6)]) + rng.normal(0, 1e-3, (300, 4))
    found = kmeans_range(X, [1, 2, 4], n_init=1, random_state=0)
    for restart in found.restarts.values():
        away = np.square(X - restart.centers[restart.labels])
        assert restart.inertia == pytest.approx(math.fsum(away.ravel()), rel=1e-12)
    assert (np.diff(found.inertias) < 0).all()


def test_it_is_as_good_as_separate_runs(X, found):
    apart = [KMeans(k, n_init=4, random_state=0).fit(X).inertia_ for k in found.ks]
    assert (found.inertias / apart).mean() < 1.01


def test_same_seed_same_labels_whatever_the_dtype(digits):
    X = digits.flat()[:300]
    first, again, grey = (
        kmeans_range(Y, [2, 5, 9], random_state=3).labels for Y in (X.astype(float), X * 1.0, X)
    )
    for k in (2, 5, 9):
        np.testing.assert_array_equal(first[k], again[k])
        np.testing.assert_array_equal(first[k], grey[k])


def test_many_features_on_more_points_than_threads_share(rng):
    X = rng.normal(size=(3000, 80)).astype(np.float32)
    X[:1500] += 3
    found = kmeans_range(X, [1, 2, 3], n_init=1, random_state=0)
    assert np.bincount(found.labels[2]).tolist() == [1500, 1500]


def test_weights_of_zero_leave_points_out(rng):
    X = rng.normal(size=(60, 3))
    X[50:] += 1000
    weight = np.r_[np.ones(50), np.zeros(10)]
    found = kmeans_range(X, [1, 2], random_state=0, sample_weight=weight)
    alone = kmeans_range(X[:50], [1], random_state=0)
    assert found.inertias[0] == pytest.approx(alone.inertias[0])
    assert abs(found.restarts[2].centers).max() < 10


def test_more_clusters_than_different_points():
    found = kmeans_range(np.repeat([[0.0], [1.0]], 5, axis=0), [1, 2, 4], random_state=0)
    assert found.inertias.round(9).tolist() == [2.5, 0, 0]


@pytest.mark.parametrize(
    ("ks", "words"),
    [
        ([], "ks is empty"),
        ([3, 2], "does not rise"),
        ([2, 2], "does not rise"),
        ([2, 99], "99 and there are 6 points"),
        ([0, 1], "at least 1"),
        ([2.5], "whole number"),
    ],
)
def test_bad_ks_are_one_sentence(ks, words):
    with pytest.raises(BadInputError, match=words) as caught:
        kmeans_range(np.arange(6.0)[:, None], ks)
    assert "\n" not in str(caught.value)


def test_bad_points_and_weights():
    X = np.arange(6.0)[:, None]
    with pytest.raises(ValueError, match="NaN"):
        kmeans_range(np.where(X == 3, np.nan, X), [2])
    with pytest.raises(ValueError, match="Negative"):
        kmeans_range(X, [2], sample_weight=[-1, 1, 1, 1, 1, 1])
    with pytest.raises(BadInputError, match="n_init"):
        kmeans_range(X, [2], n_init=0)
