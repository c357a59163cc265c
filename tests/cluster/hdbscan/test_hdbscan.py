"""HDBSCAN beside scikit-learn's, the hdbscan package's, and its own definitions."""

import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import is_valid_linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.cluster import DBSCAN
from sklearn.cluster import HDBSCAN as Peer  # noqa: N811
from sklearn.cluster._hdbscan._tree import HIERARCHY_dtype
from sklearn.datasets import make_blobs
from sklearn.neighbors import KDTree

from inkcluster import HDBSCAN
from inkcluster.cluster.hdbscan import choose
from inkcluster.cluster.hdbscan import lists as from_lists
from inkcluster.cluster.hdbscan.choose import prim_bytes, stored_bytes, tree_bytes
from inkcluster.cluster.hdbscan.clusters import (
    Rule,
    clusters_of,
    condense,
    label,
    outlier_scores,
    select,
)
from inkcluster.cluster.hdbscan.pairs import Reach, Rough, core_distances, cores_by_tree
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.compute.memory import SPARE
from inkcluster.errors import BadInputError, TooLittleMemoryError


def some_points(seed: int, kind: str = "generic", dimensions: int = 5) -> np.ndarray:
    """Blobs and noise; of some other kind on request."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(12, 90)), int(rng.integers(1, dimensions))
    X = rng.normal(size=(n, d)) + rng.integers(0, 3, (n, 1)) * rng.choice([0.0, 2.0, 6.0])
    if kind == "outlier":
        X[rng.integers(n)] = 10.0 ** rng.integers(3, 9)
    return {
        "rounded": np.round(X * 2),
        "tenths": np.round(X * 2) * 0.1,  # tied but for rounding
        "one-hot": 0.3 * np.eye(8)[rng.integers(0, 8, n)],
        "repeated": X[rng.integers(0, n, n)],
        "far away": X + 1e6,
        "tiny": X * 1e-120,
    }.get(kind, X)


KINDS = ("generic", "repeated", "outlier", "far away", "tiny", "one-hot")
TIED = ("rounded", "tenths")
"""Pairs of different points are equally far apart, in an order that lists of neighbours lack."""


def settings_of(seed: int) -> dict:
    rng = np.random.default_rng([seed, 1])
    single = bool(rng.integers(2))
    return {
        "min_cluster_size": int(rng.integers(2, 10)),
        "min_samples": int(rng.integers(1, 10)),
        # with both scikit-learn fails where exactly one cluster is left
        "max_cluster_size": None if single else [None, 10, 20][rng.integers(3)],
        "cluster_selection_method": ["eom", "leaf"][rng.integers(2)],
        "allow_single_cluster": single,
        "copy": True,
    }


def mutual_reachability(X: np.ndarray, min_samples: int) -> np.ndarray:
    """The definition, squared and exact for whole numbers, shape (n, n)."""
    squared = cdist(X, X, "sqeuclidean")
    core = np.sort(squared, axis=1)[:, min_samples - 1]
    reach = np.maximum(squared, np.maximum(core[:, None], core))
    np.fill_diagonal(reach, 0.0)
    return reach


def parts_below(reach: np.ndarray, height: float) -> np.ndarray:
    return connected_components(csr_matrix(reach <= height), directed=False)[1]


def same_partition(a: np.ndarray, b: np.ndarray) -> bool:
    return len(np.unique(np.stack([a, b]), axis=1).T) == len(np.unique(a)) == len(np.unique(b))


def between(heights: np.ndarray) -> float:
    """Between two heights in the middle, and equal to none."""
    heights = np.unique(heights)
    gaps = np.diff(heights)
    wide = np.flatnonzero(gaps > 1e-9)
    at = wide[len(wide) // 2]
    return float(heights[at] + heights[at + 1]) / 2


def as_records(Z: np.ndarray) -> np.ndarray:
    """scikit-learn's form of a linkage matrix."""
    return np.array([tuple(row) for row in Z.tolist()], HIERARCHY_dtype)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**20), kind=st.sampled_from([*KINDS, *TIED]))
