"""Samples are scikit-learn's, number for number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils import resample

from inkcluster.errors import BadInputError
from inkcluster.images import contact_index, sample_index


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 2**32 - 1), st.booleans())
def test_the_numbers_are_those_of_resample(total, n, seed, replace):
    if n > total and not replace:
        with pytest.raises(BadInputError, match=f"at most {total}"):
            sample_index(total, n, seed, replace=replace)
        return
    drawn = sample_index(total, n, seed, replace=replace)
    expected = resample(np.arange(total), n_samples=n, replace=replace, random_state=seed)
    np.testing.assert_array_equal(drawn, expected)
    assert drawn.dtype == np.int64
    if not replace:
        assert len(set(drawn)) == n


def test_the_numbers_have_not_changed():
    """As the legacy generator draws them, whatever scikit-learn is installed."""
    state = np.random.RandomState(69)
    np.testing.assert_array_equal(
        sample_index(70_000, 500, 69, replace=True), state.randint(0, 70_000, 500)
    )
    shuffled = np.arange(1000)
    np.random.RandomState(69).shuffle(shuffled)
    np.testing.assert_array_equal(sample_index(1000, 30, 69), shuffled[:30])


def test_without_a_seed_samples_differ():
    assert sample_index(10**6, 20, None).tolist() != sample_index(10**6, 20, None).tolist()


@pytest.mark.parametrize("replace", [False, True])
def test_stratified_samples_keep_the_shares(digits, replace):
    drawn = sample_index(1797, 599, 69, replace=replace, stratify=digits.labels)
    np.testing.assert_array_equal(
        drawn,
        resample(
            np.arange(1797), n_samples=599, replace=replace, random_state=69, stratify=digits.labels
        ),
    )
    shares = np.bincount(digits.labels) / 3
    assert np.abs(np.bincount(digits.labels[drawn]) - shares).max() < 1
    names = np.array([f"<{label}>" for label in digits.labels])
    np.testing.assert_array_equal(
        sample_index(1797, 599, 69, replace=replace, stratify=names), drawn
    )


def test_the_set_samples_itself(digits):
    sample = digits.sample(100, 69)
    index = sample_index(1797, 100, 69)
    np.testing.assert_array_equal(sample.pixels, digits.pixels[index])
    np.testing.assert_array_equal(sample.labels, digits.labels[index])
    stratified = digits.sample(100, 69, stratify=True)
    assert set(np.bincount(stratified.labels)) <= {9, 10, 11}
    with pytest.raises(BadInputError, match="cannot be stratified"):
        type(digits)(digits.pixels).sample(10, 69, stratify=True)


@pytest.mark.parametrize("n", [0, -3])
def test_empty_samples(n):
    with pytest.raises(BadInputError, match="at least 1"):
        sample_index(10, n, 69)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"n": "a"}, "size of a sample must be a whole number, not 'a'"),
        ({"n": 2.0}, "not 2.0"),
        ({"n": None}, "not None"),
        ({"random_state": "a"}, "random_state must be a whole number, not 'a'"),
        ({"random_state": -1}, "random_state must be from 0 to 4294967295, not -1"),
        ({"random_state": 2**32}, "not 4294967296"),
        ({"replace": "no"}, "replace must be True or False, not 'no'"),
        ({"n_total": "a"}, "number of images must be a whole number"),
        ({"n_total": 0, "replace": True}, "cannot be drawn from 0 images"),
        ({"stratify": 5}, "10 images but 1 labels"),
    ],
    ids=str,
)
def test_an_argument_of_another_type_is_one_clear_error(given, sentence):
    with pytest.raises(BadInputError, match=sentence):
        sample_index(**{"n_total": 10, "n": 3, "random_state": 69, **given})


def test_the_numbers_may_be_those_of_numpy():
    drawn = sample_index(np.int32(10), np.int8(3), np.uint32(69), replace=np.False_)
    np.testing.assert_array_equal(drawn, sample_index(10, 3, 69))
    state = np.random.RandomState(69)
    np.testing.assert_array_equal(sample_index(10, 3, state), drawn)


def test_strata_of_another_length():
    with pytest.raises(BadInputError, match="10 images but 9 labels"):
        sample_index(10, 2, 69, stratify=np.zeros(9))


def test_contact_sheets(digits):
    rows = contact_index(digits.labels, 1797, 5, 69)
    assert [label for label, _ in rows] == [str(d) for d in range(10)]
    for label, index in rows:
        assert len(index) == 5
        assert np.all(np.diff(index) > 0)
        assert set(digits.labels[index]) == {int(label)}
    [(name, everything)] = contact_index(None, 4, 9, 69)
    assert name == "all images"
    assert everything.tolist() == [0, 1, 2, 3]
