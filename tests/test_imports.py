"""A changed import line brings every name that the original has."""

import inspect

import pytest
import scipy.cluster.hierarchy
import sklearn.cluster

import inkcluster
from inkcluster import cluster, hierarchy

OURS = {"KMeans", "AgglomerativeClustering", "DBSCAN", "HDBSCAN"}


@pytest.mark.parametrize("module", [inkcluster, cluster])
@pytest.mark.parametrize("name", sklearn.cluster.__all__)
def test_every_name_of_scikit_learn(module, name):
    theirs, found = getattr(sklearn.cluster, name), getattr(module, name)
    assert not inspect.ismodule(found)
    if name in OURS:
        assert found.__module__.startswith("inkcluster.")
        assert issubclass(found, theirs)
    else:
        assert found is theirs


@pytest.mark.parametrize("name", [*scipy.cluster.hierarchy.__all__, "ClusterWarning"])
def test_every_name_of_scipys_hierarchies(name):
    theirs, found = getattr(scipy.cluster.hierarchy, name), getattr(hierarchy, name)
    if name in hierarchy.METHODS or name == "linkage":
        assert found.__module__.startswith("inkcluster.")
        ours = list(inspect.signature(found).parameters)
        assert ours[: len(inspect.signature(theirs).parameters)] == [
            *inspect.signature(theirs).parameters
        ]
    else:
        assert found is theirs


@pytest.mark.parametrize("module", [inkcluster, cluster, hierarchy])
@pytest.mark.parametrize("name", ["nonsense", "np", "_nonsense", "warnings", "__wrapped__"])
def test_nothing_else(module, name):
    with pytest.raises(AttributeError):
        getattr(module, name)


def test_a_mixed_import_line():
    from inkcluster.cluster import DBSCAN, KMeans, MiniBatchKMeans, dbscan, k_means

    assert KMeans is inkcluster.KMeans
    assert DBSCAN is inkcluster.DBSCAN
    assert callable(dbscan)
    assert MiniBatchKMeans is sklearn.cluster.MiniBatchKMeans
    assert k_means is sklearn.cluster.k_means
