"""Exact neighbours, against all distances sorted."""

import time
import tracemalloc

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkcluster.cluster.neighbors import choose
from inkcluster.cluster.neighbors import nearest as neighbors
from inkcluster.cluster.neighbors import search as _neighbors_search
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.compute.memory import SPARE
from inkcluster.errors import BadInputError, TooLittleMemoryError

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
    """Every distance, in 64 lanes and then by halves, and a stable sort."""
    a, b = X.astype(float), queries.astype(float)
    lanes = np.zeros((len(b), len(a), 64))
    for t in range(X.shape[1]):
        lanes[:, :, t % 64] += (b[:, None, t] - a[None, :, t]) ** 2
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


@settings(max_examples=60, deadline=None)
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


def compiled(X, k, queries=None, itself=False, block=8, way="bounds"):
    """What more points than these would take."""
    with pytest.MonkeyPatch.context() as patch, choose.forced(way):
        patch.setattr(_neighbors_search, "BLOCK", block)
        return nearest_neighbors(X, k, queries=queries, itself=itself)


@pytest.mark.parametrize("way", choose.ALGORITHMS)
@settings(max_examples=40, deadline=None)
@given(st.one_of(rounded, any_points), st.data())
def test_every_algorithm_gives_the_same_to_the_bit(way, X, data):
    X = np.repeat(X, data.draw(st.sampled_from([1, 5])), axis=1)
    itself = data.draw(st.booleans())
    k = data.draw(st.integers(1, len(X) - (not itself)))
    same(compiled(X, k, itself=itself, way=way), oracle(X, X, k, itself))
    queries = X[:: data.draw(st.integers(1, 3))] + data.draw(st.integers(0, 1))
    same(compiled(X, k, queries, way=way), oracle(X, queries, k, True))


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [(np.uint8, (500, 64)), (np.float32, (300, 200)), (np.float64, (200, 1100))],
)
def test_compiled_search_of_wide_points(rng, dtype, shape):
    X = rng.random((shape[0], 12)) @ rng.random((12, shape[1])) * 20 + rng.random(shape) * 3
    X[50:60] = X[40:50]
    X = X.astype(dtype)
    same(compiled(X, 9, block=64), oracle(X, X, 9, False))
    same(compiled(X, 9, itself=True, block=32, way="products"), oracle(X, X, 9, True))
    same(compiled(X, 9, queries=X[:70], block=32), oracle(X, X[:70], 9, True))
    same(compiled(X, 5, block=600), nearest_neighbors(X, 5))


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_compiled_search_at_any_scale(rng, scale):
    X = rng.standard_normal((300, 60)) * scale
    X[0] *= 1e6  # one point far from all others
    same(compiled(X, 4), oracle(X, X, 4, False))


def test_all_dimensions_of_noise_are_multiplied_where_they_fit(rng):
    noise = rng.standard_normal((3000, 300))
    low_rank = rng.standard_normal((3000, 5)) @ rng.standard_normal((5, 300))
    for X, whole, expected in ((noise, True, True), (noise, False, False), (low_rank, True, False)):
        space = _neighbors_search.Coordinates(X, 10, float(np.abs(X).max()), whole=whole)
        assert (space.widths == (300, 300)) == expected


def test_neither_threads_nor_layout_nor_a_memory_map_change_a_bit(rng, tmp_path):
    X = rng.integers(0, 9, (3000, 30)).astype(np.uint8)
    expected = nearest_neighbors(X, 7)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        same(nearest_neighbors(np.asfortranarray(X), 7), expected)
    finally:
        numba.set_num_threads(threads)
    X.tofile(tmp_path / "X")
    mapped = np.memmap(tmp_path / "X", np.uint8, "r", shape=X.shape)
    same(nearest_neighbors(mapped, 7), expected)


@pytest.mark.parametrize("k", [0, 3])
def test_too_many_neighbours_are_refused(k):
    with pytest.raises(BadInputError, match=f"from 1 to 2, .* among 3 points, not {k}"):
        nearest_neighbors(np.zeros((3, 1)), k)


