"""Raw arrays to uint8: what is kept, scaled, rounded and refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkcluster.errors import BadInputError
from inkcluster.images.check import check_pixels, image_set, image_shape
from inkcluster.images.labelling import MAX_LABEL_CHARACTERS, check_labels, numbers_if_all_are
from inkcluster.images.readers.found import Found


def pixels(array, shape=None):
    return check_pixels(np.asarray(array), "here", shape)


def test_uint8_is_not_copied():
    array = np.zeros((3, 4, 5), np.uint8)
    ready, said = pixels(array)
    assert ready is array
    assert said == []
    flat = np.zeros((3, 20), np.uint8)
    assert np.shares_memory(image_set(Found(flat), where="x", name="x", shape=(4, 5)).pixels, flat)


@pytest.mark.parametrize(
    "dtype", ["i1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i2", ">f8"]
)
def test_whole_values_in_range_are_cast_whatever_their_dtype(dtype):
    values = np.array([[[0, 1], [100, 127]]], dtype)
    ready, said = pixels(values)
    assert ready.dtype == np.uint8
    np.testing.assert_array_equal(ready, values)
    assert said == []


@given(hnp.arrays(np.uint8, (4, 3, 3)), st.sampled_from(["f4", "f8"]))
def test_fractions_in_0_1_come_back_from_255ths(original, dtype):
    original[0, 0, 0] = 255
    ready, said = pixels((original / 255).astype(dtype))
    np.testing.assert_array_equal(ready, original)
    assert said == ["Pixel values between 0 and 1 were scaled to bytes."]


def test_other_fractions_are_rounded_and_booleans_stretched():
    ready, said = pixels(np.array([[[0.4, 1.6], [200.5, 254.9]]]))
    np.testing.assert_array_equal(ready, [[[0, 2], [200, 255]]])
    assert "rounded" in said[0]
    ready, said = pixels(np.array([[[True, False]]]))
    np.testing.assert_array_equal(ready, [[[255, 0]]])
    assert said


def test_values_from_minus_one_to_one_are_scaled():
    ready, said = pixels(np.array([[[-1, 0, 0.5, 1]]], np.float32))
    np.testing.assert_array_equal(ready, [[[0, 128, 191, 255]]])
    assert said == ["Pixel values between -1 and 1 were scaled to bytes."]
    with pytest.raises(BadInputError, match="outside 0–255"):
        pixels(np.array([[[-0.1, 0.5, 1]]]))


@pytest.mark.parametrize(("top", "depth"), [(1023, 10), (4095, 12), (9000, 14), (65535, 16)])
def test_16_bits_are_scaled_by_their_depth(top, depth):
    ready, said = pixels(np.array([[[0, top]]], np.uint16))
    assert ready[0, 0, 1] == round(top * 255 / (2**depth - 1))
    assert f"as {depth}-bit" in said[0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted_and_placed(bad):
    array = np.zeros((9, 4, 4), np.float32)
    array[5, 1, 2] = array[7, 0, 0] = array[7, 3, 3] = bad
    with pytest.raises(BadInputError) as said:
        pixels(array)
    assert f"3 pixel values are not finite (the first: {bad} in image 5, row 1, column 2)" in str(
        said.value
    )


@pytest.mark.parametrize("dtype", ["i4", "f8"])
@pytest.mark.parametrize("bad", [-1, 256])
def test_values_outside_are_refused_and_placed(dtype, bad):
    array = np.zeros((9, 4, 4), dtype)
    array[6, 2, 1] = bad
    with pytest.raises(
        BadInputError, match=rf"outside 0–255 \(the first: {bad} in image 6, row 2, column 1\)"
    ):
        pixels(array)


@pytest.mark.parametrize(
    "array", [np.zeros((2, 2, 2), complex), np.array([["a", "b"]]), np.array([[None]])]
)
def test_what_is_no_number_is_refused(array):
    with pytest.raises(BadInputError, match="must be numbers"):
        pixels(array)


@pytest.mark.parametrize(
    "shape", [(5,), (), (0, 4), (3, 0), (2, 2, 2, 2), (1, 1, 1, 1, 1), (0, 4, 4), (2, 0, 4, 3)]
)
def test_what_holds_no_images_is_refused(shape):
    with pytest.raises(BadInputError):
        pixels(np.zeros(shape, np.uint8))


def test_colour_becomes_grey():
    colour = np.zeros((1, 2, 2, 3), np.uint8)
    colour[0, 0, 0] = [255, 0, 0]
    colour[0, 0, 1] = [255, 255, 255]
    colour[0, 1, 0] = [0, 255, 0]
    expected = [[[76, 255], [150, 0]]]
    for array in (colour, np.moveaxis(colour, 3, 1)):
        ready, said = pixels(array)
        np.testing.assert_array_equal(ready, expected)
        assert said == ["Colour was converted to grey."]
    transparent = np.concatenate([colour, np.zeros((1, 2, 2, 1), np.uint8)], axis=3)
    np.testing.assert_array_equal(pixels(transparent)[0], np.full((1, 2, 2), 255))
    np.testing.assert_array_equal(pixels(colour[..., :1])[0], colour[..., 0])


def test_shapes_are_squares_or_given():
    assert image_shape(784, "x") == (28, 28)
    assert image_shape(20, "x", (4, 5)) == (4, 5)
    with pytest.raises(BadInputError, match="not square"):
        image_shape(20, "x")
    for wrong in ((4, 4), (-4, -5), (0, 20)):
        with pytest.raises(BadInputError):
            image_shape(20, "x", wrong)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([1.0, 2.0]), [1, 2]),
        (np.array([[3], [4]], np.uint8), [3, 4]),
        (np.array([[5, 6]], ">i2"), [5, 6]),
        (np.array([True, False]), [1, 0]),
    ],
)
def test_whole_labels_become_int64(values, expected):
    labels = check_labels(values, 2, "here")
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, expected)


def test_text_is_kept_to_the_letter():
    hostile = ["<img src=x onerror=alert(1)>", "é\n\"'&;", "\u202e", "07"]
    for values in (
        np.array(hostile),
        np.array(hostile, object),
        np.array([h.encode() for h in hostile]),
    ):
        assert check_labels(values, 4, "here").tolist() == hostile
    images = image_set(Found(np.zeros((4, 2, 2), np.uint8), hostile), where="x", name="x")
    assert images.labels.tolist() == hostile


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.array([1.0, np.nan]), "1 label is missing (the first: image 1)"),
        (np.array(["a", None], object), "1 label is missing"),
        (np.array(["a", float("nan")], object), "1 label is missing"),
        (np.array([1.5, 2]), "label of image 0 is 1.5"),
        (np.array([1e300, 2]), "label of image 0 is"),
        (np.array([{}, "a"], object), "Python object (dict)"),
        (np.array([1, "a"], object), "Python object (int)"),
        (np.array([2**63 + 1, 0], np.uint64), "too large"),
        (np.array([1, 2, 3]), "2 images but 3 labels"),
        (np.array(5), "labels of shape ()"),
        (np.eye(2), "labels of shape (2, 2)"),
        (np.array([1j, 2]), "complex"),
        (np.array([b"\xff", b"a"]), "not UTF-8"),
        (
            np.array(["x" * (MAX_LABEL_CHARACTERS + 1), "a"]),
            f"has {MAX_LABEL_CHARACTERS + 1} characters",
        ),
    ],
)
def test_labels_that_are_refused(values, said):
    with pytest.raises(BadInputError) as error:
        check_labels(values, 2, "here")
    assert said in str(error.value)


@given(st.lists(st.integers(-(10**17), 10**17), min_size=1))
def test_text_of_whole_numbers_becomes_numbers(values):
    found = numbers_if_all_are(np.array([str(v) for v in values]))
    assert found.dtype == np.int64
    assert found.tolist() == values


@pytest.mark.parametrize("other", ["", "01", "+1", "1e3", "-", "١", "9" * 30, " 1", "--1"])
def test_other_text_stays(other):
    assert numbers_if_all_are(np.array(["1", other])).tolist() == ["1", other]


@pytest.mark.parametrize("order", ["<", ">"])
def test_labels_beyond_unicode_are_refused(order):
    labels = np.array([0x41, 0x110000], f"{order}u4").view(f"{order}U1")
    with pytest.raises(BadInputError, match="beyond Unicode"):
        check_labels(labels, 2, "here")
    fine = np.array(["あ", "\U0010ffff"]).astype(f"{order}U1")
    assert check_labels(fine, 2, "here").tolist() == ["あ", "\U0010ffff"]
