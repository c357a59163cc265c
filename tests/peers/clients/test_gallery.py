"""The computations of scikit-learn's gallery of clustering give the same with a changed import line.

Each function is what an example of that name (without ``plot_``) computes; what it draws is returned.
"""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import (
    load_digits,
    load_iris,
    load_sample_image,
    make_blobs,
    make_circles,
    make_moons,
    make_swiss_roll,
)
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.image import grid_to_graph
from sklearn.manifold import SpectralEmbedding
from sklearn.neighbors import kneighbors_graph
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler, scale
from sklearn.utils import shuffle
from tests.peers.clients.comparing import assert_the_same

LINKAGES = ("ward", "average", "complete", "single")


def kmeans_assumptions(cluster, _):
    X, y = make_blobs(n_samples=1500, random_state=170)
    aniso = X @ [[0.60834549, -0.63667341], [-0.40887718, 0.85253229]]
    varied, _ = make_blobs(n_samples=1500, cluster_std=[1.0, 2.5, 0.5], random_state=170)
    uneven = np.vstack((X[y == 0][:500], X[y == 1][:100], X[y == 2][:10]))
    common = {"n_init": "auto", "random_state": 170}
    return [
        cluster.KMeans(n_clusters=2, **common).fit_predict(X),
        *(cluster.KMeans(n_clusters=3, **common).fit_predict(Z) for Z in (aniso, varied, uneven)),
        cluster.KMeans(n_clusters=3, n_init=10, random_state=170).fit_predict(uneven),
    ]


def kmeans_digits(cluster, _):
    data, labels = load_digits(return_X_y=True)
    pca = PCA(n_components=10).fit(data)
    found = []
    for init, n_init in (("k-means++", 4), ("random", 4), (pca.components_, 1)):
        kmeans = cluster.KMeans(init=init, n_clusters=10, n_init=n_init, random_state=0)
        fitted = make_pipeline(StandardScaler(), kmeans).fit(data)[-1]
        scored = [
            score(labels, fitted.labels_)
            for score in (
                metrics.homogeneity_score,
                metrics.v_measure_score,
                metrics.adjusted_rand_score,
            )
        ]
        found.append((fitted.labels_, fitted.inertia_, fitted.n_iter_, scored))
    reduced = PCA(n_components=2).fit_transform(data)
    kmeans = cluster.KMeans(init="k-means++", n_clusters=10, n_init=4, random_state=0).fit(reduced)
    x, y = np.meshgrid(*(np.arange(c.min() - 1, c.max() + 1, 0.5) for c in reduced.T))
    return [*found, kmeans.predict(np.c_[x.ravel(), y.ravel()]), kmeans.cluster_centers_]


def kmeans_silhouette_analysis(cluster, _):
    X, _ = make_blobs(500, 2, centers=4, center_box=(-10.0, 10.0), shuffle=True, random_state=1)
    fitted = [cluster.KMeans(n_clusters=k, random_state=10).fit(X) for k in range(2, 7)]
    return [
        (f.labels_, f.cluster_centers_, metrics.silhouette_samples(X, f.labels_)) for f in fitted
    ]


def kmeans_stability_low_dim_dense(cluster, _):
    random_state = np.random.RandomState(0)
    centres = np.array([[i, j] for i in range(3) for j in range(3)])
    noise = random_state.normal(scale=0.1, size=(100, 2))
    X = shuffle(np.concatenate([centre + noise for centre in centres]), random_state=random_state)
    given = {"n_clusters": 9}
    return [
        factory(init=init, random_state=run, n_init=n_init, **given).fit(X).inertia_
        for factory in (cluster.KMeans, cluster.MiniBatchKMeans)
        for init in ("k-means++", "random")
        for n_init in (1, 5, 10)
        for run in range(3)
    ]


def kmeans_plusplus(cluster, _):
    X, _ = make_blobs(n_samples=4000, centers=4, cluster_std=0.60, random_state=0)
    return list(cluster.kmeans_plusplus(X[:, ::-1], n_clusters=4, random_state=0))


