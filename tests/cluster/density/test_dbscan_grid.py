"""Every cell of the map is scikit-learn's DBSCAN, number for number, whichever way it is found."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN as PEER

from inkcluster import DBSCANGrid
from inkcluster.cluster.density import choose, tree
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.errors import BadInputError


@pytest.fixture(params=choose.ALGORITHMS)
def way(request):
    """Each of the ways to find the labels, whatever the data."""
    with choose.forced(request.param):
        yield request.param


def assert_every_cell_is_the_peers(X, eps, min_samples, weight=None):
    grid = DBSCANGrid(eps, min_samples).fit(X, sample_weight=weight)
    for i, radius in enumerate(eps):
        for j, least in enumerate(min_samples):
            peer = PEER(eps=radius, min_samples=least)
            expected = peer.fit_predict(np.asarray(X, float), sample_weight=weight)
            np.testing.assert_array_equal(grid.labels_[i, j], expected)
            assert grid.n_clusters_[i, j] == len(set(expected) - {-1})
            assert grid.noise_share_[i, j] == np.mean(expected == -1)
            sizes = np.bincount(expected + 1)[1:]
            assert grid.largest_share_[i, j] == (sizes.max() / len(X) if len(sizes) else 0)


def test_digits(digits, way):
    assert_every_cell_is_the_peers(
        digits.flat()[::3], [5.0, 18.0, 21.0, 24.0, 40.0], [1, 2, 3, 5, 9]
    )


@pytest.mark.mnist
def test_mnist(mnist):
    X = mnist.flat()[np.random.default_rng(5).permutation(70_000)[:2600]] / 255
    assert_every_cell_is_the_peers(X, [4.5, 6.0, 7.0, 7.5, 9.0], [1, 2, 5, 9, 200])


RANGES = (
    st.lists(st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0]), min_size=1, max_size=4, unique=True).map(
        sorted
    ),
    st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True).map(sorted),
)


# The way does not change from one example to the next.
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 40), st.integers(1, 3)),
        elements=st.integers(0, 8).map(float),
    ),
    *RANGES,
)
def test_points_on_a_lattice_with_duplicates_and_distances_of_exactly_eps(way, X, eps, min_samples):
    assert_every_cell_is_the_peers(X, eps, min_samples)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**6), st.integers(1, 50), st.sampled_from([1, 2, 20]), *RANGES)
def test_weights_whole_fractions_zero_and_negative(way, seed, n, d, eps, min_samples):
    if way == "forests":
        return  # these are never used with weights
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 5, (n, d)) * (rng.random((n, d)) < 3 / d)
    low, unit = rng.integers(-3, 1), rng.choice([1.0, 0.5])
    weight = rng.integers(low, 7, n) * unit
    weight[0] = 1.0  # scikit-learn 1.8 and later refuse weights that are all zero
    assert_every_cell_is_the_peers(X.astype(float), eps, min_samples, weight)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**6), st.integers(12, 60), st.integers(1, 15), st.integers(0, 2))
def test_rounded_coordinates_up_to_fifteen_dimensions(way, seed, n, d, digits):
    """Sums of rounded decimals decide as in scikit-learn's trees, term after term."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)).round(digits)
    if way != "forests":  # these are never used where scikit-learn measures by trees
        assert_every_cell_is_the_peers(X, [0.3, 0.5, 1.0, 1.5], [1, 2, 4])


def test_lists_found_before_give_the_same(digits, way):
    X = digits.flat()[:500].astype(float)
    found = nearest_neighbors(X, 12, itself=True)
    args = [15.0, 20.0, 25.0], [2, 5, 9]
    given_lists = DBSCANGrid(*args).fit(X, lists=found)
    np.testing.assert_array_equal(given_lists.labels_, DBSCANGrid(*args).fit(X).labels_)


def test_more_min_samples_than_points_is_all_noise(way):
    grid = DBSCANGrid([1.0, 9.0], [2, 7]).fit([[0.0], [1.0], [2.0]])
    assert grid.n_clusters_.tolist() == [[1, 0], [1, 0]]
    assert grid.noise_share_[:, 1].tolist() == [1.0, 1.0]


def test_refining_puts_eps_where_the_map_changes_most(way):
    X = np.concatenate([np.arange(50) * 1.0, 100 + np.arange(50) * 3.1])[:, None]
    coarse = [0.5, 2.0, 6.0, 80.0]
    grid = DBSCANGrid(coarse, [2, 3], refine=4).fit(X)
    assert set(coarse) < set(grid.eps_.tolist())
    assert (np.diff(grid.eps_) > 0).all()
    added = sorted(set(grid.eps_.tolist()) - set(coarse))
    # At 1 the first half becomes a cluster, at 3.1 the second, at 51 the two are one.
    assert len(added) == 4
    assert any(0.5 < eps < 2 for eps in added)
    assert any(6 < eps < 80 for eps in added)
    again = DBSCANGrid(grid.eps_, [2, 3]).fit(X)
    np.testing.assert_array_equal(again.labels_, grid.labels_)
    np.testing.assert_array_equal(again.noise_share_, grid.noise_share_)


