"""The spanning tree, against Kruskal's over every pair."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkcluster.cluster._spanning import spanning_tree
from inkcluster.cluster.neighbors import nearest_neighbors

points = arrays(
    np.float64,
    st.tuples(st.integers(2, 30), st.integers(1, 4)),
    elements=st.one_of(st.integers(-3, 3).map(float), st.floats(-5, 5, width=16)),
)


def kruskal(X, core, at_most):
    """Edges by weight, squared distance and pair, whatever closes no circle."""
    n = len(X)
    gap = np.full((n, n), np.inf)
    squared, rows = nearest_neighbors(X, n, itself=True)
    np.put_along_axis(gap, rows, squared, axis=1)
    i, j = np.triu_indices(n, 1)
    weight = np.maximum(np.maximum(gap[i, j], core[i]), core[j])
    part = np.arange(n)
    edges, weights = [], []
    for e in np.lexsort((j, i, gap[i, j], weight)):
        a, b = part[i[e]], part[j[e]]
        if a != b and weight[e] <= at_most:
            part[part == b] = a
            edges.append((i[e], j[e]))
            weights.append(weight[e])
    return np.array(edges).reshape(-1, 2), np.array(weights)


@settings(max_examples=150, deadline=None)
@given(points, st.data())
def test_the_tree_is_kruskals(X, data):
    k = data.draw(st.integers(0, len(X)))
    core = nearest_neighbors(X, k, itself=True)[0][:, -1] if k else np.zeros(len(X))
    at_most = data.draw(st.one_of(st.just(np.inf), st.integers(0, 20).map(float)))
    edges, weights = spanning_tree(X, core if k else None, at_most)
    theirs = kruskal(X, core, at_most)
    np.testing.assert_array_equal(edges, theirs[0])
    np.testing.assert_array_equal(weights, theirs[1])
