"""The spanning tree, against Kruskal's over every pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkcluster.cluster.neighbors import spanning as _spanning
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.neighbors.spanning import Spanning, small_tree, spanning_tree

points = arrays(
    np.float64,
    st.tuples(st.integers(2, 30), st.integers(1, 4)),
    elements=st.one_of(st.integers(-3, 3).map(float), st.floats(-5, 5, width=16)),
)


def kruskal(X, core, at_most):
    """Edges by weight, squared distance and pair, whatever closes no circle; none of infinite weight."""
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
        if a != b and weight[e] <= at_most and weight[e] < np.inf:
            part[part == b] = a
            edges.append((i[e], j[e]))
            weights.append(weight[e])
    return np.array(edges).reshape(-1, 2), np.array(weights)


@settings(max_examples=80, deadline=None)
@given(points, st.data())
def test_the_tree_is_kruskals(X, data):
    k = data.draw(st.integers(0, len(X)))
    core = nearest_neighbors(X, k, itself=True)[0][:, -1] if k else np.zeros(len(X))
    core[list(data.draw(st.sets(st.integers(0, len(X) - 1))))] = np.inf
    at_most = data.draw(st.one_of(st.just(np.inf), st.integers(0, 20).map(float)))
    same(spanning_tree(X, core if np.any(core) else None, at_most), kruskal(X, core, at_most))


@settings(max_examples=80, deadline=None)
@given(points, st.data())
def test_the_compiled_tree_is_kruskals_from_any_lists(X, data):
    n = len(X)
    itself = data.draw(st.booleans())
    k = data.draw(st.integers(1, n - (not itself)))
    m = data.draw(st.integers(1, n))
    core = nearest_neighbors(X, m, itself=True)[0][:, -1] * data.draw(st.sampled_from([0, 1, 1.5]))
    core[list(data.draw(st.sets(st.integers(0, n - 1))))] = np.inf
    at_most = data.draw(st.one_of(st.just(np.inf), st.integers(0, 20).map(float)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_spanning, "MAX_SMALL_POINTS", 0)
        patch.setattr(_spanning, "FOUND", data.draw(st.sampled_from([1, 2, 8])))
        lists = nearest_neighbors(X, k, itself=itself)
        same(spanning_tree(X, core, at_most, lists), kruskal(X, core, at_most))


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_the_compiled_tree_is_prims(rng, monkeypatch, dtype):
    X = (rng.random((600, 6)) @ rng.random((6, 90)) * 40 + rng.random((600, 90)) * 20).astype(dtype)
    X[100:140] = X[100]
    squared, rows = nearest_neighbors(X, 12, itself=True)
    for core in (np.zeros(600), squared[:, 4], squared[:, 11], rng.random(600) * squared.max()):
        theirs = small_tree(X, core, np.inf)
        cut = float(np.median(theirs[1]))
        monkeypatch.setattr(_spanning, "MAX_SMALL_POINTS", 0)
        same(spanning_tree(X, core, lists=(squared, rows)), theirs)
        same(spanning_tree(X, core, cut, (squared, rows)), small_tree(X, core, cut))


def test_the_tree_of_equal_points_is_the_same(rng, monkeypatch):
    for _ in range(40):
        n = int(rng.integers(2, 150))
        X = rng.integers(0, rng.integers(2, 6), (n, 2)).astype(float)
        core = nearest_neighbors(X, int(rng.integers(1, n + 1)), itself=True)[0][:, -1]
        at_most = float(rng.choice([np.inf, 2.0]))
        itself = bool(rng.integers(2))
        lists = nearest_neighbors(X, int(rng.integers(1, n + itself)), itself=itself)
        expected = small_tree(X, core, at_most)
        with monkeypatch.context() as patch:
            patch.setattr(_spanning, "MAX_SMALL_POINTS", 0)
            patch.setattr(_spanning, "many_equal", lambda X: True)
            same(spanning_tree(X, core, at_most, lists), expected)
            same(spanning_tree(X, core, at_most), expected)
            uneven = core + np.arange(n)  # equals with other core distances stay apart
            same(spanning_tree(X, uneven, lists=lists), kruskal(X, uneven, np.inf))


def same(found, expected):
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize(("groups", "least"), [(20, 100), (1, 15)])
def test_coordinates_are_for_what_lies_beyond_the_own_group(groups, least, rng, monkeypatch):
    asked = []
    place = Spanning._place
    monkeypatch.setattr(Spanning, "_place", lambda self, k: asked.append(k) or place(self, k))
    X = rng.standard_normal((2600, 60))
    X += 100 * np.repeat(rng.standard_normal((groups, 60)), 2600 // groups, axis=0)
    X[:40] += 50  # a small group beside the others
    edges, squared = spanning_tree(X)
    assert len(asked) == 1
    assert least <= asked[0] <= 2 * least
    again, theirs = small_tree(X, np.zeros(2600), np.inf)
    np.testing.assert_array_equal(edges, again)
    np.testing.assert_array_equal(squared, theirs)