def test_every_algorithm_gives_scikit_learns_tree_node_for_node(seed, kind) -> None:
    X, asked = some_points(seed, kind, dimensions=30), settings_of(seed)
    asked["alpha"] = [1.0, 1.0, 0.7][seed % 3]
    peer = Peer(**asked).fit(X)
    its = peer._single_linkage_tree_
    for algorithm in ("prim", "stored", "boruvka")[: 2 if kind in TIED else 3]:
        with choose.forced(algorithm):
            ours = HDBSCAN(**asked).fit(X)
        assert ours.algorithm_ == algorithm
        tree = ours._single_linkage_tree_
        for name in ("left_node", "right_node", "cluster_size"):
            np.testing.assert_array_equal(tree[name], its[name])
        if algorithm == "boruvka":  # adds squares in another order
            np.testing.assert_allclose(tree["value"], its["value"], rtol=1e-12)
        else:
            np.testing.assert_array_equal(tree["value"], its["value"])
        np.testing.assert_array_equal(ours.labels_, peer.labels_)
        np.testing.assert_allclose(ours.probabilities_, peer.probabilities_, rtol=1e-12)
        cut = float(np.median(its["value"]))
        if algorithm != "boruvka":
            np.testing.assert_array_equal(
                ours.dbscan_clustering(cut, 3), peer.dbscan_clustering(cut, 3)
            )


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**20), kind=st.sampled_from([*KINDS, *TIED]), most=st.sampled_from([4, 30])
)
def test_the_walk_over_lists_is_the_same_compiled_and_in_python(seed, kind, most) -> None:
    X, walks = some_points(seed, kind), []
    reach = Reach(1 + seed % min(most, len(X) - 1))
    for compiled in (False, True):
        with pytest.MonkeyPatch.context() as patch, choose.forced("boruvka"):
            patch.setattr(choose, "walk_is_compiled", lambda compiled=compiled: compiled)
            walks.append(from_lists.walk(X, reach, None))
    for plain, fast in zip(*walks, strict=True):
        assert plain.dtype == fast.dtype
        np.testing.assert_array_equal(plain, fast)


@pytest.mark.parametrize("algorithm", ["prim", "stored"])
def test_brute_breaks_ties_as_scikit_learns_does(algorithm) -> None:
    for seed in range(30):
        X, asked = some_points(seed), {**settings_of(seed), "algorithm": "brute", "alpha": 0.7}
        with choose.forced(algorithm):
            ours = HDBSCAN(**asked).fit(X)
        np.testing.assert_array_equal(ours.labels_, Peer(**asked).fit(X).labels_)


@pytest.mark.parametrize(
    ("n", "d", "algorithm"),
    [(100, 2, "prim"), (5000, 20, "prim"), (5000, 784, "stored"), (12_000, 2, "prim"),
     (10_000, 784, "boruvka"), (100_000, 2, "boruvka")],
)  # fmt: skip
def test_what_takes_scikit_learn_less_than_a_second_compiles_nothing(n, d, algorithm) -> None:
    assert choose.fastest(n, d) == algorithm


@pytest.mark.parametrize("d", [2, 9])
def test_blocks_left_out_hold_no_edge(d, rng) -> None:
    X = rng.normal(size=(3000, d)) + 30 * rng.integers(0, 4, (3000, 1))
    X[7] = 1e4
    with choose.forced("boruvka"):
        ours = HDBSCAN(copy=True).fit(X)
    np.testing.assert_array_equal(ours.labels_, Peer(copy=True).fit(X).labels_)
    with choose.forced("prim"):
        tree = HDBSCAN(copy=True).fit(X)._single_linkage_tree_
    for name in ("left_node", "right_node"):
        np.testing.assert_array_equal(ours._single_linkage_tree_[name], tree[name])


