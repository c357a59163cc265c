"""SciPy's hierarchies, and cuts that give exactly k clusters."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster import hierarchy as peer
from scipy.spatial.distance import pdist

from inkcluster import hierarchy
from inkcluster.cluster import relabel_by_size
from inkcluster.cluster.hierarchy import cuts
from inkcluster.cluster.linkage.choose import algorithm_bytes, plan
from inkcluster.compute import memory
from inkcluster.errors import BadInputError, TooLittleMemoryError

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


@pytest.mark.filterwarnings(
    "ignore:The symmetric non-negative hollow"
)  # points that look like distances
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


@pytest.mark.parametrize("k", [0, 4, -1, 2.7, 2.0, True, np.True_, np.float64(2), "2", None])
def test_a_cut_into_no_whole_number_of_clusters_is_refused(k):
    Z = hierarchy.ward([[0.0], [1.0], [2.0]])
    with pytest.raises(BadInputError, match=r"1 to 3 clusters, not .*; give a whole number"):
        hierarchy.cut(Z, k)
    with pytest.raises(BadInputError, match=r"1 to 3 clusters, not .*; give a whole number"):
        cuts(Z, [1, k])


@pytest.mark.parametrize("kind", [int, np.int8, np.uint64, np.intp])
def test_any_kind_of_whole_number_cuts(kind, rng):
    Z = hierarchy.ward(rng.standard_normal((9, 2)))
    expected = cuts(Z, [2, 3])
    np.testing.assert_array_equal(hierarchy.cut(Z, kind(2)), expected[0])
    for ks in ([kind(2), kind(3)], np.array([2, 3], kind), range(2, 4), (kind(2), 3)):
        np.testing.assert_array_equal(cuts(Z, ks), expected)
    assert cuts(Z, []).shape == (0, 9)


def test_a_table_of_cuts_is_planned_before_it_is_made(monkeypatch, rng):
    Z = hierarchy.ward(rng.standard_normal((1000, 2)))
    with pytest.raises(TooLittleMemoryError, match=r"1,000 cuts of 1,000 points needs .* GB") as no:
        cuts(Z, memory_limit=1_000_000)
    assert no.value.have == 1_000_000 < 4 * 1000**2 <= no.value.need
    fit = int(str(no.value).split("ask for ")[1].split(" cuts")[0].replace(",", ""))
    assert cuts(Z, range(1, fit + 1), memory_limit=1_000_000).shape == (fit, 1000)
    with pytest.raises(TooLittleMemoryError, match="raise `memory_limit`"):
        cuts(Z, [2], memory_limit=1000)
    monkeypatch.setattr(memory, "free_memory", lambda: 10**9)
    many = np.zeros((69_999, 4))  # 19.6 GB
    with pytest.raises(TooLittleMemoryError, match=r"70,000 points needs 19\.\d+ GB, and 1\.00 GB"):
        cuts(many)


@pytest.mark.parametrize("method", ["ward", "centroid"])
def test_all_cuts_at_once_are_the_cuts_one_by_one(method, digits):
    Z = hierarchy.linkage(digits.flat()[:80], method)
    labels = cuts(Z)
    assert labels.shape == (80, 80)
    for row, k in zip(labels, range(80, 0, -1), strict=True):
        np.testing.assert_array_equal(row, hierarchy.cut(Z, k))
        np.testing.assert_array_equal(row, relabel_by_size(row))
        found = {frozenset(np.flatnonzero(row == c).tolist()) for c in range(k)}
        assert found == naive_cut(Z, k)


def test_one_point_is_a_hierarchy_without_merges():
    for method in hierarchy.METHODS:
        assert hierarchy.linkage([[1.0, 2.0]], method).shape == (0, 4)
    assert hierarchy.cut(hierarchy.ward([[1.0, 2.0]]), 1).tolist() == [0]


@pytest.mark.parametrize("method", hierarchy.METHODS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(method, bad, rng):
    X = rng.standard_normal((6, 3))
    X[4, 1] = bad
    with pytest.raises(BadInputError, match="finite"):
        hierarchy.linkage(X, method)
    with pytest.raises(BadInputError, match="finite"):
        hierarchy.linkage(X.ravel()[:15], method)


@pytest.mark.parametrize("method", ["ward", "centroid", "median"])
def test_a_metric_that_a_method_does_not_allow_is_refused(method):
    with pytest.raises(BadInputError, match=f"method={method}.*Euclidean, not 'cityblock'"):
        hierarchy.linkage([[0.0, 1.0], [2.0, 3.0]], method, "cityblock")


def test_no_points_and_no_method_are_refused():
    with pytest.raises(BadInputError, match=r"needs points; `y` is of shape \(0, 3\)"):
        hierarchy.ward(np.empty((0, 3)))
    with pytest.raises(BadInputError, match="Invalid method: 'nearest'"):
        hierarchy.linkage([[0.0], [1.0]], "nearest")
    with pytest.raises(BadInputError, match="1 or 2 dimensional, not 3"):
        hierarchy.linkage(np.zeros((2, 2, 2)), "ward")


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_too_little_memory_is_said_with_both_numbers(method):
    X = np.zeros((6000, 10), np.uint8)
    with pytest.raises(BadInputError, match=r"needs 0\.\d+ GB, and 0\.14 GB may be used; up to"):
        hierarchy.linkage(X, method, memory_limit=136_000_000)
    with pytest.raises(BadInputError, match=r"0\.06 GB may be used; raise `memory_limit`\."):
        hierarchy.linkage(X, method, memory_limit=60_000_000)


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_what_is_said_to_fit_fits(method):
    X = np.random.default_rng(0).integers(0, 9, (6000, 10), np.uint8)
    with pytest.raises(BadInputError) as caught:
        hierarchy.linkage(X, method, memory_limit=136_000_000)
    points = int(str(caught.value).split("up to ")[1].split(" points")[0].replace(",", ""))
    assert hierarchy.linkage(X[:points], method, memory_limit=136_000_000).shape == (points - 1, 4)


@pytest.mark.parametrize("metric", ["cityblock", "cosine", "chebyshev"])
@pytest.mark.parametrize("method", ["single", "average", "complete", "weighted"])
def test_other_metrics_are_scipys(method, metric, rng):
    X = rng.standard_normal((60, 5))
    np.testing.assert_allclose(
        hierarchy.linkage(X, method, metric), peer.linkage(X, method, metric), rtol=1e-9
    )


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_distances_give_what_points_give(method, rng):
    X = rng.standard_normal((90, 6))
    y = pdist(X)
    before = y.copy()
    Z = hierarchy.linkage(y, method)
    np.testing.assert_allclose(Z, hierarchy.linkage(X, method), rtol=1e-9)
    np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_a_file_of_pixels_is_read_in_place(method, digits, tmp_path):
    np.save(tmp_path / "x.npy", digits.flat()[:100])
    X = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(
        hierarchy.linkage(X, method), hierarchy.linkage(digits.flat()[:100], method)
    )


def canberra(a, b):
    return float(np.sum(np.abs(a - b) / (np.abs(a) + np.abs(b))))


@pytest.mark.parametrize(
    ("method", "metric"),
    [
        *((method, "euclidean") for method in hierarchy.METHODS),
        *(
            (method, metric)
            for method in ("single", "complete", "average", "weighted")
            for metric in ("cityblock", "cosine", "chebyshev", "correlation", canberra)
        ),
    ],
)
def test_leaves_in_order_are_scipys(method, metric, rng):
    for n in (2, 3, 12, 40):
        X = rng.standard_normal((n, 4))
        np.testing.assert_allclose(
            hierarchy.linkage(X, method, metric, optimal_ordering=True),
            peer.linkage(X, method, metric, optimal_ordering=True),
            rtol=1e-9,
        )


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_leaves_of_distances_in_order_are_scipys(method, rng):
    y = pdist(rng.standard_normal((30, 4)))
    np.testing.assert_array_equal(
        hierarchy.linkage(y, method, optimal_ordering=True),
        peer.linkage(y, method, optimal_ordering=True),
    )


@pytest.mark.parametrize("given", ["points", "distances", "a metric", "an order"])
def test_everything_that_takes_memory_is_planned(given, rng):
    X = rng.standard_normal((3000, 2))
    y = pdist(X) if given == "distances" else X
    more = {"a metric": {"metric": "cosine"}, "an order": {"optimal_ordering": True}}.get(given, {})
    with pytest.raises(TooLittleMemoryError, match=r"A hierarchy \(average\).* of 3,000 points"):
        hierarchy.linkage(y, "average", **more, memory_limit=20_000_000)
    with pytest.raises(TooLittleMemoryError):  # SciPy's ordering takes more than the merging
        hierarchy.linkage(X, "ward", optimal_ordering=True, memory_limit=300_000_000)


@pytest.mark.parametrize("method", ["ward", "centroid", "single"])
@pytest.mark.parametrize(("n", "d"), [(300, 10), (1200, 200), (2600, 30)])
def test_no_more_memory_is_taken_than_planned(method, n, d, rng):
    X = rng.standard_normal((n, d))
    hierarchy.linkage(X[:200], method)  # compiled and imported
    tracemalloc.start()
    try:
        hierarchy.linkage(X, method)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    by = plan(X, method, memory.budget(None)).algorithm
    assert peak < algorithm_bytes(n, d, method, by) - memory.SPARE / 2


@pytest.mark.parametrize(
    "Z",
    [
        np.full((3, 4), np.nan),
        np.zeros((3, 4)),
        [[0, -1, 1, 2]],
        [[0, 2, 1, 2]],
        [[0, 0.5, 1, 2]],
        [[0, 1, 1, 5]],
        [[0, 1, 1, 2], [0, 2, 2, 2]],
        [[1, 2]],
        None,
        "tree",
    ],
)
def test_what_is_no_hierarchy_is_not_cut(Z):
    with pytest.raises(BadInputError, match="hierarchy"):
        cuts(Z)
    with pytest.raises(BadInputError, match="hierarchy"):
        hierarchy.cut(Z, 1)


@pytest.mark.parametrize("k", [[2], np.array([2, 3]), np.array([[2]])])
def test_a_cut_takes_one_number(k):
    with pytest.raises(BadInputError, match="cuts"):
        hierarchy.cut(hierarchy.ward(np.eye(4)), k)
