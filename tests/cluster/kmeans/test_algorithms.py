"""Every algorithm that is ever chosen gives the same restarts, scikit-learn's where nothing ties.

scikit-learn's loops round float32 points in every step; ours start from the same seeds, rounded alike,
and decide in float64.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans as Peer
from sklearn.cluster._kmeans import _kmeans_plusplus
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.extmath import row_norms

from inkcluster.cluster.kmeans import choose, lloyd
from inkcluster.cluster.kmeans.estimator import KMeans
from inkcluster.cluster.kmeans.shards import space

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@st.composite
def points(draw):
    """Points without ties: clustered or not, with outliers, constant columns, of any scale."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(12, 400)), draw(st.integers(2, 90))
    X = rng.normal(size=(n, d))
    kind = draw(st.sampled_from(["noise", "blobs", "outlier", "tails", "low rank", "constant"]))
    if kind == "blobs":
        X += 20 * rng.normal(size=(5, d))[rng.integers(5, size=n)]
    elif kind == "outlier":
        X[0] = 1e4
    elif kind == "tails":
        X = rng.standard_t(1.2, (n, d))
    elif kind == "low rank":
        X = X[:, :2] @ rng.normal(size=(2, d)) + 0.01 * X
    elif kind == "constant":
        X[:, : d // 2] = 3.0
    X = X * 10.0 ** draw(st.integers(-5, 5)) + draw(st.sampled_from([0.0, 1.0]))
    k = draw(st.sampled_from([1, 2, 5, 12, n]))
    weight = rng.uniform(0.5, 2, n) if draw(st.booleans()) else None
    init = draw(st.sampled_from(["k-means++", "random", "array", "function"]))
    return X, min(k, n), init, weight


def begin(points, k, random_state):
    return points[random_state.choice(len(points), k, replace=False)]


def seeds_of_float32(X, weight):
    """An `init` for points in float64 that chooses the rows that scikit-learn chooses of float32 ones."""
    small = X - X.mean(axis=0)
    weight = np.ones(len(X), np.float32) if weight is None else weight.astype(np.float32)

    def init(points, k, random_state):
        square = row_norms(small, squared=True)
        return points[_kmeans_plusplus(small, k, square, weight, random_state)[1]]

    return init


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(points(), st.sampled_from([np.float64, np.float32]))
def test_the_choice_changes_nothing(problem, dtype):
    X, k, init, weight = problem
    X = X.astype(dtype)
    start = {"array": X[:k], "function": begin}.get(init, init)
    how = {"n_clusters": k, "n_init": 1 if init == "array" else 3, "random_state": 0, "init": start}
    original = Peer(**how).fit(X, None, weight)
    wide = original
    if dtype == np.float32:
        how_wide = how | ({"init": seeds_of_float32(X, weight)} if init == "k-means++" else {})
        rounded = None if weight is None else weight.astype(np.float32)  # as those of such points
        wide = Peer(**how_wide).fit(X.astype(np.float64), None, rounded)
    scale = float(np.abs(X).max())
    for algorithm in choose.ALGORITHMS:
        with choose.forced(algorithm):
            ours = KMeans(**how).fit(X, None, weight)
            new = ours.predict(X[::3] * dtype(1.01))
        theirs = original if algorithm == choose.PEER else wide
        assert algorithm.startswith(ours.algorithm_)
        np.testing.assert_array_equal(ours.labels_, theirs.labels_, algorithm)
        assert ours.n_iter_ == theirs.n_iter_
        rtol = 1e-9 if dtype == np.float64 else 1e-6
        np.testing.assert_allclose(
            ours.cluster_centers_, theirs.cluster_centers_, rtol=rtol, atol=rtol * scale
        )
        floor = 1e-20 * scale**2 * X.size
        assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-8, abs=floor)
        expected = theirs.predict((X[::3] * dtype(1.01)).astype(theirs.cluster_centers_.dtype))
        np.testing.assert_array_equal(new, expected)


def normal(n, d):
    return np.random.default_rng(0).normal(size=(n, d))


SETS = {
    "blobs": lambda: (make_blobs(500, centers=4, random_state=1)[0], 4),
    "far blobs": lambda: (make_blobs(3000, 20, centers=12, random_state=0)[0], 8),
    "digits": lambda: (load_digits().data + 0.1 * normal(1797, 64), 10),
    "normal d2": lambda: (normal(1500, 2), 6),
    "normal d20": lambda: (normal(800, 20), 6),
    "bytes": lambda: (np.random.default_rng(0).integers(0, 256, (600, 300)).astype(np.uint8), 5),
}


