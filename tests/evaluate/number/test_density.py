import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN

from inkcluster import DBSCANGrid
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.errors import BadInputError
from inkcluster.evaluate import (
    concentration,
    k_distances,
    knee,
    suggest_eps,
    suggest_eps_values,
)


@given(st.integers(0, 10_000), st.integers(2, 25), st.integers(1, 4), st.sampled_from([0.0, 1e6]))
def test_k_distances_by_hand(seed, n, d, far):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 4, (n, d)) + far  # many duplicates and ties
    k = int(rng.integers(1, n))
    away = cdist(X, X)
    np.fill_diagonal(away, np.inf)
    expected = np.sort(np.sort(away, axis=1)[:, k - 1])
    assert k_distances(X, k) == pytest.approx(expected, abs=1e-12)


def test_duplicates_are_at_zero_exactly(rng):
    X = np.repeat(rng.normal(size=(10, 50)), 4, axis=0)
    assert (k_distances(X, 3) == 0).all()
    assert (k_distances(X, 4) > 0).all()


def test_uint8_pixels_do_not_wrap():
    assert k_distances(np.array([[0], [255], [250]], np.uint8), 1).tolist() == [5, 5, 250]


def test_one_list_of_neighbours_serves_every_k_and_the_map(digits):
    X = digits.flat()[:400].astype(float)
    lists = nearest_neighbors(X, 10, itself=True)
    for k in (1, 4, 9):
        np.testing.assert_array_equal(k_distances(X, k, lists=lists), k_distances(X, k))
    eps = suggest_eps(X, min_samples=5, n=6, lists=lists)
    assert eps == suggest_eps(X, min_samples=5, n=6)
    grid = DBSCANGrid(eps, [5]).fit(X, lists=lists)
    assert 0.8 < grid.noise_share_[0, 0] < 1
    assert grid.noise_share_[-1, 0] < 0.02


@pytest.mark.parametrize("cut", [slice(0, 3), slice(0, 4)])
def test_lists_with_too_few_neighbours_are_refused(rng, cut):
    X = rng.normal(size=(20, 2))
    squared, rows = nearest_neighbors(X, 6, itself=True)
    with pytest.raises(BadInputError, match="do not hold the 5 neighbours"):
        k_distances(X, 4, lists=(squared[:, cut], rows[:, cut]))
    with pytest.raises(BadInputError, match="of 20 points"):
        k_distances(X, 4, lists=(squared[:10], rows[:10]))


@pytest.mark.parametrize("k", [4, 7])
def test_too_few_points_for_k(k):
    with pytest.raises(BadInputError, match=f"needs {k + 1} points, and there are 4"):
        k_distances(np.arange(4.0)[:, None], k)


def test_share_of_core_points_is_what_dbscan_finds(rng):
    X = rng.normal(size=(300, 3))
    curve = k_distances(X, 4)
    eps = float(np.nextafter(curve[120], 9))
    core = len(DBSCAN(eps=eps, min_samples=5).fit(X).core_sample_indices_)
    assert core == np.searchsorted(curve, eps, side="right") == 121


def test_the_papers_second_figure():
    x = np.linspace(0, 1, 10)
    curve = 5 - 1 / (x + 0.1)
    assert x[knee(curve, shape="concave")] == pytest.approx(0.22, abs=0.01)
    assert knee(-curve[::-1]) == len(x) - 1 - knee(curve, shape="concave")


def test_a_smooth_knee_is_where_the_slope_is_the_chords():
    # The normal distribution (50, 10) from 0 to 100 falls to the chord's slope, 1/100, at
    # 50 + 10·√(2·ln(10/√(2π))) = 66.6.
    from scipy.stats import norm

    x = np.arange(0, 101)
    assert x[knee(norm.cdf(x, 50, 10), shape="concave")] in (66, 67)


@given(st.integers(3, 60), st.integers(0, 10_000))
def test_a_broken_line_has_its_knee_at_the_break(n, seed):
    rng = np.random.default_rng(seed)
    at = int(rng.integers(1, n - 1))
    curve = np.concatenate([[0.0], np.cumsum(np.where(np.arange(1, n) <= at, 0.1, 5.0))])
    assert knee(curve) == at
    assert knee(curve[-1] - curve[::-1], shape="concave") == n - 1 - at


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-100, 100))
def test_the_axes_are_normalised(seed, factor, shift):
    curve = np.sort(np.random.default_rng(seed).gamma(1.0, size=50))
    assert knee(factor * curve + shift) == knee(curve)


def test_of_several_knees_the_most_prominent():
    curve = np.concatenate([np.full(50, 0.0), np.full(5, 1.0), np.linspace(1.1, 20, 8)])
    assert knee(curve) == 55  # where the long rise begins, not at 49, the small step before it


def test_a_step_less_sharp_than_the_sensitivity_is_no_knee():
    # Rising steeply, flat, steeply, flat: two maxima of the difference. The higher one falls by
    # 0.2 before the next, the lower by 0.36, and one step of x is 0.1.
    curve = np.cumsum([0, 0.3, 0.3, 0, 0, 0.15, 0.15, 0.1, 0, 0, 0])
    assert knee(curve, shape="concave") == 2
    assert knee(curve, shape="concave", sensitivity=1.9) == 2
    assert knee(curve, shape="concave", sensitivity=2.5) == 7
    assert knee(curve, shape="concave", sensitivity=9.0) == 2  # none is sharp enough