@pytest.mark.parametrize("kind", ["apart", "repeated"])
def test_core_distances_are_the_same_to_the_bit_from_a_tree_and_from_products(kind, rng) -> None:
    X = rng.normal(size=(1500, 12))
    X = X[rng.integers(0, 50, 1500)] if kind == "repeated" else X
    expected = cores_by_tree(X, 9)
    np.testing.assert_array_equal(core_distances(X, 9), expected)
    np.testing.assert_array_equal(Rough(X).cores(9), expected)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**20), kind=st.sampled_from([*KINDS, *TIED]))
def test_core_distances_in_few_dimensions_are_scikit_learns_to_the_bit(seed, kind) -> None:
    X = some_points(seed, kind, dimensions=8)
    expected = KDTree(X).query(X, 7)[0][:, -1]
    np.testing.assert_array_equal(cores_by_tree(X, 7), expected)
    np.testing.assert_array_equal(cores_by_tree(X, 7, slice(2, 5)), expected[2:5])


def test_many_ties_are_handed_to_a_walk_that_breaks_them_as_scikit_learn(monkeypatch) -> None:
    monkeypatch.setattr(choose, "fastest", lambda n, d: "boruvka")
    lattice = np.random.default_rng(0).permutation(np.argwhere(np.ones((20, 20))))
    for X, min_samples in [(lattice, 5), (lattice, 1), (lattice * 0.1, 4)]:
        ours = HDBSCAN(min_samples=min_samples, copy=True).fit(X)
        peer = Peer(min_samples=min_samples, copy=True).fit(X)
        assert ours.algorithm_ == "prim"
        np.testing.assert_array_equal(ours._single_linkage_tree_, peer._single_linkage_tree_)
    assert HDBSCAN(copy=True).fit(some_points(0)).algorithm_ == "boruvka"


def test_what_does_not_fit_is_not_stored(rng) -> None:
    X = rng.normal(size=(1500, 200))
    assert HDBSCAN(copy=True).fit(X).algorithm_ == "stored"
    fits = prim_bytes(X, 5)
    assert HDBSCAN(copy=True, memory_limit=fits).fit(X).algorithm_ == "prim"
    with pytest.raises(TooLittleMemoryError):
        HDBSCAN(copy=True, memory_limit=fits - 1).fit(X)


@pytest.mark.parametrize("min_samples", [1, 5, 12])
@pytest.mark.parametrize("divisor", [1, 16])
def test_digits_are_labelled_as_by_scikit_learn(digits, min_samples, divisor) -> None:
    X = digits.flat()[:900] / divisor
    ours = HDBSCAN(min_samples=min_samples, copy=True).fit(X)
    peer = Peer(min_samples=min_samples, copy=True).fit(X)
    np.testing.assert_array_equal(ours.labels_, peer.labels_)
    np.testing.assert_allclose(ours.probabilities_, peer.probabilities_, rtol=1e-12)


@pytest.mark.mnist
def test_mnist_is_labelled_as_by_scikit_learn(mnist) -> None:
    pixels = (
        mnist.sample(2600, random_state=0).pixels[:, ::2, ::2].reshape(2600, -1)
    )  # the peer takes long
    ours = HDBSCAN(min_cluster_size=5, min_samples=5, copy=True).fit(pixels)
    peer = Peer(min_cluster_size=5, min_samples=5, copy=True).fit(pixels)
    np.testing.assert_array_equal(ours.labels_, peer.labels_)
    np.testing.assert_allclose(ours.probabilities_, peer.probabilities_, rtol=1e-12)
    assert ours.labels_.max() >= 1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**20), kind=st.sampled_from(["generic", "rounded", "repeated"]))
def test_tree_is_read_as_scikit_learn_reads_it(seed, kind) -> None:
    """Its own tree, so that ties are broken alike."""
    X, asked = some_points(seed, kind), settings_of(seed)
    peer = Peer(**asked).fit(X)
    tree = condense(peer._single_linkage_tree_, asked["min_cluster_size"])
    rule = Rule(
        asked["cluster_selection_method"],
        max_size=asked["max_cluster_size"],
        single=asked["allow_single_cluster"],
    )
    clusters = clusters_of(tree, len(X))
    labels, probabilities = label(tree, clusters, select(clusters, rule), len(X), rule)
    np.testing.assert_array_equal(labels, peer.labels_)
    np.testing.assert_array_equal(probabilities, peer.probabilities_)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**20), kind=st.sampled_from(["generic", "rounded", "repeated"]))
