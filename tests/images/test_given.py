"""Arrays, labels and shapes that a caller gives: right, or one clear sentence."""

import numpy as np
import pandas as pd
import pytest

from inkcluster import evaluate, load
from inkcluster.errors import BadInputError
from inkcluster.images import ImageSet

PIXELS = np.arange(6 * 16, dtype=np.uint8).reshape(6, 4, 4)
NUMBERS = [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    "labels",
    [NUMBERS, tuple(NUMBERS), pd.Series(NUMBERS), np.ma.array(NUMBERS),
     pd.array(NUMBERS, dtype="Int64"), pd.Categorical(NUMBERS), np.array(NUMBERS, float).tolist()],
    ids=lambda labels: type(labels).__name__,
)  # fmt: skip
def test_labels_of_any_form_are_an_array(labels):
    for images in (ImageSet(PIXELS, labels), load(PIXELS, labels=labels)):
        assert type(images.labels) is np.ndarray
        assert images.labels.tolist() == NUMBERS


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (np.array([1, 2, pd.NA, 1, 2, 1], object), "1 label is missing (the first: image 2)"),
        (pd.array(["a", None] * 3, dtype="string"), "3 labels are missing (the first: image 1)"),
        (pd.array([1, None] * 3, dtype="Int64"), "3 labels are missing (the first: image 1)"),
        ([[1], [1, 2]] * 3, "not lists of several lengths"),
        (np.array([[1], [1, 2]] * 3, object), "the label of image 0 is a Python object (list)"),
        (np.ma.array(NUMBERS, mask=[0, 1, 0, 0, 1, 0]), "must not be masked, as 2 of its values"),
        ([1, 2], "6 images but 2 labels"),
        (7, "6 images but labels of shape ()"),
    ],
    ids=str,
)
def test_labels_that_say_nothing_are_refused(labels, sentence):
    for make in (lambda: ImageSet(PIXELS, labels), lambda: load(PIXELS, labels=labels)):
        with pytest.raises(BadInputError) as error:
            make()
        assert sentence in str(error.value)


@pytest.mark.parametrize(
    "labels",
    [[[1], [1, 2]] * 3, np.array([[1], [1, 2]] * 3, object), np.ma.array(NUMBERS, mask=True)],
)
def test_evaluation_refuses_them_too(labels):
    with pytest.raises(BadInputError):
        evaluate.scores(labels, NUMBERS)
    with pytest.raises(BadInputError):
        evaluate.match(NUMBERS, labels)


@pytest.mark.parametrize(
    "shape", ["4x4", "44", 4, (4,), (4, 4, 1), (4.5, 4), ("4", "4"), None, [4, 4]]
)
def test_a_shape_is_two_whole_numbers(shape):
    flat = PIXELS.reshape(6, 16)
    if shape is None or shape == [4, 4]:
        assert load(flat, shape=shape).shape == (4, 4)
        return
    with pytest.raises(BadInputError, match="shape must be a height and a width"):
        load(flat, shape=shape)


@pytest.mark.parametrize(
    "pixels", [PIXELS.tolist(), None, "abc", pd.DataFrame(PIXELS.reshape(6, -1))]
)
def test_an_image_set_is_made_of_an_array(pixels):
    with pytest.raises(BadInputError, match="pixels must be a NumPy array, not "):
        ImageSet(pixels)


def test_masked_pixels_are_refused():
    some = np.ma.array(PIXELS, mask=PIXELS > 90)
    for make in (ImageSet, load):
        with pytest.raises(BadInputError, match="must not be masked, as 5 of its values are"):
            make(some)
    assert type(load(np.ma.array(PIXELS)).pixels) is np.ndarray
