"""The image distortion model against its definition, written out in NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkcluster.cluster.shape.pairs import Fields, pair_distances
from inkcluster.kernels.shape import distortion


def defined(a, b, warp):
    """Each pixel's patch of gradients (2, h, w) at its best place in the other, zeros around."""
    height, width = a.shape[1:]
    reach = warp + 1
    around = ((0, 0), (reach, reach), (reach, reach))
    a, b = (np.pad(x.astype(np.int64), around) for x in (a, b))

    def patch(x, row, column):
        return x[:, row + reach - 1 : row + reach + 2, column + reach - 1 : column + reach + 2]

    steps = range(-warp, warp + 1)
    return sum(
        min(
            np.square(patch(a, row, column) - patch(b, row + down, column + right)).sum()
            for down in steps
            for right in steps
        )
        for row in range(height)
        for column in range(width)
    )


def both_ways(gradients, i, j, warp=2):
    return pair_distances(Fields(gradients, warp), np.asarray(i), np.asarray(j))


@settings(deadline=None)
@given(
    height=st.integers(1, 9),
    width=st.integers(1, 33),
    warp=st.integers(0, 3),
    empty=st.integers(0, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_both_directions_are_the_definition(height, width, warp, empty, seed):
    rng = np.random.default_rng(seed)
    pair = rng.integers(-distortion.STEPS, distortion.STEPS + 1, (2, 2, height, width), np.int8)
    pair[0, :, :empty] = 0
    pair[1, :, height - empty :] = 0
    forward, backward = both_ways(pair, [0], [1], warp)
    assert forward[0] == defined(pair[0], pair[1], warp)
    assert backward[0] == defined(pair[1], pair[0], warp)


def test_extreme_gradients_stay_in_sixteen_bits():
    most = np.full((2, 2, 6, 7), distortion.STEPS, np.int8)
    most[1] *= -1
    forward, backward = both_ways(most, [0], [1])
    assert forward[0] == backward[0] == defined(most[0], most[1], 2)


def test_nothing_of_one_pair_is_left_in_the_next(rng):
    images = rng.integers(-30, 31, (12, 2, 11, 28), np.int8)
    images[3], images[5, :, :4], images[6, :, 7:] = 0, 0, 0
    i, j = (x.ravel() for x in np.meshgrid(np.arange(12), np.arange(12)))
    forward, backward = both_ways(images, i, j)
    alone = [both_ways(images, [a], [b]) for a, b in zip(i, j, strict=True)]
    np.testing.assert_array_equal(forward, [f[0] for f, _ in alone])
    np.testing.assert_array_equal(backward, [b[0] for _, b in alone])
    np.testing.assert_array_equal(forward, backward.reshape(12, 12).T.ravel())
    assert not forward[i == j].any()


@pytest.mark.parametrize("warp", [1, 2, 3])
def test_never_above_the_undeformed_distance_and_less_the_wider_the_warp(rng, warp):
    images = rng.integers(-30, 31, (20, 2, 9, 12), np.int8)
    i, j = np.triu_indices(20, 1)
    wide, less, still = (both_ways(images, i, j, w)[0] for w in (warp, warp - 1, 0))
    assert (wide <= less).all()
    assert (less <= still).all()


def test_a_shift_within_the_warp_costs_nothing(rng):
    image = np.zeros((2, 2, 14, 14), np.int8)
    image[0, :, 4:10, 4:10] = rng.integers(-30, 31, (2, 6, 6))
    image[1] = np.roll(image[0], (2, -1), (1, 2))
    forward, backward = both_ways(image, [0], [1])
    assert forward[0] == backward[0] == 0
