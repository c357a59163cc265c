"""The distortion model on its own, as a person would call it; the kernel has its own oracle."""

import numpy as np
import pytest

from inkcluster.cluster import ShapeClustering, distortion_distances, shape_neighbors
from inkcluster.cluster.shape.pairs import sobel
from inkcluster.errors import BadInputError


@pytest.fixture
def strokes(rng):
    images = np.zeros((24, 12, 17))
    for image in images:
        row, column = rng.integers(2, 6), rng.integers(2, 10)
        image[row : row + 5, column : column + rng.integers(1, 4)] = rng.uniform(0.5, 1)
    return images


PAIRS = np.stack(np.triu_indices(24, 1), axis=1)


def test_without_a_warp_it_is_the_squared_distance_of_the_surroundings(strokes):
    unit = 4 / 30  # cuts nothing off
    forward, backward = distortion_distances(strokes, PAIRS, warp=0, unit=unit)
    steps = np.rint(sobel(strokes) / np.float32(unit))
    gaps = np.square(steps[PAIRS[:, 0]] - steps[PAIRS[:, 1]]).sum(axis=1) * unit**2
    gaps = np.pad(gaps, ((0, 0), (1, 1), (1, 1)))
    there = sum(gaps[:, i : i + 12, j : j + 17] for i in range(3) for j in range(3))
    np.testing.assert_allclose(forward, there.sum(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(forward, backward)


def test_zero_to_itself_less_the_wider_and_backward_is_the_other_way_round(strokes):
    last = np.inf
    for warp in range(4):
        forward, backward = distortion_distances(strokes, PAIRS, warp=warp)
        turned = distortion_distances(strokes, PAIRS[:, ::-1], warp=warp)
        np.testing.assert_array_equal(forward, turned[1])
        np.testing.assert_array_equal(backward, turned[0])
        assert (forward <= last).all()
        last = forward
    itself = np.repeat(np.arange(24), 2).reshape(24, 2)
    assert not np.any(distortion_distances(strokes, itself))


def test_units_scale_the_distances_and_others_are_told_apart(strokes):
    forward, _ = distortion_distances(strokes, PAIRS)
    for factor in (2.0**-100, 256.0, 2.0**130):  # which round no gradient to another step
        other = distortion_distances(strokes * factor, PAIRS)[0]
        np.testing.assert_allclose(other, forward * factor**2, rtol=1e-12)
    one, two = strokes[:10], strokes[10:]
    apart = distortion_distances(one, [[3, 0], [9, 13]], two, unit=0.1)
    same = distortion_distances(strokes, [[3, 10], [9, 23]], unit=0.1)
    np.testing.assert_allclose(apart, same, rtol=1e-6)


def test_no_pairs_and_constant_images():
    forward, backward = distortion_distances(np.ones((3, 4, 5), np.uint8), np.empty((0, 2), int))
    assert forward.shape == backward.shape == (0,)
    assert distortion_distances(np.zeros((2, 1, 1)), [[0, 1]])[0] == 0


def test_the_neighbours_are_those_of_the_clustering(digits):
    images = digits.pixels[:300]
    distances, rows = shape_neighbors(images, 5)
    model = ShapeClustering(n_neighbors=5, random_state=0).fit(images)
    np.testing.assert_array_equal(distances, model.neighbor_distances_)
    np.testing.assert_array_equal(rows, model.neighbors_)
    assert (np.diff(distances, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: distortion_distances(np.zeros((2, 9)), [[0, 1]]), "shape \\(n, height, width\\)"),
        (lambda: distortion_distances(np.full((2, 3, 3), np.nan), [[0, 1]]), "NaN or infinity"),
        (lambda: distortion_distances(np.full((2, 3, 3), 1e200), [[0, 1]]), "beyond float64"),
        (lambda: distortion_distances(np.zeros((2, 3, 3)), [[0, 2]]), "not there: there are 2 and"),
        (lambda: distortion_distances(np.zeros((2, 3, 3)), [[0, -1]]), "not there"),
        (lambda: distortion_distances(np.zeros((2, 3, 3)), [0.5]), "shape \\(p, 2\\)"),
        (lambda: distortion_distances(np.zeros((2, 3, 3)), [[0, 1]], warp=9), "from 0 to 8, not 9"),
        (lambda: distortion_distances(np.zeros((2, 3, 3)), [[0, 1]], unit=0), "positive number"),
        (
            lambda: distortion_distances(np.zeros((2, 3, 3)), [[0, 1]], np.zeros((2, 3, 4))),
            "images of one size",
        ),
        (lambda: shape_neighbors(np.zeros((1, 3, 3))), "give two or more"),
        (lambda: shape_neighbors(np.zeros((2, 3, 3)), 0), "n_neighbors must be"),
        (lambda: shape_neighbors(np.zeros((2, 3, 3)), warp=1.5), "warp must be"),
        (lambda: shape_neighbors(np.ones((2, 3, 3)), memory_limit=1), "needs 0.* GB, and 0.00 GB"),
        (lambda: shape_neighbors(np.array([["a"]])), "must be an array of numbers"),
    ],
)
def test_what_cannot_be_used_is_said(call, words):
    with pytest.raises(BadInputError, match=words):
        call()
