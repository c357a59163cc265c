"""What stands on scikit-learn keeps its conventions, check for check."""

import numpy as np
import pytest
from sklearn import cluster as peer
from sklearn.utils.estimator_checks import parametrize_with_checks

from inkcluster import DBSCAN, HDBSCAN, AgglomerativeClustering, DBSCANGrid, KMeans, ShapeClustering
from inkcluster.cluster.linkage import choose

ESTIMATORS = [
    KMeans(n_init=2),
    AgglomerativeClustering(),
    DBSCAN(),
    HDBSCAN(copy=True),
    DBSCANGrid(),
    ShapeClustering(),
]
WEIGHTS = "k-means++ draws differ between a weight of two and a point twice, as in scikit-learn"


def expected_failures(estimator):
    if not isinstance(estimator, KMeans):
        return {}
    return {
        "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
        "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
    }


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")  # the checks' own tiny data
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("linkage", ["ward", "average", "complete", "single"])
def test_same_children_and_labels_as_the_peer_by_each_algorithm(linkage, digits):
    X = digits.flat()[:400].astype(float)  # many distances tie
    theirs = peer.AgglomerativeClustering(10, linkage=linkage).fit(X)
    for algorithm in ("scipy", "chain", "prim"):
        if linkage in choose.ALGORITHMS[algorithm]:
            with choose.forced(algorithm):
                ours = AgglomerativeClustering(10, linkage=linkage).fit(X)
            assert ours.algorithm_ == algorithm
            np.testing.assert_array_equal(ours.children_, theirs.children_)
            np.testing.assert_array_equal(ours.labels_, theirs.labels_)


@pytest.mark.parametrize("name", ["AgglomerativeClustering", "DBSCAN", "HDBSCAN"])
def test_same_labels_as_the_peer(name, digits):
    X = digits.flat()[:400].astype(float)
    parameters = {"DBSCAN": {"eps": 20.0}, "HDBSCAN": {"copy": True}}.get(name, {"n_clusters": 10})
    ours = {
        "AgglomerativeClustering": AgglomerativeClustering,
        "DBSCAN": DBSCAN,
        "HDBSCAN": HDBSCAN,
    }[name]
    np.testing.assert_array_equal(
        ours(**parameters).fit_predict(X), getattr(peer, name)(**parameters).fit_predict(X)
    )
