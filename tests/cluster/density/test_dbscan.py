"""Labels, core points and borders are scikit-learn's, number for number, whichever way they are found."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.cluster import DBSCAN as PEER
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted

from inkcluster import DBSCAN
from inkcluster.cluster.density import choose, matrix, sweep
from inkcluster.cluster.density.choose import Engine, forced
from inkcluster.cluster.density.space import Space
from inkcluster.compute import memory
from inkcluster.errors import BadInputError


def by_hand(X, eps, min_samples, weight=None):
    """The definition, pair by pair, the way scikit-learn numbers and borders."""
    X = np.asarray(X, np.float64)
    n = len(X)
    near = [np.flatnonzero(((X - x) ** 2).sum(axis=1) <= eps * eps) for x in X]
    core = np.array([len(rows) >= min_samples for rows in near])
    if weight is not None:  # fractions are added in the order in which scikit-learn finds points
        found = NearestNeighbors(radius=eps).fit(X).radius_neighbors(X, return_distance=False)
        core = np.array([weight[rows].sum() >= min_samples for rows in found], bool)
    labels, number = np.full(n, -1), 0
    for first in range(n):
        if labels[first] >= 0 or not core[first]:
            continue
        todo = [first]
        while todo:
            a = todo.pop()
            if labels[a] < 0:
                labels[a] = number
                if core[a]:
                    todo.extend(near[a])
        number += 1
    return labels, core


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of few points, so that every packing and both triangles are gone through."""
    monkeypatch.setattr(sweep, "SIDE", 4)
    monkeypatch.setattr(matrix, "SIDE", 16)


ALGORITHMS = ("matrix", "tree", "sweeps", "scikit-learn")


def labels_and_cores(X, eps, min_samples, weight, algorithm="sweeps"):
    with forced(algorithm):
        labels, cores, used = Engine(X, [min_samples], weight).labels_and_cores(eps)
    assert used == algorithm
    return labels[0], cores[0]


def assert_same(X, eps, min_samples, weight=None):
    expected, expected_core = by_hand(X, eps, min_samples, weight)
    for algorithm in ALGORITHMS:
        found = labels_and_cores(np.ascontiguousarray(X), eps, min_samples, weight, algorithm)
        np.testing.assert_array_equal(found[1], expected_core, algorithm)
        np.testing.assert_array_equal(found[0], expected, algorithm)


WEIGHTS = {
    "none": lambda rng, n: None,
    "whole": lambda rng, n: rng.integers(0, 4, n).astype(float),
    "fractions": lambda rng, n: rng.integers(0, 20, n) / 10,
    "negative": lambda rng, n: rng.integers(-3, 6, n) / 2,
    "all zero": lambda rng, n: np.zeros(n),
}


@pytest.mark.usefixtures("small_blocks")
@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.sampled_from([1, 2, 5, 60]),
    st.sampled_from([0.5, 1.0, 2.0, 3.0, 50.0]),
    st.sampled_from([1, 2, 3, 5, 100]),
    st.sampled_from(sorted(WEIGHTS)),
)
def test_lattice_points_duplicates_and_distances_of_exactly_eps(seed, n, d, eps, least, kind):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 4, (n, d)) * (rng.random((n, d)) < 3 / d)
    assert_same(X.astype(np.float64), eps, least, WEIGHTS[kind](rng, n))


@pytest.mark.usefixtures("small_blocks")
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(-200, 100), st.sampled_from(sorted(WEIGHTS)))
def test_any_scale_and_far_from_the_origin(seed, exponent, kind):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(80, 3)) + rng.integers(0, 3, (80, 1)) * 4 + 1000 * (seed % 2)
    X = np.ldexp(X, exponent)
    assert_same(X, float(np.ldexp(1.0, exponent)), 4, WEIGHTS[kind](rng, 80))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_two_dense_clusters_of_every_type(rng, dtype):
    X = np.concatenate([rng.normal(60, 5, (300, 60)), rng.normal(120, 5, (300, 60))])
    X = np.concatenate([X, rng.uniform(0, 200, (50, 60))]).astype(dtype)
    for algorithm in ALGORITHMS:
        labels, _ = labels_and_cores(X, 60.0, 5, None, algorithm)
        np.testing.assert_array_equal(labels, by_hand(X, 60.0, 5)[0])
        assert labels.max() == 1
        assert (labels == -1).sum() == 50


@pytest.mark.parametrize("d", [20, 100, 300])
def test_the_coordinates_never_exclude_a_pair_within_eps(rng, d):
    X = rng.normal(size=(400, d)) * np.geomspace(1, 0.01, d) + 50
    exact = ((X[:, None] - X) ** 2).sum(axis=2)
    for complete in (False, True):
        space = Space(X, complete=complete)
        for eps in (0.1, 1.0, np.sqrt(np.median(exact)), 100.0):
            reach = space.within(float(eps))
            rows = reach.lead.copy()
            rows[:, -1] = 1.0
            product = rows @ reach.lead.T
            assert (product >= reach.limit[:, None])[exact <= eps * eps].all()
            assert (exact <= eps * eps)[product >= reach.sure[:, None]].all()


