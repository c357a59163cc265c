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
        (np.array([0, 1, np.nan, 0, 1, 2]), "1 label is missing (the first: image 2)"),
        (np.array(NUMBERS) + 0.5, "the label of image 0 is 0.5"),
        (np.array(NUMBERS) * 1j, "must be whole numbers or text, not complex128"),
        (np.array([2**63] * 6, np.uint64), "label 9223372036854775808 is too large"),
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
    "shape",
    [
        "4x4",
        "44",
        4,
        (4,),
        (4, 4, 1),
        (4.5, 4),
        ("4", "4"),
        (1, 2**40),
        (1, 10**5000),
        None,
        [4, 4],
    ],
    ids=lambda shape: (
        str(shape)[:9] if shape is None or np.size(shape) < 2 or shape[1] != 10**5000 else "endless"
    ),
)
def test_a_shape_is_two_whole_numbers(shape):
    flat = PIXELS.reshape(6, 16)
    if shape is None or shape == [4, 4]:
        assert load(flat, shape=shape).shape == (4, 4)
        return
    with pytest.raises(BadInputError, match="shape must be a height and a width") as error:
        load(flat, shape=shape)
    assert len(str(error.value)) < 200


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


@pytest.mark.parametrize(
    "index",
    [[], "a", [1.5], None, 3, [[1, 2]], [6], [-7], np.ones(5, bool), slice(2), [2**70]],
    ids=str,
)
def test_what_takes_no_images_is_refused_in_one_sentence(index):
    with pytest.raises(BadInputError, match=r"image"):
        ImageSet(PIXELS).take(index)


def test_images_are_taken_by_numbers_or_a_mask():
    images = ImageSet(PIXELS, NUMBERS)
    assert images.take([-1, 0]).labels.tolist() == [2, 0]
    assert images.take(np.array(NUMBERS) == 1).labels.tolist() == [1, 1]
    assert images.take(np.array([4], np.uint64)).labels.tolist() == [1]


@pytest.mark.parametrize("level", ["a", 2.5, [1, "a"], object()], ids=lambda x: type(x).__name__)
def test_a_level_that_is_no_whole_number_is_refused(tmp_path, level):
    with pytest.raises(BadInputError, match="label_level must be a whole number"):
        load(tmp_path, label_level=level)


def test_an_empty_name_is_not_the_current_folder():
    with pytest.raises(BadInputError, match="name of the data is empty"):
        load("")
