"""`KMeans`: scikit-learn's conventions, every kind of input, and one answer on any number of threads."""

from __future__ import annotations

import math
import pickle
import tracemalloc
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.cluster import KMeans as Peer
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from inkcluster.cluster.kmeans import choose, sketch
from inkcluster.cluster.kmeans.estimator import KMeans
from inkcluster.cluster.kmeans.k_range import kmeans_range
from inkcluster.cluster.kmeans.problem import read, rows_of
from inkcluster.cluster.kmeans.restarts import Restart
from inkcluster.cluster.kmeans.shards import space
from inkcluster.errors import TooLittleMemoryError
from inkcluster.progress import Progress, listening

EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": (
        "seeds are drawn by position, so that a shuffled, repeated set draws other ones; "
        "scikit-learn lists the same; with given centres it holds, see the properties"
    ),
    "check_sample_weight_equivalence_on_sparse_data": "the same",
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([KMeans(n_init=2)], expected_failed_checks=lambda _: EXPECTED)
def test_conventions(estimator, check):
    check(estimator)


def grey(n=17000, d=70, clusters=6, seed=0):
    """8-bit points about some centres, with enough of them for the path by the sketch."""
    rng = np.random.default_rng(seed)
    centres = rng.integers(40, 200, (clusters, d))
    noise = rng.normal(0, 30, (n, d))
    points = centres[rng.integers(clusters, size=n)] + noise
    return np.clip(points, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def points():
    return grey()


def nearest_in_float64(X, centres):
    gaps = X.astype(np.float64)[:, None, :] - centres[None].astype(np.float64)
    return np.square(gaps).sum(axis=2)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_every_restart_is_a_fixed_point(points, dtype):
    X = points.astype(dtype)
    found = KMeans(8, n_init=4, tol=0, random_state=3).fit(X)
    assert len(found.restarts_) == 4
    for restart in found.restarts_:
        assert isinstance(restart, Restart)
        means = np.stack([X[restart.labels == j].mean(axis=0, dtype=np.float64) for j in range(8)])
        np.testing.assert_allclose(
            restart.centers, means, rtol=1e-5 if dtype == np.float32 else 0, atol=1e-9
        )
        far = np.concatenate(
            [nearest_in_float64(X[s : s + 2000], means) for s in range(0, len(X), 2000)]
        )
        own = far[np.arange(len(X)), restart.labels]
        assert (own <= far.min(axis=1) * (1 + 1e-12)).all()
        assert restart.inertia == pytest.approx(own.sum(), rel=1e-9)
    inertia = [restart.inertia for restart in found.restarts_]
    assert inertia == pytest.approx(sorted(inertia), rel=1e-12)
    assert found.inertia_ == inertia[0]
    np.testing.assert_array_equal(found.labels_, found.restarts_[0].labels)


def test_dtype_does_not_change_the_labels(points):
    found = [
        KMeans(6, n_init=2, tol=0, random_state=1).fit(points.astype(t)).labels_
        for t in (np.uint8, np.float64)
    ]
    from sklearn.metrics import adjusted_rand_score

    assert adjusted_rand_score(*found) == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_threads_and_blocks_do_not_change_the_labels(points, dtype, monkeypatch):
    X = points.astype(dtype) / (1 if dtype == np.uint8 else dtype(7))
    X = np.ascontiguousarray(X, dtype)
    model = KMeans(9, n_init=3, tol=0, random_state=5)
    usual = clone(model).fit(X)
    numba.set_num_threads(1)
    try:
        alone = clone(model).fit(X)
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    monkeypatch.setattr(space, "GATHERED", 700)
    blocks = clone(model).fit(X)
    for other in (alone, blocks):
        for a, b in zip(usual.restarts_, other.restarts_, strict=True):
            np.testing.assert_array_equal(a.labels, b.labels)
            assert a.inertia == b.inertia


def test_memory_mapped_points_are_read_where_they_lie(points, tmp_path: Path):
    np.save(tmp_path / "points.npy", points)
    mapped = np.load(tmp_path / "points.npy", mmap_mode="r")
    model = KMeans(6, random_state=0)
    np.testing.assert_array_equal(model.fit(mapped).labels_, clone(model).fit(points).labels_)
    np.testing.assert_array_equal(model.predict(mapped), model.labels_)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_images_are_read_as_rows_of_their_file(points, dtype, tmp_path: Path):
    np.save(tmp_path / "images.npy", points.astype(dtype).reshape(len(points), 7, 10))
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    flat = KMeans(6, random_state=0).fit(points.astype(dtype))
    model = KMeans(6, random_state=0).fit(images)
    np.testing.assert_array_equal(model.labels_, flat.labels_)
    np.testing.assert_array_equal(model.predict(images), model.labels_)
    assert np.shares_memory(read(model, images, reset=False), images)


def test_eight_million_digits_are_planned_in_two_gigabytes():
    X = np.broadcast_to(np.uint8(0), (8_100_000, 784))
    need = choose.bytes_needed(rows_of(X, np.ones(1)), 10, 1)
    assert need + choose.SPARE < 2e9


def test_a_copy_that_does_not_fit_is_refused():
    X = np.zeros((4000, 500), np.int16)
    with pytest.raises(TooLittleMemoryError, match=r"A copy of X of 4,000 points.*not copied"):
        KMeans(3, memory_limit=10**7).fit(X)


def test_spanned_space_gives_the_labels_of_the_whole_one(points, monkeypatch):
    init = points[:7].astype(np.float64)
    model = KMeans(7, init=init, tol=0)
    whole = clone(model).fit(points)
    monkeypatch.setattr(space, "MAX_WHOLE_NUMBERS", 0)
    spanned = clone(model).fit(points)
    np.testing.assert_array_equal(whole.labels_, spanned.labels_)
    assert whole.n_iter_ == spanned.n_iter_
    peer = Peer(7, init=init, tol=0, n_init=1).fit(points)
    np.testing.assert_array_equal(whole.labels_, peer.labels_)


def test_the_sketch_does_no_worse_than_the_peer(points):
    ours = KMeans(12, n_init=5, random_state=0, search="deep").fit(points).inertia_
    assert ours <= Peer(12, n_init=5, random_state=0).fit(points).inertia_ * 1.001


@pytest.mark.parametrize("init", ["random", "k-means++"])
def test_weights_count_in_the_sketch(points, init):
    weight = np.ones(len(points))
    weight[: len(points) // 2] = 0
    found = KMeans(5, init=init, n_init=2, random_state=0, tol=0, search="deep")
    found.fit(points, sample_weight=weight)
    for j, centre in enumerate(found.cluster_centers_):
        inside = points[(found.labels_ == j) & (weight > 0)]
        np.testing.assert_allclose(centre, inside.mean(axis=0), atol=1e-9)


def test_it_survives_pickling_and_gives_all_methods(points):
    found = pickle.loads(pickle.dumps(KMeans(4, random_state=0).fit(points)))
    far = found.transform(points)
    assert far.shape == (len(points), 4)
    np.testing.assert_array_equal(far.argmin(axis=1), found.predict(points))
    assert found.score(points) == pytest.approx(-found.inertia_, rel=1e-9)
    assert found.get_feature_names_out().tolist() == [f"kmeans{j}" for j in range(4)]


def bad_inputs():
    X = np.random.default_rng(0).normal(size=(30, 4))
    hole, endless = X.copy(), X.copy()
    hole[3, 2], endless[3, 2] = np.nan, np.inf
    return {
        "nan": (hole, {}, None),
        "infinity": (endless, {}, None),
        "k > n": (X, {"n_clusters": 31}, None),
        "complex": (X + 1j, {}, None),
        "one axis": (X[0], {}, None),
        "negative k": (X, {"n_clusters": -1}, None),
        "unknown init": (X, {"init": "best"}, None),
        "negative weight": (X, {}, -np.ones(30)),
        "no weight": (X, {}, np.zeros(30)),
        "weights of another length": (X, {}, np.ones(29)),
    }


@pytest.mark.parametrize("what", bad_inputs())
def test_bad_input_is_one_clear_error(what):
    X, parameters, weight = bad_inputs()[what]
    with pytest.raises(ValueError):
        KMeans(**parameters).fit(X, sample_weight=weight)


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.filterwarnings("ignore:invalid value encountered in divide")  # scikit-learn 1.7's
@pytest.mark.parametrize("algorithm", ["scikit-learn", "bounds"])
@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_weights_beyond_the_points_own_dtype_are_refused_as_scikit_learn_does(algorithm, scale):
    X = np.arange(60, dtype=np.float32).reshape(30, 2)
    for kind, sentence in ((KMeans, r"[Ss]ample.weight"), (Peer, r"[Ss]ample.weight|contain NaN")):
        with choose.forced(algorithm), pytest.raises(ValueError, match=sentence):
            kind(3, n_init=1, random_state=0).fit(X, sample_weight=scale * np.arange(1, 31))


def test_sparse_points_are_scikit_learns():
    rng = np.random.default_rng(4)
    X = sparse.random_array((60, 30), density=0.2, rng=rng, format="csr")
    weight = rng.random(60)
    ours, theirs = (
        kind(4, n_init=3, random_state=0).fit(X, sample_weight=weight) for kind in (KMeans, Peer)
    )
    for name in ("labels_", "cluster_centers_", "inertia_", "n_iter_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    for name in ("predict", "transform", "score", "fit_predict", "fit_transform"):
        np.testing.assert_array_equal(getattr(ours, name)(X), getattr(theirs, name)(X))
    assert [restart.inertia for restart in ours.restarts_] == [ours.inertia_]
    dense = KMeans(4, random_state=0).fit(X.toarray())
    np.testing.assert_array_equal(dense.predict(X), dense.predict(X.toarray()))
    with pytest.raises(TooLittleMemoryError, match="60 points needs"):
        KMeans(4, memory_limit=1000).fit(X)


def test_wrong_feature_count_in_predict():
    X = np.arange(40.0).reshape(10, 4)
    with pytest.raises(ValueError, match="X has 3 features, but KMeans is expecting 4"):
        KMeans(2).fit(X).predict(X[:, :3])


def test_more_clusters_than_distinct_points_warns():
    X = np.repeat(np.arange(3.0), 4)[:, None]
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(3\) found smaller"):
        KMeans(5, random_state=0).fit(X)


def test_restarts_at_the_same_optimum_are_found():
    labels = np.array([[0, 1, 1, 2], [2, 0, 0, 1], [0, 1, 2, 2]], np.int32)
    rows, which = sketch.distinct(labels, 3)
    assert rows.tolist() == [0, 2]
    assert which.tolist() == [0, 0, 1]


def true_inertia(X, restart):
    """In float64, each squared distance by itself, the sum rounded once."""
    return math.fsum(np.square(X - restart.centers[restart.labels]).ravel())


def far_apart(places, spread=1e-3, seed=0):
    """Clusters of 4 dimensions about `places`, far apart for their spread."""
    rng = np.random.default_rng(seed)
    return np.concatenate([place + rng.normal(0, spread, (150, 4)) for place in places])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inertia_does_not_cancel(dtype):
    X = far_apart([0.0, 1e6]).astype(dtype)
    found = KMeans(2, random_state=0).fit(X)
    rel = 1e-13 if dtype == np.float64 else 1e-2  # the centres themselves are rounded to float32
    X = X.astype(np.float64)
    assert found.inertia_ == pytest.approx(true_inertia(X, found.restarts_[0]), rel=rel)
    assert found.inertia_ == pytest.approx(0.00114, rel=5e-3) or dtype == np.float32
    assert -found.score(X) == pytest.approx(found.inertia_, rel=rel)


def test_inertia_does_not_cancel_on_large_sets():
    X = np.repeat(far_apart([0.0, 1e6]), 30, axis=0)
    found = KMeans(2, random_state=0).fit(X)
    assert found.inertia_ == pytest.approx(true_inertia(X, found.restarts_[0]), rel=1e-12)


@pytest.mark.parametrize("seed", range(12, 20))
def test_restarts_are_ranked_by_their_true_inertia(seed):
    rng = np.random.default_rng(seed)
    X = far_apart(rng.uniform(-1e4, 1e4, (3, 4)), seed=seed)
    found = KMeans(6, n_init=8, tol=0, random_state=seed).fit(X)
    truth = [true_inertia(X, restart) for restart in found.restarts_]
    assert [r.inertia for r in found.restarts_] == pytest.approx(truth, rel=1e-12)
    assert truth == sorted(truth)


def test_inertia_is_never_negative():
    X = np.repeat(np.random.default_rng(0).uniform(-1e8, 1e8, (5, 3)), 7, axis=0)
    found = KMeans(5, n_init=3, random_state=0).fit(X)
    assert found.inertia_ == pytest.approx(true_inertia(X, found.restarts_[0]), abs=0)
    assert all(restart.inertia >= 0 for restart in found.restarts_)


def test_too_little_memory_is_refused_with_both_numbers():
    X = grey(3000)
    with pytest.raises(TooLittleMemoryError, match=r"needs 0\.\d\d GB.*0\.01 GB"):
        KMeans(3, memory_limit=10**7).fit(X)
    with pytest.raises(TooLittleMemoryError):
        kmeans_range(X, [2, 3], memory_limit=10**7)


@pytest.mark.parametrize(("n", "d"), [(3000, 300), (40_000, 70), (20_000, 450)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_no_more_memory_is_taken_than_was_planned(n, d, dtype):
    X = grey(n, d).astype(dtype)
    tracemalloc.start()
    try:
        KMeans(6, n_init=4, random_state=0).fit(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= choose.bytes_needed(rows_of(X), 6, 4) + choose.SPARE


@pytest.mark.mnist
@pytest.mark.slow
def test_the_best_known_optimum_of_mnist(mnist):
    found = KMeans(10, n_init=15, random_state=0, search="deep").fit(mnist.flat())
    assert found.inertia_ / 255**2 <= 2744056.2


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
    assert listener.done == pytest.approx(4)


@pytest.mark.parametrize("seed", range(25))
def test_the_restart_kept_is_scikit_learns(seed):
    """Most restarts find the same four clusters; which of them is kept decides their numbers."""
    X = make_blobs(500, centers=4, random_state=1)[0]
    theirs = Peer(4, n_init=10, random_state=seed).fit(X)
    ours = KMeans(4, n_init=10, random_state=seed).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_a_callable_init_gets_what_scikit_learn_gives_it(dtype):
    X = np.random.default_rng(0).integers(0, 256, (300, 6)).astype(dtype)
    seen = []

    def init(points, k, random_state):
        seen.append(points.copy())
        return points[random_state.choice(len(points), k, replace=False)]

    fits = [kind(5, init=init, n_init=2, random_state=3).fit(X) for kind in (Peer, KMeans)]
    assert seen[0].dtype == seen[2].dtype
    np.testing.assert_array_equal(seen[0], seen[2])
    np.testing.assert_array_equal(fits[0].labels_, fits[1].labels_)
