"""Small sets give scikit-learn's results, number for number, and compile nothing."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.cluster import KMeans as Peer
from sklearn.datasets import load_digits, load_iris, load_wine, make_blobs
from threadpoolctl import threadpool_limits

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
    np.testing.assert_array_equal(ours.predict(X), peer.nearest(X, theirs.cluster_centers_)[0])
    assert [r.n_iter for r in ours.restarts_] == [r.n_iter for r in theirs.restarts_]


def test_nothing_is_compiled():
    code = """
import numba.core.dispatcher as d
def compiled(self, sig): raise AssertionError(f"{self.py_func.__name__} is compiled")
d.Dispatcher.compile = compiled
from sklearn.datasets import load_digits
from inkcluster import KMeans
X = load_digits().data
found = KMeans(10, n_init=3, random_state=0).fit(X)
found.predict(X), found.score(X), found.transform(X)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
