"""k-means keeps every restart, and the best is the result."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances_argmin

from inkcluster import KMeans
from inkcluster.progress import Progress, listening


@pytest.fixture(scope="module")
def fitted(digits):
    return KMeans(10, n_init=6, random_state=3).fit(digits.flat().astype(float))


def test_restarts_are_sorted_and_the_first_is_the_result(fitted):
    inertias = [r.inertia for r in fitted.restarts_]
    assert len(inertias) == 6
    assert inertias == sorted(inertias)
    best = fitted.restarts_[0]
    np.testing.assert_array_equal(best.labels, fitted.labels_)
    np.testing.assert_array_equal(best.centers, fitted.cluster_centers_)
    assert (best.inertia, best.n_iter) == (fitted.inertia_, fitted.n_iter_)


def test_inertia_is_what_the_labels_and_centres_give(fitted, digits):
    X = digits.flat().astype(float)
    for restart in fitted.restarts_:
        nearest = pairwise_distances_argmin(X, restart.centers)
        np.testing.assert_array_equal(nearest, restart.labels)
        assert restart.inertia == pytest.approx(
            ((X - restart.centers[nearest]) ** 2).sum(), rel=1e-9
        )


def test_a_restart_is_the_same_however_many_follow(digits):
    X = digits.flat()[:300].astype(float)
    two = KMeans(5, n_init=2, random_state=0).fit(X).restarts_
    four = KMeans(5, n_init=4, random_state=0).fit(X).restarts_
    assert {r.inertia for r in two} <= {r.inertia for r in four}


def test_an_array_of_centres_runs_once(digits):
    X = digits.flat()[:100].astype(float)
    assert len(KMeans(3, init=X[:3], n_init="auto").fit(X).restarts_) == 1


def test_progress_counts_the_restarts(digits):
    class Counting(Progress):
        done = 0.0

        def task(self, what, total=None):
            from contextlib import contextmanager

            @contextmanager
            def opened():
                assert total == 4
                yield lambda amount: setattr(self, "done", self.done + amount)

            return opened()

    with listening(Counting()) as listener:
        KMeans(2, n_init=4, random_state=0).fit(digits.flat()[:50])
    assert listener.done == 4
