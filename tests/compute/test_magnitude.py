"""Very large and very small numbers: every method ends, with the right answer or one clear error."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score

from inkcluster import DBSCAN, HDBSCAN, AgglomerativeClustering, DBSCANGrid, KMeans, ShapeClustering
from inkcluster.cluster import hierarchy, kmeans_range
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.neighbors.spanning import spanning_tree
from inkcluster.compute.magnitude import check_squares, exponent_of
from inkcluster.errors import BadInputError


def groups(n: int = 90, d: int = 16) -> np.ndarray:
    """Three groups about corners, whose distances no rounding confuses."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, d)) + 9.0 * rng.normal(size=(3, d))[np.arange(n) % 3]


def kmeans(X, unit):
    found = KMeans(3, n_init=2, random_state=0).fit(X)
    assert np.isfinite(found.inertia_)
    np.testing.assert_array_equal(found.predict(X), found.labels_)
    np.testing.assert_allclose(
        found.cluster_centers_[0], X[found.labels_ == 0].mean(axis=0, dtype=float), 1e-5
    )
    return found.labels_


def kmeans_from_given(X, unit):
    return KMeans(3, init=X[:3], n_init=1).fit(X).labels_


def kmeans_from_callable(X, unit):
    return KMeans(3, init=lambda X, k, random_state: X[:k], n_init=1).fit(X).labels_


def k_range(X, unit):
    return kmeans_range(X, [2, 3], random_state=0).restarts[3].labels


def dbscan(X, unit):
    return DBSCAN(8.0 * unit, min_samples=3).fit(X).labels_


def dbscan_of_sparse(X, unit):
    return DBSCAN(8.0 * unit, min_samples=3).fit(csr_matrix(X)).labels_


def grid(X, unit):
    return DBSCANGrid([6.0 * unit, 8.0 * unit], [2, 3], refine=0).fit(X).labels_[1, 1]


def hdbscan(X, unit):
    return HDBSCAN(copy=True).fit(X).labels_


def agglomerative(X, unit):
    return AgglomerativeClustering(3).fit(X).labels_


def neighbours(X, unit):
    return nearest_neighbors(X, 4)[1]


METHODS = [
    kmeans, kmeans_from_given, kmeans_from_callable, k_range, dbscan, dbscan_of_sparse, grid, hdbscan,
    agglomerative, neighbours,
]  # fmt: skip
RIGHT_AT_ANY = {"agglomerative"}
RIGHT_IF_TINY = {"kmeans", "kmeans_from_given", "kmeans_from_callable", "k_range", "agglomerative"}


@pytest.mark.parametrize("n", [90, 2600])  # few points compile nothing and go other ways
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_methods_at_every_magnitude(method, n):
    X = groups(n)
    right = method(X, 1.0)
    assert len(np.unique(right)) > 2
    name = method.__name__
    # powers of two near 1e25, 1e150, 1e200, 1e303, 1e-30 and 1e-200: no digit changes
    for power, fails in [
        (83, False),
        (490, False),
        (664, name not in RIGHT_AT_ANY),
        (1005, name not in RIGHT_AT_ANY),
        (-100, False),
        (-664, name not in RIGHT_IF_TINY),
    ]:
        unit = 2.0**power
        if fails:
            with pytest.raises(BadInputError, match="float64"):
                method(X * unit, unit)
        else:
            np.testing.assert_array_equal(method(X * unit, unit), right, err_msg=f"2**{power}")


@pytest.mark.parametrize("n", [90, 2600])
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_float32_whose_squares_it_cannot_hold(method, n):
    X = groups(n).astype(np.float32)
    right = method(X, 1.0)
    for power in (90, 121, -100):
        unit = 2.0**power
        with np.errstate(under="ignore", invalid="ignore"):  # scikit-learn's own sums
            found = method(X * np.float32(unit), unit)
        np.testing.assert_array_equal(found, right, err_msg=f"2**{power}")


@pytest.mark.parametrize("method", hierarchy.METHODS)
def test_linkage_at_every_magnitude(method):
    X = groups()
    right = hierarchy.linkage(X, method)
    for power in (83, 490, 664, 1005, -100, -664):
        Z = hierarchy.linkage(X * 2.0**power, method)
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], right[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2] / 2.0**power, right[:, 2], rtol=1e-12)
    with pytest.raises(BadInputError, match="heights of 90 points"):
        hierarchy.linkage(X / np.abs(X).max() * 1.7e308, method)


def test_shapes_at_every_magnitude():
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 0.1, (40, 12, 12))
    images[:20, 2:10, 5:7] += 1  # upright
    images[20:, 5:7, 2:10] += 1  # lying
    right = ShapeClustering(2, random_state=0).fit_predict(images)
    for power in (83, 490, 664, 1005, -100, -664):
        found = ShapeClustering(2, random_state=0).fit_predict(images * 0.8 * 2.0**power)
        assert adjusted_rand_score(found, right) == 1.0


def test_a_tree_of_squares_beyond_float64_ends():
    with np.errstate(over="ignore", invalid="ignore"):
        edges, squared = spanning_tree(groups() * 1e200)
    assert len(edges) == len(squared) == 0


def test_what_a_new_point_may_be():
    X = groups()
    found = KMeans(3, n_init=1, random_state=0).fit(X)
    np.testing.assert_array_equal(
        found.predict(np.concatenate([X, X[:1] * 1e30]))[:-1], found.labels_
    )
    for method in (found.predict, found.transform, found.score):
        with pytest.raises(BadInputError, match="beyond float64"):
            method(X * 1e200)
    with pytest.raises(BadInputError, match="beyond float64"):
        nearest_neighbors(X, 3, queries=X * 1e200)


def test_the_message_names_the_largest_value():
    with pytest.raises(BadInputError, match=r"as large as 3e\+200.*no value is over 4\.7e\+153"):
        check_squares(np.array([[0.0, -3e200]]))
    with pytest.raises(BadInputError, match=r"no value larger than 2e-200"):
        check_squares(np.array([[0.0, -2e-200]]))
    check_squares(np.zeros((3, 2)))
    check_squares(np.array([[255]], np.uint8))
    assert exponent_of(np.zeros((1, 1))) == 0
