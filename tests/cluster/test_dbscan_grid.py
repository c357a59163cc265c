"""Every cell of the map is scikit-learn's DBSCAN, number for number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import DBSCAN as PEER

from inkcluster import DBSCANGrid
from inkcluster.errors import BadInputError


def assert_every_cell_is_the_peers(X, eps, min_samples):
    grid = DBSCANGrid(eps, min_samples).fit(X)
    for i, radius in enumerate(eps):
        for j, least in enumerate(min_samples):
            expected = PEER(eps=radius, min_samples=least).fit_predict(X)
            np.testing.assert_array_equal(grid.labels_[i, j], expected)
            assert grid.n_clusters_[i, j] == len(set(expected) - {-1})
            assert grid.noise_share_[i, j] == np.mean(expected == -1)
            sizes = np.bincount(expected + 1)[1:]
            assert grid.largest_share_[i, j] == (sizes.max() / len(X) if len(sizes) else 0)


def test_digits(digits):
    assert_every_cell_is_the_peers(
        digits.flat()[::3].astype(float), [5.0, 18.0, 21.0, 24.0, 40.0], [1, 2, 3, 5, 9]
    )


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 40), st.integers(1, 3)),
        elements=st.integers(0, 8).map(float),
    ),
    st.lists(st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0]), min_size=1, max_size=4, unique=True).map(
        sorted
    ),
    st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True).map(sorted),
)
def test_points_on_a_lattice_with_duplicates_and_distances_of_exactly_eps(X, eps, min_samples):
    assert_every_cell_is_the_peers(X, eps, min_samples)


@pytest.mark.parametrize(
    ("eps", "min_samples", "says"),
    [
        ([], [2], "eps is empty"),
        ([1.0], [], "min_samples is empty"),
        ([0.0, 1.0], [2], "eps must be greater than 0"),
        ([1.0], [0], "min_samples must be 1 or more"),
        ([2.0, 1.0], [2], "eps must be ascending"),
        ([1.0, 1.0], [2], "eps must be ascending"),
        ([1.0, np.inf], [2], "finite"),
    ],
)
def test_bad_ranges_are_refused_in_a_sentence(eps, min_samples, says):
    with pytest.raises(BadInputError, match=says):
        DBSCANGrid(eps, min_samples).fit(np.zeros((3, 1)))


def test_nan_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        DBSCANGrid([1.0], [2]).fit([[np.nan], [1.0]])
