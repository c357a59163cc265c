"""What people do with scikit-learn's estimators and SciPy's hierarchies works the same with ours."""

import io
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn.cluster
from sklearn.base import clone, is_clusterer
from sklearn.cluster import BisectingKMeans
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits, make_blobs
from sklearn.ensemble import BaggingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from tests.peers.clients.comparing import ORIGINAL, OURS, assert_the_same, compare

X, Y = make_blobs(300, n_features=4, centers=5, random_state=6)
FRAME = pd.DataFrame(X, columns=list("abcd"))
MODELS = {
    "KMeans": {"n_clusters": 5, "n_init": 2, "random_state": 0},
    "AgglomerativeClustering": {"n_clusters": 5, "compute_distances": True},
    "DBSCAN": {"eps": 1.5},
    "HDBSCAN": {"copy": True},
}
IDIOMS = {
    "clone": lambda model: clone(clone(model).fit(X)),
    "pickle": lambda model: pickle.loads(pickle.dumps(model.fit(X))),
    "pickle unfitted": lambda model: pickle.loads(pickle.dumps(model)).fit(X),
    "a data frame": lambda model: model.fit(FRAME),
    "a list": lambda model: model.fit(X.tolist()),
    "integers": lambda model: model.fit((1e6 * X).astype(int)),
    "float32": lambda model: model.fit(X.astype(np.float32)),
    "columns": lambda model: model.fit(np.asfortranarray(X)),
    "parameters": lambda model: model.set_params(**model.get_params()).fit(X),
    "fitted twice": lambda model: model.fit(X[:50]).fit(X),
}


def told(model, cluster):
    """All that scikit-learn's class says of itself after a fit."""
    fitted = {name: value for name, value in vars(model).items() if name.endswith("_")}
    theirs = vars(IDIOMS["a data frame"](type_of(model, cluster)(**MODELS[type(model).__name__])))
    kept = {name: fitted[name] for name in sorted(theirs) if name in fitted and name[0] != "_"}
    return [kept, {name: getattr(model, name) for name in parameters(type_of(model, cluster)())}]


def type_of(model, cluster):
    return getattr(cluster, type(model).__name__)


def parameters(model):
    """The names of the parameters, sorted."""
    return sorted(model.get_params())


@pytest.mark.parametrize("idiom", IDIOMS)
@pytest.mark.parametrize("name", MODELS)
def test_an_estimator_is_used_the_same(name, idiom):
    theirs, ours = (
        told(IDIOMS[idiom](getattr(side.cluster, name)(**MODELS[name])), ORIGINAL.cluster)
        for side in (ORIGINAL, OURS)
    )
    # scikit-learn sums float32 in float32
    compare(ours, theirs, name, *([1e-5] if idiom == "float32" else []))


@pytest.mark.parametrize("name", MODELS)
def test_ours_are_theirs(name):
    model = getattr(OURS.cluster, name)(**MODELS[name])
    assert isinstance(model, getattr(sklearn.cluster, name))
    assert is_clusterer(model)
    assert str(model) == str(getattr(sklearn.cluster, name)(**MODELS[name]))
    stream = io.BytesIO()
    joblib.dump(model.fit(X), stream)
    stream.seek(0)
    np.testing.assert_array_equal(joblib.load(stream).labels_, model.labels_)


def grid_search(cluster, _):
    search = GridSearchCV(
        make_pipeline(StandardScaler(), cluster.KMeans(n_init=2, random_state=0)),
        {"kmeans__n_clusters": [3, 5, 8], "kmeans__init": ["k-means++", "random"]},
        cv=3,
    ).fit(X)
    return [search.cv_results_["mean_test_score"], search.best_params_, search.predict(X)]


def k_means_as_features(cluster, _):
    digits, labels = load_digits(return_X_y=True)
    steps = cluster.KMeans(20, n_init=1, random_state=0), LogisticRegression(max_iter=50, tol=0.1)
    pipeline = make_pipeline(*steps).fit(digits[:500], labels[:500])
    both = make_union(cluster.KMeans(3, random_state=1), StandardScaler()).fit(X)
    return [
        pipeline.predict(digits[500:700]),
        pipeline[:-1].get_feature_names_out(),
        both.transform(X[:9]),
        cross_val_score(cluster.KMeans(4, random_state=0), X, cv=3),
        cross_val_score(make_pipeline(cluster.KMeans(4, random_state=0), Ridge()), X, Y, cv=3),
    ]


def weights_in_a_pipeline(cluster, _):
    weight = np.random.default_rng(0).integers(0, 5, len(X))
    pipeline = make_pipeline(StandardScaler(), cluster.KMeans(5, random_state=0))
    pipeline.fit(X, kmeans__sample_weight=weight)
    dbscan = cluster.DBSCAN(eps=1).fit(X, sample_weight=weight)
    return [pipeline[-1].cluster_centers_, pipeline[-1].labels_, dbscan.labels_]


