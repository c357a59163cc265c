"""The one line, and which way round the ink is."""

import numpy as np
import pytest

from inkcluster.images import ImageSet, describe, polarity
from inkcluster.images.describing import one_line


def with_labels(labels, shape=(2, 3)):
    pixels = np.zeros((len(labels), *shape), np.uint8)
    return ImageSet(pixels, np.asarray(labels))


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, 1, 2, 1], "labels 0–2"),
        ([3, 3], "label 3"),
        ([0, 19, 4], "3 labels from 0 to 19"),
        (["b", "a"], "labels a, b"),
        (list("abcdefgh"), "8 labels (a, b, c, d, e, f, …)"),
        (["<img src=x onerror=alert(1)>", "a\nb\x1b[2J"], "labels <img src=x onerror=…, a·b·[2J"),
    ],
)
def test_labels(labels, said):
    assert describe(with_labels(labels)) == f"{len(labels)} images, 2 × 3, {said}, light on dark"


def test_without_labels_and_alone():
    assert (
        describe(ImageSet(np.zeros((1, 5, 4), np.uint8)))
        == "1 image, 5 × 4, no labels, light on dark"
    )


def test_polarity_of_digits(digits):
    assert polarity(digits) == "light on dark"
    assert polarity(ImageSet(16 - digits.pixels)) == "dark on light"
    assert polarity(ImageSet(np.full((2, 1, 1), 9, np.uint8))) == "light on dark"


@pytest.mark.mnist
def test_polarity_of_mnist(mnist):
    assert polarity(mnist) == "light on dark"
    assert polarity(ImageSet(255 - mnist.pixels)) == "dark on light"


def test_one_line():
    assert one_line("a\tb\x00") == "a·b·"
    assert one_line("x" * 30, 10) == "x" * 9 + "…"