def mnist_points(mnist, n, scaled):
    X = mnist.flat()[np.random.default_rng(3).permutation(70_000)[:n]]
    return X / 255 if scaled else X


@pytest.mark.mnist
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize(("eps", "least"), [(4.5, 2), (6.0, 5), (9.0, 9)])
def test_digits_of_mnist(mnist, scaled, eps, least):
    X = mnist_points(mnist, 3000, scaled)
    eps = eps if scaled else 255 * eps
    ours = DBSCAN(eps=eps, min_samples=least).fit(X)
    peer = PEER(eps=eps, min_samples=least).fit(X.astype(float))
    np.testing.assert_array_equal(ours.labels_, peer.labels_)
    np.testing.assert_array_equal(ours.core_sample_indices_, peer.core_sample_indices_)
    np.testing.assert_array_equal(ours.components_, X[peer.core_sample_indices_])
    assert ours.labels_.dtype == peer.labels_.dtype
    assert ours.core_sample_indices_.dtype == peer.core_sample_indices_.dtype


@pytest.mark.mnist
@pytest.mark.parametrize("kind", ["whole", "fractions", "negative"])
def test_digits_of_mnist_with_weights(mnist, rng, kind):
    X = mnist_points(mnist, 2600, False)
    weight = WEIGHTS[kind](rng, len(X))
    for eps, least in ((1400.0, 3), (1800.0, 6)):
        ours = DBSCAN(eps=eps, min_samples=least).fit(X, sample_weight=weight)
        peer = PEER(eps=eps, min_samples=least).fit(X.astype(float), sample_weight=weight)
        np.testing.assert_array_equal(ours.labels_, peer.labels_)
        np.testing.assert_array_equal(ours.core_sample_indices_, peer.core_sample_indices_)


def test_sums_of_fractions_are_numpys_where_they_could_decide(small_blocks):
    X = np.zeros((60, 1))
    for least in (6, 3):  # sixty times 0.1, and thirty times
        weight = np.where(np.arange(60) < 10 * least, 0.1, 0.0)
        for algorithm in ALGORITHMS:
            _, core = labels_and_cores(X, 1.0, least, weight, algorithm)
            assert (core == (np.sum(weight) >= least)).all()


def test_threads_and_blocks_change_nothing(rng, monkeypatch):
    X = rng.integers(0, 6, (700, 8)).astype(float)
    weight = rng.integers(0, 30, 700) / 10
    expected = labels_and_cores(X, 4.0, 7, weight)
    monkeypatch.setattr("inkcluster.compute.threads.workers", lambda: 3)
    monkeypatch.setattr(sweep, "workers", lambda: 3)
    for side in (1, 5, 64):
        monkeypatch.setattr(sweep, "SIDE", side)
        found = labels_and_cores(X, 4.0, 7, weight)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("weighted", [False, True])
def test_memory_is_bounded_whatever_eps_is(rng, weighted):
    X = rng.normal(size=(6000, 20)).astype(np.float32)
    weight = rng.integers(-1, 3, 6000).astype(float) if weighted else None
    DBSCAN(eps=1e6).fit(X[:2600], sample_weight=None if weight is None else weight[:2600])
    tracemalloc.start()
    fitted = DBSCAN(eps=1e6).fit(X, sample_weight=weight)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (fitted.labels_ == 0).all()
    assert peak < 16e6  # a byte for each pair would be 36e6


@pytest.mark.parametrize(
    ("shape", "eps", "limit", "chosen"),
    [
        ((300, 2), 0.1, None, "matrix"),
        ((3000, 2), 0.1, None, "tree"),
        ((3000, 2), 50.0, None, "matrix"),
        ((3000, 30), 5.0, None, "matrix"),
        ((3000, 30), 5.0, 10**8, "matrix"),
        ((5200, 2), 0.1, None, "tree"),
        ((5200, 2), 50.0, None, "sweeps"),
        ((5200, 30), 5.0, None, "sweeps"),
    ],
)
def test_what_was_chosen_can_be_asked(rng, shape, eps, limit, chosen):
    fitted = DBSCAN(eps=eps, memory_limit=limit).fit(rng.normal(size=shape).astype(np.float32))
    assert fitted.algorithm_ == chosen


def test_lists_where_many_pairs_of_few_points_are_within_eps(rng):
    centres = rng.normal(size=(50, 3)) * 9
    X = centres[rng.integers(0, 50, 15_000)] + rng.normal(size=(15_000, 3)) * 0.02
    fitted = DBSCAN(eps=0.05).fit(X)
    assert fitted.algorithm_ == "scikit-learn"
    np.testing.assert_array_equal(fitted.labels_, PEER(eps=0.05).fit(X).labels_)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["none", "whole", "negative"]))
def test_equal_points_merged_or_not(seed, weights):
    rng = np.random.default_rng(seed)
    some = rng.normal(size=(rng.integers(2, 30), rng.integers(1, 5)))
    X = some[rng.integers(0, len(some), 80)]
    weight = WEIGHTS[weights](rng, len(X))
    eps, least = float(rng.choice([1e-9, 0.3, 1.0])), int(rng.integers(1, 9))
    expected = by_hand(X, eps, least, weight)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose, "MIN_MERGED_POINTS", 0)
        patch.setattr(choose, "MIN_REPEATED", 0.0)
        for algorithm in ALGORITHMS:
            found = labels_and_cores(X, eps, least, weight, algorithm)
            np.testing.assert_array_equal(found[0], expected[0], algorithm)
            np.testing.assert_array_equal(found[1], expected[1], algorithm)