def data_frames_out(cluster, _):
    model = cluster.KMeans(3, random_state=0).set_output(transform="pandas")
    out = model.fit_transform(FRAME)
    some = make_column_transformer((clone(model), ["a", "c"]), ("passthrough", ["d"]))
    some.set_output(transform="pandas")
    more = some.fit_transform(FRAME)
    assert isinstance(out, pd.DataFrame)
    names = [list(out.columns), list(more.columns), list(model.feature_names_in_)]
    return [names, out.to_numpy(), more.to_numpy()]


def within_other_estimators(cluster, _):
    bagging = BaggingRegressor(
        make_pipeline(cluster.KMeans(4, random_state=0), Ridge()), 3, random_state=0
    )
    runs = joblib.Parallel(2, prefer="threads")(
        joblib.delayed(cluster.KMeans(k, n_init=1, random_state=0).fit_predict)(X) for k in (2, 4)
    )
    inner = BisectingKMeans(4, random_state=0).fit_predict(X)
    return [bagging.fit(X, Y).predict(X), runs, inner]


def errors(cluster, _):
    """What is raised, and its first words."""
    found = []
    for name, given, points in [
        ("KMeans", {"n_clusters": 0}, X),
        ("KMeans", {"n_clusters": 301}, X),
        ("KMeans", {"init": "nonsense"}, X),
        ("KMeans", {"init": X[:3]}, X),
        ("AgglomerativeClustering", {"n_clusters": None}, X),
        ("AgglomerativeClustering", {"linkage": "ward", "metric": "cityblock"}, X),
        ("DBSCAN", {"eps": -1}, X),
        ("HDBSCAN", {"copy": True, "min_cluster_size": 1}, X),
        *((name, {}, bad) for name in ("KMeans", "DBSCAN", "AgglomerativeClustering")
          for bad in (X[0], X * np.nan, X[:0], X[:, :0], X[:1], X.astype(str), None, "text")),
    ]:  # fmt: skip
        try:
            getattr(cluster, name)(**given).fit(points)
            found.append("fitted")
        except (ValueError, TypeError) as error:
            kind = next(t for t in type(error).__mro__ if t.__module__ in {"builtins"})
            found.append(f"{name} {kind.__name__}: {str(error)[:60]}")
    return found


def trees_of_scipy(_, hierarchy):
    rng = np.random.default_rng(2)
    points = rng.normal(size=(80, 3))
    found = []
    for method in ("single", "complete", "average", "weighted", "centroid", "median", "ward"):
        Z = hierarchy.linkage(points, method)
        drawn = hierarchy.dendrogram(Z, no_plot=True, color_threshold=1.0)
        found.append([
            Z,
            *(hierarchy.fcluster(Z, t, criterion)
              for t, criterion in ((5, "maxclust"), (0.9, "distance"), (1.1, "inconsistent"))),
            hierarchy.cophenet(Z),
            hierarchy.inconsistent(Z)[:, :3],  # the last magnifies rounding
            hierarchy.leaves_list(Z),
            hierarchy.cut_tree(Z, [2, 7]),
            hierarchy.maxdists(Z) if hierarchy.is_monotonic(Z) else 0,
            hierarchy.optimal_leaf_ordering(Z, points),
            hierarchy.linkage(points, method, optimal_ordering=True),
            hierarchy.is_valid_linkage(Z),
            hierarchy.to_tree(Z).pre_order(),
            {key: drawn[key] for key in ("icoord", "dcoord", "ivl", "leaves", "color_list")},
        ])  # fmt: skip
    return found


def hierarchies_of_distances(_, hierarchy):
    from scipy.spatial.distance import pdist

    points = np.random.default_rng(3).normal(size=(60, 5))
    return [
        hierarchy.linkage(pdist(points, "cosine"), "average"),
        hierarchy.linkage(points, "complete", metric="cityblock", optimal_ordering=True),
        hierarchy.linkage(points, "average", lambda a, b: np.abs(a - b).max()),
        hierarchy.ward(pdist(points)),
        hierarchy.fclusterdata(points, 4, "maxclust", method="average"),
        hierarchy.fclusterdata(points, 1.0, metric="cosine"),
    ]


@pytest.mark.parametrize(
    "idiom",
    [
        grid_search,
        k_means_as_features,
        weights_in_a_pipeline,
        data_frames_out,
        within_other_estimators,
        errors,
        trees_of_scipy,
        hierarchies_of_distances,
    ],
    ids=lambda idiom: idiom.__name__,
)
def test_an_idiom_gives_the_same(idiom):
    assert_the_same(idiom)
