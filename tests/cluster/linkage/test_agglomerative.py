"""Agglomerative clustering as in scikit-learn, on our hierarchies."""

import numpy as np
import pytest
from sklearn import cluster as peer
from sklearn.neighbors import kneighbors_graph
from sklearn.utils.estimator_checks import parametrize_with_checks

from inkcluster import AgglomerativeClustering
from inkcluster.errors import TooLittleMemoryError

LINKAGES = ["ward", "single", "average", "complete"]


@parametrize_with_checks([AgglomerativeClustering(linkage=name) for name in LINKAGES])
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.fixture
def points(rng):
    return rng.standard_normal((200, 5))


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize(
    "parameters",
    [
        {"n_clusters": 7},
        {"n_clusters": 7, "compute_distances": True, "metric": "euclidean"},
        {"n_clusters": None, "distance_threshold": 2.5},
    ],
)
def test_same_attributes_as_scikit_learn(linkage, parameters, points):
    ours = AgglomerativeClustering(linkage=linkage, **parameters).fit(points)
    theirs = peer.AgglomerativeClustering(linkage=linkage, **parameters).fit(points)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.children_, theirs.children_)
    assert sorted(vars(ours)) == sorted([*vars(theirs), "memory_limit", "algorithm_"])
    for name in ("n_clusters_", "n_leaves_", "n_connected_components_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)
        assert type(getattr(ours, name)) is type(getattr(theirs, name))
    if hasattr(theirs, "distances_"):
        np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-9)


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("seed", range(25))
def test_numbers_are_those_of_scikit_learn(linkage, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rng.integers(3, 80), 3))
    how = {"n_clusters": int(rng.integers(1, 4)), "linkage": linkage, "compute_full_tree": True}
    ours, theirs = AgglomerativeClustering(**how).fit(X), peer.AgglomerativeClustering(**how).fit(X)
    np.testing.assert_array_equal(ours.children_, theirs.children_)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)


@pytest.mark.parametrize("linkage", LINKAGES)
def test_a_connectivity_is_handed_on(linkage, points):
    graph = kneighbors_graph(points, 12, include_self=False)
    parameters = {"n_clusters": 4, "connectivity": graph, "linkage": linkage}
    np.testing.assert_array_equal(
        AgglomerativeClustering(**parameters).fit(points).labels_,
        peer.AgglomerativeClustering(**parameters).fit(points).labels_,
    )


@pytest.mark.parametrize("metric", ["manhattan", "cosine"])
def test_another_metric_is_handed_on(metric, points):
    parameters = {"n_clusters": 4, "metric": metric, "linkage": "average"}
    np.testing.assert_array_equal(
        AgglomerativeClustering(**parameters).fit(points).labels_,
        peer.AgglomerativeClustering(**parameters).fit(points).labels_,
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_clusters": None},
        {"distance_threshold": 1.0},
        {"n_clusters": None, "distance_threshold": 1.0, "compute_full_tree": False},
        {"metric": "manhattan"},
        {"n_clusters": 0},
        {"n_clusters": 300},
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_scikit_learns_words(parameters, points):
    with pytest.raises(ValueError) as theirs:
        peer.AgglomerativeClustering(**parameters).fit(points)
    with pytest.raises(ValueError) as ours:
        AgglomerativeClustering(**parameters).fit(points)
    assert str(ours.value) == str(theirs.value)


def test_a_hierarchy_is_kept_where_a_memory_is_given(points, tmp_path):
    first = AgglomerativeClustering(5, memory=str(tmp_path)).fit(points)
    again = AgglomerativeClustering(9, memory=str(tmp_path)).fit(points)
    np.testing.assert_array_equal(first.children_, again.children_)
    assert any(tmp_path.iterdir())


@pytest.mark.parametrize("linkage", LINKAGES)
def test_the_memory_limit_is_kept(linkage, points):
    with pytest.raises(TooLittleMemoryError, match=rf"A hierarchy \({linkage}\) of 200 points"):
        AgglomerativeClustering(linkage=linkage, memory_limit=1000).fit(points)
    with pytest.raises(ValueError, match="memory_limit"):
        AgglomerativeClustering(memory_limit="1 GB").fit(points)


@pytest.mark.parametrize("linkage", LINKAGES)
def test_l2_is_euclidean(linkage, points):
    l2, own = (
        AgglomerativeClustering(7, linkage=linkage, metric=metric).fit(points)
        for metric in ("l2", "euclidean")
    )
    np.testing.assert_array_equal(l2.children_, own.children_)
    np.testing.assert_array_equal(l2.labels_, own.labels_)
