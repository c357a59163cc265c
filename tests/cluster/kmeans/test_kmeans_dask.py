"""Dask arrays give what the same call on NumPy gives, bit for bit, however they are cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from inkcluster.cluster.kmeans import KMeans, choose
from inkcluster.cluster.kmeans.lloyd import Lloyd
from inkcluster.cluster.kmeans.problem import Problem, rows_of
from inkcluster.cluster.kmeans.shards.shard import Shard
from inkcluster.cluster.kmeans.shards.space import first_frame
from inkcluster.compute.rows import Rows
from inkcluster.errors import BadInputError, TooLittleMemoryError

da = pytest.importorskip("dask.array", reason="the extra inkcluster[dask] is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@st.composite
def cut(draw):
    """Points of any kind that is read, in chunks."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(600, 1500)), draw(st.sampled_from([1, 2, 70, 300]))
    X = 30 * rng.normal(size=(n, d)) + 90 * rng.random((5, d))[rng.integers(5, size=n)]
    dtype = draw(st.sampled_from([np.uint8, np.float32, np.float64, np.int16]))
    X = (
        (X + 100).clip(0, 255)
        if dtype == np.uint8
        else X * 10.0 ** draw(st.sampled_from([0, 1, 2]))
    )
    ends = draw(st.lists(st.integers(0, n), max_size=5))
    chunks = tuple(int(size) for size in np.diff(np.sort([0, *ends, n])))
    weight = rng.uniform(0.5, 2, n) if draw(st.booleans()) else None
    return X.astype(dtype), chunks, weight, draw(st.sampled_from(["k-means++", "random", "array"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cut(), st.sampled_from([choose.BOUNDS, choose.PLAIN, choose.PEER]))
def test_chunks_change_nothing(problem, algorithm):
    X, chunks, weight, init = problem
    cut_weight = None if weight is None else da.from_array(weight, chunks=400)
    how = {"n_clusters": 6, "random_state": 0, "n_init": 2 if isinstance(init, str) else 1}
    how["init"] = X[:6].astype(np.float64) if init == "array" else init
    if init == "array":
        how["n_init"] = 1
    lazy = da.from_array(X, chunks=(chunks, -1))
    with choose.forced(algorithm):
        whole, ours = KMeans(**how).fit(X, None, weight), KMeans(**how).fit(lazy, None, cut_weight)
        labels, far = ours.predict(lazy), ours.transform(lazy)
        assert isinstance(labels, da.Array)
        np.testing.assert_array_equal(labels.compute(scheduler="sync"), whole.predict(X))
        np.testing.assert_array_equal(far.compute(scheduler="sync"), whole.transform(X))
        assert ours.score(lazy, None, cut_weight) == whole.score(X, None, weight)
    np.testing.assert_array_equal(ours.labels_, whole.labels_)
    np.testing.assert_array_equal(ours.cluster_centers_, whole.cluster_centers_)
    assert (ours.inertia_, ours.n_iter_) == (whole.inertia_, whole.n_iter_)
    assert labels.shape == (len(X),)
    assert labels.dtype == whole.predict(X).dtype
    assert far.dtype == whole.transform(X).dtype


def test_images_are_read_as_rows():
    X = np.random.default_rng(0).integers(0, 256, (900, 5, 4)).astype(np.uint8)
    lazy = da.from_array(X, chunks=(250, 5, 4))
    with choose.forced(choose.BOUNDS):
        whole, ours = KMeans(3, random_state=0).fit(X), KMeans(3, random_state=0).fit(lazy)
        np.testing.assert_array_equal(ours.predict(lazy).compute(), whole.labels_)
        np.testing.assert_array_equal(ours.transform(lazy).compute(), whole.transform(X))
    np.testing.assert_array_equal(ours.labels_, whole.labels_)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_a_shard_that_is_made_again_goes_on_where_it_was(dtype):
    """As after the death of a worker: it has its points, and no labels, sums or seeds."""
    X = np.random.default_rng(0).integers(0, 256, (900, 30)).astype(dtype)

    class Forgetful(Rows):
        calls = 0

        def each_its_own(self, method, given, *, of):
            self.calls += 1
            if self.calls % 3 == 0:
                self.shards[self.calls % 2] = Shard(self.shards[self.calls % 2].raw)
            return super().each_its_own(method, given, of=of)

    cut = Forgetful([Shard(X[:512]), Shard(X[512:])], [512, 388], 30, dtype)
    found = []
    for rows in (rows_of(X), cut):
        problem = Problem(rows, np.ones(900), 7, 50, 0.0)
        state = np.random.RandomState(0)
        from inkcluster.cluster.kmeans.starts import inits

        centres = inits(KMeans(7), problem, 0, 2, state)
        lloyd = Lloyd(problem, centres, first_frame(rows))
        lloyd.run(50, 0.0)
        found.append((lloyd.labels(), lloyd.centres, lloyd.inertia(), lloyd.n_iter))
    assert cut.calls > 30
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


BAD = {
    "features in pieces": (
        lambda: da.ones((900, 300), chunks=(300, 100)),
        r"divide its features.*rechunk",
    ),
    "unknown sizes": (
        lambda: da.ones((900, 300), chunks=(300, -1))[da.ones(900, chunks=300) > 0],
        r"unknown sizes.*compute_chunk_sizes",
    ),
    "NaN in the last chunk": (
        lambda: da.concatenate([da.ones((600, 300)), da.full((300, 300), np.nan)]),
        "NaN or infinite values in rows 512 to 899",
    ),
    "objects": (lambda: da.ones((900, 300), chunks=(300, -1)).astype(object), "not object"),
    "text": (lambda: da.ones((900, 300), chunks=(300, -1)).astype("U3"), "real numbers"),
    "empty": (lambda: da.ones((0, 300)), "X is empty"),
    "one dimension": (lambda: da.ones(900), "1 dimension"),
    "masked": (lambda: da.ma.masked_equal(da.ones((900, 300)), 0), "X is masked"),
    "other sizes": (
        lambda: da.ones((900, 300), chunks=(300, -1)).map_blocks(
            lambda b: b[1:], dtype=float, meta=np.ones((0, 0))
        ),
        "announces other sizes",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_chunks_are_one_clear_sentence(what):
    make, words = BAD[what]
    with choose.forced(choose.BOUNDS), pytest.raises(BadInputError, match=words):
        KMeans(2, random_state=0).fit(make())


@pytest.mark.parametrize("what", sorted(set(BAD) - {"NaN in the last chunk"}))
def test_so_are_those_of_an_array_that_one_process_gathers(what):
    make, words = BAD[what]
    with pytest.raises(BadInputError, match=words):
        KMeans(2, random_state=0).fit(make())


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_distances_are_the_same_bits_on_any_number_of_threads(rng, dtype):
    X = (rng.random((3000, 784)) * 255).astype(dtype)
    model = KMeans(7, n_init=1, max_iter=2, random_state=0).fit(X[:500].astype(float))
    with threadpool_limits(2, user_api="blas"):
        several = model.transform(X)
    with threadpool_limits(1, user_api="blas"):
        lazy = model.transform(da.from_array(X, chunks=(1000, -1))).compute(scheduler="synchronous")
    np.testing.assert_array_equal(several, lazy)


def test_what_needs_one_place_is_refused_of_large_arrays():
    lazy = da.zeros((200_000, 300), chunks=(50_000, -1))
    with pytest.raises(BadInputError, match=r"search='deep' needs all points in one process"):
        KMeans(5, search="deep").fit(lazy)
    with pytest.raises(BadInputError, match=r"init=.* needs all points in one process"):
        KMeans(5, init=lambda X, k, random_state: X[:k]).fit(lazy)
    with pytest.raises(TooLittleMemoryError, match=r"dask array of 200,000 points.*Client"):
        KMeans(5, memory_limit=10**8).fit(lazy)
    model = KMeans(2, n_init=1).fit(np.eye(4))
    with pytest.raises(BadInputError, match="300 features"):
        model.predict(lazy)
