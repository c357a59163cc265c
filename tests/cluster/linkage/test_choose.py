"""Every algorithm that may be chosen builds SciPy's hierarchy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy as peer

from inkcluster import AgglomerativeClustering, hierarchy
from inkcluster.cluster.linkage import build, choose, vectors

CHOICES = [(name, method) for name, methods in choose.ALGORITHMS.items() for method in methods]
EXACT = [(name, method) for name, method in CHOICES if name in (*choose.STORING, *choose.COMPUTING)]


def assert_same(ours, theirs):
    np.testing.assert_array_equal(ours[:, [0, 1, 3]], theirs[:, [0, 1, 3]])
    np.testing.assert_allclose(ours[:, 2], theirs[:, 2], rtol=1e-9)


@pytest.mark.parametrize(("name", "method"), CHOICES)
def test_each_algorithm_makes_scipys_merges(name, method):
    @settings(max_examples=6, deadline=None)
    @given(
        st.integers(2, 90), st.sampled_from([1, 3, 30]), st.integers(0, 999), st.floats(1e-3, 1e3)
    )
    def run(n, d, seed, scale):
        X = scale * np.random.default_rng(seed).standard_normal((n, d))
        with choose.forced(name):
            assert_same(hierarchy.linkage(X, method), peer.linkage(X, method))

    run()


def tied(kind, n, d, rng):
    """Points whose distances tie, or nearly: whole, tenths, a copy moved along, duplicates, one-hot."""
    if kind == "moved":
        half = rng.standard_normal((n // 2, d))
        return np.concatenate([half, half + 7])
    if kind == "duplicates":
        return rng.standard_normal((n // 2, d))[rng.integers(0, n // 2, n)]
    if kind == "one-hot":
        return 0.1 * np.eye(d)[rng.integers(0, d, n)]
    if kind == "nearly":
        return rng.integers(0, 9, (n, d)) + 10.0 ** rng.integers(-16, -9) * rng.random((n, d))
    return rng.integers(0, 3, (n, d)) * (1.0 if kind == "whole" else 0.1)


@pytest.mark.parametrize("kind", ["whole", "tenths", "moved", "duplicates", "one-hot", "nearly"])
@pytest.mark.parametrize(("name", "method"), EXACT)
@pytest.mark.parametrize(("n", "d"), [(120, 5), (260, 40)])
def test_ties_are_broken_as_scipy_breaks_them(name, method, kind, n, d, rng):
    X = tied(kind, n, d, rng)
    with choose.forced(name):
        assert_same(hierarchy.linkage(X, method), peer.linkage(X, method))


@pytest.mark.parametrize("method", ["ward", "average", "complete", "weighted"])
def test_equal_points_are_merged_first_where_there_is_much_work(method, rng, monkeypatch):
    monkeypatch.setattr(choose, "MIN_COMPILING_SECONDS", 0.0)
    X = rng.standard_normal((60, 30))[rng.integers(0, 60, 300)]
    Z, theirs = hierarchy.linkage(X, method), peer.linkage(X, method)
    np.testing.assert_allclose(Z[:, 2], theirs[:, 2], rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(hierarchy.cut(Z, 9), hierarchy.cut(theirs, 9))


def test_noise_is_told_from_what_leading_coordinates_separate(rng):
    noise = rng.random((3000, 300))
    flat = rng.standard_normal((3000, 10)) @ rng.standard_normal((10, 300))
    assert not choose.prunes(noise)
    assert choose.prunes(flat)


def test_the_choice_can_be_asked(rng):
    X = rng.standard_normal((60, 3))
    assert AgglomerativeClustering(3).fit(X).algorithm_ == "scipy"
    assert AgglomerativeClustering(3, metric="cosine", linkage="average").fit(X).algorithm_ == (
        "scikit-learn"
    )
    with choose.forced("chain"):
        assert AgglomerativeClustering(3).fit(X).algorithm_ == "chain"


@pytest.mark.parametrize("linkage", ["ward", "single"])
def test_what_coordinates_leave_open_is_left_to_stored_distances(linkage, rng):
    apart, tied = rng.standard_normal((90, 2)), np.argwhere(np.ones((9, 10))).astype(float)
    with choose.forced("direct", "chain"):
        assert AgglomerativeClustering(linkage=linkage).fit(apart).algorithm_ == "direct"
        found = AgglomerativeClustering(linkage=linkage).fit(tied).algorithm_
    assert found == ("chain" if linkage == "ward" else "direct")  # Prim's order is SciPy's


def test_small_work_waits_for_no_compiler(monkeypatch):
    monkeypatch.setattr(choose, "is_compiled", lambda kernel: False)
    for n, d in ((100, 784), (1797, 64), (4000, 20)):
        for method in hierarchy.METHODS:
            X = np.broadcast_to(np.arange(n, dtype=float)[:, None], (n, d))
            assert choose.plan(X, method, 1 << 40).algorithm in {
                "scipy",
                "prim",
                "mst_linkage_core",
            }


def half_far_groups(rng):
    groups = 50 * rng.standard_normal((10, 100))[rng.integers(0, 10, 700)]
    return np.concatenate(
        [groups + rng.standard_normal((700, 100)), 20 * rng.standard_normal((700, 100))]
    )


FAMILIES = {
    "normal": lambda rng: rng.standard_normal((1400, 100)),
    "groups of four": lambda rng: (
        np.repeat(rng.standard_normal((350, 100)), 4, axis=0)
        + 0.05 * rng.standard_normal((1400, 100))
    ),
    "low rank": lambda rng: (
        rng.standard_normal((1400, 5)) @ rng.standard_normal((5, 100))
        + 0.1 * rng.standard_normal((1400, 100))
    ),
    "heavy tails": lambda rng: rng.standard_t(2, (1400, 60)),
    "correlated": lambda rng: rng.standard_normal((1400, 60)) @ rng.standard_normal((60, 60)),
    "one at a million": lambda rng: np.concatenate(
        [np.full((1, 100), 1e6), rng.standard_normal((1400, 100))]
    ),
    "many dimensions": lambda rng: rng.random((1400, 500)),
    "half far groups": half_far_groups,
}
STORED_IN_THE_END = ("many dimensions", "half far groups")


@pytest.mark.parametrize("family", FAMILIES)
def test_ward_stores_distances_only_where_too_many_clusters_look_at_all(family, rng, monkeypatch):
    monkeypatch.setattr(choose, "MAX_STORED_POINTS", 1000)
    monkeypatch.setattr(choose, "MIN_ENDED", 200)
    looks = [0]

    class Counting(vectors._Clusters):
        def _scan(self, slots, asking, lead, square):
            looks[0] += len(asking)
            super()._scan(slots, asking, lead, square)

    monkeypatch.setattr(vectors, "_Clusters", Counting)
    X = FAMILIES[family](rng)
    found = AgglomerativeClustering().fit(X)
    assert found.algorithm_ == ("vectors, chain" if family in STORED_IN_THE_END else "vectors")
    assert looks[0] < choose.MAX_SCANS * len(X)
    assert_same(hierarchy.linkage(X, "ward"), peer.linkage(X, "ward"))


@pytest.mark.parametrize(("n", "d", "by"), [(90, 8, "vectors"), (300, 60, "chain")])
def test_ward_begins_anew_where_stored_distances_tie_early(n, d, by, rng):
    X = rng.integers(0, 2, (n, d)).astype(float)
    with choose.forced("vectors, chain", "chain"):
        found, Z = AgglomerativeClustering().fit(X).algorithm_, hierarchy.linkage(X, "ward")
    assert found == by
    with choose.forced(by):
        np.testing.assert_array_equal(hierarchy.linkage(X, "ward"), Z)


def naive_order(merges, height):
    """The merge that is next, among those whose clusters exist, one after another."""
    order, left = [], list(range(len(merges)))
    while left:
        ready = [i for i in left if not any(set(merges[j]) & set(merges[i]) for j in left if j < i)]
        order.append(min(ready, key=lambda i: (height[i], *merges[i])))
        left.remove(order[-1])
    return order


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=14), st.integers(0, 999))
def test_merges_are_put_in_the_naive_order(height, seed):
    random = np.random.default_rng(seed)
    names, merges = list(range(len(height) + 1)), []
    for _ in height:
        merges.append(sorted(random.choice(names, 2, replace=False)))
        names.remove(merges[-1][1])
    merges = np.array(merges, np.int32)
    found = build.in_order(merges, np.array(height, float))
    assert found.tolist() == naive_order(merges.tolist(), height)


@pytest.mark.parametrize("method", ["centroid", "median"])
def test_centres_are_stored_where_that_compiles_less_unless_distances_tie(method, rng, monkeypatch):
    monkeypatch.setattr(choose, "MIN_COMPILING_SECONDS", 0.0)
    apart = rng.standard_normal((300, 5)) @ rng.standard_normal((5, 250))
    apart += 0.01 * rng.standard_normal((300, 250))
    copies = np.concatenate([apart, apart + 50])  # each distance twice
    whole = rng.integers(0, 9, (300, 250)).astype(float)
    for X, by in (
        (apart, "generic"),
        (copies, "vectors"),
        (whole, "generic"),
        (whole / 9, "other"),
    ):
        plan = choose.plan(X, method, 1 << 40)
        [built] = build.build(X, (method,)).values()
        if by == "other":
            assert plan.algorithm != choose.UNTIED
        else:
            assert built.algorithm == by
        if by == "generic":
            assert_same(built.Z, peer.linkage(X, method))