def test_neighbours_found_before_give_the_same(seed, kind) -> None:
    X = some_points(seed, kind)
    model = HDBSCAN(min_cluster_size=4, min_samples=3, copy=True)
    alone = clone(model).fit(X)
    lists = nearest_neighbors(X, 6, itself=True)
    np.testing.assert_array_equal(model.fit(X, lists=lists).labels_, alone.labels_)
    with choose.forced("boruvka"):
        alone, given_lists = clone(model).fit(X), model.fit(X, lists=lists)
    trees = [np.asarray(each.single_linkage_tree_.to_numpy()) for each in (given_lists, alone)]
    np.testing.assert_array_equal(*(tree[:, 2] for tree in trees))  # ties may merge otherwise
    if kind == "generic":
        np.testing.assert_array_equal(*trees)


def test_neighbours_of_other_points_are_refused() -> None:
    X = some_points(0)
    lists = nearest_neighbors(X, 6, itself=True)
    with pytest.raises(BadInputError, match="at least 7 neighbours"):
        HDBSCAN(min_samples=7, copy=True).fit(X, lists=lists)
    with pytest.raises(BadInputError, match="itself=True"):
        HDBSCAN(min_samples=3, copy=True).fit(X, lists=nearest_neighbors(X, 6))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20), kind=st.sampled_from(["rounded", "repeated"]))
