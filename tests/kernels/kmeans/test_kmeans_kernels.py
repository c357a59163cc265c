"""The loops of k-means against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from inkcluster.cluster.kmeans.lloyd import Lloyd, nearest_labels
from inkcluster.cluster.kmeans.problem import Problem, rows_of
from inkcluster.cluster.kmeans.shards.space import reference, spanned, whole
from inkcluster.cluster.kmeans.shards.sums import sums_of, units_of, whole_units
from inkcluster.cluster.kmeans.sketch import sketch
from inkcluster.kernels.kmeans.seeds import plus_plus


@pytest.fixture
def points(rng):
    return rng.integers(0, 256, (3000, 90)).astype(np.uint8)


def exact_labels(X, centres):
    gaps = X[:, None].astype(np.float64) - centres[None]
    return np.square(gaps).sum(axis=2).argmin(axis=1)


@pytest.mark.parametrize("space", ["whole", "far from the centres", "spanned"])
def test_labels_are_those_of_float64_in_any_space(points, rng, space):
    centres = points[:13].astype(np.float64) + rng.normal(size=(13, 90))
    origin = reference(points)
    elsewhere = rng.normal(size=(1, 13, 90)) + origin
    frame = {
        "whole": lambda: whole(origin, len(points), points.dtype),
        "far from the centres": lambda: spanned(origin, elsewhere),
        "spanned": lambda: spanned(origin, centres[None]),
    }[space]()
    lloyd = Lloyd(Problem(rows_of(points), np.ones(len(points)), 13, 1, 0.0), centres[None], frame)
    lloyd.assign(np.zeros(1, np.int64), count=False)
    np.testing.assert_array_equal(lloyd.labels()[0], exact_labels(points, centres))


def test_near_ties_are_decided_in_float64(rng):
    X = rng.normal(size=(500, 70)) * 1e-3 + 1e3
    centres = X[:2].copy()
    centres[1] = centres[0] + 1e-7 * rng.normal(size=70)
    np.testing.assert_array_equal(nearest_labels(X, centres), exact_labels(X, centres))


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_sums(points, rng, dtype):
    X = points.astype(dtype)
    labels = rng.integers(0, 4, (3, len(X))).astype(np.int32)
    grey = dtype == np.uint8
    units = whole_units(90) if grey else units_of(np.stack([X.max(0), X.min(0)]), None, len(X))
    sums = sums_of(X, np.ones(len(X)), labels, 5, units)
    means, (totals, mass), members = sums.means(), sums.added(), sums.members
    for r in range(3):
        for j in range(4):
            inside = points[labels[r] == j].astype(np.float64)
            np.testing.assert_array_equal(totals[r, j], inside.sum(axis=0))
            assert mass[r, j] == members[r, j] == len(inside)
            np.testing.assert_allclose(means[r, j], inside.mean(axis=0))
    assert (members[:, 4] == 0).all()


def test_the_sketch_is_of_whole_numbers_that_float32_holds(points):
    lead = sketch(
        Problem(rows_of(points), np.ones(len(points)), 3, 1, 0.0), np.random.RandomState(0)
    ).raw
    assert lead.dtype == np.float32
    np.testing.assert_array_equal(lead, np.rint(lead))
    assert np.abs(lead).max() < 2**24


def test_seeds_are_distinct_and_never_weightless(points, rng):
    few = points[:200].astype(np.float32)
    weight = np.where(np.arange(200) % 2 == 0, 1.0, 0.0)
    chosen = np.empty((6, 8), np.int64)
    draws = rng.random((6, 8, 4))
    plus_plus(few, np.square(few.astype(np.float64)).sum(axis=1), weight, draws, chosen, 0, 6)
    assert (chosen % 2 == 0).all()
    assert all(len(set(row)) == 8 for row in chosen.tolist())