def test_equal_points_are_one_point(rng, monkeypatch):
    monkeypatch.setattr(choose, "distinct", lambda X: pytest.fail("merged"))
    X = rng.normal(size=(200, 20))[rng.integers(0, 200, 6000)]
    DBSCAN(eps=1.0).fit(rng.permutation(6000)[:, None] / 7)
    DBSCAN(eps=1.0).fit(X, sample_weight=np.full(6000, 0.1))  # the order of fractions matters
    monkeypatch.undo()
    fitted = DBSCAN(eps=1e-6).fit(X)
    assert fitted.algorithm_ == "matrix"  # of 200 points
    assert len(np.unique(fitted.labels_)) == 200


@pytest.mark.parametrize("eps", [0.2, 0.5, 3.0, 50.0])
def test_few_dimensions_whoever_does_it(rng, eps):
    X = rng.normal(size=(2600, 3)).round(1)
    weight = rng.integers(-1, 4, 2600) / 2
    ours = DBSCAN(eps=eps).fit(X, sample_weight=weight)
    peer = PEER(eps=eps).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(ours.labels_, peer.labels_)
    np.testing.assert_array_equal(ours.core_sample_indices_, peer.core_sample_indices_)


@pytest.mark.parametrize(
    "parameters",
    [
        {"metric": "manhattan"},
        {"metric": "cosine", "eps": 0.3},
        {"metric": "minkowski", "p": 3},
        {"metric": "minkowski", "metric_params": {"p": 1}},
        {"metric": lambda a, b: float(np.abs(a - b).max())},
    ],
)
def test_other_metrics_are_scikit_learns(rng, parameters):
    X = rng.normal(size=(60, 4))
    parameters = {"eps": 1.5, **parameters}
    np.testing.assert_array_equal(
        DBSCAN(**parameters).fit_predict(X), PEER(**parameters).fit_predict(X)
    )


def test_sparse_and_precomputed_are_scikit_learns(rng):
    X = rng.integers(0, 3, (2600, 16)) * (rng.random((2600, 16)) < 0.3)
    expected = PEER(eps=2.0).fit_predict(X.astype(float))
    np.testing.assert_array_equal(DBSCAN(eps=2.0).fit_predict(csr_matrix(X)), expected)
    np.testing.assert_array_equal(DBSCAN(eps=2.0).fit_predict(X), expected)
    D = np.sqrt(((X[:200, None] - X[:200]) ** 2).sum(axis=2))
    np.testing.assert_array_equal(
        DBSCAN(eps=2.0, metric="precomputed").fit_predict(D), PEER(eps=2.0).fit_predict(X[:200])
    )


@pytest.mark.parametrize("n", [3, 3000])
def test_fewer_points_than_min_samples_are_all_noise(rng, n):
    fitted = DBSCAN(eps=9.0, min_samples=n + 1).fit(rng.normal(size=(n, 20)))
    assert (fitted.labels_ == -1).all()
    assert fitted.components_.shape == (0, 20)


@pytest.mark.parametrize("n", [3, 3000])
@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"eps": 0.0}, "'eps' parameter of DBSCAN must be a float in the range \\(0.0, inf\\)"),
        ({"eps": -1.0}, "'eps' parameter"),
        ({"min_samples": 0}, "'min_samples' parameter of DBSCAN must be an int in the range"),
        ({"min_samples": 1.5}, "'min_samples' parameter"),
    ],
)
def test_bad_parameters_are_refused_in_a_sentence(n, parameters, says):
    estimator = DBSCAN(**parameters)
    with pytest.raises(ValueError, match=says):
        estimator.fit(np.zeros((n, 20)))
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)


@pytest.mark.parametrize(
    ("X", "says"),
    [
        (np.full((3000, 20), np.nan), "NaN"),
        (np.full((3000, 20), np.inf), "infinity"),
        (np.empty((0, 20)), "0 sample"),
        (np.zeros(3000), "2D array"),
    ],
)
def test_bad_points_are_refused(X, says):
    with pytest.raises(ValueError, match=says):
        DBSCAN().fit(X)


def test_too_little_memory_is_refused_with_both_numbers(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 10**6)
    with pytest.raises(
        BadInputError, match=r"DBSCAN of 3,000 points needs 0\.\d+ GB, and 0\.00 GB"
    ):
        DBSCAN().fit(np.zeros((3000, 20)))


def test_weights_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="sample_weight"):
        DBSCAN().fit(np.zeros((3000, 20)), sample_weight=[1.0, 2.0])


def test_the_points_are_not_changed(rng):
    X = rng.normal(size=(2600, 20))
    weight = rng.random(2600)
    before = X.copy(), weight.copy()
    DBSCAN(eps=3.0).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(weight, before[1])
