"""Libraries that cluster give the same with their import line changed, or with our estimators."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_iris, make_blobs
from tests.peers.clients.comparing import assert_the_same, compare

IMPORT_LINES = {
    r"from sklearn\.cluster import": "from inkcluster.cluster import",
    r"from sklearn import cluster, ": "from inkcluster import cluster\nfrom sklearn import ",
    r"from scipy\.cluster import hierarchy": "from inkcluster import hierarchy",
}
FORCED = {"force_model": True}
"""yellowbrick takes no model of scikit-learn 1.6 and later for one that clusters."""

pytestmark = [
    # of the libraries themselves, which are older than what they stand on
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def source_of(name: str) -> Path:
    pytest.importorskip(name.partition(".")[0])
    return Path(importlib.util.find_spec(name).origin)


def loaded(name: str, *, changed: bool) -> ModuleType:
    """The module of that name, read anew; with its import lines changed if `changed`."""
    path = source_of(name)
    text, count = path.read_text(encoding="utf-8"), 0
    for old, new in IMPORT_LINES.items() if changed else ():
        text, found = re.subn(old, new, text)
        count += found
    assert bool(count) is changed
    module = ModuleType(name)
    module.__package__, module.__file__ = name.rpartition(".")[0], str(path)
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module


def assert_a_changed_import_line_changes_nothing(name, client) -> None:
    theirs, ours = (client(loaded(name, changed=changed)) for changed in (False, True))
    compare(ours, theirs, name)


@pytest.fixture(autouse=True)
def _without_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def points():
    return make_blobs(400, n_features=6, centers=5, random_state=4)[0]


@pytest.mark.parametrize("metric", ["distortion", "silhouette", "calinski_harabasz"])
def test_yellowbricks_elbow(points, metric):
    shown = pytest.importorskip("yellowbrick.cluster")

    def client(cluster, _):
        model = cluster.KMeans(random_state=0, n_init=3)
        elbow = shown.KElbowVisualizer(model, k=(2, 7), metric=metric, **FORCED).fit(points)
        return [elbow.k_scores_, elbow.elbow_value_, elbow.elbow_score_]

    assert_the_same(client)


def test_yellowbricks_distances(points):
    shown = pytest.importorskip("yellowbrick.cluster")

    def client(cluster, _):
        far = shown.InterclusterDistance(
            cluster.KMeans(5, random_state=2), random_state=0, **FORCED
        )
        far.fit(points)
        return [far.embedded_centers_, far.scores_]

    assert_the_same(client)


@pytest.mark.parametrize(
    "given",
    [{"method": "kmeans", "random_state": 0, "n_init": 3}]
    + [{"method": "hierarchical", "linkage": linkage} for linkage in ("ward", "single", "average")],
    ids=lambda given: given.get("linkage", "kmeans"),
)
def test_clustergram(points, given):
    def client(module):
        found = module.Clustergram(range(1, 7), verbose=False, **given)
        found.fit(pd.DataFrame(points))
        means = {k: np.asarray(means) for k, means in found.cluster_centers.items()}
        return [found.labels.to_numpy(), means, found.silhouette_score().to_numpy()]

    assert_a_changed_import_line_changes_nothing("clustergram.clustergram", client)


def test_seaborns_clustermap(monkeypatch):
    monkeypatch.setitem(sys.modules, "fastcluster", None)  # which it prefers to SciPy
    iris = load_iris(as_frame=True)
    data = iris.data.drop_duplicates().iloc[::4] + np.random.default_rng(0).normal(size=4) * 1e-3
    data += np.random.default_rng(1).normal(scale=1e-3, size=data.shape)

    def client(module):
        found = []
        for given in (
            {"method": "ward", "standard_scale": 1},
            {"metric": "correlation"},
            {"method": "single"},
        ):
            grid = module.clustermap(data, cbar_pos=None, **given)
            rows = grid.dendrogram_row
            drawn = [rows.linkage, rows.reordered_ind, rows.independent_coord]
            heat = grid.ax_heatmap.collections[0].get_array()
            found.append(
                [*drawn, rows.dependent_coord, np.asarray(heat), list(grid.data2d.columns)]
            )
        return found

    assert_a_changed_import_line_changes_nothing("seaborn.matrix", client)


def test_kmapper(points):
    def client(module):
        mapper = module.KeplerMapper(verbose=0)
        lens = mapper.fit_transform(points, projection=[0, 1])
        cover = module.Cover(n_cubes=6, perc_overlap=0.3)
        models = (
            module.cluster.DBSCAN(eps=0.5, min_samples=3),
            module.cluster.DBSCAN(eps=2, min_samples=3),
            module.cluster.AgglomerativeClustering(n_clusters=2, linkage="complete"),
            module.cluster.KMeans(n_clusters=2, random_state=0),
        )
        graphs = [mapper.map(lens, points, clusterer=model, cover=cover) for model in models]
        graphs.append(mapper.map(lens, points, cover=cover))
        return [[dict(graph["nodes"]), dict(graph["links"])] for graph in graphs]

    assert_a_changed_import_line_changes_nothing("kmapper.kmapper", client)


def test_imbalanced_learns_centroids():
    X, y = load_digits(return_X_y=True)
    few = np.r_[np.flatnonzero(y == 1)[:20], np.flatnonzero(y == 2)]

    def client(module):
        sampler = module.ClusterCentroids(random_state=0)
        return list(sampler.fit_resample(X[few], y[few]))

    assert_a_changed_import_line_changes_nothing(
        "imblearn.under_sampling._prototype_generation._cluster_centroids", client
    )


def test_imbalanced_learns_smote_by_clusters():
    smote = pytest.importorskip("imblearn.over_sampling")
    X, y = make_blobs([200, 60, 30], n_features=3, cluster_std=3, random_state=5)

    def client(cluster, _):
        model = cluster.KMeans(6, n_init=2, random_state=0)
        given = {"cluster_balance_threshold": 0.05, "random_state": 1}
        return list(smote.KMeansSMOTE(kmeans_estimator=model, **given).fit_resample(X, y))

    assert_the_same(client)
