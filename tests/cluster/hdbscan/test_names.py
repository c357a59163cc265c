"""What users of the hdbscan package look for, beside that package and its definitions."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError

from inkcluster.cluster import hdbscan as ours
from inkcluster.cluster.hdbscan import HDBSCAN, approximate_predict
from inkcluster.cluster.hdbscan.reading import validity
from inkcluster.errors import BadInputError

LAZY = (
    "outlier_scores_", "single_linkage_tree_", "condensed_tree_", "minimum_spanning_tree_",
    "selected_clusters_", "cluster_persistence_", "exemplars_", "relative_validity_", "ordering_",
    "reachability_",
)  # fmt: skip


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    return make_blobs(200, 3, centers=5, cluster_std=1.5, random_state=2)[0]


@pytest.fixture(scope="module")
def found(blobs) -> HDBSCAN:
    return HDBSCAN(min_cluster_size=8, min_samples=4, copy=True).fit(blobs)


@pytest.mark.parametrize("seed", range(6))
def test_all_numbers_are_those_of_the_hdbscan_package(seed) -> None:
    hdbscan = pytest.importorskip("hdbscan", reason="group `bench` is not installed")
    from hdbscan.prediction import _find_cluster_and_probability

    rng = np.random.default_rng(seed)
    X = make_blobs(200, 3, centers=5, cluster_std=1.5, random_state=seed)[0]
    k = 2  # with more neighbours it breaks ties in another way
    asked = {
        "min_cluster_size": int(rng.integers(5, 10)),
        "cluster_selection_method": ["eom", "leaf"][seed % 2],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        model = hdbscan.HDBSCAN(
            min_samples=k - 1,
            prediction_data=True,
            gen_min_span_tree=True,
            approx_min_span_tree=False,
            **asked,
        )  # it leaves the point out
        peer = model.fit(X)
        exemplars = peer.exemplars_
    found = HDBSCAN(min_samples=k, copy=True, **asked).fit(X)
    theirs = {-1: -1, **dict(zip(found.labels_.tolist(), peer.labels_.tolist(), strict=True))}
    number = [theirs[label] for label in range(found.labels_.max() + 1)]
    assert [theirs[label] for label in found.labels_] == peer.labels_.tolist()
    np.testing.assert_allclose(found.cluster_persistence_, peer.cluster_persistence_[number])
    for label, points in enumerate(found.exemplars_):
        assert set(map(tuple, points)) == set(map(tuple, exemplars[number[label]]))
    tree = peer.minimum_spanning_tree_.to_numpy()  # one of several
    assert validity(tree, peer.labels_) == pytest.approx(peer.relative_validity_)
    edges = peer.minimum_spanning_tree_.to_pandas()
    mine = found.minimum_spanning_tree_.to_pandas()
    assert list(mine) == list(edges)
    np.testing.assert_allclose(mine["distance"], np.sort(edges["distance"]))
    for name in ("condensed_tree_", "single_linkage_tree_"):
        mine, its = (getattr(each, name).to_pandas() for each in (found, peer))
        assert list(mine) == list(its)
        assert len(mine) == len(its)
    Q = rng.normal(size=(60, 3)) * 6
    labels, probabilities = approximate_predict(found, Q)
    between, core = cdist(Q, X), np.sort(cdist(X, X), axis=1)[:, k - 1]
    for i, nearest in enumerate(np.argsort(between, axis=1)[:, : 2 * k]):
        data = peer.prediction_data_
        label, probability, _ = _find_cluster_and_probability(
            peer.condensed_tree_, data.cluster_tree, nearest, between[i, nearest], core,
            data.cluster_map, data.max_lambdas, k - 2,  # it takes a neighbour more, see docstring
        )  # fmt: skip
        assert theirs[int(labels[i])] == label
        assert probabilities[i] == pytest.approx(probability)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_new_points_join_where_the_definition_says(seed) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 2)) + rng.integers(0, 3, (60, 1)) * 4
    k = int(rng.integers(1, 6))
    found = HDBSCAN(min_cluster_size=6, min_samples=k, copy=True).fit(X)
    Q = rng.normal(size=(20, 2)) * 6
    labels, probabilities, joined = approximate_predict(found, Q, True)
    tree, n = found.condensed_tree_, len(X)
    row_of = {int(row["child"]): row for row in tree}
    core = np.sort(cdist(X, X), axis=1)[:, k - 1]
    kept = found.selected_clusters_.tolist()
    for i, far in enumerate(cdist(Q, X)):
        own = np.sort(far)[k - 2] if k > 1 else 0.0
        reach = np.maximum(np.maximum(far, own), core)
        near = np.argsort(far)[: 2 * k]
        least = reach[near].min()
        assert reach[joined[i]] == pytest.approx(least)
        cluster = int(row_of[int(joined[i])]["parent"])
        if row_of[int(joined[i])]["lambda_val"] > 1 / least:
            while cluster > n and row_of[cluster]["lambda_val"] >= 1 / least:
                cluster = int(row_of[cluster]["parent"])
        while cluster > n and cluster not in kept:
            cluster = int(row_of[cluster]["parent"])
        assert labels[i] == (kept.index(cluster) if cluster in kept else -1)
        last = tree["lambda_val"][tree["parent"] == cluster].max()
        expected = min(1.0, 1 / least / last) if cluster in kept else 0.0
        assert probabilities[i] == pytest.approx(expected)


def test_a_single_cluster_takes_new_points_as_it_took_those_of_the_fit(blobs) -> None:
    asked = {"min_cluster_size": 90, "allow_single_cluster": True, "copy": True}
    one = HDBSCAN(**asked).fit(blobs)
    assert set(one.labels_.tolist()) == {0, -1}
    assert approximate_predict(one, [[1e3, 1e3, 1e3]])[0].tolist() == [-1]
    assert approximate_predict(one, blobs[one.labels_ == 0])[0].max() == 0


def test_persistence_is_the_share_of_all_lambda(found) -> None:
    tree = found.condensed_tree_
    for label, cluster in enumerate(found.selected_clusters_.tolist()):
        rows = tree[tree["parent"] == cluster]
        birth = tree["lambda_val"][tree["child"] == cluster]
        mass = ((rows["lambda_val"] - birth) * rows["child_size"]).sum()
        most = tree["lambda_val"].max() * np.count_nonzero(found.labels_ == label)
        assert found.cluster_persistence_[label] == pytest.approx(mass / most)
    equal = HDBSCAN(min_cluster_size=3, copy=True).fit(np.repeat([[0.0], [1.0], [5.0]], 4, axis=0))
    assert equal.cluster_persistence_.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("algorithm", ["prim", "stored", "boruvka"])
def test_edges_span_all_points_at_their_mutual_reachability(blobs, algorithm) -> None:
    with ours.choose.forced(algorithm):
        found = HDBSCAN(min_samples=4, copy=True).fit(blobs)
    far = cdist(blobs, blobs)
    core = np.sort(far, axis=1)[:, 3]
    edges = found.minimum_spanning_tree_
    a, b = edges[:, :2].astype(int).T
    np.testing.assert_allclose(
        edges[:, 2], np.maximum(np.maximum(far[a, b], core[a]), core[b]), rtol=1e-12
    )
    np.testing.assert_allclose(edges[:, 2], found.single_linkage_tree_[:, 2])
    assert len(np.unique(edges[:, :2])) == len(blobs)


def test_rows_that_take_no_part_are_in_no_edge_and_no_exemplar(blobs) -> None:
    X = np.concatenate([[[np.nan, 0, 0], [np.inf, 0, 0]], blobs])
    found = HDBSCAN(min_cluster_size=8, min_samples=4, copy=True).fit(X)
    clean = HDBSCAN(min_cluster_size=8, min_samples=4, copy=True).fit(blobs)
    assert found.minimum_spanning_tree_[:, :2].min() == 2
    np.testing.assert_array_equal(
        found.minimum_spanning_tree_ - [2, 2, 0], clean.minimum_spanning_tree_
    )
    for mine, its in zip(found.exemplars_, clean.exemplars_, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert found.relative_validity_ == clean.relative_validity_
    np.testing.assert_array_equal(
        approximate_predict(found, blobs), approximate_predict(clean, blobs)
    )
    neighbours = approximate_predict(found, blobs, True)[2]
    np.testing.assert_array_equal(neighbours, approximate_predict(clean, blobs, True)[2] + 2)


def test_tables_and_copies(found) -> None:
    tree = found.condensed_tree_
    assert type(tree.to_numpy()) is np.ndarray
    assert tree.to_pandas().to_records(index=False).tolist() == tree.tolist()
    assert isinstance(pd.DataFrame(tree)["parent"].iloc[0], np.int64)
    assert type(found.minimum_spanning_tree_[:, 2] * 2) is np.ndarray
    height = float(np.median(found.single_linkage_tree_[:, 2]))
    np.testing.assert_array_equal(
        found.single_linkage_tree_.get_clusters(height, 3), found.dbscan_clustering(height, 3)
    )
    again = pickle.loads(pickle.dumps(found))
    for name in LAZY:
        mine, its = getattr(again, name), getattr(found, name)
        if name == "exemplars_":
            mine, its = np.concatenate(mine), np.concatenate(its)
        np.testing.assert_array_equal(mine, its)
        assert type(mine) is type(its)
    assert pickle.loads(pickle.dumps(tree)).selected.tolist() == found.selected_clusters_.tolist()


def test_nothing_is_found_before_it_is_asked_for(blobs) -> None:
    model = HDBSCAN(copy=True).fit(blobs)
    assert not {"outlier_scores", "reachability", "exemplars", "linkage"} & set(
        vars(model._reading)
    )
    with pytest.raises(NotFittedError):
        HDBSCAN().condensed_tree_  # noqa: B018
    assert not hasattr(HDBSCAN(), "outlier_scores_")


def test_the_condensed_tree_is_drawn(found) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    from matplotlib.patches import Ellipse

    figure, axes = plt.subplots()
    tree = found.condensed_tree_
    assert tree.plot(select_clusters=True, label_clusters=True, axis=axes) is axes
    ovals = [patch for patch in axes.patches if isinstance(patch, Ellipse)]
    assert len(ovals) == len(found.selected_clusters_)
    assert [text.get_text() for text in axes.texts] == [str(i) for i in range(len(ovals))]
    bars = [patch for patch in axes.patches if not isinstance(patch, Ellipse)]
    widest = max(bar.get_width() for bar in bars)
    assert widest == pytest.approx(1.0)  # the root, of all points
    ends = max(bar.get_y() + bar.get_height() for bar in bars)
    assert ends == pytest.approx(tree["lambda_val"].max())
    assert axes.yaxis_inverted()
    equal = HDBSCAN(min_cluster_size=3, copy=True).fit(np.repeat([[0.0], [1.0]], 4, axis=0))
    equal.condensed_tree_.plot(axis=figure.subplots(), log_size=True)  # lambda is infinite
    plt.close(figure)


def test_the_other_trees_are_drawn(found, blobs) -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    figure, (left, right, last) = plt.subplots(1, 3)
    found.single_linkage_tree_.plot(axis=left)
    heights = np.concatenate([path.vertices[:, 1] for path in left.collections[0].get_paths()])
    assert heights.max() == pytest.approx(found.single_linkage_tree_[-1, 2])
    found.minimum_spanning_tree_.plot(axis=right)
    assert len(right.collections[0].get_segments()) == len(blobs) - 1
    X = np.concatenate([[[np.nan, 0]], blobs[:, :2]])
    some = HDBSCAN(copy=True).fit(X)
    some.single_linkage_tree_.plot(axis=last)
    some.minimum_spanning_tree_.plot(axis=last, colorbar=False)
    drawn = np.concatenate(last.collections[-1].get_segments())
    assert set(map(tuple, drawn)) == set(map(tuple, blobs[:, :2]))
    plt.close(figure)


def test_what_is_missing_says_what_to_use(blobs) -> None:
    given_ = HDBSCAN(metric="precomputed", copy=True).fit(cdist(blobs, blobs))
    for name in ("minimum_spanning_tree_", "exemplars_", "relative_validity_"):
        with pytest.raises(AttributeError, match=r"distances"):
            getattr(given_, name)
    with pytest.raises(BadInputError, match="Euclidean"):
        approximate_predict(given_, blobs)
    for name in ours.ELSEWHERE:
        with pytest.raises(AttributeError, match=rf"{name} is left to the hdbscan package; `"):
            getattr(ours, name)
