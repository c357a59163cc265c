"""Coordinates whose distances are never more than the points' own, whatever the points are."""

from dataclasses import replace

import numpy as np
import pytest

from inkcluster.compute.projection import (
    MAX_PLAIN_DIMENSIONS,
    WIDTHS,
    all_directions,
    grain,
    leading,
    middle,
    with_rest,
)


def squared(a):
    gap = a[:, None].astype(np.float64) - a.astype(np.float64)
    return np.einsum("ijk,ijk->ij", gap, gap)


def never_more(lead, X, scale, width):
    """Whether no squared distance of coordinates is more than the points', rounding aside."""
    norms = scale**2 * np.einsum("ij,ij->i", X - X.mean(axis=0), X - X.mean(axis=0))
    room = 2 * grain(width) * (norms[:, None] + norms + scale**2 * np.square(X.mean(axis=0)).sum())
    return bool((squared(lead) <= scale**2 * squared(X) + room).all())


POINTS = {
    "few dimensions": (90, 7),
    "a plane": (90, 60),
    "many dimensions": (90, 300),
    "more than the covariance takes": (60, 1100),
    "a handful of points": (5, 1100),
}


@pytest.fixture(params=POINTS, ids=str)
def X(request, rng):
    n, d = POINTS[request.param]
    points = rng.standard_normal((n, min(d, 5))) @ rng.standard_normal((min(d, 5), d)) * 9
    points += 3 + (request.param != "a plane") * rng.standard_normal((n, d))
    points[1] = points[0]
    return points


@pytest.mark.parametrize("scale", [1.0, 2.0**-7, 2.0**40])
@pytest.mark.parametrize("width", [3, 31, 10**6])
def test_distances_are_bounded_from_below(X, scale, width):
    projection, sample = all_directions(X)
    np.testing.assert_allclose(sample, X - X.mean(axis=0))
    projection = replace(projection.first(width), scale=scale)
    lead = projection(X)
    assert lead.shape == (len(X), projection.width)
    assert lead.dtype == np.float32
    assert never_more(lead, X, scale, projection.width)
    assert (lead[0] == lead[1]).all()
    few, few_squares = projection.fewer(lead, 3)
    assert never_more(few, X, scale, projection.width)
    assert (few_squares <= np.einsum("ij,ij->i", few, few, dtype=np.float64)).all()
    norms = scale * np.sqrt(np.square(X - projection.origin).sum(axis=1))
    np.testing.assert_allclose(np.sqrt(np.square(lead.astype(float)).sum(axis=1)), norms, 1e-5)


def test_directions_are_orthonormal_and_hold_the_variance(X):
    projection, sample = all_directions(X)
    basis = projection.basis
    assert (basis is None) == (X.shape[1] <= MAX_PLAIN_DIMENSIONS)
    if basis is None:
        assert all_directions(X, 0)[0].basis is None
        return
    assert basis.shape[1] <= WIDTHS[-1]
    np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=2e-5)
    found = np.square(sample @ basis[:, :5]).sum()
    best = np.square(np.linalg.svd(sample, compute_uv=False)[:5]).sum()
    assert found > 0.999 * best
    assert all_directions(X, 0)[0].basis is None


def test_as_few_directions_as_hold_most_of_the_variance(rng):
    flat = rng.standard_normal((500, 20)) @ rng.standard_normal((20, 200))
    assert leading(flat).width == WIDTHS[0] + 1
    assert leading(rng.standard_normal((3000, 300))).width == WIDTHS[-1] + 1
    assert leading(flat, (15, 63)).width == 63 + 1  # 15 leave too much out
    assert leading(flat[:, :9]).width == 9


@pytest.mark.parametrize("size", [1e-140, 1e140])
def test_directions_at_any_magnitude(rng, size):
    X = rng.standard_normal((50, 80))
    there, here = all_directions(X * size)[0].basis, all_directions(X)[0].basis
    np.testing.assert_allclose(np.abs(np.einsum("ij,ij->j", there, here))[:20], 1, rtol=1e-3)


def test_the_rest_is_what_is_left_of_the_norm():
    found = with_rest(np.array([[3.0], [0.0]]), np.array([25.0, 0.0]))
    assert found.tolist() == [[3.0, 4.0], [0.0, 0.0]]
    assert with_rest(np.array([[5.0]]), np.array([25.0 - 1e-9])).tolist() == [[5.0, 0.0]]


def test_a_few_far_points_do_not_move_the_middle(rng):
    X = rng.standard_normal((900, 60))
    there = X.mean(axis=0)
    X = np.concatenate([[np.full(60, 1e6), np.full(60, -1e9)], X])
    origin, inner = middle(X)
    np.testing.assert_allclose(origin, there, atol=1e-9)
    assert inner.tolist() == [False] * 2 + [True] * 900
    projection, sample = all_directions(X)
    assert len(sample) == 900
    lead = projection.first(47)(X[2:])
    assert never_more(lead, X[2:], 1.0, projection.width)
    assert np.median(squared(lead)) > 0.5 * np.median(squared(X[2:]))


def test_many_far_points_do(rng):
    X = np.concatenate([np.full((30, 5), 1e3), rng.standard_normal((300, 5))])
    origin, inner = middle(X)
    assert inner.all()
    np.testing.assert_array_equal(origin, X.mean(axis=0))
