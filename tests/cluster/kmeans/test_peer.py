"""Small sets give scikit-learn's results, number for number, and compile nothing."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.cluster import KMeans as Peer
from sklearn.cluster._kmeans import _kmeans_plusplus
from sklearn.datasets import load_digits, load_iris, load_wine, make_blobs
from sklearn.utils.extmath import row_norms
from threadpoolctl import threadpool_limits

from inkcluster.cluster import kmeans_range
from inkcluster.cluster.kmeans import choose, peer
from inkcluster.cluster.kmeans.estimator import KMeans

SETS = {
    "blobs": (make_blobs(500, centers=4, random_state=1)[0], 4),
    "digits": (load_digits().data, 10),
    "bytes": (load_digits().data[:600].astype(np.uint8), 10),
    "iris": (load_iris().data, 3),
    "wine": (load_wine().data, 3),
    "noise": (np.random.default_rng(0).normal(size=(800, 10)), 6),
    "few": (np.random.default_rng(1).integers(0, 3, (40, 2)).astype(float), 7),
}


@pytest.fixture(autouse=True)
def our_loops(monkeypatch):
    """scikit-learn's loops in this file, on one thread: on several their last digits vary."""
    monkeypatch.setattr(choose, "MAX_PEER_WORK", 10**8)
    with threadpool_limits(1, "openmp"):
        yield


@pytest.mark.parametrize("n_init", [1, 10])
@pytest.mark.parametrize("name", SETS)
def test_number_for_number(name, n_init):
    X, k = SETS[name]
    weight = np.random.default_rng(2).integers(1, 4, len(X)) if name == "wine" else None
    for seed in range(25):
        how = {"n_clusters": k, "n_init": n_init, "random_state": seed}
        theirs, ours = Peer(**how).fit(X, None, weight), KMeans(**how).fit(X, None, weight)
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-12)
        assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-12)
        assert ours.n_iter_ == theirs.n_iter_
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        assert ours.score(X) == pytest.approx(theirs.score(X), rel=1e-12)
        assert len(ours.restarts_) == n_init


def test_given_and_callable_starts():
    X = SETS["iris"][0]
    for init in (X[[0, 60, 120]], lambda X, k, random_state: X[:k]):
        theirs, ours = (kind(3, init=init, n_init=1).fit(X) for kind in (Peer, KMeans))
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)


def test_both_kinds_of_loops_agree(monkeypatch):
    X = np.random.default_rng(3).normal(size=(900, 12))
    theirs = KMeans(7, n_init=5, random_state=1, tol=0).fit(X)
    monkeypatch.setattr(choose, "MAX_PEER_WORK", 0)
    ours = KMeans(7, n_init=5, random_state=1, tol=0).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(
        ours.predict(X), peer.nearest(X, theirs.cluster_centers_, np.ones(900))[0]
    )
    assert [r.n_iter for r in ours.restarts_] == [r.n_iter for r in theirs.restarts_]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("shared", [False, True])
def test_seeds_are_scikit_learns_to_the_last_bit(name, dtype, shared, monkeypatch):
    monkeypatch.setattr(choose, "MIN_SHARED_NUMBERS", 1 if shared else 10**9)
    X, k = SETS[name]
    points = X.astype(dtype)
    points -= points.mean(axis=0)
    for weight in (np.ones(len(X), dtype), np.arange(1, len(X) + 1, dtype=dtype)):
        states = np.random.RandomState(0), np.random.RandomState(0)
        square = row_norms(points, squared=True)
        theirs = [_kmeans_plusplus(points, k, square, weight, states[0])[0] for _ in range(3)]
        np.testing.assert_array_equal(peer.plus_plus(points, weight, k, 3, states[1]), theirs)
        assert states[0].random_sample() == states[1].random_sample()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_number_for_number_in_the_dtype_of_the_points(scale, dtype):
    """Scaling by a power of two changes no digit, and sums are rounded as scikit-learn rounds them."""
    X = (scale * SETS["blobs"][0]).astype(dtype)
    for init in ("k-means++", "random", X[:4]):
        theirs, ours = (
            kind(4, init=init, n_init=1, random_state=0).fit(X) for kind in (Peer, KMeans)
        )
        assert ours.algorithm_ == choose.PEER
        assert ours.inertia_ == theirs.inertia_
        assert ours.n_iter_ == theirs.n_iter_
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        np.testing.assert_array_equal(ours.cluster_centers_, theirs.cluster_centers_)
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_a_range_of_k_is_the_same_by_both_kinds_of_loops(dtype):
    X = np.random.default_rng(4).uniform(0, 256, (700, 8)).astype(dtype)
    found = []
    for algorithm in (choose.PEER, choose.BOUNDS):
        with choose.forced(algorithm):
            found.append(kmeans_range(X, [1, 2, 5, 9], n_init=2, random_state=0))
    for k in found[0].ks:
        np.testing.assert_array_equal(found[0].labels[k], found[1].labels[k])
        assert found[0].restarts[k].n_iter == found[1].restarts[k].n_iter
    np.testing.assert_allclose(found[0].inertias, found[1].inertias, rtol=1e-12)
    assert found[0].from_split == found[1].from_split


def test_nothing_is_compiled():
    code = """
import numba.core.dispatcher as d
def compiled(self, sig): raise AssertionError(f"{self.py_func.__name__} is compiled")
d.Dispatcher.compile = compiled
from sklearn.datasets import load_digits
from inkcluster import KMeans
from inkcluster.cluster import kmeans_range
X = load_digits().data
kmeans_range(X, range(2, 5), n_init=1, random_state=0)
found = KMeans(10, n_init=3, random_state=0).fit(X)
found.predict(X), found.score(X), found.transform(X)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