@pytest.mark.parametrize("n_init", [1, 10])
@pytest.mark.parametrize("name", SETS)
def test_labels_are_scikit_learns(name, n_init):
    X, k = SETS[name]()
    one = {"normal d2": choose.BOUNDS, "normal d20": choose.PLAIN}.get(name)
    for seed in range(25 if one or n_init == 1 else 5):
        how = {"n_clusters": k, "n_init": n_init, "random_state": seed}
        theirs = Peer(**how).fit(X)
        with choose.forced(one or (choose.BOUNDS if seed % 2 else choose.PLAIN)):
            ours = KMeans(**how).fit(X)
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        assert ours.n_iter_ == theirs.n_iter_
        assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-12)


def test_labels_of_a_large_set_are_scikit_learns_from_leading_directions(monkeypatch):
    """Where few points are open, they are compared along the directions in which centres differ."""
    monkeypatch.setattr(space, "MAX_WHOLE_NUMBERS", 0)
    made = []
    spanned = lloyd.spanned
    monkeypatch.setattr(lloyd, "spanned", lambda *args: made.append(1) or spanned(*args))
    X = make_blobs(9000, 70, centers=30, cluster_std=4.0, random_state=0)[0]
    how = {"n_clusters": 12, "n_init": 3, "random_state": 0, "tol": 0}
    ours, theirs = KMeans(**how).fit(X), Peer(**how).fit(X)
    assert made
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.n_iter_ == theirs.n_iter_


def test_float64_takes_over_where_float32_decides_little(monkeypatch):
    """Clusters far apart for their spread: float32 holds the places, not the differences."""
    monkeypatch.setattr(choose, "MAX_PEER_WORK", 0)
    rng = np.random.default_rng(0)
    X = rng.uniform(-1e3, 1e3, (4, 6))[rng.integers(4, size=2000)] + rng.normal(0, 1e-3, (2000, 6))
    sharp = []
    monkeypatch.setattr(
        lloyd, "whole", lambda *args, make=lloyd.whole: sharp.append(args[3:]) or make(*args)
    )
    init = X[rng.choice(len(X), 12, replace=False)]
    ours = KMeans(12, init=init, tol=0).fit(X)
    assert sharp == [(np.float64,)]
    np.testing.assert_array_equal(ours.labels_, Peer(12, init=init, tol=0).fit(X).labels_)


@pytest.mark.parametrize("algorithm", choose.ALGORITHMS)
def test_empty_clusters_get_the_farthest_points(algorithm):
    X = np.random.default_rng(0).normal(size=(300, 4))
    init = np.concatenate([X[:3], np.full((2, 4), 1e3)])
    weight = np.random.default_rng(1).uniform(0.5, 2, 300)
    for most in (1, 2, 300):
        how = {"n_clusters": 5, "init": init, "n_init": 1, "max_iter": most}
        theirs = Peer(**how).fit(X, None, weight)
        with choose.forced(algorithm):
            ours = KMeans(**how).fit(X, None, weight)
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, atol=1e-12)


@pytest.mark.parametrize("algorithm", [choose.BOUNDS, choose.PLAIN])
def test_it_ends_where_clusters_outnumber_distinct_points(algorithm):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8, 3))[rng.integers(8, size=30_000)]
    with choose.forced(algorithm), pytest.warns(ConvergenceWarning, match=r"clusters \(8\)"):
        found = KMeans(12, init="random", n_init=1, random_state=2).fit(X)
    assert found.n_iter_ < 30
    assert found.inertia_ < 1e-15


@pytest.mark.parametrize("algorithm", choose.ALGORITHMS)
@pytest.mark.parametrize("first", [0, 3])
def test_clusters_that_no_point_needs_have_scikit_learns_centres(algorithm, first):
    """The centre of the largest, or its total if it comes later; here all sums are exact."""
    corners = np.roll([[3.0, 3.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], first, axis=0)
    X = np.repeat(corners, np.where(corners[:, 0] == 3, 4, 8), axis=0) - [0, 0]
    X = np.concatenate([X, -X])
    places = np.unique(X, axis=0, return_index=True)[1]
    init = np.concatenate([X[places[:1]], X[places], X[places[-1:]]])
    theirs = Peer(len(init), init=init, n_init=1).fit(X)
    with choose.forced(algorithm):
        ours = KMeans(len(init), init=init, n_init=1).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.cluster_centers_, theirs.cluster_centers_)
    assert ours.n_iter_ == theirs.n_iter_


def test_a_deep_search_has_all_its_restarts_and_no_more_inertia():
    X = make_blobs(9000, 30, centers=40, cluster_std=5.0, random_state=0)[0]
    how = {"n_clusters": 20, "n_init": 3, "random_state": 0}
    deep, plain = KMeans(**how, search="deep").fit(X), KMeans(**how).fit(X)
    assert len(deep.restarts_) == len(plain.restarts_) == 3
    assert deep.inertia_ < plain.inertia_
