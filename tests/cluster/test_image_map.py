"""The map: neighbours near, the same again, and what cannot be placed."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from inkcluster.cluster.image_map import fuzzy_graph, image_map
from inkcluster.errors import BadInputError


@pytest.fixture(scope="module")
def near(digits):
    X = digits.flat()[:600].astype(float)
    far, rows = NearestNeighbors(n_neighbors=8).fit(X).kneighbors()
    return rows, far, X[:, [20, 43]]


def test_neighbours_on_the_map_are_mostly_of_one_class(near, digits):
    places = image_map(*near)
    assert places.dtype == np.float32
    found = NearestNeighbors(n_neighbors=5).fit(places).kneighbors(return_distance=False)
    truth = digits.labels[:600]
    of_pixels = (truth[near[0][:, :5]] == truth[:, None]).mean()
    assert (truth[found] == truth[:, None]).mean() > of_pixels - 0.03


def test_the_same_seed_gives_the_same_map_and_another_does_not(near):
    first = image_map(*near, random_state=3)
    np.testing.assert_array_equal(first, image_map(*near, random_state=3))
    assert (first != image_map(*near, random_state=4)).any()


def test_weights_are_those_of_umap(near):
    rows, far, _ = near
    graph = fuzzy_graph(rows, far).toarray()
    np.testing.assert_allclose(graph, graph.T)
    np.testing.assert_allclose(graph[np.arange(600), rows[:, 0]], 1)  # the nearest weighs 1
    assert graph.max() <= 1
    one_way = np.zeros((600, 600))
    i = 17  # a row's own weights, by the definition, from its scale
    total = np.log2(rows.shape[1] + 1)
    scales = np.geomspace(1e-2, 1e3, 200001)
    beyond = far[i] - far[i, 0]
    sums = np.exp(-beyond[:, None] / scales).sum(axis=0)
    one_way[i, rows[i]] = np.exp(-beyond / scales[np.abs(sums - total).argmin()])
    alone = [j for j in rows[i] if i not in rows[j]]
    np.testing.assert_allclose(graph[i, alone], one_way[i, alone], atol=1e-3)


def test_absent_neighbours_and_parts_without_links():
    rows = np.array([[1, -1], [0, -1], [3, -1], [2, -1], [-1, -1]])
    places = image_map(rows, np.where(rows >= 0, 0.0, np.inf), np.eye(5)[:, :2])
    assert np.isfinite(places).all()
    gap = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert gap[0, 1] < gap[0, 2]
    assert gap[2, 3] < gap[1, 2]


def test_no_neighbours_at_all():
    places = image_map(np.full((3, 1), -1), np.full((3, 1), np.inf), np.zeros((3, 2)))
    assert places.shape == (3, 2)
    assert np.isfinite(places).all()


@pytest.mark.parametrize(
    ("rows", "far", "start", "words"),
    [
        ([[1], [0]], [[1.0]], np.zeros((2, 2)), "give both as"),
        ([[1], [0]], [[1.0], [1.0]], np.zeros((3, 2)), "two coordinates"),
        ([[2], [0]], [[1.0], [1.0]], np.zeros((2, 2)), "beyond the 2 images"),
    ],
)
def test_what_does_not_fit_is_refused(rows, far, start, words):
    with pytest.raises(BadInputError, match=words):
        image_map(rows, far, start)
