"""Candidates from cells of near points: which are looked at, in what order, and what is missed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkcluster.cluster.shape import cells
from inkcluster.cluster.shape.cells import Cells


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(1, 12), st.data())
def test_all_cells_give_the_nearest(n, d, m, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    span = data.draw(st.sampled_from([2, 9]))  # with many equal distances, or few
    points = rng.integers(0, span, (n, d)).astype(np.float32)
    queries = rng.integers(0, span, (m, d)).astype(np.float32)
    k = data.draw(st.integers(1, n))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "POINTS_PER_CELL", data.draw(st.sampled_from([1, 4, 256])))
        patch.setattr(cells, "PROBES", 60)
        patch.setattr(cells, "QUERIES_TOGETHER", data.draw(st.sampled_from([1, 5, 2048])))
        found = Cells(points).nearest(queries, k)
    gaps = ((queries[:, None, :] - points) ** 2).sum(axis=2)  # whole numbers, without rounding
    np.testing.assert_array_equal(
        np.take_along_axis(gaps, found, axis=1), np.sort(gaps, axis=1)[:, :k]
    )
    assert all(len(set(row)) == k for row in found.tolist())


@settings(deadline=None)
@given(st.integers(1, 40))
def test_few_probes_still_give_as_many_as_asked(k):
    rng = np.random.default_rng(k)
    points = np.concatenate([np.zeros((30, 3)), rng.normal(size=(10, 3))]).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "POINTS_PER_CELL", 2)
        patch.setattr(cells, "PROBES", 1)
        found = Cells(points).nearest(points[::7], k)
    assert all(len(set(row)) == k and min(row) >= 0 for row in found.tolist())


def test_how_many_are_asked_for_together_changes_nothing(rng):
    points = rng.normal(size=(3000, 20)).astype(np.float32)
    queries = rng.normal(size=(500, 20)).astype(np.float32)
    index = Cells(points)
    whole = index.nearest(queries, 7)
    one_by_one = np.concatenate([index.nearest(queries[i : i + 1], 7) for i in range(500)])
    np.testing.assert_array_equal(whole, one_by_one)


def test_few_of_the_nearest_are_missed(rng):
    points = (rng.normal(size=(20_000, 6)) @ rng.normal(size=(6, 40))).astype(np.float32)
    queries = points[::100] + rng.normal(scale=0.1, size=(200, 40)).astype(np.float32)
    found = Cells(points).nearest(queries, 10)
    right = ((queries[:, None, :] - points) ** 2).sum(axis=2).argsort(axis=1)[:, :10]
    hits = [len(set(a) & set(b)) for a, b in zip(found.tolist(), right.tolist(), strict=True)]
    assert np.mean(hits) > 9.5
