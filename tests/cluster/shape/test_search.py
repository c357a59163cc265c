"""Local search under the mutual information of links, against plain sums over all parts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cluster.shape.test_shape_partition import affinities

from inkcluster.cluster.shape import search
from inkcluster.cluster.shape.partition import mutual_information
from inkcluster.cluster.shape.search import searched
from inkcluster.kernels.shape.search import move


@st.composite
def cuts(draw, least=3, most=12):
    links = draw(affinities(least, most))
    k = draw(st.integers(1, len(links)))
    parts = np.concatenate([np.arange(k), draw(st.lists(
        st.integers(0, k - 1), min_size=len(links) - k, max_size=len(links) - k))])  # fmt: skip
    return links, np.random.default_rng(draw(st.integers(0, 99))).permutation(parts.astype(int))


@settings(deadline=None)
@given(cuts())
def test_the_search_keeps_the_number_and_never_lowers_the_information(drawn):
    links, parts = drawn
    k = parts.max() + 1
    before = links.copy(), parts.copy()
    moved = searched(links, parts, jumps=False)
    jumped = searched(links, parts)
    np.testing.assert_array_equal(links, before[0])
    np.testing.assert_array_equal(parts, before[1])
    reached = [mutual_information(links, p) for p in (parts, moved, jumped)]
    assert reached[0] <= reached[1] + 1e-9
    assert reached[1] <= reached[2] + 1e-9
    for found in (moved, jumped):
        np.testing.assert_array_equal(np.unique(found), np.arange(k))


@settings(deadline=None)
@given(cuts())
def test_no_move_of_one_is_left_that_gains(drawn):
    links, parts = drawn
    k = parts.max() + 1
    found = searched(links, parts, jumps=False)
    there = mutual_information(links, found)
    for i, j in np.argwhere(links > 0):
        if found[i] != found[j] and (found == found[i]).sum() > 1:
            other = found.copy()
            other[i] = found[j]
            assert mutual_information(links, other) <= there + 1e-6
    assert k == found.max() + 1


@settings(deadline=None)
@given(cuts())
def test_a_visit_keeps_its_sums_true(drawn):
    links, parts = drawn
    links = links / links.sum()
    k = parts.max() + 1
    parts = parts.astype(np.int64)
    member = np.eye(k)[parts]
    to = links @ member
    joint = member.T @ to
    volume, size = joint.sum(axis=1), np.bincount(parts, minlength=k)
    move(links, to, joint, volume, size, parts)
    member = np.eye(k)[parts]
    np.testing.assert_allclose(to, links @ member, atol=1e-12)
    np.testing.assert_allclose(joint, member.T @ links @ member, atol=1e-12)
    np.testing.assert_allclose(volume, joint.sum(axis=1), atol=1e-12)
    np.testing.assert_array_equal(size, np.bincount(parts, minlength=k))


@settings(deadline=None)
@given(cuts(4))
def test_gains_of_splits_and_losses_of_merges_are_differences_of_information(drawn):
    links, parts = drawn
    links = links / links.sum()
    k = parts.max() + 1
    member = np.eye(k)[parts]
    joint = member.T @ links @ member
    there = mutual_information(links, parts)
    losses = search._losses_of_merges(joint)
    for a in range(k):
        for b in range(a):
            one = np.unique(np.where(parts == a, b, parts), return_inverse=True)[1]
            assert abs(losses[a, b] - (there - mutual_information(links, one))) < 1e-9
        rows = np.flatnonzero(parts == a)
        if len(rows) > 1:
            second = rows[: len(rows) // 2]
            split = parts.copy()
            split[second] = k
            gain = search._gain_of_split(links, joint, member, a, second)
            assert abs(gain - (mutual_information(links, split) - there)) < 1e-9