def mini_batch_kmeans(cluster, _):
    X, _ = make_blobs(3000, centers=[[1, 1], [-1, -1], [1, -1]], cluster_std=0.7, random_state=0)
    full = cluster.KMeans(init="k-means++", n_clusters=3, n_init=10, random_state=0).fit(X)
    mini = cluster.MiniBatchKMeans(3, batch_size=45, n_init=10, random_state=0).fit(X)
    order = metrics.pairwise_distances_argmin(full.cluster_centers_, mini.cluster_centers_)
    return [full.labels_, mini.labels_, order, full.inertia_]


def cluster_comparison(cluster, _):
    rng = np.random.RandomState(170)
    blobs, _ = make_blobs(n_samples=500, random_state=170)
    sets = [
        make_circles(n_samples=500, factor=0.5, noise=0.05, random_state=30)[0],
        make_moons(n_samples=500, noise=0.05, random_state=30)[0],
        make_blobs(n_samples=500, cluster_std=[1.0, 2.5, 0.5], random_state=170)[0],
        blobs @ [[0.6, -0.6], [-0.4, 0.8]],
        blobs,
        rng.rand(500, 2),
    ]
    found = []
    scaled = map(StandardScaler().fit_transform, sets)
    for X, eps, k in zip(scaled, (0.3, 0.3, 0.18, 0.15, 0.3, 0.3), (2, 2, 3, 3, 3, 3), strict=True):
        graph = kneighbors_graph(X, n_neighbors=10, include_self=False)
        graph = 0.5 * (graph + graph.T)
        average = {"linkage": "average", "metric": "cityblock"}
        models = [
            cluster.AgglomerativeClustering(k, linkage="ward", connectivity=graph),
            cluster.AgglomerativeClustering(k, connectivity=graph, **average),
            cluster.DBSCAN(eps=eps),
            cluster.HDBSCAN(
                min_samples=3, min_cluster_size=15, allow_single_cluster=True, copy=True
            ),
            cluster.KMeans(k, random_state=170),
        ]
        found.append([model.fit(X).labels_ for model in models])
    return found


def linkage_comparison(cluster, _):
    circles, _ = make_circles(n_samples=1500, factor=0.5, noise=0.05, random_state=170)
    moons, _ = make_moons(n_samples=1500, noise=0.05, random_state=170)
    return [
        cluster.AgglomerativeClustering(n_clusters=2, linkage=linkage)
        .fit(StandardScaler().fit_transform(X))
        .labels_
        for X in (circles, moons)
        for linkage in LINKAGES
    ]


def agglomerative_dendrogram(cluster, hierarchy):
    X = load_iris().data + np.random.default_rng(0).normal(scale=1e-6, size=(150, 4))  # no ties
    model = cluster.AgglomerativeClustering(distance_threshold=0, n_clusters=None).fit(X)
    counts = np.zeros(len(model.children_))
    for i, pair in enumerate(model.children_):
        counts[i] = sum(1 if at < len(X) else counts[at - len(X)] for at in pair)
    Z = np.column_stack([model.children_, model.distances_, counts]).astype(float)
    drawn = hierarchy.dendrogram(Z, truncate_mode="level", p=3, no_plot=True)
    return [Z, drawn["icoord"], drawn["dcoord"], drawn["ivl"], drawn["leaves"]]


def agglomerative_clustering(cluster, _):
    rng = np.random.RandomState(0)
    t = 1.5 * np.pi * (1 + 3 * rng.rand(1, 600))
    X = (np.concatenate((t * np.cos(t), t * np.sin(t))) + 0.7 * rng.randn(2, 600)).T
    graph = kneighbors_graph(X, 30, include_self=False)
    graph = graph.maximum(graph.T)
    return [
        cluster.AgglomerativeClustering(k, linkage=linkage, connectivity=connectivity)
        .fit(X)
        .labels_
        for connectivity in (None, graph)
        for k in (30, 3)
        for linkage in LINKAGES
    ]


