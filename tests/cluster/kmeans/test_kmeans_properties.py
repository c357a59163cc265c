"""What must hold of k-means on any points."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans as Peer
from sklearn.exceptions import ConvergenceWarning

from inkcluster.cluster.kmeans.estimator import KMeans

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RELAXED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def problems(draw):
    """Points on a grid, so that ties are common, and k of them to begin with."""
    seed = draw(st.integers(0, 2**32 - 1))
    n, d = draw(st.integers(4, 60)), draw(st.integers(1, 6))
    k = draw(st.integers(1, 4))
    rng = np.random.default_rng(seed)
    X = rng.integers(0, draw(st.sampled_from([4, 256])), (n, d)).astype(np.uint8)
    distinct = np.unique(X, axis=0)
    k = min(k, len(distinct))
    return X, distinct[rng.permutation(len(distinct))[:k]].astype(np.float64), rng


def fit(X, init, **more):
    return KMeans(len(init), init=init, n_init=1, tol=0, **more)


@RELAXED
@given(problems())
def test_every_result_is_a_fixed_point(problem):
    X, init, _ = problem
    found = fit(X, init).fit(X)
    far = np.square(X[:, None].astype(float) - found.cluster_centers_[None]).sum(axis=2)
    own = far[np.arange(len(X)), found.labels_]
    assert (own <= far.min(axis=1) + 1e-9).all()
    for j in np.unique(found.labels_):
        np.testing.assert_allclose(found.cluster_centers_[j], X[found.labels_ == j].mean(axis=0))


@RELAXED
@given(problems())
def test_inertia_never_rises(problem):
    X, init, _ = problem
    last = np.inf
    for step in range(1, 12):
        now = fit(X, init, max_iter=step).fit(X).inertia_
        assert now <= last * (1 + 1e-12) + 1e-9
        last = now


@RELAXED
@given(problems())
def test_weights_equal_repetition(problem):
    X, init, rng = problem
    times = rng.integers(1, 4, len(X))
    weighted = fit(X, init).fit(X, sample_weight=times.astype(float))
    repeated = fit(X, init).fit(np.repeat(X, times, axis=0))
    assert weighted.inertia_ == pytest.approx(repeated.inertia_, rel=1e-9, abs=1e-7)
    np.testing.assert_array_equal(np.repeat(weighted.labels_, times), repeated.labels_)


@RELAXED
@given(problems())
def test_a_permutation_of_the_points_permutes_the_labels(problem):
    X, init, rng = problem
    order = rng.permutation(len(X))
    np.testing.assert_array_equal(
        fit(X, init).fit(X).labels_[order], fit(X, init).fit(X[order]).labels_
    )


@RELAXED
@given(st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.float64]))
def test_the_peer_reaches_the_same_where_nothing_ties(seed, dtype):
    X = np.random.default_rng(seed).normal(size=(60, 5)).astype(dtype)
    ours = fit(X, X[:4]).fit(X)
    peer = Peer(4, init=X[:4], n_init=1, tol=0).fit(X)
    np.testing.assert_array_equal(ours.labels_, peer.labels_)
    assert ours.n_iter_ == peer.n_iter_
    assert ours.inertia_ == pytest.approx(peer.inertia_, rel=1e-5)


@pytest.mark.parametrize("options", [{}, {"tol": 0}, {"max_iter": 1}])
@pytest.mark.parametrize("kind", ["digits", "nearly white", "two corners", "repeated"])
def test_inertia_of_bytes_is_that_of_their_labels(kind, options, digits, rng):
    X = {
        "digits": lambda: digits.flat()[:400],
        "nearly white": lambda: 255 - (rng.random((40, 64)) < 0.02).astype(np.uint8),
        "two corners": lambda: np.repeat(np.array([[0] * 3, [255] * 3], np.uint8), 60, axis=0),
        "repeated": lambda: np.repeat(digits.flat()[:50], 4, axis=0),
    }[kind]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(8, n_init=3, random_state=0, **options).fit(X)
    for one in found.restarts_:
        truth = ((X - one.centers[one.labels]) ** 2).sum()
        assert one.inertia == pytest.approx(truth, rel=1e-12, abs=1e-12)
        assert one.inertia >= 0