def test_parts_at_every_height_are_those_of_the_definition(seed, kind) -> None:
    X, k = some_points(seed, kind), 1 + seed % 6
    with choose.forced("boruvka"):
        found = HDBSCAN(min_samples=k, copy=True).fit(X)
    peer = Peer(min_samples=k, copy=True).fit(X)
    reach = mutual_reachability(X, k)
    heights = np.unique(found.single_linkage_tree_[:, 2])
    np.testing.assert_allclose(
        found.single_linkage_tree_[:, 2], peer._single_linkage_tree_["value"], rtol=1e-12
    )
    for low, high in zip(heights, [*heights[1:], heights[-1] + 1], strict=True):
        middle = (low + high) / 2
        expected = parts_below(reach, middle**2)
        assert same_partition(found.dbscan_clustering(middle, 1), expected)
        assert same_partition(peer.dbscan_clustering(middle, 1), expected)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_most_stable_clusters_have_the_largest_sum(seed) -> None:
    X = some_points(seed)
    size = 3 + seed % 3
    tree = HDBSCAN(copy=True).fit(X)._single_linkage_tree_
    clusters = clusters_of(condense(tree, size), len(X))

    def best(c: int) -> float:
        children = [i for i in range(1, len(clusters.parent)) if clusters.parent[i] == c]
        own = clusters.stability[c] if c else -np.inf
        return max(own, sum(best(i) for i in children)) if children else max(own, 0.0)

    chosen = select(clusters, Rule())
    assert clusters.stability[chosen].sum() == pytest.approx(best(0))
    for c in range(1, len(chosen)):
        above = clusters.parent[c]
        while above and not chosen[above]:
            above = clusters.parent[above]
        assert not (chosen[c] and chosen[above])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_outlier_scores_are_those_of_the_definition(seed) -> None:
    X = some_points(seed)[:30]
    size = 2 + seed % 4
    found = HDBSCAN(min_cluster_size=size, min_samples=2, copy=True).fit(X)
    reach = np.sqrt(mutual_reachability(X, 2))
    heights = np.sort(found.single_linkage_tree_[:, 2])
    rounding = 1 + 1e-9
    parts = [parts_below(reach, h * rounding) for h in heights]
    sizes = [np.bincount(part)[part] for part in parts]
    falls = np.array([next(i for i, s in enumerate(sizes) if s[x] >= size) for x in range(len(X))])
    expected = np.empty(len(X))
    for x in range(len(X)):
        cluster = np.flatnonzero(parts[falls[x]] == parts[falls[x]][x])
        for i in range(falls[x] + 1, len(heights)):
            grown = np.flatnonzero(parts[i] == parts[i][x])
            joined = np.setdiff1d(grown, cluster)
            if len(joined) and sizes[i - 1][joined].max() >= size:
                break  # two large parts meet: above is another cluster
            cluster = grown
        expected[x] = 1 - heights[falls[cluster]].min() / heights[falls[x]]
    np.testing.assert_allclose(found.outlier_scores_, expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_everything_is_as_in_the_hdbscan_package(seed) -> None:
    hdbscan = pytest.importorskip("hdbscan", reason="group `bench` is not installed")
    rng = np.random.default_rng(seed)
    X = make_blobs(200, centers=5, cluster_std=1.5, random_state=seed)[0]
    k = int(rng.integers(1, 8))
    asked = {
        "min_cluster_size": int(rng.integers(2, 10)),
        "cluster_selection_epsilon": [0.0, 0.3, 0.6][seed % 3],
        "cluster_selection_method": ["eom", "leaf"][seed % 2],
        "allow_single_cluster": bool(rng.integers(2)),
    }
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        peer = hdbscan.HDBSCAN(min_samples=k, algorithm="generic", **asked).fit(X)
        tree = peer.single_linkage_tree_.to_numpy()
    found = HDBSCAN(min_samples=k + 1, copy=True, **asked).fit(X)  # it leaves the point out
    np.testing.assert_allclose(found.single_linkage_tree_[:, 2], tree[:, 2])
    condensed = condense(as_records(tree), asked["min_cluster_size"])  # ties broken alike
    for mine, its in zip(np.sort(condensed), np.sort(peer.condensed_tree_.to_numpy()), strict=True):
        assert mine.tolist() == its.tolist()
    rule = Rule(
        asked["cluster_selection_method"],
        asked["cluster_selection_epsilon"],
        single=asked["allow_single_cluster"],
    )
    clusters = clusters_of(condensed, len(X))
    labels, probabilities = label(condensed, clusters, select(clusters, rule), len(X), rule)
    np.testing.assert_array_equal(labels, peer.labels_)
    np.testing.assert_allclose(probabilities, peer.probabilities_, rtol=1e-12)
    np.testing.assert_allclose(
        outlier_scores(condensed, clusters, len(X)), peer.outlier_scores_, atol=1e-12
    )


def test_epsilon_joins_what_appears_below_it() -> None:
    steps = np.array([0.0, 0.1, 0.2, 1.0, 1.1, 1.2, 5.0, 5.1, 5.2])[:, None]
    labels = [
        HDBSCAN(
            min_cluster_size=3, min_samples=1, cluster_selection_epsilon=epsilon, copy=True
        ).fit_predict(steps)
        for epsilon in (0.0, 0.5, 1.0)
    ]
    assert labels[0].tolist() == labels[1].tolist() == [1, 1, 1, 2, 2, 2, 0, 0, 0]
    assert labels[2].tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_reachability_is_that_of_the_walk(seed) -> None:
    X, k = some_points(seed), 1 + seed % 6
    found = HDBSCAN(min_samples=k, copy=True).fit(X)
    order, reach = found.ordering_, np.sqrt(mutual_reachability(X, k))
    assert order[0] == 0
    assert np.isinf(found.reachability_[0])
    np.testing.assert_array_equal(np.sort(order), np.arange(len(X)))
    for i in range(1, len(X)):
        before, rest = order[:i], order[i:]
        least = reach[np.ix_(before, rest)].min()
        assert found.reachability_[order[i]] == pytest.approx(least)
        assert reach[before, order[i]].min() == pytest.approx(least)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_cut_is_dbscan_without_border_points(seed) -> None:
    X, k = some_points(seed), 2 + seed % 6
    found = HDBSCAN(min_samples=k, copy=True).fit(X)
    eps = between(found.single_linkage_tree_[:, 2])
    peer = DBSCAN(eps=eps, min_samples=k).fit(X)
    core = peer.core_sample_indices_
    assert same_partition(found.dbscan_clustering(eps, 1)[core], peer.labels_[core])


@pytest.mark.parametrize("metric", ["manhattan", "cosine", "precomputed", "sparse"])
def test_what_is_handed_to_scikit_learn_has_everything(metric) -> None:
    X = make_blobs(150, centers=4, random_state=3)[0] + 20
    given_ = {"precomputed": cdist(X, X), "sparse": csr_matrix(X)}.get(metric, X)
    name = "euclidean" if metric == "sparse" else metric
    found = HDBSCAN(metric=name, copy=True).fit(given_)
    peer = Peer(metric=name, copy=True).fit(given_)
    np.testing.assert_array_equal(found.labels_, peer.labels_)
    np.testing.assert_array_equal(found.probabilities_, peer.probabilities_)
    assert is_valid_linkage(found.single_linkage_tree_)
    assert ((found.outlier_scores_ >= 0) & (found.outlier_scores_ < 1)).all()
    if metric != "cosine":
        dense = HDBSCAN(metric="manhattan" if metric == "manhattan" else "euclidean", copy=True)
        np.testing.assert_allclose(dense.fit(X).outlier_scores_, found.outlier_scores_, atol=1e-7)


@pytest.mark.parametrize("value", [0.0, np.inf, np.nan])
def test_labels_have_scikit_learns_dtype(value) -> None:
    X = make_blobs(60, centers=3, random_state=0)[0]
    X[0, 0] = value
    theirs = Peer(copy=True).fit(X).labels_
    np.testing.assert_array_equal(HDBSCAN(copy=True).fit(X).labels_, theirs, strict=True)


@pytest.mark.parametrize("container", [np.asarray, csr_matrix])
def test_rows_that_are_not_finite_are_set_apart(container) -> None:
    X = make_blobs(120, centers=3, random_state=0)[0]
    clean = HDBSCAN(copy=True, store_centers="both").fit(container(X[4:]))
    X[:4] = [[np.inf, 1.0], [np.nan, 1.0], [-np.inf, np.nan], [np.inf, -np.inf]]
    found = HDBSCAN(copy=True, store_centers="both").fit(container(X))
    assert found.labels_[:4].tolist() == [-2, -3, -3, -2]
    np.testing.assert_array_equal(found.probabilities_[:4], [0, np.nan, np.nan, 0])
    np.testing.assert_array_equal(found.outlier_scores_[:4], [1, np.nan, np.nan, 1])
    assert found.dbscan_clustering(1.0)[:4].tolist() == [-2, -3, -3, -2]
    for name in ("labels_", "probabilities_", "outlier_scores_"):
        np.testing.assert_array_equal(getattr(found, name)[4:], getattr(clean, name))
    np.testing.assert_array_equal(found.dbscan_clustering(1.0)[4:], clean.dbscan_clustering(1.0))
    assert is_valid_linkage(found.single_linkage_tree_)
    assert len(found.single_linkage_tree_) == 119
    np.testing.assert_array_equal(found.reachability_[5:], clean.reachability_[1:])
    assert found.ordering_[-4:].tolist() == [0, 1, 2, 3]
    points = found.condensed_tree_["child"][found.condensed_tree_["child"] < 120]
    assert sorted(points) == list(range(4, 120))
    for name in ("centroids_", "medoids_"):
        np.testing.assert_array_equal(getattr(found, name), getattr(clean, name))


def test_condensed_tree_holds_the_points_of_each_cluster() -> None:
    X = make_blobs(300, centers=4, cluster_std=1.2, random_state=1)[0]
    found = HDBSCAN(min_cluster_size=8, copy=True).fit(X)
    tree, n = found.condensed_tree_, len(X)
    assert sorted(tree["child"][tree["child"] < n]) == list(range(n))
    size = {int(row["child"]): int(row["child_size"]) for row in tree}
    for cluster in set(tree["parent"].tolist()):
        rows = tree[tree["parent"] == cluster]
        assert rows["child_size"].sum() == size.get(cluster, n)
        below = rows["child"][rows["child"] >= n]
        assert len(below) in (0, 2)
        assert (rows["child_size"][rows["child"] >= n] >= 8).all()
    assert len(found.selected_clusters_) == found.labels_.max() + 1
    for number, cluster in enumerate(found.selected_clusters_.tolist()):
        fell = tree["child"][(tree["parent"] == cluster) & (tree["child"] < n)]
        assert (found.labels_[fell] == number).all()


def test_centres_are_scikit_learns() -> None:
    X = make_blobs(300, centers=4, random_state=2)[0]
    ours = HDBSCAN(store_centers="both", copy=True).fit(X)
    peer = Peer(store_centers="both", copy=True).fit(X)
    np.testing.assert_allclose(ours.centroids_, peer.centroids_)
    np.testing.assert_array_equal(ours.medoids_, peer.medoids_)
    sparse = HDBSCAN(store_centers="both", copy=True).fit(csr_matrix(X))
    np.testing.assert_allclose(sparse.centroids_, peer.centroids_)
    np.testing.assert_array_equal(sparse.medoids_, peer.medoids_)


def test_medoids_of_float32_points_are_scikit_learns() -> None:
    X = np.random.RandomState(0).randn(150, 33).cumsum(axis=1).astype(np.float32)
    parameters = {"min_samples": 2, "cluster_selection_method": "leaf", "store_centers": "medoid"}
    ours, peer = (kind(2, copy=True, **parameters).fit(X) for kind in (HDBSCAN, Peer))
    np.testing.assert_array_equal(ours.medoids_, peer.medoids_)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
def test_type_of_the_points_changes_nothing(digits, dtype) -> None:
    X = digits.flat()[:300]
    before = X.copy()
    found = HDBSCAN(copy=False).fit(X.astype(dtype, copy=False))
    expected = HDBSCAN(copy=False).fit(X.astype(float))
    np.testing.assert_array_equal(found.single_linkage_tree_, expected.single_linkage_tree_)
    np.testing.assert_array_equal(found.labels_, expected.labels_)
    np.testing.assert_array_equal(X, before)


def test_points_that_coincide() -> None:
    found = HDBSCAN(min_cluster_size=3, copy=True).fit(np.repeat([[0.0], [1.0], [5.0]], 4, axis=0))
    assert same_partition(found.labels_, np.repeat([0, 1, 2], 4))
    assert found.labels_.min() == 0
    assert (found.probabilities_ == 1).all()
    assert (found.outlier_scores_ == 0).all()


def test_it_can_be_pickled(digits) -> None:
    found = HDBSCAN(copy=True).fit(digits.flat()[:100])
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.condensed_tree_, found.condensed_tree_)


