"""Exact neighbours, against all distances sorted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkcluster.cluster.neighbors import nearest_neighbors
from inkcluster.errors import BadInputError

rounded = arrays(
    np.float64,
    st.tuples(st.integers(3, 40), st.integers(1, 20)),
    elements=st.integers(-3, 3).map(float),
)
any_points = arrays(
    np.float64,
    st.tuples(st.integers(3, 40), st.integers(1, 20)),
    elements=st.floats(-100, 100, width=32),
)


def oracle(X, queries, k, itself):
    """Every distance, in eight lanes and then by halves, and a stable sort."""
    a, b = X.astype(float), queries.astype(float)
    lanes = np.zeros((len(b), len(a), 8))
    for t in range(X.shape[1]):
        lanes[:, :, t % 8] += (b[:, None, t] - a[None, :, t]) ** 2
    while lanes.shape[2] > 1:
        half = lanes.shape[2] // 2
        lanes = lanes[:, :, :half] + lanes[:, :, half:]
    squared = lanes[:, :, 0]
    if not itself:
        np.fill_diagonal(squared, np.inf)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(squared, order, axis=1), order


def same(found, expected):
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@settings(max_examples=100, deadline=None)
@given(st.one_of(rounded, any_points), st.data())
def test_neighbours_are_those_of_all_distances_sorted(X, data):
    itself = data.draw(st.booleans())
    k = data.draw(st.integers(1, len(X) - (not itself)))
    same(nearest_neighbors(X, k, itself=itself), oracle(X, X, k, itself))


@settings(max_examples=50, deadline=None)
@given(rounded, st.data())
def test_neighbours_of_other_points(X, data):
    k = data.draw(st.integers(1, len(X)))
    queries = data.draw(arrays(np.float64, (4, X.shape[1]), elements=st.integers(-4, 4).map(float)))
    same(nearest_neighbors(X, k, queries=queries), oracle(X, queries, k, True))


@pytest.mark.parametrize("k", [0, 3])
def test_too_many_neighbours_are_refused(k):
    with pytest.raises(BadInputError, match=f"from 1 to 2, .* among 3 points, not {k}"):
        nearest_neighbors(np.zeros((3, 1)), k)