def test_a_straight_line_has_some_point():
    assert knee(np.arange(10.0)) in range(10)
    assert knee([1.0, 2.0, 2.0]) in range(3)


@pytest.mark.parametrize(
    ("curve", "says"),
    [
        ([1.0, 1.0, 1.0], "constant"),
        ([1.0, 2.0], "at least 3"),
        ([[1.0, 2.0, 3.0]], "at least 3"),
        ([1.0, 3.0, 2.0], "falls"),
        ([1.0, np.nan, 2.0], "NaN"),
    ],
)
def test_a_curve_without_a_knee(curve, says):
    with pytest.raises(BadInputError, match=says):
        knee(curve)


def test_knee_checks_its_settings():
    with pytest.raises(BadInputError, match="shape is 'round'"):
        knee([0, 1, 3], shape="round")
    with pytest.raises(BadInputError, match="sensitivity is -1"):
        knee([0, 1, 3], sensitivity=-1)


@given(
    st.lists(st.floats(0, 1e6) | st.sampled_from([0.0, 1.0, 2.0]), min_size=1, max_size=50),
    st.integers(1, 12),
)
def test_suggested_values_are_distinct_positive_and_rising(distances, n):
    if not any(distances):
        with pytest.raises(BadInputError, match="exact duplicates"):
            suggest_eps_values(distances, n=n)
        return
    eps = suggest_eps_values(distances, n=n)
    assert len(eps) == n
    assert all(isinstance(value, float) for value in eps)
    assert all(a < b for a, b in itertools.pairwise(eps))
    assert eps[0] > 0


def test_values_are_round_and_hold_the_knee(rng):
    curve = np.sort(np.concatenate([rng.uniform(4, 6, 900), rng.uniform(6, 30, 60)]))
    eps = suggest_eps_values(curve, n=9)
    assert all(value == float(f"{value:.1e}") for value in eps)
    assert float(f"{curve[knee(curve)]:.1e}") in eps
    assert suggest_eps_values(rng.permutation(curve), n=9) == eps


def test_equal_distances_are_bracketed():
    eps = suggest_eps_values([2.0] * 7, n=5)
    assert eps[0] < 2.0 < eps[-1]
    assert 2.0 in eps


@pytest.mark.parametrize("min_samples", [3, 5])
def test_from_a_few_per_cent_to_nearly_all(digits, min_samples):
    X = digits.flat() / 16
    eps = suggest_eps(X, min_samples=min_samples, n=9)
    shares = [(DBSCAN(eps=e, min_samples=min_samples).fit_predict(X) >= 0).mean() for e in eps]
    assert 0.02 < shares[0] < 0.2
    assert shares[-1] > 0.98
    assert np.all(np.diff(shares) > 0)


def test_tiny_sets():
    assert suggest_eps([[0.0], [1.0]], min_samples=2, n=3) == (0.5, 1.0, 1.1)
    assert len(suggest_eps([[0.0], [1.0], [3.0]], min_samples=1, n=4)) == 4


def test_many_duplicates_leave_the_other_distances(rng):
    X = np.concatenate([np.zeros((90, 2)), rng.normal(size=(10, 2))])
    assert all(value > 0 for value in suggest_eps(X, min_samples=5, n=5))


@pytest.mark.parametrize(
    ("X", "min_samples", "says"),
    [
        (np.ones((20, 3)), 5, "All 20 points are equal"),
        (np.repeat(np.eye(3), 10, axis=0), 5, "exact duplicates"),
        (np.eye(3), 5, "needs at least 5 points, and there are 3"),
        (np.eye(1), 1, "needs at least 2 points"),
        (np.eye(3), 0, "min_samples is 0"),
        ([[np.nan], [1.0]], 2, "NaN"),
    ],
)
def test_bad_input_is_named(X, min_samples, says):
    with pytest.raises(BadInputError, match=says):
        suggest_eps(X, min_samples=min_samples, n=5)


def test_values_are_checked():
    with pytest.raises(BadInputError, match="finite and at least 0"):
        suggest_eps_values([1.0, -1.0], n=2)
    with pytest.raises(BadInputError, match="n is 0"):
        suggest_eps_values([1.0], n=0)


def test_concentration_by_hand():
    # distances: 1, 3, 4 from each point: (3-1)/1 … the median of (3 - 1)/1, (3 - 2)/2, (3 - 2)/2
    assert concentration([[0.0], [1.0], [3.0]]) == 1.0
    assert concentration([[0.0], [0.0], [1.0]], 0) == 0.0


def test_concentration_falls_with_the_dimension(rng):
    values = [concentration(rng.normal(size=(400, d)), 0) for d in (1, 10, 100, 1000)]
    assert values == sorted(values, reverse=True)


def test_concentration_of_a_large_set_is_drawn_with_the_seed(rng):
    X = rng.normal(size=(1500, 3))
    assert concentration(X, 1) == concentration(X, 1)
    assert concentration(X, 1) == pytest.approx(concentration(X, 2), rel=0.2)


def test_concentration_needs_distances():
    with pytest.raises(BadInputError, match="equal"):
        concentration(np.ones((5, 2)))
    with pytest.raises(BadInputError, match="at least three"):
        concentration([[0.0], [1.0]])