def test_one_tree_serves_all_eps(rng, monkeypatch):
    made = []
    monkeypatch.setattr(tree, "cKDTree", lambda *a, **k: made.append(cKDTree(*a, **k)) or made[-1])
    grid = DBSCANGrid([0.1, 0.2, 0.3], [3, 5], refine=2).fit(rng.normal(size=(2600, 3)))
    assert grid.algorithm_ == ["tree"] * 5
    assert len(made) == 1


def test_the_labels_of_all_settings_are_predicted(rng):
    X = rng.normal(size=(50, 2))
    grid = DBSCANGrid([0.1, 0.5], [2, 3, 4])
    labels = grid.fit_predict(X)
    assert labels.shape == (2, 3, 50)
    np.testing.assert_array_equal(labels, grid.labels_)
    assert grid.algorithm_ == ["matrix", "matrix"]


def test_nothing_is_refined_where_nothing_changes(way):
    grid = DBSCANGrid([2.0, 3.0, 4.0], [2], refine=3).fit(np.arange(20.0)[:, None])
    assert grid.eps_.tolist() == [2.0, 3.0, 4.0]
    assert len(grid.labels_) == 3


def test_memory_is_bounded_whatever_eps_is(rng):
    X = rng.normal(size=(6000, 2))
    DBSCANGrid([1e6], [3, 4]).fit(X[:5100])
    tracemalloc.start()
    grid = DBSCANGrid([1e6], [3, 4]).fit(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (grid.labels_ == 0).all()
    assert grid.algorithm_ == ["sweeps"]
    assert peak < 16e6  # a byte for each pair would be 36e6


@pytest.mark.parametrize("limit", [10**8, 2 * 10**8, 10**9])
def test_a_map_runs_where_it_fits(rng, limit):
    X = rng.normal(size=(3000, 6))
    grid = DBSCANGrid([0.5, 3.0], [3], memory_limit=limit).fit(X)
    np.testing.assert_array_equal(grid.labels_, DBSCANGrid([0.5, 3.0], [3]).fit(X).labels_)


def test_too_little_memory_is_refused_with_both_numbers():
    grid = DBSCANGrid([1.0, 2.0], [2, 3], memory_limit=10**6)
    with pytest.raises(BadInputError, match=r"map of 4 settings of 3,000 points needs 0\.\d+ GB"):
        grid.fit(np.zeros((3000, 20)))
    huge = DBSCANGrid(np.arange(1.0, 1e5), range(1, 1000))
    with pytest.raises(BadInputError, match="ask for fewer settings or draw a sample"):
        huge.fit(np.zeros((3000, 20)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s, r: (s[:, :2], r[:, :2]), "at least 3 neighbours of each of the 10 points"),
        (lambda s, r: (s[:9], r[:9]), "at least 3 neighbours"),
        (lambda s, r: (s[:, :3], r), "the shapes"),
        (lambda s, r: (s + 1, r), "itself=True"),
    ],
)
def test_lists_of_other_points_are_refused(change, says):
    X = np.arange(10.0)[:, None]
    changed = change(*nearest_neighbors(X, 4, itself=True))
    with pytest.raises(BadInputError, match=says):
        DBSCANGrid([1.0], [3]).fit(X, lists=changed)


@pytest.mark.parametrize(
    ("eps", "min_samples", "says"),
    [
        ([], [2], "eps is empty"),
        ([1.0], [], "min_samples is empty"),
        ([0.0, 1.0], [2], "eps must be greater than 0"),
        ([-1.0], [2], "eps must be greater than 0"),
        ([1.0], [0], "min_samples must be 1 or more"),
        ([1.0], [2.5], "min_samples must be whole numbers"),
        ([1.0], [3, 2], "min_samples must be ascending"),
        ([np.nan], [2], "finite"),
        ([2.0, 1.0], [2], "eps must be ascending"),
        ([1.0, 1.0], [2], "eps must be ascending"),
        ([1.0, np.inf], [2], "finite"),
    ],
)
def test_bad_ranges_are_refused_in_a_sentence(eps, min_samples, says):
    with pytest.raises(BadInputError, match=says):
        DBSCANGrid(eps, min_samples).fit(np.zeros((3, 1)))


@pytest.mark.parametrize("refine", [-1, 1.5, True])
def test_a_bad_refinement_is_refused(refine):
    with pytest.raises(BadInputError, match="refine must be a whole number"):
        DBSCANGrid([1.0], [2], refine=refine).fit([[0.0], [1.0]])


@pytest.mark.parametrize(("X", "says"), [(np.empty((0, 2)), "0 sample"), ([1.0, 2.0], "2D array")])
def test_no_points_are_refused(X, says):
    with pytest.raises(ValueError, match=says):
        DBSCANGrid([1.0], [2]).fit(X)


def test_nan_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        DBSCANGrid([1.0], [2]).fit([[np.nan], [1.0]])