def agglomerative_clustering_metrics(cluster, _):
    rng = np.random.RandomState(0)
    t = np.pi * np.linspace(0, 1, 400)
    waves = [np.sign(np.cos(f * t + p)) * a for f, p, a in ((5, 0.1, 1), (6, 1.3, 1), (6, 1, 0.5))]
    X = np.array([wave + 0.2 * rng.randn(400) for wave in waves for _ in range(30)])
    return [
        cluster.AgglomerativeClustering(3, linkage="average", metric=metric).fit(X).labels_
        for metric in ("cosine", "euclidean", "cityblock")
    ]


def ward_structured_vs_unstructured(cluster, _):
    X, _ = make_swiss_roll(800, noise=0.05, random_state=0)
    X[:, 1] *= 0.5
    graph = kneighbors_graph(X, n_neighbors=10, include_self=False)
    graph = graph.maximum(graph.T)
    return [
        cluster.AgglomerativeClustering(6, connectivity=structure, linkage="ward").fit(X).labels_
        for structure in (None, graph)
    ]


def coin_ward_segmentation(cluster, _):
    image = load_sample_image("flower.jpg")[::12, ::12].mean(2)
    X = image.reshape(-1, 1)
    ward = cluster.AgglomerativeClustering(
        27, linkage="ward", connectivity=grid_to_graph(*image.shape)
    )
    return ward.fit(X).labels_


def dbscan(cluster, _):
    X, y = make_blobs(750, centers=[[1, 1], [-1, -1], [1, -1]], cluster_std=0.4, random_state=0)
    X = StandardScaler().fit_transform(X)
    db = cluster.DBSCAN(eps=0.3, min_samples=10).fit(X)
    scored = metrics.adjusted_mutual_info_score(y, db.labels_)
    return [db.labels_, db.core_sample_indices_, db.components_, scored]


def hdbscan(cluster, _):
    centres = [[1, 1], [-1, -1], [1.5, -1.5]]
    X, _ = make_blobs(750, centers=centres, cluster_std=[0.4, 0.1, 0.75], random_state=0)
    uneven = [[-0.85, -0.85], [-0.85, 0.85], [3, 3], [3, -3]]
    Y, _ = make_blobs(750, centers=uneven, cluster_std=[0.2, 0.35, 1.35, 1.35], random_state=0)
    found = []
    for points, given in [
        (X, {}),
        (3 * X, {}),
        *((X, {"min_cluster_size": size}) for size in (3, 25)),
        *((X, {"min_samples": least}) for least in (3, 25)),
        (Y, {"min_cluster_size": 5}),
        (Y, {"min_cluster_size": 25, "cluster_selection_method": "leaf"}),
        (Y, {"metric": "cityblock"}),
    ]:
        hdb = cluster.HDBSCAN(copy=True, **given).fit(points)
        cuts = [hdb.dbscan_clustering(eps) for eps in (0.1, 0.5, 1)]
        found.append([hdb.labels_, hdb.probabilities_, cuts])
    return found


def optics(cluster, _):
    rng = np.random.RandomState(0)
    X = np.vstack(
        [centre + s * rng.randn(60, 2) for centre, s in (([-5, -2], 0.8), ([4, -1], 0.1))]
    )
    clust = cluster.OPTICS(min_samples=20, xi=0.05, min_cluster_size=0.1).fit(X)
    reach = {"reachability": clust.reachability_, "core_distances": clust.core_distances_}
    cut = cluster.cluster_optics_dbscan(**reach, ordering=clust.ordering_, eps=0.5)
    return [clust.labels_, cut, cluster.DBSCAN(eps=0.5, min_samples=20).fit(X).labels_]


