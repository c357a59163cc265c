"""The noun that every method yields."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkcluster.cluster import Clustering, relabel_by_size


def test_all_noise_is_no_cluster():
    nothing = Clustering(np.full(4, -1, np.int32), "none")
    assert (nothing.n_clusters, nothing.sizes.tolist(), nothing.noise_share) == (0, [], 1.0)


@given(arrays(np.int64, st.integers(0, 60), elements=st.integers(-1, 7)))
def test_relabelling_keeps_the_partition_and_sorts_the_sizes(labels):
    new = relabel_by_size(labels)
    assert new.dtype == np.int32
    np.testing.assert_array_equal(new == -1, labels == -1)
    pairs = {(a, b) for a, b in zip(labels.tolist(), new.tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    sizes = np.bincount(new[new >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert set(new[new >= 0].tolist()) == set(range(len(sizes)))