def test_a_handful_of_points_of_many_dimensions(rng):
    X = rng.standard_normal((6, 1100))
    same(compiled(X, 3), oracle(X, X, 3, False))
    queries = rng.standard_normal((20, 1100))
    same(compiled(X, 3, queries), oracle(X, queries, 3, True))


@pytest.fixture(scope="module")
def once():
    """Searches that load every kernel of float32, which is no memory of the search."""
    for d in (30, 784):
        X = np.zeros((3000, d), np.float32)
        X[:, 0] = np.arange(3000)
        nearest_neighbors(X, 2)
        nearest_neighbors(X, 2, queries=X)


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("k", [2, 60])
@pytest.mark.parametrize(
    ("shape", "room"),
    [((1000, 3), 1), ((2400, 30), 1), ((4000, 30), 1), ((2800, 784), 1), ((6000, 784), 9)],
)
@pytest.mark.parametrize("with_queries", [False, True])
def test_the_plan_covers_what_is_taken(rng, shape, room, k, with_queries):
    n = shape[0]
    # few points are the worst where all are equally near: every pair is looked at again
    X = rng.integers(0, 9 if n > 2500 else 1, shape).astype(np.float32)
    queries = X[: n // 2] if with_queries else None
    planned = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbors, "require", lambda what, n, need, *_: planned.append(need))
        patch.setattr(neighbors, "budget", lambda _: room * planned[-1])
        tracemalloc.start()
        try:
            nearest_neighbors(X, k, queries=queries)
            taken = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    sizes = n, len(queries) if with_queries else 0, shape[1], k
    if room > 1:  # then all dimensions may be multiplied
        narrow, wide = (_neighbors_search.search_bytes(*sizes, whole=w) for w in (False, True))
        planned[-1] += wide - narrow
    assert taken <= planned[-1] <= 2 * (taken + SPARE)


def test_too_little_memory_is_refused_before_any_is_taken(rng):
    X = rng.integers(0, 9, (3000, 30)).astype(np.uint8)
    sentence = (
        r"The search for 7 neighbours of 3,000 points needs 0\.\d\d GB, and 0\.01 GB may be used; "
        r"draw a sample or lower k\."
    )
    with pytest.raises(TooLittleMemoryError, match=sentence):
        nearest_neighbors(X, 7, memory_limit=10**7)
    with pytest.raises(TooLittleMemoryError, match="needs"):
        nearest_neighbors(X[:100], 7, memory_limit=10**7)
    nearest_neighbors(X, 7, memory_limit=10**9)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_equal_points_are_found_as_without_merging_them(rng, monkeypatch, dtype):
    for _ in range(25):
        n, d = int(rng.integers(2, 120)), int(rng.integers(1, 4))
        X = rng.integers(0, rng.integers(2, 6), (n, d)).astype(dtype)
        itself = bool(rng.integers(2))
        k = int(rng.integers(1, n + itself))
        queries = X[:5] + dtype(rng.integers(2)) if rng.integers(2) else None
        plain = nearest_neighbors(X, k, queries=queries, itself=itself)
        with monkeypatch.context() as patch:
            patch.setattr(choose, "merges_equals", lambda *_: True)
            merged = nearest_neighbors(X, k, queries=queries, itself=itself)
        for found, expected in zip(merged, plain, strict=True):
            np.testing.assert_array_equal(found, expected)


def test_twenty_thousand_equal_points_take_no_time():
    X = np.repeat([[1.0], [4.0]], 10_000, axis=0)
    begun = time.process_time()
    squared, rows = nearest_neighbors(X, 3)
    assert time.process_time() - begun < 2  # all pairs took 30
    assert not squared.any()
    assert rows[[0, 3, 19_999]].tolist() == [[1, 2, 3], [0, 1, 2], [10_000, 10_001, 10_002]]
