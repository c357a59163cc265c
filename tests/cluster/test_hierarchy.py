"""SciPy's hierarchies, and cuts that give exactly k clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster import hierarchy as peer
from sklearn.metrics import adjusted_rand_score

from inkcluster import hierarchy
from inkcluster.errors import BadInputError

points = arrays(
    np.float64,
    st.tuples(st.integers(2, 25), st.integers(1, 3)),
    elements=st.integers(-6, 6).map(float),
)


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_same_heights_as_scipy(method, digits):
    X = digits.flat()[:150]
    Z = getattr(hierarchy, method)(X)
    np.testing.assert_array_equal(Z, hierarchy.linkage(X.astype(np.float32), method))
    theirs = peer.linkage(X, method)  # sorted: whole numbers tie, and heights may fall
    np.testing.assert_allclose(np.sort(Z[:, 2]), np.sort(theirs[:, 2]), rtol=1e-9)
    assert peer.is_valid_linkage(Z)


def naive_cut(Z, k):
    """Sets of members, merged one after the other until k are left."""
    n = len(Z) + 1
    sets = {i: {i} for i in range(n)}
    for i in range(n - k):
        sets[n + i] = sets.pop(int(Z[i, 0])) | sets.pop(int(Z[i, 1]))
    return set(map(frozenset, sets.values()))


@settings(max_examples=80, deadline=None)
@given(points, st.sampled_from(hierarchy.METHODS), st.data())
def test_a_cut_gives_exactly_k_clusters_the_ones_after_n_minus_k_merges(X, method, data):
    Z = hierarchy.linkage(X, method)
    k = data.draw(st.integers(1, len(X)))
    labels = hierarchy.cut(Z, k)
    found = {frozenset(np.flatnonzero(labels == c).tolist()) for c in range(k)}
    assert found == naive_cut(Z, k)
    sizes = np.bincount(labels, minlength=k)
    assert (np.diff(sizes) <= 0).all()


def test_a_cut_is_scipys_where_heights_differ(digits):
    Z = hierarchy.ward(digits.flat()[:300].astype(float))
    for k in (2, 10, 40):
        assert adjusted_rand_score(hierarchy.cut(Z, k), peer.fcluster(Z, k, "maxclust")) == 1


@pytest.mark.parametrize("k", [0, 4, -1])
def test_a_cut_outside_the_hierarchy_is_refused(k):
    with pytest.raises(BadInputError, match=f"1 to 3 clusters, not {k}"):
        hierarchy.cut(hierarchy.ward([[0.0], [1.0], [2.0]]), k)
