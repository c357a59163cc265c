"""Every merge is the least at its moment: the hierarchy replayed against the definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster import hierarchy as peer
from scipy.spatial.distance import pdist, squareform

from inkcluster import hierarchy
from inkcluster.cluster.linkage import choose

TIE = 1e-9


@pytest.fixture(autouse=True)
def ours():
    """The algorithms that hold no distances in float64, which large data get."""
    with choose.forced("rounds", "vectors", "spanning tree"):
        yield


def shapes(kind):
    """Points that are random, rounded so that distances tie, duplicated, on a line, or all equal."""
    size = st.integers(1, 24)
    if kind == "random":
        number = st.floats(-3, 3, allow_subnormal=False, width=32).map(lambda x: round(x, 4))
        return arrays(np.float64, st.tuples(size, st.integers(1, 4)), elements=number)
    if kind == "rounded":
        number = st.integers(0, 3).map(float)
        return arrays(np.float64, st.tuples(size, st.integers(1, 3)), elements=number)
    if kind == "duplicated":
        some = arrays(np.float64, (6, 2), elements=st.integers(-9, 9).map(float))
        return st.tuples(some, st.lists(st.integers(0, 5), min_size=1, max_size=24)).map(
            lambda pair: pair[0][pair[1]]
        )
    if kind == "collinear":
        along = arrays(np.float64, size, elements=st.integers(-20, 20).map(float))
        return along.map(lambda t: t[:, None] * np.array([[1.0, -2.0, 0.5]]))
    return st.tuples(size, st.integers(1, 40)).map(lambda s: np.full(s, 0.3))


def distances(X, method, D, members, centres, weights):
    """All distances between the clusters that are there, by the method's definition."""
    names = sorted(members)
    out = {}
    for p, a in enumerate(names):
        for b in names[p + 1 :]:
            block = D[np.ix_(members[a], members[b])]
            na, nb = len(members[a]), len(members[b])
            if method == "single":
                value = block.min()
            elif method == "complete":
                value = block.max()
            elif method == "average":
                value = block.mean()
            elif method == "weighted":
                value = weights[a] @ block @ weights[b]
            else:
                value = np.linalg.norm(centres[a] - centres[b])
                if method == "ward":
                    value *= np.sqrt(2 * na * nb / (na + nb))
            out[a, b] = value
    return out


def replay(X, Z, method):
    n = len(X)
    assert Z.shape == (n - 1, 4)
    scale = max(1e-12, np.abs(X).max()) * np.sqrt(X.shape[1])
    D = squareform(pdist(X)) if n > 1 else np.zeros((1, 1))
    members = {i: [i] for i in range(n)}
    centres = {i: X[i].astype(float) for i in range(n)}
    weights = {i: np.ones(1) for i in range(n)}
    for step, (first, second, height, size) in enumerate(Z):
        a, b = int(first), int(second)
        assert a < b
        all_pairs = distances(X, method, D, members, centres, weights)
        least = min(all_pairs.values())
        slack = TIE * max(least, scale)
        assert all_pairs[a, b] <= least + slack
        assert abs(height - all_pairs[a, b]) <= slack
        ma, mb = members.pop(a), members.pop(b)
        ca, cb = centres.pop(a), centres.pop(b)
        wa, wb = weights.pop(a), weights.pop(b)
        members[n + step] = ma + mb
        assert size == len(ma) + len(mb)
        share = 0.5 if method == "median" else len(ma) / (len(ma) + len(mb))
        centres[n + step] = share * ca + (1 - share) * cb
        weights[n + step] = np.concatenate([wa, wb]) / 2


@pytest.mark.filterwarnings("ignore:The symmetric non-negative hollow")  # a single zero
@pytest.mark.parametrize("method", hierarchy.METHODS)
@pytest.mark.parametrize("kind", ["random", "rounded", "duplicated", "collinear", "equal"])
def test_every_merge_is_the_least_at_its_moment(kind, method):
    @settings(max_examples=25, deadline=None)
    @given(shapes(kind))
    def run(X):
        before = X.copy()
        replay(X, hierarchy.linkage(X, method), method)
        np.testing.assert_array_equal(X, before)

    run()


@pytest.mark.parametrize("method", hierarchy.METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_the_merges_of_images_are_the_least_too(method, dtype, digits, rng):
    X = digits.flat()[rng.permutation(1797)[:60]].astype(dtype)
    replay(X, hierarchy.linkage(X, method), method)


@pytest.mark.parametrize("method", hierarchy.METHODS)
@pytest.mark.parametrize("d", [1, 3, 70])
def test_same_matrix_as_scipy_where_no_distances_tie(method, d, rng):
    X = rng.standard_normal((400, d))
    ours, theirs = hierarchy.linkage(X, method), peer.linkage(X, method)
    np.testing.assert_array_equal(ours[:, [0, 1, 3]], theirs[:, [0, 1, 3]])
    np.testing.assert_allclose(ours[:, 2], theirs[:, 2], rtol=1e-9)


@pytest.mark.parametrize("method", hierarchy.METHODS)
@pytest.mark.parametrize("power", [-160, 140])
def test_any_unit_of_length_will_do(method, power, rng):
    X = rng.standard_normal((50, 60))
    Z = hierarchy.linkage(X, method)
    scaled = hierarchy.linkage(X * 10.0**power, method)
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], scaled[:, [0, 1, 3]])
    np.testing.assert_allclose(scaled[:, 2], Z[:, 2] * 10.0**power, rtol=1e-9)


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_far_from_the_origin(method, rng):
    X = rng.standard_normal((120, 50)) + 1e5
    ours, theirs = hierarchy.linkage(X, method), peer.linkage(X, method)
    np.testing.assert_array_equal(ours[:, [0, 1, 3]], theirs[:, [0, 1, 3]])
    np.testing.assert_allclose(ours[:, 2], theirs[:, 2], rtol=1e-9)
