import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist

from inkcluster.study.steps import pixel_distances


@settings(deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 40))))
def test_distances_are_pdists_to_the_last_bit(rows):
    np.testing.assert_array_equal(pixel_distances(rows), pdist(rows.astype(float)))


def test_distances_over_several_blocks_and_at_the_far_end(rng):
    rows = rng.choice(np.array([0, 255], np.uint8), (600, 784))
    np.testing.assert_array_equal(pixel_distances(rows), pdist(rows.astype(float)))


def test_the_input_is_left_alone(rng):
    rows = rng.integers(0, 256, (20, 9)).astype(np.uint8)
    before = rows.copy()
    pixel_distances(rows)
    np.testing.assert_array_equal(rows, before)