@pytest.mark.parametrize(
    ("X", "asked", "words"),
    [
        (np.ones((1, 2)), {}, "requires more than one sample"),
        (
            np.ones((3, 2)),
            {},
            r"min_samples \(5\) must be at most the number of samples in X \(3\)",
        ),
        (np.full((9, 2), np.nan), {}, r"min_samples \(5\) must be at most .* \(0\)"),
        (np.ones((9, 2)), {"min_samples": 0}, "min_samples"),
        (np.ones((9, 2)), {"min_cluster_size": 1}, "min_cluster_size"),
        (np.empty((0, 2)), {}, "0 sample"),
    ],
)
def test_bad_input_is_one_clear_error(X, asked, words) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        HDBSCAN(copy=True, **asked).fit(X)
    assert isinstance(raised.value, BadInputError) or "sample" in words or "min_" in words


def test_too_little_memory_is_refused_before_any_is_taken(rng):
    X = rng.normal(size=(3000, 20))
    with choose.forced("boruvka"):
        with pytest.raises(
            TooLittleMemoryError, match=r"HDBSCAN of 3,000 points needs 0\.\d+ GB"
        ) as said:
            HDBSCAN(copy=True, memory_limit=10**6).fit(X)
        assert said.value.have == 10**6
        need = said.value.need
        HDBSCAN(copy=True, memory_limit=need).fit(X)
        with pytest.raises(TooLittleMemoryError):
            HDBSCAN(min_samples=20, copy=True, memory_limit=need).fit(X)
        apart = np.asfortranarray(X)  # has to be copied
        with pytest.raises(TooLittleMemoryError) as said:
            HDBSCAN(copy=True, memory_limit=need).fit(apart)
        assert said.value.need == need + X.nbytes


