"""SciPy's heights and flat clusters on digits, whatever the blocks, the threads and the storage."""

import numba
import numpy as np
import pytest
from scipy.cluster import hierarchy as peer
from scipy.spatial.distance import pdist

from inkcluster import hierarchy
from inkcluster.cluster.hierarchy import cuts
from inkcluster.cluster.linkage import choose, merging, stored, vectors
from inkcluster.cluster.neighbors import choose as neighbors
from inkcluster.cluster.neighbors import spanning as _spanning
from inkcluster.progress import Progress, listening

STORED = ("average", "complete", "weighted")


@pytest.fixture(autouse=True)
def ours():
    """The algorithms that hold no distances in float64, which large data get."""
    with choose.forced("rounds", "vectors", "spanning tree"):
        yield


def first_members(labels):
    """Each point's earliest companion: the same for the same partition, however it is numbered."""
    first = np.empty(labels.max() + 1, np.int64)
    first[labels[::-1]] = np.arange(len(labels))[::-1]
    return first[labels]


def assert_heights_and_all_cuts_are_scipys(X, distances, method, rtol):
    """Gives the number of cuts compared: wherever a height, or two, are between them and the rest."""
    ours, theirs = hierarchy.linkage(X, method), peer.linkage(distances, method)
    np.testing.assert_allclose(ours[:, 2], theirs[:, 2], rtol=rtol)
    n = len(X)
    high = peer.maxdists(theirs)  # where heights fall, SciPy cuts by the highest merge below
    lasting = np.maximum.accumulate(high)[:-1] * (1 + 1e-9)
    later = np.minimum.accumulate(high[::-1])[::-1][1:]
    compared = 0
    for labels, k in zip(cuts(ours), range(n, 0, -1), strict=True):
        done = n - k
        if done in {0, n - 1} or lasting[done - 1] < later[done - 1]:
            flat = peer.fcluster(theirs, k, "maxclust")
            np.testing.assert_array_equal(first_members(labels), first_members(flat))
            compared += 1
    return compared


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_heights_and_cuts_at_every_k_are_scipys(method, digits, rng):
    X = digits.flat()[rng.permutation(1797)[:700]]
    X = X + 1e-3 * rng.standard_normal(X.shape)  # whole numbers would tie
    compared = assert_heights_and_all_cuts_are_scipys(X, pdist(X), method, 1e-9)
    assert compared > (20 if method in ("centroid", "median") else 690)


@pytest.mark.parametrize("method", STORED)
def test_heights_and_cuts_of_four_bytes_are_scipys(method, digits, rng, monkeypatch):
    monkeypatch.setattr(choose, "MAX_FINE_POINTS", 100)
    X = digits.flat()[rng.permutation(1797)[:700]]
    X = X + 1e-3 * rng.standard_normal(X.shape)
    assert assert_heights_and_all_cuts_are_scipys(X, pdist(X), method, 2e-7) > 690


@pytest.fixture(scope="module")
def three_thousand(mnist, seed):
    """Digits, and the distances of all pairs: two seconds, the same for each method."""
    X = mnist.flat()[np.random.default_rng(seed).permutation(len(mnist))[:3000]]
    return X, pdist(X.astype(float))


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_heights_and_cuts_of_3000_digits_are_scipys(method, three_thousand):
    assert assert_heights_and_all_cuts_are_scipys(*three_thousand, method, 1e-6) > 50


