"""Graphs of neighbours and their partition, as a person would call them."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import adjusted_rand_score

from inkcluster.cluster import cut_graph, self_tuning_graph
from inkcluster.cluster.neighbors.nearest import nearest_neighbors
from inkcluster.cluster.shape.graph import is_dense, leading
from inkcluster.errors import BadInputError


@pytest.fixture
def clouds(rng):
    centres = rng.normal(size=(5, 3)) * 12
    truth = np.repeat(np.arange(5), [30, 50, 80, 40, 100])
    return centres[truth] + rng.normal(size=(300, 3)), truth


def test_weights_are_the_definition(clouds):
    squared, rows = nearest_neighbors(clouds[0], 6)
    far = np.sqrt(squared)
    found = self_tuning_graph(far, rows).toarray()
    expected = np.zeros((300, 300))
    for i, row in enumerate(rows):
        for j, d in zip(row, far[i], strict=True):
            w = np.exp(-(d**2) / (far[i, -1] * far[j, -1]))
            expected[i, j] = expected[j, i] = max(expected[i, j], w)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_clouds_are_found_and_counted(clouds):
    points, truth = clouds
    squared, rows = nearest_neighbors(points, 7)
    graph = self_tuning_graph(np.sqrt(squared), rows)
    for k in ("auto", 5):
        found = cut_graph(graph, k, random_state=0)
        assert adjusted_rand_score(truth, found.labels) > 0.98
        assert (np.diff(np.bincount(found.labels)) <= 0).all()  # the largest first
    assert found.strengths.argmax() + 2 == 5
    assert found.spectrum[0] == pytest.approx(1)
    assert (np.diff(found.spectrum) <= 1e-12).all()


def test_missing_neighbours_are_not_read():
    graph = self_tuning_graph([[1.0, np.nan], [1.0, np.inf]], [[1, -1], [0, -1]])
    assert graph.toarray().round(3).tolist() == [[0, 0.368], [0.368, 0]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: self_tuning_graph([[1.0]], [[0, 1]]), "give the neighbours of n images"),
        (lambda: self_tuning_graph([[1.0]], [[1]]), "not there: there are 1"),
        (lambda: self_tuning_graph([[-1.0]], [[0]]), "not negative"),
        (lambda: cut_graph(np.eye(3)), "square sparse matrix"),
        (lambda: cut_graph(sp.csr_matrix((3, 3))), "without links"),
        (lambda: cut_graph(sp.csr_matrix(-np.eye(3))), "not negative"),
        (lambda: cut_graph(sp.csr_matrix(np.triu(np.ones((3, 3))))), "symmetric"),
        (lambda: cut_graph(sp.csr_matrix(np.ones((3, 3))), 4), "ask for at most 3 clusters"),
        (lambda: cut_graph(sp.csr_matrix(np.ones((3, 3))), "many"), "not 'many'"),
    ],
)
def test_what_cannot_be_used_is_said(call, words):
    with pytest.raises(BadInputError, match=words):
        call()


@pytest.mark.parametrize("count", [20, 100])
def test_eigenvectors_solve_the_normalised_graph_either_way(rng, count):
    points = rng.normal(size=(700, 3))
    squared, rows = nearest_neighbors(points, 7)
    graph = self_tuning_graph(np.sqrt(squared), rows)
    assert is_dense(700, count) == (count == 100)
    values, vectors = leading(graph, count, rng.uniform(0.5, 1, 700))
    degree = np.asarray(graph.sum(axis=1)).ravel()
    normal = graph.toarray() / np.sqrt(np.outer(degree, degree))
    np.testing.assert_allclose(values, np.linalg.eigvalsh(normal)[::-1][:count], atol=1e-3)
    np.testing.assert_allclose(normal @ vectors, vectors * values, atol=0.02)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(count), atol=1e-6)