def test_all_distances_count_where_scikit_learn_takes_them():
    X = np.random.default_rng(0).normal(size=(20_000, 3))
    for options in ({"metric": "cosine"}, {"metric": "manhattan", "algorithm": "brute"}):
        with pytest.raises(TooLittleMemoryError, match="HDBSCAN of 20,000 points needs 6") as said:
            HDBSCAN(**options, copy=True, memory_limit=10**9).fit(X)
        assert said.value.need > 16 * 20_000**2
    HDBSCAN(metric="manhattan", copy=True, memory_limit=10**9).fit(X[:500])


@pytest.mark.parametrize(
    ("n", "min_samples", "kind", "algorithm"),
    [
        (600, 5, "equal", "boruvka"),
        (600, 500, "other", "boruvka"),
        (3000, 5, "other", "boruvka"),
        (3000, 40, "equal", "boruvka"),
        (3000, 300, "other", "boruvka"),
        (3000, 300, "other", "prim"),
        (3000, 5, "tenths", "prim"),
        (3000, 5, "tenths", "stored"),
        (3000, 300, "other", "stored"),
    ],
)
def test_no_more_memory_is_taken_than_was_said(n, min_samples, kind, algorithm, rng):
    X = np.ones((n, 20)) if kind == "equal" else rng.normal(size=(n, 20))
    X = np.round(X) * 0.1 if kind == "tenths" else X
    model = HDBSCAN(min_samples=min_samples, copy=True)
    plan = {"boruvka": tree_bytes, "prim": prim_bytes, "stored": stored_bytes}[algorithm]
    with choose.forced(algorithm):
        model.fit(X[:500])  # what is loaded and compiled on the way
        tracemalloc.start()
        model.fit(X)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < plan(X, min_samples)
    if n == 3000:  # blocks take part of SPARE; beside them the plan is tight
        assert peak < plan(X, min_samples) - SPARE + (56 << 20)