def bisect_kmeans(cluster, _):
    X, _ = make_blobs(n_samples=10000, centers=2, random_state=0)
    return [
        algorithm(n_clusters=k, random_state=0, n_init=3).fit(X).cluster_centers_
        for k in (4, 8, 16)
        for algorithm in (cluster.BisectingKMeans, cluster.KMeans)
    ]


def color_quantization(cluster, _):
    image = load_sample_image("china.jpg")[::2, ::2].astype(np.float64) / 255
    pixels = image.reshape(-1, 3)
    sample = shuffle(pixels, random_state=0, n_samples=1_000)
    kmeans = cluster.KMeans(n_clusters=64, random_state=0).fit(sample)
    labels = kmeans.predict(pixels)
    return [labels, kmeans.cluster_centers_[labels[:1000]]]


def digits_linkage(cluster, _):
    X = load_digits().data
    embedded = SpectralEmbedding(n_components=2, random_state=0).fit_transform(X[:800])
    return [
        cluster.AgglomerativeClustering(linkage=linkage, n_clusters=10).fit(embedded).labels_
        for linkage in LINKAGES
    ]


def feature_agglomeration_vs_univariate_selection(cluster, _):
    X = load_digits().data[:300]
    agglo = cluster.FeatureAgglomeration(connectivity=grid_to_graph(8, 8), n_clusters=16).fit(X)
    return [agglo.labels_, agglo.inverse_transform(agglo.transform(X))]


def inductive_clustering(cluster, _):
    class Inductive(BaseEstimator):
        def __init__(self, clusterer, classifier):
            self.clusterer, self.classifier = clusterer, classifier

        def fit(self, X):
            self.clusterer_ = clone(self.clusterer)
            self.classifier_ = clone(self.classifier).fit(X, self.clusterer_.fit_predict(X))
            return self

    stds = [1, 1, 2]
    X, _ = make_blobs(
        n_samples=500, cluster_std=stds, centers=[(-5, -5), (0, 0), (5, 5)], random_state=42
    )
    forest = RandomForestClassifier(n_estimators=10, random_state=42)
    learner = Inductive(cluster.AgglomerativeClustering(n_clusters=3), forest).fit(X)
    fresh = make_blobs(50, centers=3, random_state=1)[0]
    return [learner.clusterer_.labels_, learner.classifier_.predict(fresh)]


def cluster_iris(cluster, _):
    X = load_iris().data
    given = [{"n_clusters": 8}, {"n_clusters": 3}, {"n_clusters": 3, "n_init": 1, "init": "random"}]
    fitted = [cluster.KMeans(random_state=0, **each).fit(X) for each in given]
    return [(f.labels_, f.cluster_centers_, f.transform(X)) for f in fitted]


def adjusted_for_chance_measures(cluster, _):
    X = scale(load_digits().data[:600])
    labels = [cluster.KMeans(k, n_init=1, random_state=k).fit_predict(X) for k in (2, 10, 40)]
    return [metrics.adjusted_rand_score(labels[0], each) for each in labels]


def document_clustering(cluster, _):
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"word{i % 7} word{i % 3} word{(i * i) % 11} and other words" for i in range(200)]
    X = TfidfVectorizer(min_df=2).fit_transform(texts)
    fitted = cluster.KMeans(n_clusters=4, max_iter=100, n_init=1, random_state=1).fit(X)
    return [fitted.labels_, fitted.cluster_centers_, fitted.predict(X[:9])]


def kmeans_of_scaled_images(cluster, _):
    X = MinMaxScaler().fit_transform(load_digits().data)
    fitted = cluster.KMeans(10, n_init=3, random_state=3).fit(X, sample_weight=np.arange(len(X)))
    return [fitted.labels_, fitted.inertia_, fitted.score(X[:100])]


EXAMPLES = [
    value for value in list(globals().values()) if getattr(value, "__module__", "") == __name__
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
@pytest.mark.filterwarnings("ignore:the number of connected components:UserWarning")
def test_an_example_gives_the_same(example):
    assert_the_same(example)
