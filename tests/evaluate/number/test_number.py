import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage, ward

from inkcluster.errors import BadInputError
from inkcluster.evaluate import Suggestion, largest_gap, suggestions

METHODS = ("ward", "single", "average", "complete", "weighted", "centroid", "median")


def chain(heights):
    """A hierarchy of a chain of merges at these heights."""
    n = len(heights) + 1
    rows = [[0, 1, heights[0], 2]]
    rows += [[i + 1, n + i - 1, heights[i], i + 2] for i in range(1, n - 1)]
    return np.array(rows, dtype=float)


def groups(rng, k, distance=50.0):
    corners = np.eye(k) * distance
    return np.concatenate([corner + rng.normal(size=(20, k)) for corner in corners])


@pytest.mark.parametrize("k", [2, 3, 5, 8])
def test_clear_groups_are_counted(rng, k):
    found = suggestions(ward(groups(rng, k)))
    assert found["gap"].k == found["ratio"].k == found["colour"].k == k
    assert found["ratio"].strength > 2


def test_rules_by_hand():
    found = suggestions(chain([1.0, 2.0, 8.0, 20.0]))
    # jumps at 2, 3, 4 clusters: 12, 6, 1; relative to the upper height: 0.6, 0.75, 0.5
    assert found["gap"] == Suggestion(2, 2.0, 3)
    assert found["ratio"] == Suggestion(3, 0.75 / 0.6, 2)
    assert found["colour"] == Suggestion(2, 2.0, 3)


@given(st.integers(0, 10_000), st.sampled_from(METHODS))
def test_against_the_definition(seed, method):
    rng = np.random.default_rng(seed)
    Z = linkage(rng.normal(size=(15, 3)), method)
    height = {k: max(Z[: 15 - k, 2]) for k in range(1, 15)}
    height[15] = 0.0
    gap = {k: height[k - 1] - height[k] for k in range(2, 15)}
    ratio = {k: gap[k] / height[k - 1] for k in range(2, 15)}
    found = suggestions(Z)
    for rule, jumps in (("gap", gap), ("ratio", ratio)):
        first, second = sorted(jumps, key=lambda k: (-jumps[k], k))[:2]
        assert (found[rule].k, found[rule].runner_up) == (first, second)
        assert found[rule].strength >= 1
    assert largest_gap(Z) == found["ratio"]


@given(st.integers(0, 10_000), st.sampled_from(["ward", "single", "average", "complete"]))
def test_colour_counts_what_scipy_cuts(seed, method):
    Z = linkage(np.random.default_rng(seed).normal(size=(30, 2)), method)
    flat = fcluster(Z, 0.7 * Z[-1, 2], "distance")
    assert suggestions(Z)["colour"].k == flat.max()


@pytest.mark.parametrize("method", ["centroid", "median"])
def test_no_cut_falls_inside_an_inversion(method):
    # An equilateral triangle, whose last merge is lower than the first, far from two points.
    X = np.array([[0, 0], [1, 0], [0.5, 0.75**0.5], [90, 0], [90, 1.2]])
    Z = linkage(X, method)
    assert (np.diff(Z[:, 2]) < 0).any()
    assert suggestions(Z)["gap"].k == suggestions(Z)["ratio"].k == 2
    assert all(found.strength >= 1 for found in suggestions(Z).values())


@given(st.integers(0, 1000), st.floats(0.001, 1000))
def test_no_scale_of_heights_matters(seed, factor):
    Z = ward(np.random.default_rng(seed).normal(size=(20, 2)))
    scaled = Z * [1, 1, factor, 1]
    for rule, found in suggestions(Z).items():
        other = suggestions(scaled)[rule]
        assert (other.k, other.runner_up) == (found.k, found.runner_up)
        assert other.strength == pytest.approx(found.strength)


def test_k_max_bounds_the_rules_that_look_for_jumps():
    Z = chain([1.0, 1.0, 1.0, 30.0, 31.0, 32.0])  # the jump is at 4 clusters
    assert suggestions(Z)["gap"].k == 4
    assert suggestions(Z, k_max=3)["gap"].k in (2, 3)
    assert suggestions(Z, k_max=3)["colour"].k == 4


def test_equal_heights_suggest_nothing_in_particular():
    assert suggestions(chain([1.0] * 5))["gap"] == Suggestion(2, 1.0, 3)
    assert suggestions(chain([0.0] * 5))["ratio"] == Suggestion(2, 1.0, 3)
    assert suggestions(chain([0.0, 0.0, 0.0, 5.0]))["ratio"] == Suggestion(2, float("inf"), 3)


def test_colour_may_be_as_many_as_there_are_points():
    assert suggestions(chain([1.0] * 5))["colour"].k == 6


@pytest.mark.parametrize(
    ("Z", "says"),
    [
        (chain([1.0, 2.0]), "3 points suggests no number"),
        (np.zeros((3, 3)), "not a hierarchy"),
        (np.zeros(4), "not a hierarchy"),
        ([[0, 1, np.nan, 2]], "not a hierarchy"),
        ("ward", "not a hierarchy"),
        (np.array([[0, 0, 1.0, 2]] * 4), "not a hierarchy"),
    ],
)
def test_bad_input_is_named(Z, says):
    with pytest.raises(BadInputError, match=says):
        suggestions(Z)


@pytest.mark.parametrize("k_max", [2, 3.0, True])
def test_k_max_is_checked(k_max):
    with pytest.raises(BadInputError, match="k_max is"):
        largest_gap(chain([1.0, 2.0, 3.0]), k_max=k_max)


def test_the_input_is_not_changed(rng):
    Z = linkage(rng.normal(size=(20, 2)), "centroid")
    before = Z.copy()
    suggestions(Z)
    assert (before == Z).all()


@pytest.mark.mnist
@pytest.mark.slow
def test_the_exercise_saw_four_or_five_and_typically_five(mnist):
    from sklearn.utils import resample

    counts = []
    for n in (500, 1000, 2000):
        for seed in range(69, 74):
            sample = resample(mnist.flat(), n_samples=n, replace=True, random_state=seed)
            counts.append(suggestions(ward(sample.astype(float)))["colour"].k)
    assert np.bincount(counts).argmax() == 5
    assert np.mean(np.isin(counts, [4, 5])) > 0.75