@pytest.mark.parametrize("method", STORED)
@pytest.mark.parametrize("spread", [1, 2, 4, 1000])
def test_four_bytes_a_pair_make_the_merges_of_eight(method, spread, rng, monkeypatch):
    X = rng.integers(0, spread, (300, 3)) / 1.0  # from nothing but ties to hardly any
    fine = hierarchy.linkage(X, method)
    monkeypatch.setattr(choose, "MAX_FINE_POINTS", 100)
    coarse = hierarchy.linkage(X, method)
    np.testing.assert_array_equal(coarse[:, [0, 1, 3]], fine[:, [0, 1, 3]])
    np.testing.assert_allclose(coarse[:, 2], fine[:, 2], rtol=1e-7)


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_threads_and_blocks_change_nothing(method, coarse, digits, rng, monkeypatch):
    if coarse:
        monkeypatch.setattr(choose, "MAX_FINE_POINTS", 100)
    X = digits.flat()[rng.permutation(1797)[:600]]
    X = np.concatenate([X, X[:20], X[7:8].repeat(9, axis=0)]).astype(float)
    Z = hierarchy.linkage(X, method)
    threads = numba.get_num_threads()
    for count, piece in ((1, 40), (threads, 7), (threads, 1000)):
        numba.set_num_threads(count)
        try:
            monkeypatch.setattr(vectors, "PIECE", piece)
            monkeypatch.setattr(stored, "ROWS_PER_TASK", piece)
            monkeypatch.setattr(merging, "MAX_ASIDE_ENTRIES", 40 * piece)
            monkeypatch.setattr(merging, "MAX_IN_PLACE_ENTRIES", 100 * piece)
            monkeypatch.setattr(merging, "MIN_PIECE_ENTRIES", 10 * piece)
            np.testing.assert_array_equal(hierarchy.linkage(X, method), Z)
        finally:
            numba.set_num_threads(threads)


@pytest.mark.parametrize("effort", [0, 2])
@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("method", STORED)
def test_rounds_and_single_steps_make_the_same_merges(method, coarse, effort, digits, monkeypatch):
    if coarse:
        monkeypatch.setattr(choose, "MAX_FINE_POINTS", 100)
    X = digits.flat()[:500].astype(float)
    Z = hierarchy.linkage(X, method)
    monkeypatch.setattr(stored, "MAX_PASSES", effort)
    stepped = hierarchy.linkage(X, method)
    np.testing.assert_array_equal(stepped[:, [0, 1, 3]], Z[:, [0, 1, 3]])
    np.testing.assert_allclose(stepped[:, 2], Z[:, 2], rtol=1e-7)


@pytest.mark.parametrize("method", ["ward", "single", "centroid", "median"])
def test_small_and_large_data_are_searched_alike(method, digits, rng, monkeypatch):
    X = digits.flat()[rng.permutation(1797)[:600]].astype(float)
    X = np.concatenate([X, X[:20], X[7:8].repeat(9, axis=0)])
    Z = hierarchy.linkage(X, method)
    monkeypatch.setattr(_spanning, "MAX_SMALL_POINTS", 0)
    monkeypatch.setattr(neighbors, "MAX_SMALL_PAIRS", 0)
    np.testing.assert_array_equal(hierarchy.linkage(X, method), Z)


class Listener(Progress):
    """Counts the units of each task; interrupts the `stop`-th of them."""

    def __init__(self, stop=np.inf):
        self.units = {}
        self.left = stop

    def task(self, what, total=None):
        self.units[what] = [0, total]
        return _Task(self, what)


class _Task:
    def __init__(self, listener, what):
        self.listener, self.what = listener, what

    def __enter__(self):
        return self.advance

    def advance(self, amount):
        assert amount >= 0
        self.listener.units[self.what][0] += amount
        self.listener.left -= 1
        if self.listener.left < 0:
            raise KeyboardInterrupt

    def __exit__(self, *reason):
        return False


@pytest.mark.parametrize("effort", [0, 1, 16])
@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_progress_runs_to_its_total(method, effort, rng, monkeypatch):
    monkeypatch.setattr(stored, "MAX_PASSES", effort)
    listener = Listener()
    with listening(listener):
        hierarchy.linkage(rng.standard_normal((700, 40)), method)
    assert set(listener.units) == ({"distances", "merges"} if method in STORED else {"merges"})
    for done, total in listener.units.values():
        assert done == pytest.approx(total)


@pytest.mark.parametrize("stop", [0, 3])
@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_an_interrupt_gets_through(method, stop, rng, monkeypatch):
    monkeypatch.setattr(vectors, "STEP", 100)
    with listening(Listener(stop)), pytest.raises(KeyboardInterrupt):
        hierarchy.linkage(rng.standard_normal((900, 40)), method)
