"""The one line, and which way round the ink is."""

import numpy as np
import pytest

from inkcluster.images import ImageSet, describe, polarity
from inkcluster.images.describing import appearance, one_line


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


def test_ink_is_told_from_photographs(digits):
    rng = np.random.default_rng(69)
    strokes = digits.pixels.repeat(3, axis=1).repeat(3, axis=2) * 12.0
    scanned = 230 - strokes + rng.normal(0, 6, strokes.shape)
    assert appearance(digits) == "light on dark"
    assert appearance(ImageSet(np.clip(scanned, 0, 255).astype(np.uint8))) == "dark on light"
    across, down = np.meshgrid(np.arange(24), np.arange(24))
    waves = rng.uniform(0.1, 0.5, (40, 2, 1, 1))
    hills = 127 + 60 * np.sin(waves[:, 0] * across) + 60 * np.cos(waves[:, 1] * down)
    assert appearance(ImageSet(hills.astype(np.uint8))) == "picture"


def test_one_line():
    assert one_line("a\tb\x00") == "a·b·"
    assert one_line("x" * 30, 10) == "x" * 9 + "…"