def test_thousands_of_neighbours_of_many_points_fit():
    assert tree_bytes(np.empty((30_000, 20)), 3000) < 3e9


@pytest.mark.parametrize("kind", ["generic", "rounded", "repeated"])
@pytest.mark.parametrize("most", [0, 3])
def test_ties_waiting_in_turn_change_nothing(monkeypatch, kind, most):
    for seed in range(20):
        X = some_points(seed, kind)
        model = HDBSCAN(min_samples=9, min_cluster_size=3, copy=True)
        with choose.forced("boruvka"), monkeypatch.context() as patch:
            expected = clone(model).fit(X).single_linkage_tree_
            patch.setattr(from_lists.kernels, "MAX_WAITING", most)
            patch.setattr(choose, "walk_is_compiled", lambda: False)
            np.testing.assert_array_equal(model.fit(X).single_linkage_tree_, expected)


def test_many_equal_points_are_labelled_as_by_scikit_learn():
    X = np.repeat([[0.0, 0.0], [5.0, 5.0], [9.0, 0.0]], 1000, axis=0)
    X = np.concatenate([X, np.random.default_rng(0).normal(size=(60, 2)) * 8])
    ours = HDBSCAN(copy=True).fit(X)
    theirs = Peer(copy=True).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.probabilities_, theirs.probabilities_)
